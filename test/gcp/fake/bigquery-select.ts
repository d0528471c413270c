/** The rows that an export selects, and how BigQuery writes their values as JSON. */
import type { JsonObject } from '../protos';
import { JobFailure } from './bigquery';
import type { ExportStatement } from './bigquery-export';

/** Of the table of requests and responses: https://cloud.google.com/vertex-ai/docs/predictions/online-prediction-logging */
export interface LoggedRow {
  readonly endpoint: string;
  readonly deployed_model_id: string;
  /** RFC 3339. */
  readonly logging_time: string;
  readonly request_id: string;
  readonly request_payload: readonly string[];
  readonly response_payload: readonly string[];
}

const COLUMNS = 'endpoint deployed_model_id logging_time request_id request_payload response_payload'.split(' ');

export function selected(rows: readonly LoggedRow[], { columns, conditions }: ExportStatement): readonly JsonObject[] {
  const tests = conditions.map(conditionOf);
  const cells = columns.flatMap((column) => (column === '*' ? COLUMNS.map(cellOf) : [cellOf(column)]));
  return rows
    .filter((row) => tests.every((test) => test(row)))
    .map((row) => Object.fromEntries(cells.map(({ name, value }) => [name, value(row)])));
}

type Value = string | readonly string[];

function conditionOf(text: string): (row: LoggedRow) => boolean {
  const among = /^(\w+)\s+IN\s*(?:UNNEST\s*)?\(\s*\[?([\s\S]*?)\]?\s*\)$/i.exec(text);
  if (among) {
    const values = [...among[2]!.matchAll(/'([^']*)'/g)].map(([, value]) => value);
    return (row) => values.includes(one(columnOf(row, among[1]!)));
  }
  const starts = /^STARTS_WITH\s*\(\s*(\w+)\s*,\s*'([^']*)'\s*\)$/i.exec(text);
  if (starts) return (row) => one(columnOf(row, starts[1]!)).startsWith(starts[2]!);
  const matched = /^REGEXP_CONTAINS\s*\(\s*(\w+)\s*,\s*r?'([^']*)'\s*\)$/i.exec(text);
  if (matched) return (row) => new RegExp(matched[2]!).test(one(columnOf(row, matched[1]!)));
  const compared = /^(\w+)\s*(<=|>=|=|<|>)\s*(?:TIMESTAMP\s*\(?\s*)?'([^']*)'\s*\)?$/i.exec(text);
  if (!compared) throw new JobFailure('invalidQuery', `The fake knows no such condition: ${text}`);
  const [, name, operator, literal] = compared;
  const comparable = (value: string): string | number => (name === 'logging_time' ? Date.parse(value) : value);
  const right = comparable(literal!);
  if (Number.isNaN(right)) throw new JobFailure('invalidQuery', `Invalid timestamp: '${literal}'`);
  return (row) => {
    const left = comparable(one(columnOf(row, name!)));
    if (operator === '=') return left === right;
    const isLess = left < right;
    return left === right ? operator!.endsWith('=') : operator!.startsWith('<') === isLess;
  };
}

function cellOf(text: string): { readonly name: string; readonly value: (row: LoggedRow) => unknown } {
  const [, expression, alias] = /^([\s\S]+?)(?:\s+AS\s+`?(\w+)`?)?$/i.exec(text)!;
  const plain = /^\w+$/.exec(expression!);
  if (plain) return { name: alias ?? plain[0], value: (row) => exported(plain[0], columnOf(row, plain[0])) };
  for (const [pattern, apply] of FUNCTIONS) {
    const found = pattern.exec(expression!);
    if (found && alias) return { name: alias, value: (row) => apply(columnOf(row, found[1]!), found[2]) };
  }
  throw new JobFailure('invalidQuery', `The fake knows no such column, or it has no name: ${text}`);
}

/** Of a day in ISO 8601, with the given time. */
const formatOf = (time: string): RegExp =>
  new RegExp(`^FORMAT_TIMESTAMP\\(\\s*'%(?:F|Y-%m-%d)T%${time}Z'\\s*,\\s*(\\w+)\\s*(?:,\\s*'UTC'\\s*)?\\)$`, 'i');

/** What may be done to a column. */
const FUNCTIONS: readonly (readonly [RegExp, (value: Value, argument?: string) => unknown])[] = [
  [/^UNIX_MILLIS\(\s*(\w+)\s*\)$/i, (value) => String(Date.parse(one(value)))],
  [/^CAST\(\s*(\w+)\s+AS\s+STRING\s*\)$/i, (value) => one(value)],
  [/^TO_JSON_STRING\(\s*(\w+)\s*\)$/i, (value) => JSON.stringify(value)],
  [/^(\w+)\[(?:SAFE_)?OFFSET\((\d+)\)\]$/i, (value, at) => value[Number(at)]],
  [/^ARRAY_TO_STRING\(\s*(\w+)\s*,\s*'([^']*)'\s*\)$/i, (value, between) => (value as readonly string[]).join(between)],
  [formatOf('T'), (value) => one(value).replace(/(\.\d+)?Z$/, 'Z')],
  [formatOf('H:%M:%E3S'), (value) => new Date(one(value)).toISOString()],
  [formatOf('H:%M:%E6S'), (value) => new Date(one(value)).toISOString().replace('Z', '000Z')],
];

function columnOf(row: LoggedRow, name: string): Value {
  if (name in row) return row[name as keyof LoggedRow];
  throw new JobFailure('invalidQuery', `Unrecognized name: ${name}`);
}

const one = (value: Value): string => (typeof value === 'string' ? value : (value[0] ?? ''));

/** A TIMESTAMP with UTC at its end, as exports of tables write it; `[unverified]` how many digits of its fraction. */
const exported = (name: string, value: Value): unknown =>
  name === 'logging_time' ? new Date(one(value)).toISOString().replace('T', ' ').replace('Z', ' UTC') : value;
