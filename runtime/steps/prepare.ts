/** The step `prepare`: cuts the time window, splits it by time, checks the rows, and writes them and a report on them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelSchema } from '../../constructs/spec/artifact';
import { Database, identifier } from './database';
import { checkColumns, checkTable } from './data-checks';
import { printDataReport, type DataReport } from './data-report';
import { loadTable, splitTable, type Split, type Table, type WindowFile } from './data-table';
import { writeJson } from './files';
import { openSource } from './source';
import { count, StepError, type Log, type StepArguments } from './step';

export async function prepare({ inputs, outputs, parameters }: StepArguments, log: Log): Promise<void> {
  const schema = parameters.schema as ModelSchema;
  const lengths = { history: parameters.history as number, test: parameters.test as number };
  await Database.use(async (db) => {
    const source = await openSource(db, inputs.data!, 'in.data');
    const missing = checkColumns(source, schema);
    if (missing.length > 0) throw new StepError(missing);
    const table = await loadTable(db, source, schema, lengths.history);
    const split = await splitTable(db, table, lengths.test);
    const { problems, columns } = await checkTable(db, table, split, lengths);
    const report: DataReport = {
      format: 1,
      ...table.counts,
      ...split,
      columns,
      otherFiles: source.otherFiles,
      unknownColumns: table.unknownColumns,
      problems,
    };
    writeJson(outputs.report!, 'data-report.json', report);
    writeFileSync(join(outputs.report!, 'data-report.md'), printDataReport(report));
    if (problems.length > 0 || !hasRows(split)) throw new StepError(problems);
    await writeRows(db, table, outputs.rows!);
    writeJson(outputs.rows!, 'window.json', split);
    log(`prepare: ${count(split.train.rows, 'row')} to train on, ${count(split.test.rows, 'row')} to test on`);
  });
}

/** A part without rows is one of the problems. */
const hasRows = (split: Split): split is WindowFile => split.train !== null && split.test !== null;

/** By time, then by key: the same rows always make the same bytes. */
async function writeRows(db: Database, { columns, time, keys }: Table, directory: string): Promise<void> {
  const select = columns.map(({ name, as }) => `${as} AS ${identifier(name)}`).join(', ');
  const order = [time, ...keys].join(', ');
  for (const part of ['train', 'test'] as const)
    await db.writeParquet(
      `SELECT ${select} FROM prepared WHERE part = '${part}' ORDER BY ${order}`,
      join(directory, `${part}.parquet`),
    );
}
