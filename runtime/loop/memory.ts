/**
 * What the loop remembers between two looks: first sightings only, all of them to be had again by looking.
 */
import { isLive, type Sight } from './deployments';
import type { LoopSpec } from './loop-spec';
import type { Memory, Observed, Time } from './platform';

/** The memory of a loop that has never looked, or whose memory was lost. */
export const EMPTY: Memory = {
  generation: 0,
  turn: 0,
  lastRun: 0,
  lastVersion: 0,
  failures: {},
  rejecting: {},
  degraded: {},
};

/** The present shares, and since when: what a bake and its health figures count from. */
export function stepOf(memory: Memory, sight: Sight, now: Time): NonNullable<Memory['step']> {
  const shares = sight.endpoint.deployments
    .filter((d) => d.share > 0)
    .map((d) => {
      const trial = sight.versions.find((v) => v.name === d.version)?.trial;
      // The same shares in another trial of the same version are another step.
      return `${d.id}=${d.share}${trial ? `@${trial.before}` : ''}`;
    })
    .sort()
    .join(' ');
  return memory.step?.shares === shares && memory.step.since <= now ? memory.step : { shares, since: now };
}

/** The memory with what this look saw for the first time, and without what is no longer so. */
export function remember(memory: Memory, spec: LoopSpec, now: Time, observed: Observed): Memory {
  const { runs, versions, endpoint } = observed;
  const blind = blindness(memory, spec, now, observed);
  return {
    generation: Math.max(memory.generation, spec.generation, ...runs.map((r) => r.tags.generation)),
    turn: memory.turn,
    lastRun: Math.max(memory.lastRun, ...versions.map((v) => v.n), ...runs.map((r) => r.tags.n ?? 0)),
    lastVersion: Math.max(memory.lastVersion, ...versions.map((v) => v.n)),
    step: stepOf(memory, observed, now),
    ...(blind && { blind }),
    failures: failuresOf(memory, endpoint),
    rejecting: memory.rejecting,
    degraded: memory.degraded,
  };
}

function failuresOf(memory: Memory, { deployments }: Observed['endpoint']): Memory['failures'] {
  type Failure = Memory['failures'][string];
  const before = Object.entries(memory.failures).map(([id, { count }]): [string, Failure] => [
    id,
    { count, failed: false },
  ]);
  const failed = deployments
    .filter((d) => d.state === 'failed')
    .map(({ id }): [string, Failure] => {
      const { count = 0, failed: counted = false } = memory.failures[id] ?? {};
      return [id, { count: counted ? count : count + 1, failed: true }];
    });
  const started = deployments.filter((d) => d.state === 'ready').map((d) => d.id);
  return without(Object.fromEntries<Failure>([...before, ...failed]), started);
}

export function without<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

/** A deployment under trial whose health alone is unknown: if the other one's is too, the figures are missing, not the health. */
function blindness(memory: Memory, spec: LoopSpec, now: Time, observed: Observed): Memory['blind'] {
  const dark = observed.endpoint.deployments.filter(
    (d) => d.share > 0 && (observed.health[d.id] ?? 'unknown') === 'unknown',
  );
  const [only] = dark;
  if (!only || dark.length > 1 || isLive(observed, only)) return undefined;
  const before = memory.blind;
  const unbroken = before?.id === only.id && before.last <= now && now - before.last <= spec.rollout.patience;
  return unbroken
    ? { ...before, last: now, looks: before.looks + 1 }
    : { id: only.id, since: now, last: now, looks: 1 };
}
