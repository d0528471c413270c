/** Monitors: what is measured of an endpoint's traffic, window by window, and when that counts as degraded. */
import { DISTANCES, type Drift, type FeatureKind } from './distance';
import { METRICS, type Metric } from './metric';
import type { ResolvedDataset, ResolvedEndpoint, ResolvedPipeline } from './mlops';
import { metricOf } from './pipeline';
import { show, when, type Problem } from './problem';
import { milliseconds, type Duration } from './units';

export type MonitorSpec = DataDriftSpec | PredictionDriftSpec | ModelQualitySpec;

/** Degraded when `count` of the last `of` windows are violated. A window that could not be judged takes its place among them. */
export interface ViolationsSpec {
  /**
   * @minimum 1
   * @asType integer
   */
  readonly count: number;
  /**
   * @minimum 1
   * @asType integer
   */
  readonly of: number;
}

/** Compares the inputs of each window with the reference profile that travels with the version. */
export interface DataDriftSpec {
  readonly kind: 'data-drift';
  /** Length of a window; windows are aligned to 1970-01-01 UTC, so weeks begin on Thursday. */
  readonly every: Duration;
  /**
   * How drift is measured, by kind of feature.
   * @default {}
   */
  readonly metric?: DriftByKind;
  /**
   * With fewer captured rows the window is `unclear`.
   * @default 100
   * @minimum 1
   * @asType integer
   */
  readonly leastRows?: number;
  /** @default {"count": 1, "of": 1} */
  readonly violations?: ViolationsSpec;
}

export interface DriftByKind {
  /** @default {"distance": "jsDistance", "threshold": 0.1} */
  readonly number?: Drift;
  /** @default {"distance": "lInfinity", "threshold": 0.1} */
  readonly category?: Drift;
}

/**
 * Compares the predictions of each window with the reference profile that travels with the version: its predictions on the
 * test rows. It needs no labels.
 */
export interface PredictionDriftSpec {
  readonly kind: 'prediction-drift';
  /** Length of a window; windows are aligned to 1970-01-01 UTC, so weeks begin on Thursday. */
  readonly every: Duration;
  /**
   * How drift is measured, by a distance for numbers.
   * @default {"distance": "jsDistance", "threshold": 0.1}
   */
  readonly metric?: Drift;
  /**
   * With fewer captured rows the window is `unclear`.
   * @default 100
   * @minimum 1
   * @asType integer
   */
  readonly leastRows?: number;
  /** @default {"count": 1, "of": 1} */
  readonly violations?: ViolationsSpec;
}

/** Compares predictions with the labels that came since. */
export interface ModelQualitySpec {
  readonly kind: 'model-quality';
  /** Length of a window; windows are aligned to 1970-01-01 UTC, so weeks begin on Thursday. */
  readonly every: Duration;
  readonly metric: Metric;
  /**
   * Violated when the metric is this many times worse than the version's own test score.
   * @default false
   * @exclusiveMinimum 1
   */
  readonly worseThanBaseline?: number | false;
  /**
   * Violated when the metric is above this value.
   * @default false
   */
  readonly above?: number | false;
  /**
   * Violated when the metric is below this value.
   * @default false
   */
  readonly below?: number | false;
  /** Labels come within this time; a window is judged when it has passed. */
  readonly labelsWithin: Duration;
  /**
   * With fewer labelled rows the window is `unclear`.
   * @default 20
   * @minimum 1
   * @asType integer
   */
  readonly leastRows?: number;
  /** @default {"count": 1, "of": 1} */
  readonly violations?: ViolationsSpec;
}

export function checkMonitor(
  monitor: ResolvedEndpoint['monitors'][string],
  path: string,
  pipeline: ResolvedPipeline | undefined,
  dataset: ResolvedDataset | undefined,
): Problem[] {
  const { count, of } = monitor.violations;
  const windows = [
    ...when(milliseconds(monitor.every) < 60_000, {
      path: `${path}.every`,
      got: show(monitor.every),
      expected: 'at least 1 minute',
      fix: 'lengthen it: a window needs rows to be judged by',
    }),
    ...when(count > of, {
      path: `${path}.violations.count`,
      got: show(count),
      expected: `at most violations.of (${of})`,
      fix: 'lower count or raise of',
    }),
  ];
  if (monitor.kind === 'model-quality') return [...windows, ...checkQuality(monitor, path, pipeline)];
  if (monitor.kind === 'prediction-drift')
    return [...windows, ...checkDrift(monitor.metric, 'number', `${path}.metric`)];
  const kinds = new Set(Object.values(dataset?.features ?? {}).map(({ kind }) => kind));
  return [
    ...windows,
    ...[...kinds].flatMap((kind) => checkDrift(monitor.metric[kind], kind, `${path}.metric.${kind}`)),
  ];
}

function checkDrift({ distance }: Drift, kind: FeatureKind, path: string): Problem[] {
  const fitting = Object.entries(DISTANCES).filter(([, { kinds }]) => kinds.includes(kind));
  return when(!DISTANCES[distance].kinds.includes(kind), {
    path: `${path}.distance`,
    got: show(distance),
    expected: `a distance for a ${kind}: ${fitting.map(([name]) => name).join(', ')}`,
    fix: `use ${fitting[0]![0]}`,
  });
}

function checkQuality(
  monitor: Extract<ResolvedEndpoint['monitors'][string], { kind: 'model-quality' }>,
  path: string,
  pipeline: ResolvedPipeline | undefined,
): Problem[] {
  const { task, ratio } = METRICS[monitor.metric];
  const chosen = pipeline && metricOf(pipeline);
  const trained = chosen && METRICS[chosen].task;
  return [
    ...when(trained !== undefined && trained !== task, {
      path: `${path}.metric`,
      got: `${show(monitor.metric)}, a metric of ${task}`,
      expected: `a metric of ${trained}, as the pipeline chooses by ${show(chosen)}`,
      fix: `use ${show(chosen)}`,
    }),
    ...when(!ratio && monitor.worseThanBaseline !== false, {
      path: `${path}.worseThanBaseline`,
      got: show(monitor.worseThanBaseline),
      expected: `above or below, because ${monitor.metric} can be zero or negative and a ratio means nothing`,
      fix: 'use above or below',
    }),
    ...when(monitor.worseThanBaseline === false && monitor.above === false && monitor.below === false, {
      path,
      got: 'no threshold',
      expected: 'worseThanBaseline, above or below',
      fix: ratio ? 'add worseThanBaseline: 1.25' : 'add above or below',
    }),
  ];
}
