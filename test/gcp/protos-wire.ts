/** Whether two bodies say the same: they encode to the same bytes, defaults that are written out or left out alike. */
import { fromProto3JSON } from 'proto3-json-serializer';
import type { Type } from 'protobufjs';
import { messageOf, type JsonObject } from './protos';
import { withoutDefaults } from './protos-defaults';

export function wireEqual(type: string, ours: JsonObject, official: JsonObject): boolean {
  return encode(messageOf(type), ours).equals(encode(messageOf(type), official));
}

/** Of maps, protobuf leaves the order open: sorted here. */
export function encode(type: Type, body: JsonObject): Buffer {
  const message = fromProto3JSON(type, sorted(withoutDefaults(type, body)) as never);
  if (!message) throw new Error(`${JSON.stringify(body)} is no ${type.name}`);
  return Buffer.from(type.encode(message).finish());
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
