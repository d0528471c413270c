/** What a platform's slowness means for the times of the loop's spec. */
import type { LoopSpec } from '../loop/loop-spec';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A run whose jobs wait for capacity at each step, and then fail at the last. */
const LONGEST_MONITOR_RUN = 3 * DAY;

/** A window is final when its captures can be there, `lag` milliseconds after its end, whether it waits for labels or not. */
export function withCaptureLag(spec: LoopSpec, lag: number): LoopSpec {
  const monitors = Object.entries(spec.monitors).map(([name, monitor]) => [
    name,
    { ...monitor, labelsWithin: Math.max(monitor.labelsWithin, lag) },
  ]);
  return { ...spec, monitors: Object.fromEntries(monitors) as LoopSpec['monitors'] };
}

/** How far back any rule of the loop asks for runs, in milliseconds. */
export function longestPeriod({ monitors, retrain, rollout }: LoopSpec): number {
  const all = Object.values(monitors);
  const latestLabels = Math.max(0, ...all.map(({ labelsWithin }) => labelsWithin));
  return Math.max(
    LONGEST_MONITOR_RUN,
    rollout.bake + rollout.patience + latestLabels,
    ...all.map(({ every, labelsWithin, violations }) => (violations.of + 2) * every + labelsWithin),
    ...(retrain ? [retrain.cooldown, retrain.atMost.per] : []),
  );
}
