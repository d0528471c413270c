/**
 * Rules about the endpoint: which deployments it has, and how its traffic moves.
 */
import { deploymentId, holders, isLive, versionOf } from '../deployments';
import { judge } from '../judgement';
import { deploymentOf, isBlocked, isOutdated, isSound, refuge, target, type Look, type Rule } from '../look';
import type { Action, Deployment, Shares } from '../platform';
import { date } from '../words';

/** An endpoint has room for the champion and one challenger. */
const SLOTS = 2;

const shift = (look: Look, shares: Shares, guarded: boolean, why: string): readonly Action[] => [
  { do: 'shift', shares, guarded, ifMatch: look.endpoint.etag, why },
];

/** Leaves what must not serve for what may, at once. Where nothing may, the largest holder serves alone. */
const drain: Rule = (look) => {
  const bad = holders(look).find((d) => !isSound(look, d));
  if (!bad) return [];
  const safe = refuge(look, bad);
  if (safe)
    return shift(look, { [safe.id]: 100 }, false, `all traffic goes to ${safe.version}: ${bad.version} may not serve`);
  const [largest, second] = holders(look);
  const nothingSound = !look.endpoint.deployments.some((d) => d.state === 'ready' && isSound(look, d));
  if (!nothingSound || !largest || !second) {
    look.waits.push(`${bad.version} may not serve, but there is nothing proven to take its traffic yet`);
    return [];
  }
  const why = `all traffic goes to ${largest.version}: no version that may serve is ready`;
  return shift(look, { [largest.id]: 100 }, false, why);
};

/** A trial that the spec no longer asks for gives its traffic back. */
const abandon: Rule = (look) => {
  const trial = holders(look).find((d) => !isLive(look, d) && isOutdated(look, d));
  const safe = trial && refuge(look, trial);
  if (!safe) return [];
  const why = `${trial.version} on revision ${trial.revision} gives its traffic back: the spec changed`;
  return shift(look, { [safe.id]: 100 }, false, why);
};

/** Frees the slot of what failed to start. */
const clearFailed: Rule = (look) => {
  const failed = look.endpoint.deployments.find((d) => d.state === 'failed' && d.share === 0);
  return failed ? retireOne(look, failed, `${failed.version} failed to start`) : [];
};

/** Places the target, then moves its traffic one step after each healthy bake. */
const advance: Rule = (look) => {
  const release = target(look);
  const version = release && versionOf(look, release.version);
  if (!version) return [];
  const d = deploymentOf(look, release);
  if (!d) return place(look, release.version, release.revision);
  if (d.state !== 'ready') {
    look.waits.push(`${d.version} is ${d.state}`);
    return [];
  }
  if (d.share === 100) return [];
  const holder = holders(look).find((x) => x.id !== d.id);
  if (!holder) return shift(look, { [d.id]: 100 }, false, `${d.version} is the first to serve`);
  const { etag } = look.endpoint;
  const known = version.trial?.revision === d.revision && version.trial.before === etag;
  if (d.share === 0 && !known) return beginTrial(d, etag);
  const judgement = d.share > 0 && judge(look, d);
  if (judgement && judgement.verdict !== 'healthy') {
    look.waits.push(judgement.why);
    return [];
  }
  const share = (look.rollout === 'stepped' && look.spec.rollout.steps.find((step) => step > d.share)) || 100;
  const shares = share === 100 ? { [d.id]: 100 } : { [holder.id]: 100 - share, [d.id]: share };
  return shift(look, shares, true, `${d.version} goes to ${share} %`);
};

/** In the registry, and seen there by another look, before traffic moves: so this trial is known whatever happens next. */
function beginTrial({ version, revision }: Deployment, before: string): readonly Action[] {
  return [{ do: 'mark', version, patch: { trial: { revision, before } }, why: `the trial of ${version} begins` }];
}

function place(look: Look, version: string, revision: string): readonly Action[] {
  const { deployments, etag } = look.endpoint;
  const id = deploymentId(version, revision);
  if (deployments.length < SLOTS)
    return [{ do: 'place', id, version, revision, ifMatch: etag, why: `${version} is placed beside what serves` }];
  const idle = deployments.filter((d) => d.share === 0 && d.state !== 'deleting');
  const [spare] = idle.sort((a, b) => Number(isSound(look, a)) - Number(isSound(look, b)));
  return spare ? retireOne(look, spare, `${spare.version} makes room for ${version}`) : [];
}

/** Takes down what has no traffic and may not serve, or was replaced long enough ago. */
const retire: Rule = (look) => {
  const d = deploymentOf(look, target(look));
  const live = d?.share === 100 && isLive(look, d) ? versionOf(look, d.version)?.live : undefined;
  const until = live ? live.at + look.spec.rollout.hold : Infinity;
  const idle = look.endpoint.deployments.filter((x) => x.share === 0 && x.id !== d?.id && x.state !== 'deleting');
  const over = idle.find((x) => look.now >= until || !isSound(look, x));
  if (over) return retireOne(look, over, `${over.version} is no longer needed`);
  if (live) look.waits.push(...idle.map((x) => `${x.version} is kept ready until ${date(until)}`));
  return [];
};

function retireOne(look: Look, d: Deployment, why: string): readonly Action[] {
  return [{ do: 'retire', id: d.id, ifMatch: look.endpoint.etag, why }];
}

/** The first of these that has something to do, does it: each changes what the next would have to look at. */
export const changeEndpoint: Rule = (look) => {
  if (look.endpoint.busy) {
    look.waits.push('the endpoint is changing');
    return [];
  }
  if (isBlocked(look))
    look.waits.push(
      `nothing new is rolled out on revision ${look.spec.revision}, which broke a live version: change the spec`,
    );
  for (const rule of [drain, abandon, clearFailed, advance, retire]) {
    const actions = rule(look);
    if (actions.length) return actions;
  }
  return [];
};
