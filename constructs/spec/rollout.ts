/** Rollout: how a new version takes over the traffic, and what takes it back. */
import { METRICS } from './metric';
import type { ResolvedEndpoint } from './mlops';
import { dangling, show, when, type Problem } from './problem';
import type { Duration } from './units';

export interface RolloutSpec {
  /**
   * Percent of the traffic that the new version gets, one bake after the other, before it gets all of it: `[10]` is a
   * canary, `[20, 40, 60, 80]` is linear, `[]` is all at once.
   * @default [10]
   */
  readonly steps?: readonly number[];
  /**
   * How long each step, and the last one at 100 %, must look healthy.
   * @default "1 hour"
   */
  readonly bake?: Duration;
  /**
   * A step is judged from this many requests on; its p99 never on fewer than 20.
   * @default 20
   * @minimum 1
   * @asType integer
   */
  readonly leastRequests?: number;
  /**
   * How much longer than `bake` a step waits for enough requests, for health figures or for labels.
   * @default "1 day"
   */
  readonly patience?: Duration;
  /**
   * When there is still too little traffic to judge after that: go on, or stay.
   * @default "hold"
   */
  readonly whenIdle?: 'advance' | 'hold';
  /**
   * How long the replaced version is kept warm, ready to take the traffic back, after the new one came through.
   * @default "1 day"
   */
  readonly hold?: Duration;
  /** @default {} */
  readonly rollBackOn?: RollBackSpec;
}

/** A new version that breaks one of these, while the old one does not, loses its traffic and is never tried again. */
export interface RollBackSpec {
  /**
   * Share of failed requests, 0 to 1, above which the new version is rolled back.
   * @default 0.01
   */
  readonly errorRate?: number | false;
  /**
   * 99th percentile of the latency above which the new version is rolled back.
   * @default false
   */
  readonly p99?: Duration | false;
  /**
   * Judges the new version by the labels of the rows that it answered, against the champion on the same rows.
   * @default false
   */
  readonly quality?: QualityRuleSpec | false;
}

export interface QualityRuleSpec {
  /** A model-quality monitor of this endpoint: its metric, `labelsWithin` and `leastRows` are used. */
  readonly monitor: string;
  /**
   * Rolled back when the metric is this many times worse than the champion's on the same rows.
   * @default 1.25
   * @exclusiveMinimum 1
   */
  readonly worseThanChampion?: number;
}

export function checkRollout(endpoint: ResolvedEndpoint, path: string): Problem[] {
  const { steps } = endpoint.rollout;
  const ascending = steps.every((step, i) => step > (steps[i - 1] ?? 0) && step < 100 && Number.isInteger(step));
  return [
    ...when(!ascending, {
      path: `${path}.steps`,
      got: show(steps),
      expected: 'ascending whole percentages from 1 to 99',
      fix: 'write [10] for a canary, [20, 40, 60, 80] for linear, [] for all at once; 100 follows by itself',
    }),
    ...checkQualityRule(endpoint, path),
  ];
}

function checkQualityRule({ rollout, monitors }: ResolvedEndpoint, path: string): Problem[] {
  const rule = rollout.rollBackOn.quality;
  if (!rule) return [];
  const place = `${path}.rollBackOn.quality.monitor`;
  const judges = Object.fromEntries(Object.entries(monitors).filter(([, { kind }]) => kind === 'model-quality'));
  const judge = judges[rule.monitor];
  if (judge?.kind !== 'model-quality')
    return dangling(place, rule.monitor, judges, 'model-quality monitor of this endpoint');
  return when(!METRICS[judge.metric].ratio, {
    path: place,
    got: `${show(rule.monitor)}, which measures ${judge.metric}`,
    expected: `a monitor of a metric that is never zero or negative by nature: ${ratioMetrics.join(', ')}`,
    fix: 'add a monitor of such a metric, and name it here',
  });
}

const ratioMetrics = Object.entries(METRICS).flatMap(([name, { ratio }]) => (ratio ? [name] : []));
