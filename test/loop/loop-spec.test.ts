/**
 * What the loop takes from a resolved spec.
 */
import { resolve } from '../../constructs/spec/resolve';
import { training } from '../../constructs/spec/training';
import type { MlopsSpec } from '../../constructs/spec/mlops';
import { loopSpec } from '../../runtime/loop/loop-spec';
import { DAY, HOUR } from './settings';

const spec: MlopsSpec = {
  name: 'shop',
  datasets: {
    orders: { source: './data', time: 'time', key: ['order'], label: 'paid', features: { amount: 'number' } },
  },
  pipelines: {
    paying: training({
      dataset: 'orders',
      code: './model',
      history: '90 days',
      test: '28 days',
      candidates: { ridge: { alpha: 1 } },
      choose: { metric: 'wape' },
      schedule: { cron: '0 3 * * MON' },
    }),
  },
  endpoints: {
    online: {
      model: 'paying',
      rollout: { bake: '1 day', rollBackOn: { p99: '250 ms', quality: { monitor: 'quality' } } },
      monitors: {
        inputs: { kind: 'data-drift', every: '7 days' },
        quality: {
          kind: 'model-quality',
          metric: 'wape',
          worseThanBaseline: 1.25,
          every: '7 days',
          labelsWithin: '36 hours',
          violations: { count: 2, of: 3 },
        },
      },
      retrain: { on: ['quality'], cooldown: '14 days' },
    },
  },
};
const facts = { generation: 3, revision: 'a1', code: 'b2', teardown: false };

test('durations become milliseconds, and defaults are those of the spec', () => {
  expect(loopSpec(resolve(spec), 'online', facts)).toEqual({
    ...facts,
    endpoint: 'online',
    pipeline: 'paying',
    schedule: { cron: '0 3 * * MON', timezone: 'UTC' },
    monitors: {
      inputs: { every: 7 * DAY, labelsWithin: 0, violations: { count: 1, of: 1 } },
      quality: { every: 7 * DAY, labelsWithin: 36 * HOUR, violations: { count: 2, of: 3 } },
    },
    retrain: { on: ['quality'], cooldown: 14 * DAY, atMost: { runs: 4, per: 90 * DAY }, onNewCode: true },
    approval: 'automatic',
    rollout: {
      steps: [10],
      bake: DAY,
      leastRequests: 20,
      patience: DAY,
      whenIdle: 'hold',
      hold: DAY,
      rollBackOn: { errorRate: 0.01, p99: 250, quality: { monitor: 'quality' } },
    },
  });
});

test('what is off stays off', () => {
  const { pipelines, ...rest } = spec;
  const quiet: MlopsSpec = {
    ...rest,
    pipelines: { paying: { ...pipelines!['paying']!, schedule: false } },
    endpoints: { online: { model: 'paying', rollout: { rollBackOn: { errorRate: false } } } },
  };
  const { schedule, retrain, rollout, monitors } = loopSpec(resolve(quiet), 'online', facts);
  expect({ schedule, retrain, monitors }).toEqual({ schedule: false, retrain: false, monitors: {} });
  expect(rollout.rollBackOn).toEqual({ errorRate: false, p99: false, quality: false });
});

test('refuses an endpoint that the spec does not have', () => {
  expect(() => loopSpec(resolve(spec), 'offline', facts)).toThrow(
    'got endpoint offline, expected one of the spec: online',
  );
});
