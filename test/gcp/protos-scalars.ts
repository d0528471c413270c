/** JSON of scalars and of Google's well-known types: https://protobuf.dev/programming-guides/json/ */
import type { Field } from 'protobufjs';
import { isObject } from './protos';

/** Whether the value is what the mapping allows; text tells what it allows. */
export interface Shape {
  readonly text: string;
  readonly holds: (value: unknown) => boolean;
}

const text: Shape = { text: 'a text', holds: (value) => typeof value === 'string' };
const boolean: Shape = { text: 'true or false', holds: (value) => typeof value === 'boolean' };
const object: Shape = { text: 'an object', holds: isObject };
const bytes: Shape = { text: 'base64', holds: (value) => typeof value === 'string' && isBase64(value) };
const double: Shape = {
  text: 'a number',
  holds: (value) => typeof value === 'number' || ['NaN', 'Infinity', '-Infinity'].includes(value as string),
};
const timestamp: Shape = { text: 'a time of RFC 3339, with Z or an offset', holds: isTime };
const duration: Shape = { text: 'seconds, such as 1.5s', holds: matches(/^-?\d+(\.\d{1,9})?s$/) };
const mask: Shape = {
  text: 'lowerCamelCase paths with commas between',
  holds: matches(/^([a-z]\w*(\.\w+)*)?(,[a-z]\w*(\.\w+)*)*$/i),
};
const typed: Shape = {
  text: 'an object with @type',
  holds: (value) => isObject(value) && typeof value['@type'] === 'string',
};
const integer = (bits: number, signed: boolean): Shape => {
  const [least, most] = signed ? [-(2n ** BigInt(bits - 1)), 2n ** BigInt(bits - 1)] : [0n, 2n ** BigInt(bits)];
  return {
    text: `${signed ? 'an' : 'a non-negative'} integer of ${bits} bits`,
    holds: (value) => {
      if (typeof value === 'string' ? !/^-?\d+$/.test(value) : !Number.isInteger(value)) return false;
      const whole = BigInt(value as string | number);
      return whole >= least && whole < most;
    },
  };
};
const int32 = integer(32, true);
const int64 = integer(64, true);
const uint32 = integer(32, false);
const uint64 = integer(64, false);

const SCALARS: Readonly<Record<string, Shape>> = {
  ...{ string: text, bytes, bool: boolean, double, float: double },
  ...{ int32, sint32: int32, sfixed32: int32, int64, sint64: int64, sfixed64: int64 },
  ...{ uint32, fixed32: uint32, uint64, fixed64: uint64 },
};

const WELL_KNOWN: Readonly<Record<string, Shape>> = {
  Struct: object,
  Value: { text: 'anything', holds: (value) => value !== undefined },
  ListValue: { text: 'a list', holds: Array.isArray },
  Empty: { text: 'an empty object', holds: (value) => isObject(value) && Object.keys(value).length === 0 },
  ...{ Timestamp: timestamp, Duration: duration, FieldMask: mask, Any: typed },
  ...{ BoolValue: boolean, StringValue: text, BytesValue: bytes, DoubleValue: double, FloatValue: double },
  ...{ Int32Value: int32, Int64Value: int64, UInt32Value: uint32, UInt64Value: uint64 },
};

export const scalarShape = (field: Field): Shape => SCALARS[field.type]!;
export const wellKnownShape = (fullName: string): Shape | undefined =>
  WELL_KNOWN[/^\.google\.protobuf\.(\w+)$/.exec(fullName)?.[1] ?? ''];

function matches(pattern: RegExp): Shape['holds'] {
  return (value) => typeof value === 'string' && pattern.test(value);
}

function isTime(value: unknown): boolean {
  const pattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
  return typeof value === 'string' && pattern.test(value) && !Number.isNaN(Date.parse(value));
}

function isBase64(value: string): boolean {
  return /^[\w+/-]*={0,2}$/.test(value) && value.replaceAll('=', '').length % 4 !== 1;
}
