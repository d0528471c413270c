/** Takes in a file of labels that came after their rows: checked, in one format, named by its arrival. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unite, unreadable, valueOf, type Meaning } from '../../runtime/steps/column';
import { Database, identifier, literal, moment } from '../../runtime/steps/database';
import { columnNames, openFile, openSource, whileReading, type Part } from '../../runtime/steps/source';
import { count, StepError } from '../../runtime/steps/step';
import type { Time } from '../../runtime/loop/platform';
import type { ResolvedDataset } from '../spec/mlops';
import { show, SpecError, type Problem } from '../spec/problem';
import { layout } from '../spec/layout';
import { labelsName } from './labels';

export interface LabelsFile {
  readonly stateDir: string;
  /** The dataset's name, and what it is. */
  readonly name: string;
  readonly dataset: ResolvedDataset;
  /** Labels must be 0 or 1. */
  readonly binary: boolean;
  /** Parquet, CSV or JSON lines with the columns of the key, `label` (or the dataset's own label column) and, optionally, `at`. */
  readonly file: string;
  /** When it came; the `at` of rows that have none. */
  readonly at: Time;
}

export interface AddedLabels {
  /** Where they are now. */
  readonly file: string;
  readonly rows: number;
  /** Rows that say again what another row of the file says: left out. */
  readonly doubled: number;
  /** Rows whose label is missing: left out. */
  readonly unlabelled: number;
  /** Keys with different labels in the file: the latest `at` counts, then the later row. */
  readonly contradictory: number;
  /** Keys that had this label before. */
  readonly known: number;
  /** Keys that had another label before: the latest `at` counts. */
  readonly changed: number;
  /** Columns of the file that mean nothing here. */
  readonly ignored: readonly string[];
}

/** Throws a `SpecError` that says all that is wrong with the file, and adds nothing then. */
export async function addLabels(given: LabelsFile): Promise<AddedLabels> {
  try {
    return await Database.use((db) => take(db, given));
  } catch (error) {
    if (error instanceof StepError) throw new SpecError('labels', error.problems);
    throw error;
  }
}

async function take(db: Database, given: LabelsFile): Promise<AddedLabels> {
  const { stateDir, name, dataset, file, at } = given;
  if (!existsSync(file))
    throw new StepError([problem(file, 'nothing', 'a file of labels', 'correct the path of the file')]);
  const part = await openFile(db, file, file);
  const label = labelColumn(part, given);
  await whileReading(file, () => load(db, part, given, label));
  await refuseUnusable(db, given, label);
  const folder = join(stateDir, layout.labels(name));
  const before = await compare(db, folder, dataset.key);
  const counts = await db.row<{ rows: number; labelled: number; kept: number; contradictory: number }>(
    `SELECT count(*) AS "rows", count(label) AS labelled, (SELECT count(*) FROM kept) AS kept,
       (SELECT count(*) FROM (SELECT keys FROM kept GROUP BY keys HAVING count(*) > 1)) AS contradictory FROM given`,
  );
  const known = [...dataset.key, label, 'at'];
  return {
    file: await place(db, folder, at),
    rows: counts.kept,
    doubled: counts.labelled - counts.kept,
    unlabelled: counts.rows - counts.labelled,
    contradictory: counts.contradictory,
    ...before,
    ignored: [...part.types.keys()].filter((column) => !known.includes(column)),
  };
}

/** `label`, or the dataset's own name for it. */
function labelColumn({ types }: Part, { file, dataset }: LabelsFile): string {
  const names = [...types.keys()];
  const labels = [...new Set(['label', dataset.label])].filter((column) => types.has(column));
  const missing = dataset.key.filter((column) => !types.has(column));
  const wanted = `the key ${dataset.key.map(show).join(', ')}, "label" or ${show(dataset.label)} and, optionally, "at"`;
  const got = `the columns ${names.map(show).join(', ')}`;
  const problems = [
    ...(missing.length > 0 ? [problem(file, got, wanted, `add ${missing.map(show).join(', ')}`)] : []),
    ...(labels.length === 0 ? [problem(file, got, wanted, `add "label", or ${show(dataset.label)}`)] : []),
    ...(labels.length === 2
      ? [problem(file, `both ${labels.map(show).join(' and ')}`, 'one of the two', 'remove the one that is not meant')]
      : []),
  ];
  if (problems.length > 0) throw new StepError(problems);
  return labels[0]!;
}

