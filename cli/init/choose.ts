/** Guesses what a table is about: its time, key, label and features. Everything guessed is said, with its reason. */
import { UserError } from '../../constructs/spec';
import type { Column, Table } from './table';

export interface Wanted {
  readonly time?: string;
  readonly key?: readonly string[];
  readonly label?: string;
}

/** A choice, and why it fell so: for people. */
export interface Chosen<T> {
  readonly value: T;
  readonly why: string;
}

export interface Choice {
  readonly time: Chosen<string>;
  readonly key: Chosen<readonly string[]>;
  readonly label: Chosen<string>;
  readonly features: Readonly<Record<string, FeatureChoice>>;
  /** Columns that are no feature, and why. */
  readonly leftOut: Readonly<Record<string, string>>;
  readonly task: 'regression' | 'classification';
}

export type FeatureChoice = 'number' | 'category' | { readonly kind: 'number' | 'category'; readonly nulls: number };

/** Names that captures use: such columns must be called otherwise. */
export const RESERVED: readonly string[] = ['id', 'at', 'version', 'prediction'];

const TIME_NAME = /time|date|timestamp|(^|_)(at|on|day|ts)$/i;
const KEY_NAME = /(^|[_ ])(id|key|uuid|no|nr|number|index)$|[a-z]I[dD]$/i;
const LABEL_NAME = /^(label|target|y|outcome|class|churn(ed)?)$/i;
/** So many different whole numbers are codes rather than amounts. */
const FEW = 12;
/** So many different texts are categories; more are names, addresses or remarks. */
const MANY = 100;
/** Where more is missing than this, the default check would stop a training. */
const NULLS = 0.4;
/** A number that moves so closely with the label is often known only with it. */
const SUSPICIOUS = 0.999;

export async function choose(table: Table, wanted: Wanted): Promise<Choice> {
  if (table.rows === 0) throw new UserError('The table has no rows; expected at least some hundred.');
  const time = chooseTime(table, wanted.time);
  const label = chooseLabel(table, wanted, time.value);
  const key = await chooseKey(table, wanted.key, time.value, label.value);
  const column = named(table, label.value);
  return {
    time,
    key,
    label,
    task: column.binary ? 'classification' : 'regression',
    ...(await chooseFeatures(table, time.value, label.value, key.value)),
  };
}

function chooseTime(table: Table, asked: string | undefined): Chosen<string> {
  const isTime = ({ times }: Column) => times === table.rows;
  if (asked !== undefined) {
    const column = asAsked(table, '--time', asked);
    if (isTime(column)) return { value: asked, why: 'as asked for' };
    throw new UserError(
      `--time: ${show(asked)} has ${table.rows - column.times} of ${table.rows} rows without a readable time, such as ${show(column.example)}; expected ISO 8601 such as 2026-01-31 or 2026-01-31T12:00:00Z in each row.`,
    );
  }
  const times = table.columns.filter(isTime);
  const found = times.find(({ name }) => TIME_NAME.test(name)) ?? times[0];
  if (found) return { value: found.name, why: times.length === 1 ? 'the only column of times' : `of ${list(times)}` };
  const near = table.columns.find(({ name }) => TIME_NAME.test(name));
  const got = near ? `; ${show(near.name)} holds values such as ${show(near.example)}` : '';
  throw new UserError(
    `No column has a time in each row${got}. Rows must say when they happened, in ISO 8601 such as 2026-01-31 or 2026-01-31T12:00:00Z: training, monitors and replay go by it.`,
  );
}

function chooseLabel(table: Table, { label: asked, key }: Wanted, time: string): Chosen<string> {
  const isLabel = ({ labels, values, distinct }: Column) => values > 0 && labels === values && distinct > 1;
  const unusable = (flag: string, column: Column) =>
    new UserError(
      `${flag}: ${show(column.name)} ${column.values === 0 ? 'is empty' : column.distinct < 2 ? `is ${show(column.example)} in every row` : `holds values such as ${show(column.example)}`}; expected numbers that differ, or 0 and 1 (false and true). Change the column, or name another with --label.`,
    );
  if (asked !== undefined) {
    const column = asAsked(table, '--label', asked);
    if (column.name === time) throw new UserError(`--label: ${show(asked)} is the time; expected another column.`);
    if (!isLabel(column)) throw unusable('--label', column);
    return { value: asked, why: 'as asked for' };
  }
  const free = table.columns.filter(
    ({ name }) => name !== time && !key?.includes(name) && !KEY_NAME.test(name) && !RESERVED.includes(name),
  );
  const byName = free.find(({ name }) => LABEL_NAME.test(name));
  if (byName && !isLabel(byName)) throw unusable('The label', byName);
  if (byName) return { value: byName.name, why: 'by its name' };
  const last = free.filter(isLabel).at(-1);
  if (last) return { value: last.name, why: 'the last column of numbers' };
  throw new UserError(
    'No column can be predicted: expected one of numbers that differ, or of 0 and 1. Name it with --label.',
  );
}

