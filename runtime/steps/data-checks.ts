/** The checks that rows must pass before anything is trained on them. All problems at once. */
import { closest } from 'fastest-levenshtein';
import type { ModelSchema } from '../../constructs/spec/artifact';
import { show, type Problem } from '../../constructs/spec/problem';
import type { Meaning } from './column';
import type { Database } from './database';
import { schemaColumns, type Split, type Table, type TableColumn } from './data-table';
import { columnNames, type Source } from './source';
import { count } from './step';

/** What was found in one column, over the rows of the window. */
export interface ColumnFacts {
  readonly kind: Meaning;
  readonly missing: number;
  /** Values that cannot be read as the schema says, and the first of them. */
  readonly unreadable: number;
  readonly unreadableExample: string | null;
  /** Numbers outside the range of the schema, and the first of them. */
  readonly outside: number;
  readonly outsideExample: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** Different values, for categories. */
  readonly distinct: number | null;
}

/** Are there rows, and is each column there? */
export function checkColumns(source: Source, schema: ModelSchema): Problem[] {
  if (source.files.length === 0)
    return [
      {
        path: 'in.data',
        got: source.otherFiles.length > 0 ? `only ${source.otherFiles.join(', ')}` : 'an empty folder',
        expected: 'Parquet (.parquet), CSV (.csv) or JSON lines (.jsonl) files',
        fix: 'add a file, or correct the source of the dataset',
      },
    ];
  const names = columnNames(source);
  return schemaColumns(schema)
    .filter(({ name }) => !names.includes(name))
    .map(({ name }) => ({
      path: pathOf(name, schema),
      got: `no column ${show(name)}`,
      expected: `one of the columns ${names.map(show).join(', ')}`,
      fix: `did you mean ${show(closest(name, names))}? Correct the spec, or add the column to the data`,
    }));
}

/** Are the values readable, labelled, complete enough and in range, and does each part of the split have rows? */
export async function checkTable(
  db: Database,
  table: Table,
  split: Split,
  lengths: { readonly history: number; readonly test: number },
): Promise<{ problems: Problem[]; columns: Record<string, ColumnFacts> }> {
  const facts = await gatherFacts(db, table);
  const rows = (split.train?.rows ?? 0) + (split.test?.rows ?? 0);
  const columns = table.columns.map((column, i): [TableColumn, ColumnFacts] => [column, facts[i]!]);
  const problems = [
    ...(await checkTime(db, table)),
    ...(await checkLabel(db, table, rows)),
    ...(rows > 0 ? checkSplit(split, lengths) : []),
    ...columns.flatMap(([column, found]) => checkColumn(column, found, table.schema, rows)),
  ];
  return { problems, columns: Object.fromEntries(columns.map(([{ name }, found]) => [name, found])) };
}

/** The time decides which rows are in the window, so it is checked in all of them. */
async function checkTime(db: Database, table: Table): Promise<Problem[]> {
  const { schema, time, counts } = table;
  if (counts.rowsWithoutTime === 0) return [];
  return [
    {
      path: 'time',
      got: `${count(counts.rowsWithoutTime, 'row')} without a readable ${show(schema.time)}${await example(db, table, time)}`,
      expected: 'a timestamp in each row, or ISO 8601 text',
      fix: 'repair or remove these rows',
    },
  ];
}

/** A row without a label is left out; one with a label that is no number is a mistake. */
async function checkLabel(db: Database, table: Table, rows: number): Promise<Problem[]> {
  const { schema, label, counts } = table;
  if (rows > 0 && counts.unreadableLabels === 0) return [];
  const path = 'label';
  const expected = 'a number, or false and true';
  if (counts.unreadableLabels > 0) {
    const got = `${count(counts.unreadableLabels, 'row')} without a readable ${show(schema.label)}${await example(db, table, label)}`;
    return [{ path, got, expected, fix: 'repair these rows, or leave the label out of them' }];
  }
  const got = counts.rowsRead === 0 ? 'no rows' : `no ${show(schema.label)} in any of ${count(counts.rowsRead, 'row')}`;
  return [
    { path, got, expected: 'rows with a label', fix: 'add rows with labels, or correct the label of the dataset' },
  ];
}

