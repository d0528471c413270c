/** DuckDB, in memory, one for each run of a step: nothing is left behind and two runs share nothing. */
import { availableParallelism } from 'node:os';
import { DuckDBInstance, type DuckDBConnection, type JS } from '@duckdb/node-api';

/** A step shares its machine with its neighbours, and gains little from more. */
const MOST_THREADS = 4;

/** A table, a view or a sub-query in parentheses, as it stands after FROM. */
export type Relation = string;

export class Database {
  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
  ) {}

  /** Opens one for `work` and closes it, whatever happens. */
  static async use<T>(work: (db: Database) => Promise<T>): Promise<T> {
    const db = await Database.open();
    try {
      return await work(db);
    } finally {
      db.close();
    }
  }

  /** For many small questions: opening one takes longer than they do. Naive times are UTC. */
  static async open(): Promise<Database> {
    // Extensions are never fetched: all that is used is linked in, and a step may run where there is no network.
    const instance = await DuckDBInstance.create(':memory:', { autoinstall_known_extensions: 'false' });
    const db = new Database(instance, await instance.connect());
    await db.run(`SET TimeZone = 'UTC'; SET threads = ${Math.min(availableParallelism(), MOST_THREADS)}`);
    return db;
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }

  async run(sql: string): Promise<void> {
    await this.connection.run(sql);
  }

  /** Rows as objects. Whole numbers of any width come as `number`: counts and microseconds stay exact below 2^53. */
  async rows<Row>(sql: string): Promise<Row[]> {
    const reader = await this.connection.runAndReadAll(sql);
    return reader.getRowObjectsJS().map((row) => plain(row) as Row);
  }

  /** The only row. */
  async row<Row>(sql: string): Promise<Row> {
    return (await this.rows<Row>(sql))[0]!;
  }

  /** One column of numbers; missing values become NaN. */
  async numbers(sql: string): Promise<Float64Array> {
    const reader = await this.connection.runAndReadAll(sql);
    return Float64Array.from(reader.getColumnsJS()[0] ?? [], (value) => (value === null ? NaN : Number(value)));
  }

  /** Writes a query's rows, in their order, to one Parquet file. */
  writeParquet(query: string, path: string): Promise<void> {
    return this.run(`COPY (${query}) TO ${literal(path)} (FORMAT parquet)`);
  }

  /** In the format that the name ends with: `.csv` or `.parquet`. */
  write(query: string, path: string): Promise<void> {
    return path.endsWith('.csv')
      ? this.run(`COPY (${query}) TO ${literal(path)} (FORMAT csv, HEADER)`)
      : this.writeParquet(query, path);
  }
}

function plain(value: JS): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || value instanceof Date || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value as Record<string, JS>).map(([key, inner]) => [key, plain(inner)]));
}

/** A name as SQL, whatever is in it. */
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
/** A text as SQL. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
/** A list of texts as SQL. */
export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`;
/** A moment (ISO 8601) as a naive UTC timestamp. */
export const moment = (iso: string): string => `CAST(CAST(${literal(iso)} AS TIMESTAMPTZ) AS TIMESTAMP)`;
