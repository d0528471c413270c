/** Labels that came after their rows, joined with what was captured. */
import type { ModelSchema } from '../../constructs/spec/artifact';
import { show } from '../../constructs/spec/problem';
import type { MonitorSubject } from '../../constructs/spec/report';
import { openCaptures } from './captures';
import { unite, unreadable, valueOf } from './column';
import type { Database } from './database';
import { columnNames, openSource, whileReading } from './source';
import { count, refuse } from './step';

export interface JoinCounts {
  /** Rows that were captured in the window. */
  readonly rows: number;
  /** Keys whose latest prediction has a label. */
  readonly labelled: number;
  /** Keys whose latest prediction has none yet. */
  readonly unlabelled: number;
  /** Of the labelled ones, keys that were given different labels; the latest counts. */
  readonly contradictory: number;
  /** Of the labelled ones, keys that were given the same label several times. */
  readonly doubled: number;
  /** Of the labelled ones, keys whose label came after `final`. */
  readonly late: number;
}

/**
 * Makes the table `labelled`: of each key that was captured in the window the latest row that has a finite prediction, with
 * its label. Its columns are the schema's, `prediction` and the label, all in their meanings. Of several labels of one key the
 * latest `at` counts, then the later file. Keys meet whatever type they have on either side.
 */
export async function joinLabels(
  db: Database,
  directories: { readonly captures: string; readonly labels: string },
  subject: MonitorSubject,
  schema: ModelSchema,
  /** When all labels should have been there, in milliseconds since the epoch; without it none is late. */
  final?: number,
): Promise<JoinCounts> {
  await loadCaptures(db, directories.captures, subject, schema);
  await loadLabels(db, directories.labels, schema);
  await db.run(
    `CREATE TABLE labelled AS SELECT c.* EXCLUDE (id), l.label AS value, l.given, l.contradictory, l.moment AS arrived
     FROM latest_captures c JOIN latest_labels l USING (keys) ORDER BY c.moment, c.id`,
  );
  return db.row<JoinCounts>(
    `SELECT (SELECT count(*) FROM captures) AS "rows", count(*) AS labelled,
       (SELECT count(*) FROM latest_captures) - count(*) AS unlabelled,
       count(*) FILTER (contradictory) AS contradictory, count(*) FILTER (given > 1 AND NOT contradictory) AS doubled,
       count(*) FILTER (epoch_ms(arrived) > ${final ?? 'NULL'}) AS late FROM labelled`,
  );
}

async function loadCaptures(
  db: Database,
  directory: string,
  subject: MonitorSubject,
  schema: ModelSchema,
): Promise<void> {
  const captures = await openCaptures(db, directory, subject);
  const columns = capturedColumns(schema);
  const rows = captures.rows((part) =>
    [
      `${valueOf(part, 'id', 'category')} AS id`,
      `${valueOf(part, 'at', 'time')} AS moment`,
      `${valueOf(part, 'prediction', 'number')} AS prediction`,
      `[${schema.key.map((name) => valueOf(part, name, 'join')).join(', ')}] AS keys`,
      ...columns.map(({ name, meaning, as }) => `${valueOf(part, name, meaning)} AS ${as}`),
    ].join(', '),
  );
  await whileReading('in.captures', () => db.run(`CREATE TABLE captures AS SELECT * FROM ${rows}`));
  await db.run(
    `CREATE TABLE latest_captures AS SELECT * FROM captures WHERE prediction IS NOT NULL AND list_count(keys) = len(keys)
     QUALIFY row_number() OVER (PARTITION BY keys ORDER BY moment DESC, id DESC) = 1`,
  );
}

/** What a captured row has of the schema: all but the label. */
export function capturedColumns({ key, time, features }: ModelSchema) {
  return [...new Set([...key, time, ...Object.keys(features)])].map((name, i) => ({
    name,
    meaning: name === time ? ('time' as const) : (features[name]?.kind ?? ('key' as const)),
    as: `c${i}`,
  }));
}

async function loadLabels(db: Database, directory: string, { key }: ModelSchema): Promise<void> {
  const source = await openSource(db, directory, 'in.labels');
  const names = columnNames(source);
  const missing = source.files.length > 0 ? [...key, 'label'].filter((name) => !names.includes(name)) : [];
  if (missing.length > 0)
    refuse(
      'in.labels',
      `the columns ${names.map(show).join(', ')}`,
      `the key ${key.map(show).join(', ')}, "label" and "at"`,
      `add ${missing.map(show).join(', ')} to the labels`,
    );
  const rows = unite(source.parts, (part) =>
    [
      `[${key.map((name) => valueOf(part, name, 'join')).join(', ')}] AS keys`,
      `${valueOf(part, 'label', 'label')} AS label`,
      `${valueOf(part, 'at', 'time')} AS moment`,
      `${unreadable(part, 'label', 'label')} AS wrong`,
    ].join(', '),
  );
  await whileReading('in.labels', () => db.run(`CREATE TABLE labels AS SELECT * FROM ${rows}`));
  await checkLabels(db);
  await db.run(
    `CREATE TABLE latest_labels AS SELECT keys, label, moment, count(*) OVER same AS given,
       min(label) OVER same <> max(label) OVER same AS contradictory FROM labels WHERE label IS NOT NULL WINDOW same AS (PARTITION BY keys)
     QUALIFY row_number() OVER (PARTITION BY keys ORDER BY moment DESC NULLS LAST, rowid DESC) = 1`,
  );
}

async function checkLabels(db: Database): Promise<void> {
  const { wrong, example } = await db.row<{ wrong: number; example: string }>(
    'SELECT count(wrong) AS wrong, first(wrong ORDER BY rowid) FILTER (wrong IS NOT NULL) AS example FROM labels',
  );
  if (wrong === 0) return;
  refuse(
    'in.labels: label',
    `${count(wrong, 'value')} such as ${show(example)}`,
    'a number, or false and true',
    'correct these labels',
  );
}
