/** What is known of a file of rows without reading all of it. */

/** Of the rows that have a time and a label; times in milliseconds. */
export interface Extent {
  readonly oldest: number;
  readonly newest: number;
  readonly rows: number;
}

/**
 * - `nothing`: there is no such row, or the file cannot be read.
 * - `unknown`: there may be, and the file does not say when.
 */
export type FileExtent = Extent | 'nothing' | 'unknown';

/** Part of an object, by its first byte and the one behind its last. */
export type Bytes = (from: number, to: number) => Promise<Buffer>;

/** The columns that say when a row happened, and what came of it. */
export interface TimeAndLabel {
  readonly time: string;
  readonly label: string;
}

/** ISO 8601 or the same with a space, in UTC unless it says otherwise; what the steps read as a time. */
const MOMENT =
  /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?)?\s*(?:Z|UTC|([+-])(\d{2}):?(\d{2})?)?\s*$/;

export function momentOf(text: string): number | undefined {
  const found = MOMENT.exec(text);
  if (!found) return undefined;
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = 0, sign, hours = 0, minutes = 0] = found;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return at + Math.floor(Number(fraction) * 1000) - (sign === '-' ? -offset : offset);
}

/** A number, or false and true. */
export const isLabel = (value: unknown): boolean =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value)) ||
  (typeof value === 'string' && value.trim() !== '' && (Number.isFinite(Number(value)) || isTruth(value)));

const isTruth = (text: string): boolean => /^\s*(true|false)\s*$/i.test(text);

export function extentOf(moments: readonly number[], rows: number): FileExtent {
  if (moments.length === 0) return 'nothing';
  const [oldest, newest] = moments.reduce(([a, b], at) => [Math.min(a, at), Math.max(b, at)], [Infinity, -Infinity]);
  return { oldest, newest, rows };
}