/** The table `given`: all rows; and `kept`: each key with each of its labels once. */
async function load(db: Database, part: Part, { dataset, at }: LabelsFile, label: string): Promise<void> {
  const arrived = moment(new Date(at).toISOString());
  const columns = [
    ...dataset.key.map((column, i) => `${valueOf(part, column, meaningOf(dataset, column))} AS c${i}`),
    `[${dataset.key.map((column) => valueOf(part, column, 'join')).join(', ')}] AS keys`,
    `${valueOf(part, label, 'label')} AS label`,
    `${unreadable(part, label, 'label')} AS wrong_label`,
    `coalesce(${valueOf(part, 'at', 'time')}, ${arrived}) AS moment`,
    `${unreadable(part, 'at', 'time')} AS wrong_at`,
  ];
  await db.run(`CREATE TABLE given AS SELECT ${columns.join(', ')} FROM ${part.from}`);
  const values = dataset.key.map((column, i) => `c${i} AS ${identifier(column)}`);
  await db.run(
    `CREATE TABLE kept AS SELECT ${values.join(', ')}, keys, label, moment AS "at", rowid AS place FROM given WHERE label IS NOT NULL
     QUALIFY row_number() OVER (PARTITION BY keys, label ORDER BY moment DESC, rowid DESC) = 1`,
  );
}

const meaningOf = ({ time }: ResolvedDataset, column: string): Meaning => (column === time ? 'time' : 'key');

async function refuseUnusable(db: Database, { file, dataset, binary }: LabelsFile, label: string): Promise<void> {
  const found = await db.row<
    Record<'rows' | 'keyless' | 'labels' | 'times' | 'outside', number> & Record<'label' | 'time' | 'value', string>
  >(
    `SELECT count(*) AS "rows", count(*) FILTER (list_count(keys) < len(keys)) AS keyless,
       count(wrong_label) AS labels, min(wrong_label) AS label, count(wrong_at) AS times, min(wrong_at) AS "time",
       count(*) FILTER (label NOT IN (0, 1)) AS outside, CAST(min(label) FILTER (label NOT IN (0, 1)) AS VARCHAR) AS "value" FROM given`,
  );
  const values = (n: number, example: string) => `${count(n, 'value')} such as ${show(example)}`;
  const problems = [
    ...(found.rows === 0 ? [problem(file, 'no rows', 'at least one label', 'write the labels to it')] : []),
    ...(found.keyless > 0
      ? [
          problem(
            `${file}: ${dataset.key.join(', ')}`,
            `${count(found.keyless, 'row')} without it`,
            'the key in each row',
            'fill it in, or remove these rows',
          ),
        ]
      : []),
    ...(found.labels > 0
      ? [
          problem(
            `${file}: ${label}`,
            values(found.labels, found.label),
            'numbers, or false and true',
            'correct these labels',
          ),
        ]
      : []),
    ...(found.times > 0
      ? [problem(`${file}: at`, values(found.times, found.time), 'times such as 2026-01-31T12:00:00Z', 'correct them')]
      : []),
    ...(binary && found.outside > 0
      ? [
          problem(
            `${file}: ${label}`,
            values(found.outside, found.value),
            '0 and 1: the model predicts a probability',
            'correct these labels',
          ),
        ]
      : []),
  ];
  if (problems.length > 0) throw new StepError(problems);
}

/** How many keys had a label before, and whether it was the same. */
async function compare(
  db: Database,
  folder: string,
  key: readonly string[],
): Promise<{ known: number; changed: number }> {
  if (!existsSync(folder)) return { known: 0, changed: 0 };
  const source = await openSource(db, folder, folder);
  if (!['label', ...key].every((column) => columnNames(source).includes(column))) return { known: 0, changed: 0 };
  const rows = unite(
    source.parts,
    (part) =>
      `[${key.map((column) => valueOf(part, column, 'join')).join(', ')}] AS keys, ${valueOf(part, 'label', 'label')} AS label`,
  );
  return db.row(
    `SELECT count(*) FILTER (same) AS known, count(*) FILTER (NOT same) AS changed
     FROM (SELECT k.keys, bool_or(k.label = b.label) AS same FROM kept k JOIN ${rows} b ON k.keys = b.keys GROUP BY k.keys)`,
  );
}

/** A monitor sees the whole file or nothing of it. */
async function place(db: Database, folder: string, at: Time): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${labelsName(at)}-${randomUUID().slice(0, 8)}.parquet`);
  const draft = join(folder, `.${randomUUID()}`);
  try {
    await db.run(
      `COPY (SELECT * EXCLUDE (keys, place) FROM kept ORDER BY place) TO ${literal(draft)} (FORMAT parquet)`,
    );
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
  return file;
}

const problem = (path: string, got: string, expected: string, fix: string): Problem => ({ path, got, expected, fix });
