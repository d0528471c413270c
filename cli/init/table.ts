/** What stands in a table: each column's values, as the steps will read them. */
import { unite, valueOf } from '../../runtime/steps/column';
import { identifier, type Database } from '../../runtime/steps/database';
import { openFile, whileReading, type Part } from '../../runtime/steps/source';

export interface Column {
  readonly name: string;
  /** Rows that have a value, and how many different ones. */
  readonly values: number;
  readonly distinct: number;
  /** Of the values, how many can be read as a number, as a label (a number, or false and true), as a time. */
  readonly numbers: number;
  readonly labels: number;
  readonly times: number;
  /** All numbers are whole. */
  readonly whole: boolean;
  /** All labels are 0 or 1, and both are there. */
  readonly binary: boolean;
  readonly example: string;
}

export class Table {
  private constructor(
    private readonly db: Database,
    private readonly part: Part,
    readonly rows: number,
    readonly columns: readonly Column[],
  ) {}

  /** Throws a `StepError` where the file cannot be read. */
  static async open(db: Database, file: string): Promise<Table> {
    const part = await openFile(db, file, file);
    return whileReading(file, async () => {
      const { rows } = await db.row<{ rows: number }>(`SELECT count(*) AS "rows" FROM ${part.from}`);
      const columns: Column[] = [];
      for (const name of part.types.keys()) columns.push(await describe(db, part, name));
      return new Table(db, part, rows, columns);
    });
  }

  /** Rows with different values in these columns together. */
  async distinct(names: readonly string[]): Promise<number> {
    const values = names.map((name) => `CAST(${identifier(name)} AS VARCHAR)`);
    return (
      await this.db.row<{ n: number }>(`SELECT count(DISTINCT [${values.join(', ')}]) AS n FROM ${this.part.from}`)
    ).n;
  }

  /** First and last time, in milliseconds. */
  async span(time: string): Promise<{ readonly from: number; readonly to: number }> {
    const value = `epoch_ms(${valueOf(this.part, time, 'time')})`;
    return this.db.row(`SELECT min(${value}) AS "from", max(${value}) AS "to" FROM ${this.part.from}`);
  }

  /** How strongly a number moves with the label, -1 to 1; `null` where one of them never changes. */
  async correlation(name: string, label: string): Promise<number | null> {
    const values = `${valueOf(this.part, name, 'number')}, ${valueOf(this.part, label, 'label')}`;
    const { r } = await this.db.row<{ r: number | null }>(`SELECT corr(${values}) AS r FROM ${this.part.from}`);
    return r !== null && Number.isFinite(r) ? r : null;
  }

  /** The newest row, as a request holds it. */
  async newest(
    time: string,
    names: Readonly<Record<string, 'number' | 'category' | 'key'>>,
  ): Promise<Record<string, unknown>> {
    const select = Object.entries(names).map(
      ([name, kind]) =>
        `${kind === 'key' ? `CAST(${identifier(name)} AS VARCHAR)` : valueOf(this.part, name, kind)} AS ${identifier(name)}`,
    );
    const from = unite([this.part], () => `${select.join(', ')}, ${valueOf(this.part, time, 'time')} AS "mlops order"`);
    return this.db.row(`SELECT * EXCLUDE ("mlops order") FROM ${from} ORDER BY "mlops order" DESC LIMIT 1`);
  }
}

async function describe(db: Database, part: Part, name: string): Promise<Column> {
  const [number, label, time] = (['number', 'label', 'time'] as const).map((meaning) => valueOf(part, name, meaning));
  const found = await db.row<Omit<Column, 'name'>>(
    `SELECT count(v) AS "values", count(DISTINCT v) AS "distinct", count(n) AS numbers, count(l) AS labels, count(t) AS times,
       coalesce(bool_and(n = trunc(n)), false) AS "whole", coalesce(bool_and(l IN (0, 1)), false) AND count(DISTINCT l) = 2 AS "binary",
       coalesce(CAST(any_value(v) AS VARCHAR), '') AS example
     FROM (SELECT ${identifier(name)} AS v, ${number} AS n, ${label} AS l, ${time} AS t FROM ${part.from})`,
  );
  return { name, ...found };
}
