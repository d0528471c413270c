/** Captured traffic of the small shop for the monitors' tests: a folder of captures, one of labels, and a model. */
import type { ModelManifest, Reference } from '../../constructs/spec/artifact';
import type { MonitorSubject } from '../../constructs/spec/report';
import { Database, profile, referenceEdges } from '../../runtime/steps';
import { hour, manifest, rowsSql, Scratch } from './scratch';

/** The day from 24 to 48 hours after the start of 2024. */
export const subject: MonitorSubject = {
  monitor: 'quality',
  endpoint: 'online',
  version: 'v2',
  window: { from: hour(24), to: hour(48) },
  scope: 'window',
};

/** A capture as our server writes it: the instance as it came, so the time is text. `select` changes the columns. */
export const captureSql = (n: number, select = '*', version = 'v2'): string =>
  `SELECT ${select} FROM (SELECT 'r' || i AS id, "when" AS at, '${version}' AS version, shop,
     strftime("when", '%Y-%m-%dT%H:%M:%SZ') AS "when", price, CAST(day AS VARCHAR) AS day, sold * 1.5 AS prediction
     FROM (SELECT *, row_number() OVER () - 1 AS i FROM (${rowsSql(n)})))`;

/** Labels of the same rows, each an hour later; the time of the key is a timestamp. */
export const labelSql = (n: number, select = '*'): string =>
  `SELECT ${select} FROM (SELECT shop, "when", sold AS label, "when" + INTERVAL 1 HOUR AS at FROM (${rowsSql(n)}))`;

/** Captures of each query in a file of its own. Returns the folder. */
export async function captures(scratch: Scratch, ...queries: readonly string[]): Promise<string> {
  const files = queries.map((_, i) => `part-${i}.parquet`);
  for (const [i, query] of queries.entries()) await scratch.parquet(`captures/${files[i]!}`, query);
  return scratch.write('captures/manifest.json', { format: 1, dialect: 'parquet', files, window: subject.window });
}

/** A model with the profile of `n` rows of the shop, and of what `captureSql` says was predicted. Returns its folder. */
export async function model(scratch: Scratch, n: number, change: Partial<ModelManifest> = {}): Promise<string> {
  const rows = `(SELECT * REPLACE (CAST(day AS VARCHAR) AS day) FROM (${rowsSql(n)}))`;
  const predicted = `(SELECT sold * 1.5 AS prediction FROM ${rows})`;
  const reference = await Database.use(async (db): Promise<Reference> => ({
    format: 1,
    inputs: await profile(db, rows, await referenceEdges(db, rows, { price: 'number', day: 'category' })),
    predictions: await profile(db, predicted, await referenceEdges(db, predicted, { prediction: 'number' })),
  }));
  scratch.write('model/reference.json', reference);
  return scratch.write('model/model.json', manifest({ metrics: { wape: 0.4 }, ...change }));
}

/** A model-quality monitor, resolved. */
export const qualityMonitor = {
  kind: 'model-quality',
  every: '1 day',
  metric: 'wape',
  worseThanBaseline: 1.25,
  above: false,
  below: false,
  labelsWithin: '1 day',
  leastRows: 5,
  violations: { count: 1, of: 1 },
};

/** What a monitor of labels is given; each has a default: 100 rows, and their labels. */
export interface Given {
  readonly captures?: readonly string[];
  /** Queries that become Parquet files, or the text of a JSON lines file. */
  readonly labels?: readonly string[];
  readonly model?: Parameters<typeof model>[2];
}

/** The folders that a monitor of labels reads. */
export async function monitored({
  captures: queries = [captureSql(100)],
  labels = [labelSql(100)],
  model: change = {},
}: Given) {
  const scratch = new Scratch();
  scratch.write('labels/.keep', '');
  for (const [i, label] of labels.entries()) {
    if (label.startsWith('{')) scratch.write(`labels/${i}.jsonl`, label);
    else await scratch.parquet(`labels/${i}.parquet`, label);
  }
  const directories = {
    'in.captures': await captures(scratch, ...queries),
    'in.labels': scratch.path('labels'),
    'in.model': await model(scratch, 100, change),
  };
  return { scratch, directories };
}
