/** Messages as proto3 has them: a field that holds its default is not there. Integers of 64 bits are texts. */
import { Enum, Type, type Field } from 'protobufjs';
import { isObject, type JsonObject } from './protos';
import { wellKnownShape } from './protos-scalars';

/** Fields to be left out whatever they hold. */
type LeftOut = (field: Field) => boolean;

export function withoutDefaults(type: Type, value: JsonObject, leftOut: LeftOut = () => false): JsonObject {
  const one = (field: Field, inner: unknown): unknown => {
    const of = field.resolvedType;
    if (of instanceof Type)
      return isObject(inner) && !wellKnownShape(of.fullName) ? withoutDefaults(of, inner, leftOut) : inner;
    return /64$/.test(field.type) && typeof inner === 'number' ? String(inner) : inner;
  };
  const all = (field: Field, inner: unknown): unknown => {
    if (field.repeated) return Array.isArray(inner) ? inner.map((each) => one(field, each)) : inner;
    if (!field.map || !isObject(inner)) return one(field, inner);
    return Object.fromEntries(Object.entries(inner).map(([key, each]) => [key, one(field, each)]));
  };
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const field = type.fields[name];
    if (!field) return [[name, inner] as const];
    if (leftOut(field)) return [];
    const told = all(field, inner);
    return isDefault(field, told) ? [] : [[name, told] as const];
  });
  return Object.fromEntries(kept);
}

function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (field.map) return isObject(value) && Object.keys(value).length === 0;
  if (field.repeated) return Array.isArray(value) && value.length === 0;
  // Presence is known of what stands in a oneof, and of messages.
  if (field.partOf) return false;
  const type = field.resolvedType;
  if (type instanceof Enum) return value === type.valuesById[0];
  return !type && (value === '' || value === 0 || value === false || value === '0');
}
