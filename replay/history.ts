/**
 * The user's own history, in DuckDB: what is asked of the endpoint at which time, and which labels are known when.
 *
 * The rows stay in the database and leave it a stretch at a time.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { labelsName } from '../constructs/local/labels';
import type { ResolvedDataset } from '../constructs/spec/mlops';
import { SpecError, UserError } from '../constructs/spec/problem';
import type { Time, Window } from '../runtime/loop/platform';
import { valueOf } from '../runtime/steps/column';
import { identifier, type Database } from '../runtime/steps/database';
import { openSource, type Part } from '../runtime/steps/source';
import { StepError } from '../runtime/steps/step';
import { dueSql, type LabelBatches } from './labels';

/** One row of the history as a client sends it. */
export interface HistoryRow {
  readonly at: Time;
  /** What is sent, as JSON: key, time and features; never the label. */
  readonly instance: string;
  /** Known to the replay alone until it is due. `null` where the history has none. */
  readonly label: number | null;
}

/** What the replay knows of each row, in a table of its own beside the user's columns; the two are joined by position. */
const ROWS = 'history POSITIONAL JOIN known';

export class History {
  private constructor(
    private readonly db: Database,
    private readonly dataset: ResolvedDataset,
    /** Of the files that are added to the data: a program of the user's own may read them. */
    private readonly format: 'csv' | 'parquet',
    /** From the first row to just after the last one. */
    readonly span: Window,
  ) {}

  /** Reads a folder of Parquet, CSV and JSON lines files. Throws a `UserError` where a column or every time is missing. */
  static async open(db: Database, folder: string, dataset: ResolvedDataset, batches: LabelBatches): Promise<History> {
    const { part, format } = await load(db, folder, dataset);
    const keys = dataset.key.map(identifier).join(', ');
    await db.run(`
      CREATE TABLE known AS
      SELECT happened, ${dueSql('happened', 'hash', batches)} AS due, label, instance, row_number() OVER () AS row FROM (
        SELECT epoch_ms(${valueOf(part, dataset.time, 'time')}) AS happened, hash(${keys}) AS hash,
          ${valueOf(part, dataset.label, 'label')} AS label, ${instanceSql(part, dataset)} AS instance
        FROM history)`);
    const span = await db.row<{ from: number | null; to: number }>(
      'SELECT min(happened) AS "from", max(happened) + 1 AS "to" FROM known',
    );
    if (span.from === null)
      throw new UserError(
        `${dataset.source}: got no row with a time in ${dataset.time}, expected a history to replay.`,
      );
    return new History(db, dataset, format, { from: span.from, to: span.to });
  }

  /** The rows that happen in a window, in their order. */
  rows({ from, to }: Window): Promise<HistoryRow[]> {
    return this.db.rows(
      `SELECT happened AS "at", instance, label FROM known WHERE happened >= ${from} AND happened < ${to} ORDER BY row`,
    );
  }

  /** Appends what came due after `from`, up to and including `to`: whole rows to the data, labels to the labels, a file each. */
  async deliver({ from, to }: Window, folders: { readonly data: string; readonly labels: string }): Promise<void> {
    const due = `known.due > ${from} AND known.due <= ${to} AND known.label IS NOT NULL`;
    const { rows } = await this.db.row<{ rows: number }>(`SELECT count(*) AS rows FROM known WHERE ${due}`);
    if (rows === 0) return;
    const name = labelsName(to);
    const keys = this.dataset.key.map((key) => `history.${identifier(key)}`).join(', ');
    await this.save(
      `SELECT history.* FROM ${ROWS} WHERE ${due} ORDER BY known.row`,
      folders.data,
      `${name}.${this.format}`,
    );
    await this.save(
      `SELECT ${keys}, known.label AS label, make_timestamp(known.due * 1000) AS "at" FROM ${ROWS} WHERE ${due} ORDER BY known.row`,
      folders.labels,
      `${name}.parquet`,
    );
  }

  /** Writes the labelled rows of a window, as they are in the source, as one file in a folder. */
  write({ from, to }: Window, folder: string): Promise<void> {
    const where = `known.happened >= ${from} AND known.happened < ${to} AND known.label IS NOT NULL`;
    return this.save(`SELECT history.* FROM ${ROWS} WHERE ${where} ORDER BY known.row`, folder, 'rows.parquet');
  }

  private save(query: string, folder: string, name: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    return this.db.write(query, join(folder, name));
  }
}

/** Makes the table `history`: the rows that have a time, in its order, with all the user's columns. */
async function load(
  db: Database,
  folder: string,
  { source, time, key, label, features }: ResolvedDataset,
): Promise<{ readonly part: Part; readonly format: 'csv' | 'parquet' }> {
  const { parts, files } = await openSource(db, folder, source).catch((error: unknown) => {
    throw error instanceof StepError ? new SpecError(source, error.problems) : error;
  });
  if (parts.length === 0)
    throw new UserError(`${source}: got no file to replay, expected Parquet, CSV with a header, or JSON lines.`);
  const rows = `(${parts.map(({ from }) => `SELECT * FROM ${from}`).join(' UNION ALL BY NAME ')})`;
  const columns = await db.rows<{ name: string; type: string }>(
    `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${rows})`,
  );
  const part: Part = { from: 'history', types: new Map(columns.map(({ name, type }) => [name, type])) };
  const missing = [time, ...key, label, ...Object.keys(features)].filter((name) => !part.types.has(name));
  if (missing.length > 0) {
    const there = columns.map(({ name }) => name).join(', ');
    throw new UserError(
      `${source}: got no column ${missing.join(', ')}, expected it among ${there}; correct the dataset.`,
    );
  }
  const at = valueOf(part, time, 'time');
  const order = [at, ...key.map(identifier)].join(', ');
  await db.run(`CREATE TABLE history AS SELECT * FROM ${rows} WHERE ${at} IS NOT NULL ORDER BY ${order}`);
  return { part, format: files.every((file) => file.toLowerCase().endsWith('.csv')) ? 'csv' : 'parquet' };
}

/** The row as a client sends it: times in ISO 8601 and UTC, numbers as numbers, categories as the text that the model sees. */
function instanceSql(part: Part, { key, time, features }: ResolvedDataset): string {
  const isTime = (column: string) => column === time || /^(TIMESTAMP|DATE)/.test(part.types.get(column) ?? '');
  const value = (column: string) => {
    const kind = features[column]?.kind;
    if (kind) return valueOf(part, column, kind);
    if (!isTime(column)) return valueOf(part, column, 'key');
    return `strftime(${valueOf(part, column, 'time')}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
  };
  const columns = [...new Set([...key, time, ...Object.keys(features)])];
  return `CAST(to_json(struct_pack(${columns.map((name) => `${identifier(name)} := ${value(name)}`).join(', ')})) AS VARCHAR)`;
}
