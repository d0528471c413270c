/** The system that the histories are about. Its names are the example's, so that what is asked of AWS can be held against its role. */
import { dataset, training, type MlopsSpec } from '../../..';
import { resolve } from '../../../constructs/spec/resolve';
import type { ResolvedMlops } from '../../../constructs/spec/mlops';
import type { HostedSettings, Machines } from '../../../constructs/aws/endpoint-config.runtime';
import type { Case } from './cases';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 10, 20);

export const ENDPOINT = 'bike-rentals-online';
export const GROUP = 'bike-rentals-training';
export const TRAINING = 'bike-rentals-training';
const account = 'eu-central-1:111122223333';

/** What changes from one deployment of the stack to the next. */
export interface Deployed {
  readonly settings: HostedSettings;
  readonly spec: ResolvedMlops;
}

/** What both functions are told at first. */
export function deployedFirst(given: Case): Deployed {
  const watched = given.kind !== 'asynchronous';
  return { spec: specOf(given), settings: { ...SETTINGS, serving: servingOf(given), ...(watched ? {} : UNWATCHED) } };
}

export function specOf(given: Case, calm = false): ResolvedMlops {
  const watched = given.kind !== 'asynchronous';
  const schedule = given.schedule && !calm;
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
        ...(schedule && { schedule: { cron: '30 2 * * SUN', timezone: 'Europe/Berlin' } }),
      }),
    },
    endpoints: {
      online: {
        model: 'training',
        replicas: given.scales ? { min: 1, max: 3 } : { min: 1, max: 1 },
        approval: calm ? 'automatic' : given.approval,
        rollout: {
          steps: given.kind === 'stepped' ? ([[], [10], [20, 60]][given.steps] ?? []) : [],
          bake: '2 hours',
          patience: '1 day',
          hold: '6 hours',
          leastRequests: 20,
          // To hold is to wait for a person, who would be needed to come to rest.
          whenIdle: calm ? 'advance' : given.whenIdle,
          rollBackOn: {
            errorRate: 0.01,
            p99: '250 ms',
            quality: given.kind === 'stepped' && given.trial ? { monitor: 'quality' } : false,
          },
        },
        ...(watched && {
          monitors: {
            inputs: { kind: 'data-drift', every: '1 day', violations: { count: 2, of: 3 } },
            quality: {
              kind: 'model-quality',
              every: '2 days',
              metric: 'wape',
              above: 0.5,
              labelsWithin: '12 hours',
              violations: { count: 2, of: 3 },
            },
          },
        }),
        retrain: {
          on: watched ? ['quality', 'inputs'] : [],
          cooldown: '3 days',
          atMost: { runs: 2, per: '20 days' },
        },
      },
    },
  };
  return resolve(spec);
}

const SETTINGS: Omit<HostedSettings, 'serving'> = {
  system: 'bike-rentals',
  endpoint: 'online',
  endpointName: ENDPOINT,
  deployment: 'd1',
  revision: 'a0000001',
  code: 'c1',
  bucket: 'record',
  key: `arn:aws:kms:${account}:key/11112222-3333-4444-5555-666677778888`,
  pipelines: {
    training: TRAINING,
    monitors: { inputs: `${ENDPOINT}-inputs`, quality: `${ENDPOINT}-quality` },
    trial: `${ENDPOINT}-trial`,
  },
  packageGroup: GROUP,
  image: `111122223333.dkr.ecr.eu-central-1.amazonaws.com/models@sha256:${'0b'.repeat(32)}`,
  serveRole: 'arn:aws:iam::111122223333:role/serve',
  network: false,
  alarms: { inputs: `${ENDPOINT}-inputs-degraded`, quality: `${ENDPOINT}-quality-degraded`, revenue: 'revenue' },
  topic: `arn:aws:sns:${account}:notices`,
  webhook: false,
};

const UNWATCHED = {
  pipelines: { training: TRAINING, monitors: {}, trial: false },
  alarms: { revenue: 'revenue' },
} as const;

export const GUARDRAILS = { canary: 25, waitSeconds: 600, alarms: ['errors', 'latency'] } as const;

function servingOf({ kind, scales }: Case): Machines {
  const replicas = { min: 1, max: scales ? 3 : 1 };
  if (kind === 'asynchronous')
    return {
      ...{ kind, machine: 'ml.m5.large', isolation: true, volumeKey: true },
      replicas: { ...replicas, min: scales ? 0 : 1 },
      maxConcurrentInvocationsPerReplica: 4,
    };
  return {
    ...{ kind: 'real-time', machine: 'ml.m5.large', isolation: true, volumeKey: true, capture: 100 },
    replicas,
    invocationsPerReplica: 1000,
    guardrails: kind === 'guarded' ? GUARDRAILS : false,
  };
}
