/**
 * What the loop needs of a resolved spec, in milliseconds.
 */
import type { ResolvedEndpoint, ResolvedMlops } from '../../constructs/spec/mlops';
import { milliseconds } from '../../constructs/spec/units';
import type { LoopMonitor, LoopRollout, LoopSpec } from './platform';

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
