/** An endpoint: a model that is served, rolled out, watched and retrained. */
import type { ResolvedEndpoint, ResolvedMlops } from './mlops';
import { checkMonitor, type MonitorSpec } from './monitor';
import type { NotifySpec } from './notify';
import { checkName, dangling, show, when, type Problem } from './problem';
import { checkRollout, type RolloutSpec } from './rollout';
import type { Duration } from './units';

export interface EndpointSpec {
  /** Name of the pipeline whose versions are served. */
  readonly model: string;
  /** @default {"min": 1, "max": 1} */
  readonly replicas?: ReplicasSpec;
  /** @default {} */
  readonly rollout?: RolloutSpec;
  /** @default {} */
  readonly monitors?: Readonly<Record<string, MonitorSpec>>;
  /** @default false */
  readonly retrain?: RetrainSpec | false;
  /**
   * Whether a version that passed its gate may serve at once, or after `mlops approve`.
   * @default "automatic"
   */
  readonly approval?: 'automatic' | 'manual';
  /** @default false */
  readonly notify?: NotifySpec | false;
}

/** How many servers run behind the endpoint, per version. */
export interface ReplicasSpec {
  /**
   * @minimum 0
   * @asType integer
   */
  readonly min: number;
  /**
   * @minimum 1
   * @asType integer
   */
  readonly max: number;
}

/** When a degraded endpoint is trained again. */
export interface RetrainSpec {
  /** Monitors whose alarm starts a training. */
  readonly on: readonly string[];
  /**
   * Least time between the start of any training and one that an alarm starts.
   * @default "1 day"
   */
  readonly cooldown?: Duration;
  /** @default {"runs": 4, "per": "90 days"} */
  readonly atMost?: RetrainCapSpec;
  /**
   * Trains when the model code has changed.
   * @default true
   */
  readonly onNewCode?: boolean;
}

/** Alarms start at most this many trainings in a sliding period. */
export interface RetrainCapSpec {
  /**
   * @minimum 1
   * @asType integer
   */
  readonly runs: number;
  readonly per: Duration;
}

export function checkEndpoint(spec: ResolvedMlops, endpoint: ResolvedEndpoint, path: string): Problem[] {
  const { replicas, monitors, retrain } = endpoint;
  const pipeline = spec.pipelines[endpoint.model];
  const dataset = pipeline && spec.datasets[pipeline.dataset];
  return [
    ...dangling(`${path}.model`, endpoint.model, spec.pipelines, 'pipeline'),
    ...when(replicas.max < replicas.min, {
      path: `${path}.replicas.max`,
      got: show(replicas.max),
      expected: `at least replicas.min (${replicas.min})`,
      fix: 'raise max or lower min',
    }),
    ...checkRollout(endpoint, `${path}.rollout`),
    ...Object.entries(monitors).flatMap(([name, monitor]) => [
      ...checkName(name, `${path}.monitors.${name}`),
      ...checkMonitor(monitor, `${path}.monitors.${name}`, pipeline, dataset),
    ]),
    ...(retrain
      ? retrain.on.flatMap((name, i) =>
          dangling(`${path}.retrain.on[${i}]`, name, monitors, 'monitor of this endpoint'),
        )
      : []),
  ];
}
