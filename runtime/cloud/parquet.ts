/**
 * Parquet: the footer has the least and the greatest value of each column, row group by row group, and how many are missing.
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
import { momentOf, type Bytes, type FileExtent, type TimeAndLabel } from './extent';
import { readStruct, type Struct, type Value } from './thrift';

/** Of most files the whole footer. */
const GUESS = 64 * 1024;
/** Length of the footer, and the magic number. */
const TRAILER = 8;
const INT32 = 1;
const INT64 = 2;
const INT96 = 3;
const TEXT = 6;
const DATE = { converted: 6, logical: 6 };
const TIMESTAMP = 8;
/** Units a millisecond, by `converted_type`, and by the field of the logical type's unit. */
const CONVERTED: Readonly<Record<number, bigint>> = { 9: 1n, 10: 1_000n };
const UNITS: Readonly<Record<number, bigint>> = { 1: 1n, 2: 1_000n, 3: 1_000_000n };

export async function parquetExtent(size: number, bytes: Bytes, columns: TimeAndLabel): Promise<FileExtent> {
  try {
    const footer = await footerOf(size, bytes);
    return footer ? readFooter(readStruct(footer), columns) : 'nothing';
  } catch (error) {
    if (error instanceof RangeError) return 'nothing';
    throw error;
  }
}

/** Undefined where it is no Parquet file. One whose footer is encrypted is none to us either. */
async function footerOf(size: number, bytes: Bytes): Promise<Buffer | undefined> {
  if (size < TRAILER) return undefined;
  const end = await bytes(Math.max(0, size - GUESS), size);
  if (end.toString('latin1', end.length - 4) !== 'PAR1') return undefined;
  const length = end.readUInt32LE(end.length - TRAILER);
  if (length + TRAILER > size) return undefined;
  if (length + TRAILER <= end.length) return end.subarray(end.length - TRAILER - length, end.length - TRAILER);
  return bytes(size - TRAILER - length, size - TRAILER);
}

function readFooter(footer: Struct, { time, label }: TimeAndLabel): FileExtent {
  const schema = list(footer.get(2)).map(struct);
  const element = schema.find((one) => textOf(one.get(4)) === time && one.get(1) !== undefined);
  const readMoment = element && momentReader(element);
  if (!readMoment) return 'nothing';
  let [oldest, newest, rows, isKnown] = [Infinity, -Infinity, 0, true];
  for (const group of list(footer.get(4)).map(struct)) {
    const times = columnOf(group, time);
    const labels = columnOf(group, label);
    if (!times || !labels) return 'nothing';
    const all = Number(group.get(3));
    const labelled = all - Math.max(missing(labels, 0), missing(times, 0));
    if (labelled <= 0) continue;
    const [least, greatest] = bounds(times).map((bound) => (bound ? readMoment(bound) : undefined));
    if (least === undefined || greatest === undefined) isKnown = false;
    else [oldest, newest, rows] = [Math.min(oldest, least), Math.max(newest, greatest), rows + labelled];
  }
  if (!isKnown) return 'unknown';
  return rows > 0 ? { oldest, newest, rows } : 'nothing';
}

/** Undefined for a column that is no time to the steps. */
function momentReader(element: Struct): ((value: Buffer) => number | undefined) | undefined {
  const [type, converted] = [element.get(1), element.get(6)];
  const logical = struct(element.get(10));
  if (type === TEXT) return (value) => momentOf(value.toString('utf8'));
  if (type === INT32 && (converted === DATE.converted || logical.has(DATE.logical)))
    return (value) => value.readInt32LE() * 86_400_000;
  const [unit] = [...struct(struct(logical.get(TIMESTAMP)).get(2)).keys()];
  const scale = unit === undefined ? CONVERTED[Number(converted)] : UNITS[unit];
  if (type === INT64 && scale) return (value) => Number(value.readBigInt64LE() / scale);
  // Its order is not that of its bytes, so that nobody writes statistics that could be used.
  return type === INT96 ? () => undefined : undefined;
}

/** The metadata of a column at the top of the schema. */
function columnOf(group: Struct, name: string): Struct | undefined {
  return list(group.get(1))
    .map((chunk) => struct(struct(chunk).get(3)))
    .find((column) => list(column.get(3)).map(textOf).join('\0') === name);
}

/** The newer pair of fields, else the older one. */
function bounds(column: Struct): readonly (Buffer | undefined)[] {
  const statistics = struct(column.get(12));
  const pick = (...ids: readonly number[]) => ids.map((id) => statistics.get(id)).find((v) => Buffer.isBuffer(v));
  return [pick(6, 2), pick(5, 1)] as readonly (Buffer | undefined)[];
}

const missing = (column: Struct, unless: number): number => {
  const count = struct(column.get(12)).get(3);
  return count === undefined ? unless : Number(count);
};

const NONE: Struct = new Map();
const list = (value: Value | undefined): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);
const struct = (value: Value | undefined): Struct => (value instanceof Map ? (value as Struct) : NONE);
const textOf = (value: Value | undefined): string => (Buffer.isBuffer(value) ? value.toString('utf8') : '');
