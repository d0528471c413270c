/**
 * Rules about versions: what enters the registry, what people and platforms say about it, what is rejected, what is live.
 */
import { deploymentId, holders, isLive, releaseOf, versionOf } from '../deployments';
import { judge, violations } from '../judgement';
import { ATTEMPTS, deploymentOf, isSound, refuge, since, target, unregistered, type Rule } from '../look';
import { without } from '../memory';
import type { Action } from '../platform';
import { date } from '../words';
import { isRejected, reject } from './rejection';

export const register: Rule = (look) =>
  unregistered(look).map((run) => ({
    do: 'register',
    version: `v${run.n}`,
    n: run.n,
    run: run.id,
    status: look.spec.approval === 'automatic' ? 'approved' : 'pending',
    at: look.now,
    why: `training run ${run.n} passed its gate: v${run.n} is registered`,
  }));

/** Approve, reject and roll back by hand. A rejection wins over an approval, and nothing un-rejects. */
export const obey: Rule = (look) => {
  const asked = look.requests.flatMap((q) => (q.kind === 'train' ? [] : [q]));
  for (const q of asked) if (q.kind !== 'approve' && versionOf(look, q.version)) look.rejected.add(q.version);
  const pending = look.versions.filter((v) => v.status === 'pending' && !look.rejected.has(v.name));
  look.waits.push(...pending.map((v) => `${v.name} waits for approval`));
  return asked.flatMap((q): readonly Action[] => {
    const version = versionOf(look, q.version);
    const status = q.kind === 'approve' ? 'approved' : 'rejected';
    if (!version) return [{ do: 'done', request: q.id, why: `there is no ${q.version} to ${VERBS[q.kind]}` }];
    if (version.status === status || version.status === 'rejected')
      return [{ do: 'done', request: q.id, why: `${q.version} is ${version.status}` }];
    if (status === 'rejected')
      return [
        { do: 'mark', version: q.version, patch: { status, trial: null }, why: `${q.version} is rejected by hand` },
      ];
    if (look.rejected.has(q.version)) return [];
    return [{ do: 'mark', version: q.version, patch: { status }, why: `${q.version} is approved by hand` }];
  });
};
const VERBS = { approve: 'approve', reject: 'reject', rollback: 'roll back' } as const;

/** What was judged before and is not in the registry yet: the call failed, or the loop crashed. */
export const repeatRejections: Rule = (look) =>
  Object.entries(look.memory.rejecting).flatMap(([id, { why, trial }]) => {
    const release = releaseOf(look, id);
    const version = release && versionOf(look, release.version);
    if (version && !isRejected(version, release.revision) && version.trial?.before === trial)
      return reject(look, version, release.revision, why);
    look.memory = { ...look.memory, rejecting: without(look.memory.rejecting, [id]) };
    return [];
  });

/** A release under trial that breaks a rollback rule, while there is another to serve instead. */
export const rejectViolating: Rule = (look) =>
  holders(look).flatMap((d) => {
    const version = versionOf(look, d.version);
    const alternative = refuge(look, d) ?? holders(look).find((other) => other.id !== d.id);
    if (!version || !alternative || !isSound(look, d) || isLive(look, d)) return [];
    const judgement = judge(look, d);
    return judgement.verdict === 'violated' ? reject(look, version, d.revision, judgement.why) : [];
  });

/** The platform took the traffic back by itself. */
export const noticeRolledBack: Rule = (look) => {
  const { last, busy, etag } = look.endpoint;
  if (look.rollout !== 'native' || busy || last?.outcome !== 'rolledBack') return [];
  const release = releaseOf(look, last.deployment);
  const version = release && versionOf(look, release.version);
  if (!version || !isSound(look, release) || deploymentOf(look, release)?.share) return [];
  // Its trial may name an older revision, as a look that stalled wrote it; one that begins at this etag is the next.
  if (!version.trial || version.trial.before === etag) return [];
  return reject(look, version, release.revision, 'the platform rolled it back');
};

/** A release whose deployment failed to start several times. */
export const giveUpPlacing: Rule = (look) => {
  const release = target(look);
  const version = release && versionOf(look, release.version);
  if (!version || !isSound(look, release)) return [];
  const id = deploymentId(release.version, release.revision);
  const failed = look.memory.failures[id]?.count ?? 0;
  if (failed < ATTEMPTS) return [];
  look.memory = { ...look.memory, failures: without(look.memory.failures, [id]) };
  return reject(look, version, release.revision, `it failed to start ${failed} times`);
};

/** With all traffic and through its bake there: from now on it is the one that others are compared with. */
export const settle: Rule = (look) => {
  const d = deploymentOf(look, target(look));
  if (!d || d.share !== 100 || isLive(look, d) || look.endpoint.busy || !isSound(look, d)) return [];
  const alone = !refuge(look, d);
  const until = since(look) + look.spec.rollout.bake;
  const judgement = judge(look, d);
  const healthy = alone ? look.now >= until : judgement.verdict === 'healthy';
  if (!healthy) {
    look.waits.push(alone ? `${d.version} bakes at 100 % until ${date(until)}` : judgement.why);
    return [];
  }
  const despite = alone ? violations(look, d).map((v) => `; ${v.text}, but there is nothing to go back to`) : [];
  return [
    {
      do: 'mark',
      version: d.version,
      patch: { live: { revision: d.revision, at: look.now }, trial: null },
      why: `${d.version} is live: it came through its bake at 100 %${despite.join('')}`,
    },
  ];
};
