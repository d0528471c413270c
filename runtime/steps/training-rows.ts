/** The rows that candidates were trained and tested on, as `prepare` or a program of the user's own wrote them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelSchema } from '../../constructs/spec/artifact';
import { show } from '../../constructs/spec/problem';
import { unite, valueOf } from './column';
import { schemaColumns, type RowSpan } from './data-table';
import { identifier, type Database, type Relation } from './database';
import { openParquet } from './source';
import { refuse } from './step';

export interface TrainingRows {
  /** With the schema's columns, as it means them. */
  readonly test: Relation;
  /** Those that were trained on, and the test rows. */
  readonly all: Relation;
}

/** Throws a `StepError` where train.parquet or test.parquet is not there, or lacks a column. */
export async function openTrainingRows(db: Database, directory: string, schema: ModelSchema): Promise<TrainingRows> {
  const open = async (name: string): Promise<Relation> => {
    const file = join(directory, name);
    if (!existsSync(file))
      return refuse(
        'in.rows',
        `no ${name} in ${show(directory)}`,
        'a directory with train.parquet and test.parquet',
        'give the directory that its program wrote',
      );
    const columns = schemaColumns(schema);
    const part = await openParquet(db, [file], 'in.rows');
    const missing = columns.filter((column) => !part.types.has(column.name)).map((column) => column.name);
    if (missing.length > 0)
      return refuse(
        `in.rows: ${name}`,
        `no column ${missing.join(', ')}`,
        "all of the schema's columns",
        'write them in the task before this one',
      );
    return unite([part], () =>
      columns.map((column) => `${valueOf(part, column.name, column.meaning)} AS ${identifier(column.name)}`).join(', '),
    );
  };
  const [train, test] = [await open('train.parquet'), await open('test.parquet')];
  return { test, all: `(SELECT * FROM ${train} UNION ALL SELECT * FROM ${test})` };
}

/** The first and the last time, and how many. Throws a `StepError` where there is no row with a time. */
export async function spanOf(db: Database, rows: Relation, time: string): Promise<RowSpan> {
  const column = identifier(time);
  const span = await db.row<{ from: Date | null; to: Date; rows: number }>(
    `SELECT min(${column}) AS "from", max(${column}) AS "to", count(*) AS "rows" FROM ${rows}`,
  );
  if (span.from === null)
    return refuse(
      'in.rows: test.parquet',
      `no row with a ${time}`,
      'rows to test on',
      'leave some of them for the test',
    );
  return { from: span.from.toISOString(), to: span.to.toISOString(), rows: span.rows };
}
