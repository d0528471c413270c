/** Only what is required. */
import { dataset, training, type MlopsSpec } from '../..';

export const minimal: MlopsSpec = {
  name: 'minimal',
  datasets: {
    rows: dataset({
      source: './data',
      time: 'when',
      key: ['order'],
      label: 'y',
      features: { x: 'number', colour: 'category' },
    }),
  },
  pipelines: {
    training: training({
      dataset: 'rows',
      code: './model',
      history: '30 days',
      test: '7 days',
      candidates: { only: {} },
      choose: { metric: 'mae' },
    }),
  },
  endpoints: { online: { model: 'training' } },
};
