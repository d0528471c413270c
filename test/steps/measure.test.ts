/** Every metric against scikit-learn, and what is not defined. */
import fc from 'fast-check';
import { METRICS, type Metric } from '../../constructs/spec/metric';
import { addErrorSums, errorSums, measure, measureAll, pooledWape } from '../../runtime/steps';
import golden from './golden/metrics.json';

const scored = (labels: readonly number[], predictions: readonly number[]) => ({
  labels: Float64Array.from(labels),
  predictions: Float64Array.from(predictions),
});

describe.each(golden)('metrics of $name', ({ labels, predictions, expected }) => {
  test.each(Object.entries(expected))('%s is what scikit-learn says', (metric, value) => {
    const ours = measure(metric as Metric, scored(labels, predictions))!;
    expect(Math.abs(ours - value)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
  });
});

test('every metric has a golden vector', () => {
  expect([...new Set(golden.flatMap(({ expected }) => Object.keys(expected)))].sort()).toEqual(
    Object.keys(METRICS).sort(),
  );
});

test.each<[Metric, string, number[], number[]]>([
  ['wape', 'all labels are 0', [0, 0], [1, 2]],
  ['mae', 'there are no rows', [], []],
  ['r2', 'all labels are equal', [3, 3], [3, 4]],
  ['auc', 'there is one class', [1, 1], [0.2, 0.9]],
  ['brierSkill', 'there is one class', [0, 0], [0.2, 0.9]],
  ['precision', 'no 1 was predicted', [1, 0], [0.2, 0.1]],
  ['recall', 'there is no 1', [0, 0], [0.7, 0.1]],
])('%s is not defined where %s', (metric, _why, labels, predictions) => {
  expect(measure(metric, scored(labels, predictions))).toBeNull();
});

test('a metric that is not defined is left out of the scores', () => {
  const scores = measureAll('classification', scored([1, 1], [0.8, 0.9]));
  expect(Object.keys(scores)).toEqual(['logLoss', 'brier', 'accuracy', 'f1', 'precision', 'recall', 'calibration']);
});

test('the WAPE of many windows is that of their sums', () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      const of = (pairs: readonly (readonly [number, number])[]) =>
        scored(
          pairs.map(([label]) => label),
          pairs.map(([, prediction]) => prediction),
        );
      const pooled = pooledWape(addErrorSums(errorSums(of(a)), errorSums(of(b))));
      expect(pooled).toEqual(measure('wape', of([...a, ...b])));
    }),
    { seed: 1 },
  );
});
