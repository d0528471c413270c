/** Programs that must not compile: `tsc` fails where one of these lines is no error any more. */
import { dataset, training, type Duration, type MlopsSpec, type Support } from '../..';

// @ts-expect-error -- an unknown unit
export const unit: Duration = '3 fortnights';
// @ts-expect-error -- a bare number
export const bare: Duration = 90;

// @ts-expect-error -- no label
export const unlabelled = dataset({ source: './data', time: 't', key: ['t'], features: {} });
// @ts-expect-error -- an empty key
export const keyless = dataset({ source: './data', time: 't', key: [], label: 'y', features: {} });

export const misspelt: MlopsSpec = {
  name: 'x',
  endpoints: {
    online: {
      model: 'training',
      // @ts-expect-error -- an unknown key
      replcas: { min: 1, max: 2 },
    },
  },
};

export const unmeasured = training({
  dataset: 'rows',
  code: './model',
  history: '30 days',
  test: '7 days',
  candidates: { only: {} },
  // @ts-expect-error -- an unknown metric
  choose: { metric: 'wap' },
});

// @ts-expect-error -- a target that does not answer for every feature
export const support: Support = { training: 'native' };
