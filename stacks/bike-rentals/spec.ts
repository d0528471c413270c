/** Bike rentals in Washington, D.C.: how many bikes are rented in an hour? */
import { dataset, jsDistance, lInfinity, training, type MlopsSpec } from '../..';

export const bikeRentals: MlopsSpec = {
  name: 'bike-rentals',
  datasets: {
    rentals: dataset({
      source: './data',
      time: 'time',
      key: ['time'],
      label: 'rentals',
      features: {
        hour: 'category',
        weekday: 'category',
        working_day: 'category',
        weather: 'category',
        temperature: 'number',
        humidity: { kind: 'number', range: [0, 100] },
        wind_speed: 'number',
      },
    }),
  },
  pipelines: {
    training: training({
      dataset: 'rentals',
      code: './model',
      history: '90 days',
      test: '28 days',
      candidates: {
        ridge: { kind: 'ridge', alpha: 1 },
        boosting: { kind: 'boosting', iterations: 150 },
        forest: { kind: 'forest', trees: 60 },
      },
      // A version's alarm is measured by its own test score: one that scored badly on an odd month would never ring.
      choose: { metric: 'wape', atMost: 0.35, beatChampionBy: 0.01 },
    }),
  },
  endpoints: {
    online: {
      model: 'training',
      replicas: { min: 1, max: 4 },
      rollout: {
        steps: [10],
        bake: '1 day',
        whenIdle: 'advance',
        rollBackOn: { errorRate: 0.01, p99: '250 ms', quality: { monitor: 'quality', worseThanChampion: 1.5 } },
      },
      monitors: {
        inputs: { kind: 'data-drift', every: '7 days', metric: { number: jsDistance(0.2), category: lInfinity(0.1) } },
        quality: {
          kind: 'model-quality',
          metric: 'wape',
          worseThanBaseline: 1.25,
          every: '7 days',
          labelsWithin: '1 day',
          violations: { count: 2, of: 3 },
        },
      },
      retrain: { on: ['quality'], cooldown: '14 days', atMost: { runs: 4, per: '90 days' } },
    },
  },
};
