/**
 * Drift of a window of 3 million rows and 12 columns against a stored profile, and how much cheaper that is than the usual
 * shape of the same query: one comparison for each edge, one grouping for each category. Run by `npx tsx bench/drift.ts`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsDistance, lInfinity, type FeatureKind } from '../constructs/spec/distance';
import { Database, driftReport, profile, referenceEdges, type Bins } from '../runtime/steps';
import { identifier, literal } from '../runtime/steps/database';

const ROWS = 3_000_000;
const REFERENCE_ROWS = 200_000;
const NUMBERS = ['normal', 'uniform', 'skewed', 'whole', 'drifting', 'sparse', 'wave', 'ratio'];
const CATEGORIES = ['hour', 'weekday', 'shop', 'code'];
const KINDS: Readonly<Record<string, FeatureKind>> = Object.fromEntries<FeatureKind>([
  ...NUMBERS.map((name) => [name, 'number'] as const),
  ...CATEGORIES.map((name) => [name, 'category'] as const),
]);

/** Twelve columns; `drifting` grows with the number of the row. */
const table = (rows: number, of: number): string => `SELECT
  sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()) AS normal, random() AS uniform, exp(3 * random()) AS skewed,
  floor(random() * 100) AS whole, random() + ${of} AS drifting, CASE WHEN random() < 0.9 THEN random() END AS sparse,
  sin(i) AS wave, random() / (0.1 + random()) AS ratio, CAST(i % 24 AS VARCHAR) AS "hour",
  CAST(i // 24 % 7 AS VARCHAR) AS weekday, 's' || CAST(floor(random() * 50) AS INTEGER) AS shop,
  'c' || CAST(floor(random() * 500) AS INTEGER) AS code FROM range(${rows}) AS r(i)`;

/** The peer: what is written by hand, a cumulative count an edge. */
async function compareEachEdge(db: Database, relation: string, bins: Bins): Promise<void> {
  const counts = Object.entries(bins).flatMap(([name, edges]) =>
    edges === 'category'
      ? []
      : edges.map((edge) => `count(*) FILTER (${identifier(name)} <= CAST('${edge}' AS DOUBLE))`),
  );
  await db.rows(`SELECT ${counts.map((count, i) => `${count} AS n${i}`).join(', ')} FROM ${relation}`);
  for (const name of CATEGORIES) await db.rows(`SELECT ${identifier(name)}, count(*) AS n FROM ${relation} GROUP BY 1`);
}

/** CPU seconds of all threads: a busy machine makes the wall clock useless. */
async function cost(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-drift-'));
  try {
    await Database.use(async (db) => {
      await db.run('SELECT setseed(0.5)');
      await db.run(`CREATE TABLE reference AS ${table(REFERENCE_ROWS, 0)}`);
      await db.writeParquet(table(ROWS, 0.2), join(directory, 'window.parquet'));
      const window = `read_parquet(${literal(join(directory, 'window.parquet'))})`;
      const bins = await referenceEdges(db, 'reference', KINDS);
      const reference = await profile(db, 'reference', bins);
      const monitor = { kind: 'data-drift', every: '7 days', leastRows: 100, violations: { count: 1, of: 1 } } as const;
      const metric = { number: jsDistance(0.1), category: lInfinity(0.1) };
      const subject = {
        monitor: 'inputs',
        endpoint: 'online',
        version: 'v1',
        window: { from: '', to: '' },
        scope: 'window',
      } as const;
      let why = '';
      const ours = await cost(async () => {
        why = driftReport({ ...monitor, metric }, subject, reference, await profile(db, window, bins)).why;
      });
      const theirs = await cost(() => compareEachEdge(db, window, bins));
      console.log(`${ROWS} rows, ${NUMBERS.length + CATEGORIES.length} columns: ${why}`);
      console.log(
        `one pass of histograms: ${ours.toFixed(2)} CPU s; a comparison for each edge: ${theirs.toFixed(2)} CPU s`,
      );
      console.log(`ratio: ${(theirs / ours).toFixed(2)} times as cheap`);
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

void main();
