/** Thrift's compact protocol, as far as a Parquet footer needs it: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */

/** Fields by their number; integers of 64 bits are bigints, texts are bytes. */
export type Struct = ReadonlyMap<number, Value>;
export type Value = boolean | number | bigint | Buffer | readonly Value[] | Struct;

const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const STRUCT = 12;

/** Throws a RangeError where the bytes are none, or too few. */
export const readStruct = (bytes: Buffer): Struct => new Reader(bytes).struct();

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  struct(): Struct {
    const fields = new Map<number, Value>();
    for (let id = 0; ;) {
      const header = this.byte();
      if (header === 0) return fields;
      const step = header >> 4;
      id = step === 0 ? Number(this.zigzag()) : id + step;
      fields.set(id, this.value(header & 0x0f, false));
    }
  }

  /** A boolean field has its value in its type; one in a list has a byte of its own. */
  private value(type: number, inList: boolean): Value {
    if (type === TRUE || type === FALSE) return inList ? this.byte() === TRUE : type === TRUE;
    if (type === BYTE) return (this.byte() << 24) >> 24;
    if (type === I16 || type === I32) return Number(this.zigzag());
    if (type === I64) return this.zigzag();
    if (type === DOUBLE) return this.take(8).readDoubleLE();
    if (type === BINARY) return this.take(Number(this.varint()));
    if (type === LIST || type === SET) return this.list();
    if (type === STRUCT) return this.struct();
    throw new RangeError(`got the Thrift type ${type} at ${this.at}, expected one of a Parquet footer`);
  }

  private list(): readonly Value[] {
    const header = this.byte();
    const size = header >> 4 === 15 ? Number(this.varint()) : header >> 4;
    if (size > this.bytes.length) throw new RangeError(`got a list of ${size} at ${this.at}, expected one that fits`);
    return Array.from({ length: size }, () => this.value(header & 0x0f, true));
  }

  private zigzag(): bigint {
    const value = this.varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  private varint(): bigint {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      if (shift > 63n) throw new RangeError(`got an integer of more than 64 bits at ${this.at}`);
    }
  }

  private byte(): number {
    return this.take(1)[0]!;
  }

  private take(length: number): Buffer {
    const end = this.at + length;
    if (!(end <= this.bytes.length)) throw new RangeError(`got ${this.bytes.length} bytes, expected ${end}`);
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}
