/**
 * What the loop needs of a resolved spec, in milliseconds.
 */
import type { ResolvedEndpoint, ResolvedMlops } from '../../constructs/spec/mlops';
import { milliseconds } from '../../constructs/spec/units';

/** What the loop needs of the resolved spec of one endpoint and the pipeline behind it; durations in milliseconds. */
export interface LoopSpec {
  readonly endpoint: string;
  readonly pipeline: string;
  /** Grows with every deployment of the stack; a loop of an older generation stands back. */
  readonly generation: number;
  /** Digest of all that shapes a deployment: image, machine, replicas, environment. */
  readonly revision: string;
  /** Digest of the model code. */
  readonly code: string;
  readonly schedule: { readonly cron: string; readonly timezone: string } | false;
  readonly monitors: Readonly<Record<string, LoopMonitor>>;
  readonly retrain:
    | {
        readonly on: readonly string[];
        readonly cooldown: number;
        readonly atMost: { readonly runs: number; readonly per: number };
        readonly onNewCode: boolean;
      }
    | false;
  readonly approval: 'automatic' | 'manual';
  readonly rollout: LoopRollout;
  /** The endpoint is being taken down. */
  readonly teardown: boolean;
}

export interface LoopMonitor {
  /** Length of a window. Windows are aligned to the epoch. */
  readonly every: number;
  /** A window is final this long after its end. */
  readonly labelsWithin: number;
  /** Degraded when `count` of the last `of` windows are violated. */
  readonly violations: { readonly count: number; readonly of: number };
}

export interface LoopRollout {
  /** Ascending percentages below 100, each kept for one bake; then 100, which bakes too. */
  readonly steps: readonly number[];
  readonly bake: number;
  /** Health is judged from this many requests on; p99 never on fewer than 20. */
  readonly leastRequests: number;
  /** How much longer than `bake` a step may wait for `leastRequests`, for health or for labels. */
  readonly patience: number;
  /** With too few requests after bake and patience: go on, or stay where it is. */
  readonly whenIdle: 'advance' | 'hold';
  /** How long the replaced version is kept at 0 % after the new one settled. */
  readonly hold: number;
  readonly rollBackOn: {
    /** Share of failed requests, 0 to 1. */
    readonly errorRate: number | false;
    /** Milliseconds. */
    readonly p99: number | false;
    /** A model-quality monitor whose trial report rolls back. */
    readonly quality: { readonly monitor: string } | false;
  };
}

/** What only the deployment knows. */
export type DeploymentFacts = Pick<LoopSpec, 'generation' | 'revision' | 'code' | 'teardown'>;

/** Throws a RangeError for an endpoint that the spec does not have, or whose pipeline it does not have. */
export function loopSpec(spec: ResolvedMlops, endpoint: string, facts: DeploymentFacts): LoopSpec {
  const noun = spec.endpoints[endpoint];
  if (!noun) throw new RangeError(unknown('endpoint', endpoint, spec.endpoints));
  const pipeline = spec.pipelines[noun.model];
  if (!pipeline) throw new RangeError(unknown('pipeline', noun.model, spec.pipelines));
  return {
    endpoint,
    pipeline: noun.model,
    schedule: pipeline.schedule,
    monitors: Object.fromEntries(Object.entries(noun.monitors).map(([name, monitor]) => [name, monitorOf(monitor)])),
    retrain: noun.retrain && retrainOf(noun.retrain),
    approval: noun.approval,
    rollout: rolloutOf(noun.rollout),
    ...facts,
  };
}

/** Inputs are there when the window ends; only labels come later. */
function monitorOf(monitor: ResolvedEndpoint['monitors'][string]): LoopMonitor {
  return {
    every: milliseconds(monitor.every),
    labelsWithin: monitor.kind === 'model-quality' ? milliseconds(monitor.labelsWithin) : 0,
    violations: monitor.violations,
  };
}

function retrainOf({
  on,
  cooldown,
  atMost,
  onNewCode,
}: Exclude<ResolvedEndpoint['retrain'], false>): LoopSpec['retrain'] {
  return {
    on,
    cooldown: milliseconds(cooldown),
    atMost: { runs: atMost.runs, per: milliseconds(atMost.per) },
    onNewCode,
  };
}

function rolloutOf({ bake, patience, hold, rollBackOn, ...rest }: ResolvedEndpoint['rollout']): LoopRollout {
  const { errorRate, p99, quality } = rollBackOn;
  return {
    ...rest,
    bake: milliseconds(bake),
    patience: milliseconds(patience),
    hold: milliseconds(hold),
    rollBackOn: { errorRate, p99: p99 && milliseconds(p99), quality: quality && { monitor: quality.monitor } },
  };
}

function unknown(noun: string, name: string, known: object): string {
  return `got ${noun} ${name}, expected one of the spec: ${Object.keys(known).join(', ') || 'it has none'}`;
}
