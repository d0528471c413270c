/**
 * Rules about training: what starts a run, and what holds it back.
 */
import { holders, versionOf } from '../deployments';
import {
  champion,
  deploymentOf,
  isSound,
  lastTraining,
  target,
  unregistered,
  type Look,
  type Rule,
  type TrainingRun,
} from '../look';
import { lastSlot } from '../schedule';
import { count, date } from '../words';
import { evidence } from './monitors';

const HOUR = 3_600_000;
/** The wait after the first failure in a row; it doubles with each. */
const BACKOFF = HOUR;
const LONGEST_BACKOFF = 7 * 24 * HOUR;
/** So many failures in a row need a person: new code, a new deployment, or a request by hand. */
const FAILURES = 5;
/** Requests that one run answers: tags are short on every platform. */
const REQUESTS = 20;

interface Wish {
  readonly reason: string;
  readonly why: string;
  readonly requests?: readonly string[];
}

/** At most one run, with the next number: whoever saw an older past asks for a number that exists, and that changes nothing. */
export const startTraining: Rule = (look) => {
  const running = look.trainings.find((r) => r.state === 'running');
  if (running) {
    look.waits.push(`training run ${running.n} is running since ${date(running.tags.at)}`);
    return [];
  }
  if (unregistered(look).length) return [];
  const wish = byHand(look) ?? rested(look, bootstrap(look) ?? newCode(look) ?? onSchedule(look) ?? onAlarm(look));
  const last = look.trainings[0];
  if (last?.state === 'failed') look.waits.push(`training run ${last.n} failed${last.error ? `: ${last.error}` : ''}`);
  if (!wish) return [];
  if (!look.data) {
    look.waits.push(`waiting for data: ${wish.why}, but there is too little to train on`);
    return [];
  }
  const n = look.memory.lastRun + 1;
  const { reason, requests } = wish;
  const tags = {
    n,
    reason,
    at: look.now,
    generation: look.spec.generation,
    code: look.spec.code,
    ...(requests && { requests }),
  };
  return [{ do: 'start', id: `train-${n}`, kind: 'train', tags, why: `${wish.why}: training run ${n}` }];
};

/** A request is answered when a run that names it is seen. */
export const answerRequests: Rule = (look) =>
  look.requests.flatMap((q) => {
    const run = q.kind === 'train' && look.trainings.find((r) => r.tags.requests?.includes(q.id));
    return run ? [{ do: 'done', request: q.id, why: `training run ${run.n} was started for it` }] : [];
  });

function byHand(look: Look): Wish | undefined {
  const answered = new Set(look.trainings.flatMap((r) => r.tags.requests ?? []));
  const requests = look.requests
    .flatMap((q) => (q.kind === 'train' && !answered.has(q.id) ? [q.id] : []))
    .slice(0, REQUESTS);
  return requests.length ? { reason: 'request', why: 'asked for by hand', requests } : undefined;
}

/** Something serves that may, or could, or waits for approval. */
function hasVersion(look: Look): boolean {
  const { revision } = look.spec;
  return (
    holders(look).some((d) => isSound(look, d)) ||
    look.versions.some((v) => isSound(look, { version: v.name, revision })) ||
    look.versions.some((v) => v.status === 'pending' && !look.rejected.has(v.name))
  );
}

function bootstrap(look: Look): Wish | undefined {
  if (hasVersion(look)) return undefined;
  return { reason: 'bootstrap', why: look.versions.length ? 'no version may serve' : 'there is no version yet' };
}

function newCode(look: Look): Wish | undefined {
  const trained = lastTraining(look) ?? look.trainings[0];
  if (!look.spec.retrain || !look.spec.retrain.onNewCode || !trained || trained.tags.code === look.spec.code)
    return undefined;
  return { reason: 'new-code', why: 'the model code changed' };
}

/** Only the last slot counts, and any training since then has served it: missed ticks are not made up one by one. */
function onSchedule(look: Look): Wish | undefined {
  const slot = look.spec.schedule && lastSlot(look.spec.schedule, look.now);
  if (!slot || look.trainings.some((r) => r.state !== 'failed' && r.tags.at >= slot)) return undefined;
  return { reason: `schedule:${slot}`, why: `the schedule came due at ${date(slot)}` };
}

function onAlarm(look: Look): Wish | undefined {
  const { retrain } = look.spec;
  const ringing = retrain && retrain.on.find((name) => look.alarms.includes(name));
  if (!ringing) return undefined;
  const hold = (what: string): undefined => void look.waits.push(`the alarm of ${ringing} rings; ${what}`);

  const live = champion(look);
  const d = deploymentOf(look, target(look));
  if (!live || d?.id !== live.deployment.id || d.share !== 100) return hold('no training before the rollout is over');
  const newer = look.versions.find((v) => v.n > live.version.n && v.status !== 'rejected');
  if (newer) return hold(`${newer.name} comes first`);

  const last = lastTraining(look)?.tags.at ?? -Infinity;
  if (look.now - last < retrain.cooldown) return hold(`cooldown until ${date(last + retrain.cooldown)}`);
  const { runs, per } = retrain.atMost;
  const spent = look.trainings.filter((r) => r.tags.reason.startsWith('alarm:') && r.tags.at > look.now - per);
  const oldest = spent[runs - 1];
  if (oldest)
    return hold(
      `alarms started ${count(spent.length, 'training')} already, the next may start ${date(oldest.tags.at + per)}`,
    );
  return { reason: `alarm:${ringing}`, why: evidence(look, ringing) ?? `the alarm of ${ringing} rings` };
}

/** Backs off after failures, and stops after too many. Bootstrapping, a run whose version never went live failed too. */
function rested(look: Look, wish: Wish | undefined): Wish | undefined {
  if (!wish) return undefined;
  const failed = inARow(look, (r) => r.state === 'failed');
  if (failed >= FAILURES) {
    look.waits.push(
      `${wish.why}, but the last ${failed} training runs failed: waiting for new code, a deployment or a request by hand`,
    );
    return undefined;
  }
  const fruitless = hasVersion(look) ? failed : inARow(look, (r) => !versionOf(look, `v${r.n}`)?.live);
  const last = look.trainings[0];
  if (!fruitless || !last) return wish;
  const until = last.tags.at + Math.min(BACKOFF * 2 ** (fruitless - 1), LONGEST_BACKOFF);
  if (look.now >= until) return wish;
  look.waits.push(
    `${wish.why}; after ${count(fruitless, 'run')} without a usable version the next may start ${date(until)}`,
  );
  return undefined;
}

/** How many of the newest runs of this deployment and code are so. */
function inARow(look: Look, is: (run: TrainingRun) => boolean): number {
  const { generation, code } = look.spec;
  const runs = look.trainings;
  const end = runs.findIndex((r) => !is(r) || r.tags.generation !== generation || r.tags.code !== code);
  return end < 0 ? runs.length : end;
}
