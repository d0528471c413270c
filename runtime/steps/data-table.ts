/** The rows of the window as DuckDB tables with the schema's types: what `prepare` checks and writes. */
import type { ModelSchema } from '../../constructs/spec/artifact';
import { unite, unreadable, valueOf, type Meaning } from './column';
import type { Database } from './database';
import { columnNames, whileReading, type Part, type Source } from './source';

/** A column of the schema. In the tables it is called `c0`, `c1`, … and its unreadable values `w0`, …: no name can clash. */
export interface TableColumn {
  readonly name: string;
  readonly meaning: Meaning;
  readonly as: string;
  readonly unreadable: string;
}

export interface Table {
  readonly schema: ModelSchema;
  readonly columns: readonly TableColumn[];
  /** The names that these columns have in the tables. */
  readonly time: string;
  readonly label: string;
  readonly keys: readonly string[];
  readonly counts: TableCounts;
  /** Columns that the schema does not name. */
  readonly unknownColumns: readonly string[];
}

export interface TableCounts {
  /** In all files. */
  readonly rowsRead: number;
  /** Rows whose time is missing or unreadable; they cannot be placed. */
  readonly rowsWithoutTime: number;
  /** In the window, and newer than its end. */
  readonly rowsWithoutLabel: number;
  /** Of those, rows whose label is there but is no number. */
  readonly unreadableLabels: number;
  /** Rows replaced by a later one with the same key. */
  readonly duplicates: number;
}

/** Seconds as microseconds, the unit of a timestamp. */
const MICROSECONDS = 1e6;

/** The columns that are written, each once: keys, time, features, label. */
export function schemaColumns({ time, key, label, features }: ModelSchema): TableColumn[] {
  const meaning = (name: string): Meaning =>
    name === time ? 'time' : name === label ? 'label' : (features[name]?.kind ?? 'key');
  return [...new Set([...key, time, ...Object.keys(features), label])].map((name, i) => ({
    name,
    meaning: meaning(name),
    as: `c${i}`,
    unreadable: `w${i}`,
  }));
}

/**
 * Makes the table `prepared`: the labelled rows of the window, which ends at the newest labelled row and reaches back
 * `history` seconds; of rows with the same key the latest one, in time and then in the order of the files.
 */
export async function loadTable(db: Database, source: Source, schema: ModelSchema, history: number): Promise<Table> {
  const columns = schemaColumns(schema);
  const of = (name: string) => columns.find((column) => column.name === name)!;
  const [time, label, keys] = [of(schema.time).as, of(schema.label), schema.key.map((name) => of(name).as)];
  const values = (part: Part) =>
    columns.flatMap(({ name, meaning, ...column }) => [
      `${valueOf(part, name, meaning)} AS ${column.as}`,
      `${unreadable(part, name, meaning)} AS ${column.unreadable}`,
    ]);
  const rows = unite(source.parts, (part) => values(part).join(', '));
  await whileReading('in.data', () => db.run(`CREATE TABLE loaded AS SELECT * FROM ${rows}`));
  const { newest } = await db.row<{ newest: number | null }>(
    `SELECT epoch_us(max(${time})) AS newest FROM loaded WHERE ${label.as} IS NOT NULL`,
  );
  const inWindow = `epoch_us(${time}) > ${(newest ?? 0) - history * MICROSECONDS}`;
  await db.run(
    `CREATE TABLE prepared AS SELECT *, NULL::VARCHAR AS part FROM loaded WHERE ${inWindow} AND ${label.as} IS NOT NULL
     QUALIFY row_number() OVER (PARTITION BY ${keys.join(', ')} ORDER BY ${time} DESC, rowid DESC) = 1`,
  );
  const counts = await countRows(db, time, label, inWindow);
  const named = columns.map(({ name }) => name);
  const unknownColumns = columnNames(source).filter((name) => !named.includes(name));
  return { schema, columns, time, label: label.as, keys, counts, unknownColumns };
}

async function countRows(db: Database, time: string, label: TableColumn, inWindow: string): Promise<TableCounts> {
  const { labelled, kept, ...counts } = await db.row<TableCounts & { labelled: number; kept: number }>(
    `SELECT count(*) AS rowsRead, count(*) FILTER (${time} IS NULL) AS rowsWithoutTime,
       count(*) FILTER (${inWindow} AND ${label.as} IS NULL) AS rowsWithoutLabel,
       count(${label.unreadable}) FILTER (${inWindow}) AS unreadableLabels,
       count(*) FILTER (${inWindow} AND ${label.as} IS NOT NULL) AS labelled,
       (SELECT count(*) FROM prepared) AS kept FROM loaded`,
  );
  return { ...counts, duplicates: labelled - kept };
}

/** window.json: the two parts of the window; ISO 8601, UTC, both ends inclusive. */
export interface WindowFile {
  readonly train: RowSpan;
  readonly test: RowSpan;
}
export interface RowSpan {
  readonly from: string;
  readonly to: string;
  readonly rows: number;
}

/** The same before it is known to be usable: `null` for a part without rows. */
export type Split = { readonly [Part in keyof WindowFile]: WindowFile[Part] | null };

/** The newest `test` seconds become the part `test`, the rest `train`. */
export async function splitTable(db: Database, { time }: Table, test: number): Promise<Split> {
  const cut = `(SELECT epoch_us(max(${time})) - ${test * MICROSECONDS} FROM prepared)`;
  await db.run(`UPDATE prepared SET part = CASE WHEN epoch_us(${time}) > ${cut} THEN 'test' ELSE 'train' END`);
  const spans = await db.rows<{ part: string; from: Date; to: Date; rows: number }>(
    `SELECT part, min(${time}) AS "from", max(${time}) AS "to", count(*) AS "rows" FROM prepared GROUP BY part`,
  );
  const span = (part: string): RowSpan | null => {
    const found = spans.find((row) => row.part === part);
    return found ? { from: found.from.toISOString(), to: found.to.toISOString(), rows: found.rows } : null;
  };
  return { train: span('train'), test: span('test') };
}