/** One column that differs in each row, else the time with another one. */
async function chooseKey(
  table: Table,
  asked: readonly string[] | undefined,
  time: string,
  label: string,
): Promise<Chosen<readonly string[]>> {
  const isWhole = async (names: readonly string[]) => (await table.distinct(names)) === table.rows;
  if (asked) {
    for (const name of asked) asAsked(table, '--key', name);
    const distinct = await table.distinct(asked);
    if (distinct === table.rows) return { value: asked, why: 'as asked for' };
    throw new UserError(
      `--key: ${asked.map(show).join(', ')} tells ${distinct} of ${table.rows} rows apart; expected columns that differ in each row. Add one, or remove rows that are there twice.`,
    );
  }
  const full = table.columns.filter(({ name, values }) => values === table.rows && name !== label && name !== 'label');
  const unique = full.filter(({ distinct }) => distinct === table.rows);
  const alone = unique.find(({ name }) => KEY_NAME.test(name)) ?? unique.find(({ name }) => name === time);
  if (alone) return { value: [alone.name], why: 'it differs in each row' };
  const others = full.filter(({ name, numbers, whole }) => name !== time && (numbers === 0 || whole));
  for (const { name } of others)
    if (await isWhole([time, name])) return { value: [time, name], why: 'they differ in each row together' };
  throw new UserError(
    `No column differs in each row, nor does ${show(time)} with another one; name what identifies a row with --key a,b, or remove rows that are there twice.`,
  );
}

async function chooseFeatures(
  table: Table,
  time: string,
  label: string,
  key: readonly string[],
): Promise<Pick<Choice, 'features' | 'leftOut'>> {
  const features: Record<string, FeatureChoice> = {};
  const leftOut: Record<string, string> = {};
  for (const column of table.columns) {
    if (column.name === time || column.name === label) continue;
    const why = await whyNot(table, column, label, key);
    if (why !== undefined) leftOut[column.name] = why;
    else features[column.name] = featureOf(table, column);
  }
  if (Object.keys(features).length === 0)
    throw new UserError(
      `No column can be a feature: ${
        Object.entries(leftOut)
          .map(([name, why]) => `${show(name)} ${why}`)
          .join('; ') || 'there is no other'
      }.`,
    );
  return { features, leftOut };
}

async function whyNot(
  table: Table,
  column: Column,
  label: string,
  key: readonly string[],
): Promise<string | undefined> {
  const { name, values, distinct, times, numbers, whole } = column;
  if (values === 0) return 'is empty';
  if (distinct === 1) return 'is the same in every row';
  if (key.length === 1 && key[0] === name) return 'identifies the row';
  if (times === values && numbers === 0) return 'is a time, which never comes again';
  if (numbers < values && distinct > MANY) return `has ${distinct} different texts`;
  if (numbers === values && whole && distinct === table.rows && table.rows > FEW)
    return 'is another whole number in every row';
  const r = numbers === values ? await table.correlation(name, label) : null;
  if (r !== null && Math.abs(r) > SUSPICIOUS)
    return `follows ${show(label)} so closely (correlation ${r.toFixed(3)}) that it may not be known before it: add it if it is`;
  return undefined;
}

function featureOf({ rows }: Table, { values, numbers, whole, distinct }: Column): FeatureChoice {
  const kind = numbers === values && !(whole && distinct <= FEW) ? 'number' : 'category';
  return 1 - values / rows > NULLS ? { kind, nulls: 1 } : kind;
}

const named = (table: Table, name: string): Column => table.columns.find((column) => column.name === name)!;

function asAsked(table: Table, flag: string, name: string): Column {
  const column = table.columns.find((one) => one.name === name);
  if (column) return column;
  throw new UserError(`${flag}: there is no column ${show(name)}; the table has ${list(table.columns)}.`);
}

const list = (columns: readonly Column[]): string => columns.map(({ name }) => show(name)).join(', ');
const show = (value: string): string => JSON.stringify(value);
