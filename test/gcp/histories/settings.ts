/** The system that the histories are about. */
import { compileKfp } from '../../../pipelines/compile/kfp';
import { monitoringGraph, trialGraph } from '../../../pipelines/monitoring';
import { trainingGraph } from '../../../pipelines/training';
import { dataset, training, type MlopsSpec } from '../../..';
import type { Graph } from '../../../constructs/spec/component';
import type { ResolvedMlops } from '../../../constructs/spec/mlops';
import { resolve } from '../../../constructs/spec/resolve';
import type { LoopSettings } from '../../../constructs/gcp/settings';
import type { Case } from './cases';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 10, 20);

export const BUCKET = 'record';
export const ENDPOINT = 'bike-rentals-online';
export const MODEL = 'bike-rentals-training';
export const LOG = 'shop-project.bike_rentals.online';

/** What changes from one deployment of the stack to the next. */
export interface Deployed {
  readonly settings: LoopSettings;
  readonly spec: ResolvedMlops;
}

/** `calm`: with nothing left that a person would be needed for. */
export function specOf(given: Case, calm = false): ResolvedMlops {
  const spec: MlopsSpec = {
    name: 'bike-rentals',
    datasets: {
      rentals: dataset({
        source: './data',
        time: 'when',
        key: ['order'],
        label: 'sold',
        features: { price: 'number' },
      }),
    },
    pipelines: {
      training: training({
        dataset: 'rentals',
        code: './model',
        history: '10 days',
        test: '2 days',
        candidates: { only: {} },
        choose: { metric: 'wape' },
        ...(given.schedule && !calm && { schedule: { cron: '30 2 * * SUN', timezone: 'Europe/Berlin' } }),
      }),
    },
    endpoints: {
      online: {
        model: 'training',
        replicas: given.scales ? { min: 1, max: 3 } : { min: 1, max: 1 },
        approval: calm ? 'automatic' : given.approval,
        rollout: {
          steps: [[], [10], [20, 60]][given.steps] ?? [],
          bake: '2 hours',
          patience: '1 day',
          hold: '6 hours',
          leastRequests: 20,
          whenIdle: calm ? 'advance' : given.whenIdle,
          rollBackOn: { errorRate: 0.01, p99: '250 ms', quality: given.trial ? { monitor: 'quality' } : false },
        },
        monitors: {
          inputs: { kind: 'data-drift', every: '1 day', violations: { count: 2, of: 3 } },
          quality: {
            ...{ kind: 'model-quality', every: '2 days', metric: 'wape', above: 0.5, labelsWithin: '12 hours' },
            violations: { count: 2, of: 3 },
          },
        },
        retrain: { on: ['quality', 'inputs'], cooldown: '3 days', atMost: { runs: 2, per: '20 days' } },
      },
    },
  };
  return resolve(spec);
}

const documentOf = (pipeline: string): string => `pipelines/${pipeline}/0123456789abcdef.json`;
export const TRAINING = documentOf('bike-rentals-training');
export const MONITORS = {
  inputs: documentOf('bike-rentals-online-inputs'),
  quality: documentOf('bike-rentals-online-quality'),
} as const;
export const TRIAL = documentOf('bike-rentals-online-trial');

/** What is in the bucket of the pipelines, by path: compiled as they are for Vertex AI, without what only their jobs read. */
export function documents(spec: ResolvedMlops): Readonly<Record<string, object>> {
  const compiled = (graph: Graph): object => {
    const machine = { cores: 4, memoryGiB: 16 };
    const { pipelineInfo, root } = compileKfp(graph, { image: () => IMAGE, machine: () => machine });
    return { pipelineInfo, root: { inputDefinitions: root.inputDefinitions } };
  };
  const { quality } = spec.endpoints['online']!.rollout.rollBackOn;
  return {
    [TRAINING]: compiled(trainingGraph(spec, 'training')),
    [MONITORS.inputs]: compiled(monitoringGraph(spec, 'online', 'inputs')),
    [MONITORS.quality]: compiled(monitoringGraph(spec, 'online', 'quality')),
    ...(quality && { [TRIAL]: compiled(trialGraph(spec, 'online')) }),
  };
}

const IMAGE = `europe-west4-docker.pkg.dev/shop-project/bike-rentals/model@sha256:${'0b'.repeat(32)}`;

export const settingsOf = (given: Case, policies: Readonly<Record<string, string>>): LoopSettings => ({
  ...{ system: 'bike-rentals', endpoint: 'online', deployment: 'd1', revision: 'a0000001', code: 'c1' },
  ...{ project: 'shop-project', location: 'europe-west4', bucket: BUCKET, spec: 'loop/online/deployed.json' },
  ...{ key: false, endpointId: ENDPOINT, modelId: MODEL },
  pipelines: { training: TRAINING, monitors: MONITORS, trial: given.trial ? TRIAL : false },
  accounts: { train: 'train@shop-project', monitor: 'monitor@shop-project', serve: 'serve@shop-project' },
  ...{ image: IMAGE, awaited: false },
  serving: { machine: 'n1-standard-2', replicas: { min: 1, max: given.scales ? 3 : 1 }, cpuTarget: 60 },
  ...{ networkAttachment: false, requestLog: LOG },
  alarms: policies,
  topic: 'projects/shop-project/topics/notices',
  webhook: false,
});
