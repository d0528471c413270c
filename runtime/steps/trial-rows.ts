/** The step `trial_rows`: the labelled rows that a version under trial answered, as rows that the champion can predict. */
import { join } from 'node:path';
import type { MonitorSubject } from '../../constructs/spec/report';
import { Database, identifier } from './database';
import { readManifest, writeJson } from './files';
import { capturedColumns, joinLabels } from './labels';
import { count, type Log, type StepArguments } from './step';

/** Writes test.parquet: key, time, features, the label and the version's own `prediction`; and counts.json (`JoinCounts`). */
export async function trialRows({ inputs, outputs, parameters }: StepArguments, log: Log): Promise<void> {
  const subject = parameters.subject as MonitorSubject;
  const { schema } = readManifest(inputs.model!, 'in.model');
  await Database.use(async (db) => {
    const counts = await joinLabels(db, { captures: inputs.captures!, labels: inputs.labels! }, subject, schema);
    // A request may leave out the time: then the row happened when it was asked about.
    const columns = capturedColumns(schema).map(({ name, as }) =>
      name === schema.time ? `coalesce(${as}, moment) AS ${identifier(name)}` : `${as} AS ${identifier(name)}`,
    );
    await db.writeParquet(
      `SELECT ${columns.join(', ')}, value AS ${identifier(schema.label)}, prediction FROM labelled`,
      join(outputs.rows!, 'test.parquet'),
    );
    writeJson(outputs.rows!, 'counts.json', counts);
    log(`trial_rows: ${count(counts.labelled, 'row')} with a label of ${counts.rows} captured`);
  });
}
