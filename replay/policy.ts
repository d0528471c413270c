/** What the replay reads off the spec of an endpoint: how quality is measured, and the policy in a sentence. */
import type { Metric } from '../constructs/spec/metric';
import type { ResolvedEndpoint, ResolvedMlops } from '../constructs/spec/mlops';
import { metricOf } from '../constructs/spec/pipeline';
import { milliseconds } from '../constructs/spec/units';
import { DAY } from './clock';

type ResolvedMonitor = ResolvedEndpoint['monitors'][string];
type QualityMonitor = Extract<ResolvedMonitor, { kind: 'model-quality' }>;

export interface Yardstick {
  readonly metric: Metric;
  /** Length of a window in milliseconds. */
  readonly every: number;
}

/** The first quality monitor that retrains, else the first one, else the metric of the gate by the week. */
export function yardstick(spec: ResolvedMlops, endpoint: string): Yardstick {
  const { monitors, retrain, model } = spec.endpoints[endpoint]!;
  const retraining = retrain ? retrain.on : [];
  const quality = [...retraining, ...Object.keys(monitors)]
    .map((name) => monitors[name])
    .find((monitor): monitor is QualityMonitor => monitor?.kind === 'model-quality');
  if (!quality) return { metric: metricOf(spec.pipelines[model]!), every: 7 * DAY };
  return { metric: quality.metric, every: milliseconds(quality.every) };
}

/** The policy in a sentence. */
export function policyInWords({ monitors, retrain, rollout }: ResolvedEndpoint): string {
  const steps = rollout.steps.length > 0 ? `behind a canary of ${rollout.steps.join(', then ')} %` : 'all at once';
  const rolled = `rolled out ${steps}, each step for ${rollout.bake}`;
  if (!retrain || retrain.on.length === 0) return `no alarm retrains; ${rolled}`;
  const alarms = retrain.on.map((name) => alarmInWords(name, monitors[name]!)).join(', or ');
  const limits = `${retrain.cooldown} apart, at most ${retrain.atMost.runs} in ${retrain.atMost.per}`;
  return `retrain when ${alarms}; ${limits}; ${rolled}`;
}

function alarmInWords(name: string, monitor: ResolvedMonitor): string {
  const { count, of } = monitor.violations;
  const windows = `in ${count} of ${of} windows of ${monitor.every}`;
  if (monitor.kind !== 'model-quality') return `${name} drift ${windows}`;
  const bounds = [
    monitor.worseThanBaseline === false ? [] : [`over ${monitor.worseThanBaseline} × the version's own test score`],
    monitor.above === false ? [] : [`above ${monitor.above}`],
    monitor.below === false ? [] : [`below ${monitor.below}`],
  ].flat();
  return `${monitor.metric} is ${bounds.join(' or ')} ${windows}`;
}
