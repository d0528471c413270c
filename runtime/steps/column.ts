/** How a column of any type becomes what the schema says it is. One definition, for training rows and captured rows alike. */
import { identifier, type Relation } from './database';
import type { Part } from './source';

/**
 * - `number`: DOUBLE; NaN and infinities are missing. False and true are 0 and 1.
 * - `category`: text; whole numbers have no decimal point, so that 5 and 5.0 are both `5`; false and true are those words.
 * - `time`: a naive UTC TIMESTAMP, from dates, timestamps with or without a zone, and ISO 8601 texts.
 * - `label`: as `number`, and the texts false and true are 0 and 1 too.
 * - `key`: as it is, with times in UTC.
 * - `join`: a key as text in one normal form, so that a captured text meets the timestamp in a file of labels.
 */
export type Meaning = 'number' | 'category' | 'time' | 'label' | 'key' | 'join';

const INTEGER = /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/;
const FRACTION = /^(FLOAT|DOUBLE|DECIMAL)/;
const TIME = /^(DATE|TIMESTAMP)/;
const NULLS: Readonly<Record<Meaning, string>> = {
  number: 'CAST(NULL AS DOUBLE)',
  category: 'CAST(NULL AS VARCHAR)',
  time: 'CAST(NULL AS TIMESTAMP)',
  label: 'CAST(NULL AS DOUBLE)',
  key: 'CAST(NULL AS VARCHAR)',
  join: 'CAST(NULL AS VARCHAR)',
};

/** SQL for a column's value in its meaning; NULL where the part lacks the column or a value cannot be read so. */
export function valueOf(part: Part, name: string, meaning: Meaning): string {
  const type = part.types.get(name);
  return type === undefined ? NULLS[meaning] : READ[meaning](identifier(name), type);
}

/** SQL for the raw value, as text, where it is present but cannot be read in its meaning; else NULL. */
export function unreadable(part: Part, name: string, meaning: Meaning): string {
  const type = part.types.get(name);
  if (type === undefined) return NULLS.category;
  const column = identifier(name);
  // A NaN can be read: it is a missing value. So the number is looked at before its finiteness.
  const read =
    meaning === 'number'
      ? double(column, type)
      : meaning === 'label'
        ? labelled(column, type)
        : READ[meaning](column, type);
  return `CASE WHEN ${column} IS NOT NULL AND ${read} IS NULL THEN CAST(${column} AS VARCHAR) END`;
}

/** Rows of all parts, one under the other in their order; `select` makes a part's columns. No part: no rows. */
export function unite(
  parts: readonly Part[],
  select: (part: Part) => string,
  where: (part: Part) => string = () => 'true',
): Relation {
  const none: Part = { from: '(SELECT 1)', types: new Map() };
  const each = parts.map((part) => `SELECT ${select(part)} FROM ${part.from} WHERE ${where(part)}`);
  return `(${parts.length > 0 ? each.join(' UNION ALL ') : `SELECT ${select(none)} FROM ${none.from} WHERE false`})`;
}

const double = (column: string, type: string): string =>
  INTEGER.test(type) || FRACTION.test(type) || type === 'VARCHAR' || type === 'BOOLEAN'
    ? `TRY_CAST(${column} AS DOUBLE)`
    : NULLS.number;

const labelled = (column: string, type: string): string =>
  type === 'VARCHAR'
    ? `coalesce(TRY_CAST(${column} AS DOUBLE), CAST(TRY_CAST(${column} AS BOOLEAN) AS DOUBLE))`
    : double(column, type);

const finite = (value: string): string => `CASE WHEN isfinite(${value}) THEN ${value} END`;

function text(column: string, type: string): string {
  if (!FRACTION.test(type)) return `CAST(${column} AS VARCHAR)`;
  const value = `CAST(${column} AS DOUBLE)`;
  const whole = `CASE WHEN ${value} = trunc(${value}) THEN CAST(TRY_CAST(${value} AS HUGEINT) AS VARCHAR) END`;
  return `CASE WHEN isfinite(${value}) THEN coalesce(${whole}, CAST(${column} AS VARCHAR)) END`;
}

function time(column: string, type: string): string {
  if (TIME.test(type)) return `CAST(${column} AS TIMESTAMP)`;
  return type === 'VARCHAR' ? `CAST(TRY_CAST(${column} AS TIMESTAMPTZ) AS TIMESTAMP)` : NULLS.time;
}

function join(column: string, type: string): string {
  if (type !== 'VARCHAR') return TIME.test(type) ? `CAST(${time(column, type)} AS VARCHAR)` : text(column, type);
  const asTime = `CAST(${time(column, type)} AS VARCHAR)`;
  return `CASE WHEN regexp_matches(${column}, '^\\d{4}-\\d{2}-\\d{2}') THEN coalesce(${asTime}, ${column}) ELSE ${column} END`;
}

const READ: Readonly<Record<Meaning, (column: string, type: string) => string>> = {
  number: (column, type) => finite(double(column, type)),
  category: text,
  time,
  label: (column, type) => finite(labelled(column, type)),
  key: (column, type) => (TIME.test(type) ? time(column, type) : column),
  join,
};
