/** Parquet files that are nothing but a footer, for what DuckDB does not write. Thrift's compact protocol, by hand. */

type Value = number | bigint | string | Buffer | readonly Value[] | Fields;
/** By field number, in ascending order. A `number` is an i32, a `bigint` an i64. */
interface Fields {
  readonly [id: number]: Value;
}

const [I32, I64, BINARY, LIST, STRUCT] = [5, 6, 8, 9, 12];

function varint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)];
}
const zigzag = (value: bigint): number[] => varint(value < 0n ? -2n * value - 1n : 2n * value);

function typeOf(value: Value): number {
  if (typeof value === 'number') return I32;
  if (typeof value === 'bigint') return I64;
  if (typeof value === 'string' || Buffer.isBuffer(value)) return BINARY;
  return Array.isArray(value) ? LIST : STRUCT;
}

function encode(value: Value): number[] {
  if (typeof value === 'number' || typeof value === 'bigint') return zigzag(BigInt(value));
  if (typeof value === 'string' || Buffer.isBuffer(value)) {
    const bytes = Buffer.from(value);
    return [...varint(BigInt(bytes.length)), ...bytes];
  }
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    return [(items.length << 4) | typeOf(items[0]!), ...items.flatMap((item) => encode(item))];
  }
  let before = 0;
  const fields = Object.entries(value as Readonly<Record<string, Value>>).flatMap(([name, field]) => {
    const step = Number(name) - before;
    before = Number(name);
    return [(step << 4) | typeOf(field), ...encode(field)];
  });
  return [...fields, 0];
}

export interface Column {
  readonly name: string;
  /** https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
  readonly type: number;
  readonly converted?: number;
  /** Statistics by field number. */
  readonly statistics?: Fields;
}

/** A file of one row group with so many rows. */
export function parquetOf(rows: bigint, columns: readonly Column[]): Buffer {
  const elements = columns.map(({ name, type, converted }) => ({
    1: type,
    4: name,
    ...(converted && { 6: converted }),
  }));
  const chunks = columns.map(({ name, type, statistics }) => ({
    2: 4n,
    3: { 1: type, 3: [name], 5: rows, ...(statistics && { 12: statistics }) },
  }));
  const footer = Buffer.from(
    encode({ 1: 1, 2: [{ 4: 'root', 5: columns.length }, ...elements], 3: rows, 4: [{ 1: chunks, 2: 1n, 3: rows }] }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([Buffer.from('PAR1'), footer, length, Buffer.from('PAR1')]);
}
