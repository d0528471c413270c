/** What SageMaker's slowness means for the times of the loop's spec. */
import type { LoopSpec } from '../../runtime/loop/loop-spec';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * How long after a request its capture is in the bucket. The documentation says "a couple of minutes", and gives no bound:
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html [unverified]
 */
export const CAPTURE_LAG = 15 * MINUTE;

/** A run whose jobs wait for capacity at each step, and then fail at the last. */
const LONGEST_MONITOR_RUN = 3 * DAY;

/** A window is final when its captures can be there, whether it waits for labels or not. */
export function withCaptureLag(spec: LoopSpec, lag: number = CAPTURE_LAG): LoopSpec {
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
