/** Profiles: counts by column, made in one pass over the rows. Two with the same edges add up. */
import type { CategoryProfile, ColumnProfile, NumberProfile, Profile } from '../../constructs/spec/artifact';
import type { FeatureKind } from '../../constructs/spec/distance';
import { identifier, type Database, type Relation } from './database';

/** What to count: `edges` for a number, `category` for a category; by column. */
export type Bins = Readonly<Record<string, readonly number[] | 'category'>>;

/**
 * Twenty bins of equal share between the smallest and the largest value of the reference. Fewer would hide what happens inside
 * a bin; more would cost power, since what sampling noise gives to a distance grows with their number.
 */
const BINS = 20;

/**
 * The edges of each number, from the reference alone. The first bin lies below all of the reference and the last above, so
 * that what was never seen has bins of its own. A number with few values, or one, gets a bin a value.
 */
export async function referenceEdges(
  db: Database,
  reference: Relation,
  kinds: Readonly<Record<string, FeatureKind>>,
): Promise<Bins> {
  const bins: Record<string, readonly number[] | 'category'> = {};
  for (const [name, kind] of Object.entries(kinds))
    bins[name] = kind === 'category' ? 'category' : await numberEdges(db, reference, name);
  return bins;
}

async function numberEdges(db: Database, reference: Relation, name: string): Promise<readonly number[]> {
  const values = `(SELECT ${identifier(name)} AS x FROM ${reference} WHERE isfinite(${identifier(name)}))`;
  const distinct = await db.numbers(`SELECT DISTINCT x FROM ${values} ORDER BY x LIMIT ${BINS + 1}`);
  if (distinct.length === 0) return [];
  if (distinct.length <= BINS) return [below(distinct[0]!), ...distinct];
  const shares = Array.from({ length: BINS + 1 }, (_, i) => i / BINS);
  const quantiles = await db.numbers(
    `SELECT DISTINCT unnest(quantile_disc(x, [${shares.join(', ')}])) AS q FROM ${values} ORDER BY q`,
  );
  return [below(quantiles[0]!), ...quantiles.subarray(1)];
}

/** Whether a number has so few values that each is an edge: then the smallest one is, right above the first edge. */
export const hasBinPerValue = (edges: readonly number[]): boolean => edges.length > 1 && below(edges[1]!) === edges[0];

/** The next smaller double. */
function below(x: number): number {
  const double = new Float64Array([x === 0 ? 0 : x]);
  if (x === 0) return -Number.MIN_VALUE;
  const bits = new BigInt64Array(double.buffer);
  bits[0]! += x > 0 ? -1n : 1n;
  return double[0]!;
}

/** The edges that a profile was made with, to count other rows in the same way. */
export const binsOf = ({ columns }: Profile): Bins =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, column.kind === 'number' ? column.edges : 'category']),
  );

type Counted = {
  readonly counts: readonly { readonly key: number | string; readonly value: number }[] | null;
  readonly present: number;
  readonly sum: number | null;
  readonly sumOfSquares: number | null;
};

/** Counts the rows of `relation`, whose columns are DOUBLE and VARCHAR. NaN and infinities are missing. */
export async function profile(db: Database, relation: Relation, bins: Bins): Promise<Profile> {
  const names = Object.keys(bins);
  const select = names.map((name, i) => {
    const column = identifier(name);
    const edges = bins[name]!;
    if (edges === 'category')
      return `{counts: histogram(${column}), present: count(${column}), sum: NULL, sumOfSquares: NULL} AS c${i}`;
    const finite = `FILTER (isfinite(${column}))`;
    const counts = edges.length > 0 ? `histogram(${column}, ${list(edges)}) ${finite}` : 'NULL';
    return `{counts: ${counts}, present: count(*) ${finite}, sum: fsum(${column}) ${finite}, sumOfSquares: fsum(${column} * ${column}) ${finite}} AS c${i}`;
  });
  const { rows, ...row } = await db.row<{ rows: number; [column: `c${number}`]: Counted }>(
    `SELECT ${['count(*) AS "rows"', ...select].join(', ')} FROM ${relation}`,
  );
  const columns = names.map((name, i) => [name, columnProfile(bins[name]!, row[`c${i}`]!, rows)] as const);
  return { rows, columns: Object.fromEntries(columns) };
}

/** As text that is read back to the same doubles. */
const list = (edges: readonly number[]): string => `CAST('[${edges.join(', ')}]' AS DOUBLE[])`;

function columnProfile(edges: readonly number[] | 'category', counted: Counted, rows: number): ColumnProfile {
  const missing = rows - counted.present;
  const counts = new Map((counted.counts ?? []).map(({ key, value }) => [key, value]));
  if (edges === 'category') {
    const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return { kind: 'category', counts: Object.fromEntries(sorted), missing };
  }
  const inside = edges.map((edge) => counts.get(edge) ?? 0);
  const over = counted.present - inside.reduce((a, b) => a + b, 0);
  const sumOfSquares = stable(counted.sumOfSquares ?? 0, counted.sumOfSquares ?? 0);
  const sum = stable(counted.sum ?? 0, Math.sqrt(counted.present * sumOfSquares));
  return { kind: 'number', edges, counts: [...inside, over], missing, sum, sumOfSquares };
}

/** DuckDB's threads add in any order, which shows in the last digits: nine digits of the scale do not depend on it. */
function stable(value: number, scale: number): number {
  if (scale === 0) return 0;
  const unit = 2 ** (Math.ceil(Math.log2(scale)) - 30);
  return Math.round(value / unit) * unit;
}

/** The profile of both sets of rows together. Throws a RangeError where the columns or their edges differ. */
export function addProfiles(a: Profile, b: Profile): Profile {
  const names = Object.keys(a.columns);
  if (names.length !== Object.keys(b.columns).length)
    throw new RangeError('profiles of different columns do not add up');
  return {
    rows: a.rows + b.rows,
    columns: Object.fromEntries(names.map((name) => [name, addColumns(name, a.columns[name]!, b.columns[name])])),
  };
}

function addColumns(name: string, a: ColumnProfile, b: ColumnProfile | undefined): ColumnProfile {
  if (a.kind === 'category' && b?.kind === 'category') return addCategories(a, b);
  if (a.kind === 'number' && b?.kind === 'number' && String(a.edges) === String(b.edges)) return addNumbers(a, b);
  throw new RangeError(`profiles with different bins of ${name} do not add up`);
}

const addNumbers = (a: NumberProfile, b: NumberProfile): NumberProfile => ({
  ...a,
  counts: a.counts.map((value, i) => value + b.counts[i]!),
  missing: a.missing + b.missing,
  sum: a.sum + b.sum,
  sumOfSquares: a.sumOfSquares + b.sumOfSquares,
});

function addCategories(a: CategoryProfile, b: CategoryProfile): CategoryProfile {
  const values = [...new Set([...Object.keys(a.counts), ...Object.keys(b.counts)])].sort();
  const counts = Object.fromEntries(values.map((value) => [value, (own(a, value) ?? 0) + (own(b, value) ?? 0)]));
  return { kind: 'category', counts, missing: a.missing + b.missing };
}

/** A category may be called `constructor`. */
const own = ({ counts }: CategoryProfile, value: string): number | undefined =>
  Object.hasOwn(counts, value) ? counts[value] : undefined;
