/** Every distance against scipy, and its two values at the borders. */
import type { CategoryProfile, ColumnProfile } from '../../constructs/spec/artifact';
import { DISTANCES, type Distance } from '../../constructs/spec/distance';
import { Database, distance, drifted, profile, referenceEdges } from '../../runtime/steps';
import { chiSquaredQuantile, chiSquaredTail } from '../../runtime/steps/gamma';
import categories from './golden/categories.json';
import chiSquared from './golden/chi-squared.json';
import numbers from './golden/numbers.json';

const category = ([missing = 0, ...counts]: readonly number[]): CategoryProfile => ({
  kind: 'category',
  counts: Object.fromEntries(counts.map((value, i) => [`c${i}`, value]).filter(([, value]) => value !== 0)),
  missing,
});

const near = (ours: number, theirs: number, relative: number) =>
  expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(relative * Math.max(Math.abs(theirs), 1e-3));

describe.each(categories)('categories: $name', ({ reference, window, expected }) => {
  test.each(Object.entries(expected))('%s is what scipy says', (name, value) => {
    near(distance(name as Distance, category(reference), category(window)).plain, value, 1e-9);
  });
});

describe.each(numbers)('numbers: $name', ({ reference, window, exact, expected }) => {
  let profiles: [ColumnProfile, ColumnProfile];
  beforeAll(async () => {
    profiles = await Database.use(async (db) => {
      const relation = (values: readonly number[]) =>
        `(SELECT unnest(CAST('[${values.join(', ')}]' AS DOUBLE[])) AS x)`;
      const bins = await referenceEdges(db, relation(reference), { x: 'number' });
      const one = async (values: readonly number[]) => (await profile(db, relation(values), bins)).columns.x!;
      return [await one(reference), await one(window)] as [ColumnProfile, ColumnProfile];
    });
  });

  test('ksStatistic is what scipy says, or less by what happens inside a bin', () => {
    const { plain } = distance('ksStatistic', ...profiles);
    if (exact) near(plain, expected.ksStatistic, 1e-9);
    else expect(expected.ksStatistic - plain).toBeLessThanOrEqual(0.05);
    expect(plain).toBeLessThanOrEqual(expected.ksStatistic + 1e-12);
  });

  // A profile keeps nine digits of its sums. The bins of many values hold a twentieth of the reference each.
  test('wasserstein is what scipy says, or off by a part of a bin', () => {
    const { plain } = distance('wasserstein', ...profiles);
    near(plain, expected.wasserstein, exact ? 1e-8 : 0.12);
  });
});

test('every distance has a golden vector', () => {
  const covered = [...categories, ...numbers].flatMap(({ expected }) => Object.keys(expected));
  expect([...new Set(covered)].sort()).toEqual(Object.keys(DISTANCES).sort());
});

test.each(chiSquared.tails)('the chi-squared tail above %d with %d degrees is what scipy says', (x, degrees, tail) => {
  expect(Math.abs(chiSquaredTail(x, degrees) - tail)).toBeLessThanOrEqual(1e-11 * tail + 1e-15);
});

test.each(chiSquared.quantiles)(
  'the chi-squared quantile with %d degrees is within three and a half percent',
  (degrees, quantile) => {
    near(chiSquaredQuantile(chiSquared.deviate, degrees), quantile, 0.035);
  },
);

test('what is left net of noise is never more than the plain value, and tends to it as rows come', () => {
  for (const name of Object.keys(DISTANCES) as Distance[]) {
    if (name === 'chi2' || !DISTANCES[name].kinds.includes('category')) continue;
    const of = (rows: number) => distance(name, category([0, 9 * rows, rows]), category([0, 7 * rows, 3 * rows]));
    expect(of(10).corrected).toBeLessThan(of(10).plain);
    expect(of(10).corrected).toBeLessThan(of(100_000).corrected);
    near(of(100_000).corrected, of(100_000).plain, 0.02);
  }
});

test('missing values are a place of their own in every distance', () => {
  const number = (missing: number): ColumnProfile => ({
    kind: 'number',
    edges: [0, 1],
    counts: [0, 100, 0],
    missing,
    sum: 100,
    sumOfSquares: 100,
  });
  for (const name of ['jsDistance', 'ksStatistic', 'wasserstein', 'psi'] as const) {
    expect(distance(name, number(0), number(0)).plain).toBe(0);
    expect(distance(name, number(0), number(100)).plain).toBeGreaterThan(0.4);
    expect(distance(name, number(0), number(100)).corrected).toBeGreaterThan(0.1);
  }
});

test('values that fell out of the reference are seen, whichever side and however narrow it was', async () => {
  const constant = (value: number) => `(SELECT CAST(${value} AS DOUBLE) AS x FROM range(500))`;
  await Database.use(async (db) => {
    const bins = await referenceEdges(db, constant(5), { x: 'number' });
    const reference = (await profile(db, constant(5), bins)).columns.x!;
    for (const value of [4.999, 5.001, 1e9, -1e9]) {
      const window = (await profile(db, constant(value), bins)).columns.x!;
      expect(distance('jsDistance', reference, window).plain).toBe(1);
      expect(distance('ksStatistic', reference, window).plain).toBe(1);
      expect(distance('wasserstein', reference, window).plain).toBeGreaterThan(0.9);
    }
  });
});

test('chi2 drifts below its threshold, the others above', () => {
  expect(drifted({ distance: 'chi2', threshold: 0.05 }, { plain: 0.01, corrected: 0.01 })).toBe(true);
  expect(drifted({ distance: 'chi2', threshold: 0.05 }, { plain: 0.2, corrected: 0.2 })).toBe(false);
  expect(drifted({ distance: 'psi', threshold: 0.05 }, { plain: 0.2, corrected: 0.04 })).toBe(false);
  expect(drifted({ distance: 'psi', threshold: 0.05 }, { plain: 0.2, corrected: 0.06 })).toBe(true);
});

test('refuses a distance that is not for the kind of column, and empty profiles', () => {
  expect(() => distance('ksStatistic', category([0, 1]), category([0, 1]))).toThrow('ksStatistic is not for category');
  expect(() => distance('psi', category([0, 1]), category([0]))).toThrow('an empty profile has no distance');
});
