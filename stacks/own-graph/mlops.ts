/** How many loaves does a bakery sell in an hour? Trained by a graph of its own, in two languages, without `training()`. */
import { component, dataset, externals, graph, steps, type MlopsSpec } from '../..';

const clean = component({
  command: ['node', '{in.code}/clean.mjs'],
  inputs: { data: 'dataset', code: 'code' },
  outputs: { data: 'dataset' },
  timeout: '5 minutes',
});
const train = component({
  command: ['python', '{in.code}/train.py'],
  inputs: { rows: 'dataset', code: 'code' },
  outputs: { files: 'files' },
  parameters: { ridge: 1 },
  timeout: '10 minutes',
  retries: 1,
});

const { data, code, champion: live } = externals;
const cleaned = clean({ data, code });
const prepared = steps.prepare({ data: cleaned.outputs.data }, { test: '7 days' });
const { rows } = prepared.outputs;
const trained = train({ rows, code }, { ridge: 0.1 });
const completed = steps.complete({ files: trained.outputs.files, rows, code });
const champion = steps.champion({ rows, champion: live });
const selected = steps.select(
  { rows, champion: live, champion_predictions: champion.outputs.predictions },
  { regression: completed.outputs },
  { metric: 'wape', atMost: 0.4, leastNewRows: 48 },
);

export const bakery: MlopsSpec = {
  name: 'bakery',
  datasets: {
    sales: dataset({
      source: './data',
      time: 'time',
      key: ['time'],
      label: 'sold',
      features: { hour: 'category', weekday: 'category', temperature: 'number' },
    }),
  },
  pipelines: {
    training: graph({
      dataset: 'sales',
      code: './code',
      history: '28 days',
      metric: 'wape',
      tasks: { cleaned, prepared, trained, completed, champion, selected },
      register: { model: selected.outputs.model, decision: selected.outputs.decision },
    }),
  },
  endpoints: {
    online: {
      model: 'training',
      rollout: { steps: [25], bake: '1 day', leastRequests: 2, rollBackOn: { p99: '500 ms' } },
      monitors: {
        inputs: { kind: 'data-drift', every: '7 days', leastRows: 48 },
        quality: {
          kind: 'model-quality',
          metric: 'wape',
          worseThanBaseline: 1.5,
          every: '7 days',
          labelsWithin: '1 day',
        },
      },
      retrain: { on: ['quality'], cooldown: '7 days' },
    },
  },
};
