/** Every field of every noun, none at its default. */
import { dataset, jsDistance, ksStatistic, training, wasserstein, type MlopsSpec } from '../..';

export const full: MlopsSpec = {
  name: 'full',
  datasets: {
    rows: dataset({
      source: './data',
      time: 'when',
      key: ['shop', 'order'],
      label: 'bought',
      features: {
        price: { kind: 'number', range: [0, 1000], nulls: 0.1 },
        colour: { kind: 'category', nulls: 0.2 },
      },
    }),
  },
  pipelines: {
    training: training({
      dataset: 'rows',
      code: './model',
      history: '60 days',
      test: '10 days',
      candidates: { small: { depth: 2, kind: 'tree', prune: true }, large: { depth: 8, kind: 'tree', prune: false } },
      choose: { metric: 'auc', atLeast: 0.7, beatChampionBy: 0.02, leastNewRows: 50 },
      schedule: { cron: '0 3 * * 1', timezone: 'Europe/Berlin' },
      timeout: '30 minutes',
    }),
    own: {
      kind: 'graph',
      dataset: 'rows',
      code: './own',
      history: '40 days',
      metric: 'auc',
      tasks: {
        train: {
          component: {
            command: ['python', '{in.code}/train.py'],
            image: 'ghcr.io/example/trainer:3',
            inputs: { data: 'dataset', code: 'code', champion: 'model' },
            outputs: { model: 'model', decision: 'metrics' },
            parameters: { schema: '{schema}', pipeline: '{pipeline}', seconds: '{history}', trees: 10, shuffle: false },
            compute: { cpu: 4, memory: '8 GiB' },
            timeout: '20 minutes',
            retries: 5,
          },
          inputs: { data: 'data', code: 'code', champion: 'champion' },
          parameters: { trees: 40, shuffle: true },
        },
      },
      register: { model: 'train.model', decision: 'train.decision' },
      schedule: { cron: '0 4 * * 0', timezone: 'Asia/Tokyo' },
    },
  },
  endpoints: {
    online: {
      model: 'training',
      replicas: { min: 2, max: 3 },
      rollout: {
        steps: [20, 40, 60, 80],
        bake: '2 hours',
        leastRequests: 50,
        patience: '6 hours',
        whenIdle: 'advance',
        hold: '12 hours',
        rollBackOn: { errorRate: 0.02, p99: '400 ms', quality: { monitor: 'errors', worseThanChampion: 1.1 } },
      },
      monitors: {
        inputs: {
          kind: 'data-drift',
          every: '1 day',
          metric: { number: wasserstein(0.3), category: jsDistance(0.3) },
          leastRows: 200,
          violations: { count: 2, of: 4 },
        },
        predictions: {
          kind: 'prediction-drift',
          every: '1 day',
          metric: ksStatistic(0.2),
          leastRows: 150,
          violations: { count: 3, of: 5 },
        },
        quality: {
          kind: 'model-quality',
          every: '1 day',
          metric: 'brierSkill',
          below: 0.1,
          labelsWithin: '12 hours',
          leastRows: 30,
          violations: { count: 1, of: 2 },
        },
        errors: {
          kind: 'model-quality',
          every: '2 days',
          metric: 'brier',
          worseThanBaseline: 1.5,
          above: 0.3,
          labelsWithin: '6 hours',
          leastRows: 40,
          violations: { count: 2, of: 2 },
        },
      },
      retrain: { on: ['quality', 'inputs'], cooldown: '3 days', atMost: { runs: 2, per: '30 days' }, onNewCode: false },
      approval: 'manual',
      notify: { webhook: { env: 'FULL_WEBHOOK' }, on: ['failed', 'alarm'] },
    },
  },
  onDestroy: 'delete',
};
