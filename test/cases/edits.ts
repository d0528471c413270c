/** Edits that people make of the spec of a system that is deployed. */
import type { EndpointSpec, MlopsSpec, MonitorSpec, TrainingSpec } from '../..';
import { full } from './full';

/** What is deployed: a pipeline, an endpoint with four monitors, and a pipeline that judges trials. */
export const deployed: MlopsSpec = {
  ...full,
  name: 'shop',
  pipelines: { training: full.pipelines!['training']! },
  onDestroy: 'retain',
};

export const withTraining =
  (change: Partial<TrainingSpec>) =>
  (spec: MlopsSpec): MlopsSpec => ({
    ...spec,
    pipelines: { ...spec.pipelines, training: { ...(spec.pipelines!['training'] as TrainingSpec), ...change } },
  });

export const withEndpoint =
  (change: Partial<EndpointSpec>) =>
  (spec: MlopsSpec): MlopsSpec => ({
    ...spec,
    endpoints: { ...spec.endpoints, online: { ...spec.endpoints!['online']!, ...change } },
  });

const { candidates, choose } = deployed.pipelines!['training'] as TrainingSpec;
const { rollout, monitors = {}, retrain } = deployed.endpoints!['online']!;
const rows = deployed.datasets!['rows']!;

const withRows =
  (change: Partial<typeof rows>) =>
  (spec: MlopsSpec): MlopsSpec => ({
    ...spec,
    datasets: { ...spec.datasets, rows: { ...rows, ...change } },
  });
const withMonitor = (name: string, change: object) =>
  withEndpoint({ monitors: { ...monitors, [name]: { ...monitors[name], ...change } as MonitorSpec } });
const withRollout = (change: object) => withEndpoint({ rollout: { ...rollout, ...change } });
const without = (name: string) => Object.fromEntries(Object.entries(monitors).filter(([key]) => key !== name));
const noQuality = { ...rollout, rollBackOn: { errorRate: 0.02 } };

export const SPEC_EDITS = {
  'one candidate more': withTraining({ candidates: { ...candidates, huge: { depth: 16 } } }),
  'one candidate less': withTraining({ candidates: { small: candidates['small']! } }),
  'another parameter of a candidate': withTraining({ candidates: { ...candidates, small: { depth: 3 } } }),
  'a candidate renamed': withTraining({ candidates: { tiny: candidates['small']!, large: candidates['large']! } }),
  'a longer history': withTraining({ history: '90 days' }),
  'a longer test': withTraining({ test: '20 days' }),
  'another metric': withTraining({ choose: { ...choose, metric: 'f1' } }),
  'a stricter gate': withTraining({ choose: { ...choose, atLeast: 0.8 } }),
  'another schedule': withTraining({ schedule: { cron: '0 5 * * *' } }),
  'no schedule': withTraining({ schedule: false }),
  'a longer timeout': withTraining({ timeout: '2 hours' }),
  'other model code': withTraining({ code: './other-code' }),
  'one feature more': withRows({ features: { ...rows.features, size: 'number' } }),
  'one feature less': withRows({ features: { price: 'number' } }),
  'a check of a feature': withRows({ features: { ...rows.features, price: { kind: 'number', range: [0, 10] } } }),
  'another label': withRows({ label: 'returned' }),
  'another key': withRows({ key: ['order'] }),
  'other files': withRows({ source: './other-data' }),
  'a dataset that nobody uses': (from: MlopsSpec) => ({ ...from, datasets: { ...from.datasets, more: rows } }),
  'more replicas': withEndpoint({ replicas: { min: 2, max: 8 } }),
  'as many replicas always': withEndpoint({ replicas: { min: 3, max: 3 } }),
  'all at once': withRollout({ steps: [] }),
  'a longer bake': withRollout({ bake: '1 day' }),
  'no limit of latency': withRollout({ rollBackOn: { errorRate: 0.02 } }),
  'no judgement by labels': withEndpoint({ rollout: noQuality }),
  'no judgement of errors': withRollout({ rollBackOn: { errorRate: false } }),
  'one monitor more': withMonitor('week', { ...monitors['inputs'], every: '7 days' }),
  'one monitor less': withEndpoint({ rollout: noQuality, monitors: without('errors') }),
  'no monitor': withEndpoint({ rollout: noQuality, monitors: {}, retrain: false }),
  'a monitor renamed': withEndpoint({ monitors: { ...without('predictions'), outputs: monitors['predictions']! } }),
  'a monitor of another kind': withMonitor('predictions', monitors['inputs']!),
  'a monitor of longer windows': withMonitor('quality', { every: '7 days' }),
  'another threshold': withMonitor('quality', { below: 0.2 }),
  'more patience of a monitor': withMonitor('inputs', { violations: { count: 3, of: 4 } }),
  'another monitor that retrains': withEndpoint({ retrain: { on: ['errors'] } }),
  'a longer cooldown': withEndpoint({ retrain: { ...(retrain as object), on: ['quality'], cooldown: '9 days' } }),
  'no retraining': withEndpoint({ retrain: false }),
  'approval by itself': withEndpoint({ approval: 'automatic' }),
  'nobody is told': withEndpoint({ notify: false }),
  'another webhook': withEndpoint({ notify: { webhook: 'https://example.com/hook' } }),
  'data go with the stack': (from: MlopsSpec) => ({ ...from, onDestroy: 'delete' as const }),
  'no endpoint': (from: MlopsSpec) => ({ ...from, endpoints: {} }),
} satisfies Readonly<Record<string, (spec: MlopsSpec) => MlopsSpec>>;