/** The first value of a column that could not be read, as the end of a sentence. */
async function example(db: Database, { columns }: Table, as: string): Promise<string> {
  const { unreadable } = columns.find((column) => column.as === as)!;
  const row = await db.row<{ first: string | null }>(
    `SELECT first(${unreadable} ORDER BY rowid) FILTER (${unreadable} IS NOT NULL) AS first FROM loaded`,
  );
  return row.first === null ? '' : `, such as ${show(row.first)}`;
}

const PARTS = {
  train: { of: 'history', fix: 'add older rows, or make test shorter than the data' },
  test: { of: 'test', fix: 'make test longer' },
} as const;

function checkSplit(split: Split, lengths: { readonly history: number; readonly test: number }): Problem[] {
  return (['train', 'test'] as const)
    .filter((part) => split[part] === null)
    .map((part) => ({
      path: PARTS[part].of,
      got: `no rows to ${part === 'train' ? 'train' : 'test'} on: history is ${lengths.history} s, test is ${lengths.test} s`,
      expected: 'rows older than the newest test seconds, and rows in them',
      fix: PARTS[part].fix,
    }));
}

function checkColumn({ name, meaning }: TableColumn, found: ColumnFacts, schema: ModelSchema, rows: number): Problem[] {
  const path = pathOf(name, schema);
  const problems: Problem[] = [];
  const add = (got: string, expected: string, fix: string) => problems.push({ path, got, expected, fix });
  if (found.unreadable > 0)
    add(
      `${count(found.unreadable, 'value')} such as ${show(found.unreadableExample)}`,
      `a ${meaning}`,
      'repair these rows, or correct the kind of the feature',
    );
  if (schema.key.includes(name) && found.missing > 0)
    add(`${count(found.missing, 'row')} without it`, 'a key in each row', 'repair or remove these rows');
  const feature = schema.features[name];
  if (!feature || rows === 0) return problems;
  const missing = found.missing - found.unreadable;
  const percent = (share: number) => `${Number((100 * share).toFixed(1))} %`;
  if (missing === rows) add('no value in any row', 'values', 'repair the data, or remove the feature from the spec');
  else if (missing / rows > feature.nulls)
    add(
      `${percent(missing / rows)} missing (${missing} of ${rows} rows)`,
      `at most ${percent(feature.nulls)}`,
      'repair the data, or raise nulls of this feature',
    );
  if (found.outside > 0 && feature.range)
    add(
      `${count(found.outside, 'value')} outside the range, such as ${String(found.outsideExample)}`,
      `${feature.range[0]} to ${feature.range[1]}`,
      'repair these rows, or widen range of this feature',
    );
  return problems;
}

/** Where the column stands in the spec of the dataset. */
function pathOf(name: string, { time, label, features }: ModelSchema): string {
  if (name === time) return 'time';
  if (name === label) return 'label';
  return Object.hasOwn(features, name) ? `features.${name}` : 'key';
}

async function gatherFacts(db: Database, { columns, schema, time, keys }: Table): Promise<ColumnFacts[]> {
  const order = [time, ...keys].join(', ');
  const select = columns.map(({ name, meaning, as, unreadable }) => {
    const range = schema.features[name]?.range;
    const outside = range ? `${as} < ${range[0]} OR ${as} > ${range[1]}` : 'false';
    const number = meaning === 'number' || meaning === 'label';
    return `{kind: '${meaning}', missing: count(*) FILTER (${as} IS NULL),
      unreadable: count(${unreadable}), unreadableExample: first(${unreadable} ORDER BY ${order}) FILTER (${unreadable} IS NOT NULL),
      outside: count(*) FILTER (${number ? outside : 'false'}),
      outsideExample: ${number ? `first(${as} ORDER BY ${order}) FILTER (${outside})` : 'NULL'},
      min: ${number ? `min(${as})` : 'NULL'}, max: ${number ? `max(${as})` : 'NULL'},
      "distinct": ${meaning === 'category' ? `count(DISTINCT ${as})` : 'NULL'}} AS ${as}`;
  });
  const row = await db.row<Record<string, ColumnFacts>>(`SELECT ${select.join(', ')} FROM prepared`);
  return columns.map(({ as }) => row[as]!);
}
