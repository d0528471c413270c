/**
 * The strict check of a REST body: what Google would refuse, and what it would pass over in silence (a misspelt field, a field that
 * only Google sets). Ours is stricter in one thing: field names are lowerCamelCase only.
 */
import { Enum, Type, type Field } from 'protobufjs';
import { behavesAs, camelCase, isObject, messageOf, without, type JsonObject } from './protos';
import { scalarShape, wellKnownShape } from './protos-scalars';

/** As google.rpc.BadRequest tells it. */
export interface Violation {
  /** Path from the checked message, such as `endpoint.trafficSplit`. */
  readonly field: string;
  readonly description: string;
}

interface Rules {
  /** What only Google sets may be set: the check of an answer. */
  readonly outputs: boolean;
  /** Whether what is required must be there. */
  readonly required: boolean;
}

export const checkAnswer = (type: string, value: unknown): readonly Violation[] =>
  check(messageOf(type), value, '', { outputs: true, required: false });

/** A request as a whole, what stands in the path and in the query included. An update is judged by its mask. */
export function checkRequest(name: string, request: JsonObject): readonly Violation[] {
  const type = messageOf(name);
  const resource = updatedField(type);
  if (!resource) return check(type, request, '', { outputs: false, required: true });
  const rest = without(request, resource.name);
  const loose = check(type, rest, '', { outputs: false, required: true }).filter(
    ({ field }) => field !== resource.name,
  );
  const body = request[resource.name];
  if (!isObject(body)) return [...loose, missing(resource.name, type)];
  // The name says which one it is.
  const fields = without(body, 'name');
  const of = resource.resolvedType as Type;
  const paths = typeof request.updateMask === 'string' ? request.updateMask.split(',').filter(Boolean) : [];
  return distinct([
    ...loose,
    ...check(of, fields, resource.name, { outputs: false, required: false }),
    ...paths.flatMap((path) => checkMasked(of, body, path.split('.').map(camelCase), resource.name)),
  ]);
}

/** What a request with a mask updates. */
export function updatedField(type: Type): Field | undefined {
  if (!type.fields['updateMask']) return undefined;
  return type.fieldsArray.find((field) => field.resolvedType instanceof Type && field.name !== 'updateMask');
}

function checkMasked(
  type: Type,
  value: unknown,
  [name, ...rest]: readonly string[],
  path: string,
): readonly Violation[] {
  const field = type.fields[name!];
  const at = `${path}.${name}`;
  if (!field) return [{ field: at, description: `the mask names no field of ${type.name}` }];
  // Deeper down, calls exist that change what is immutable to all others, such as a count of replicas.
  const fixed = (path.includes('.') ? (['OUTPUT_ONLY'] as const) : (['OUTPUT_ONLY', 'IMMUTABLE'] as const)).find(
    (one) => behavesAs(field, one),
  );
  if (fixed) return [{ field: at, description: `the mask names a field that is ${fixed}` }];
  const inner = isObject(value) ? value[name!] : undefined;
  if (rest.length === 0) {
    if (behavesAs(field, 'REQUIRED') && isEmpty(inner)) return [missing(at, type)];
    return inner === undefined ? [] : checkField(field, inner, at, { outputs: false, required: true });
  }
  if (!(field.resolvedType instanceof Type) || field.repeated || field.map)
    return [{ field: at, description: 'the mask goes into what has no fields' }];
  return checkMasked(field.resolvedType, inner, rest, at);
}

function check(type: Type, value: unknown, path: string, rules: Rules): readonly Violation[] {
  if (!isObject(value)) return [{ field: path, description: `must be an object of ${type.name}, got ${show(value)}` }];
  const found: Violation[] = [];
  const chosen = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    const at = path ? `${path}.${key}` : key;
    const field = type.fields[key];
    if (!field) {
      const known = type.fields[camelCase(key)] ? `, write ${camelCase(key)}` : '';
      found.push({ field: at, description: `unknown field of ${type.name}${known}` });
      continue;
    }
    if (inner === null || inner === undefined) continue;
    // A synthetic one, of an optional field, has a name that starts with an underscore.
    const oneof = field.partOf && !field.partOf.name.startsWith('_') ? field.partOf.name : undefined;
    const other = oneof && chosen.get(oneof);
    if (other) found.push({ field: at, description: `${oneof} is set already, by ${other}` });
    if (oneof) chosen.set(oneof, key);
    if (!rules.outputs && behavesAs(field, 'OUTPUT_ONLY'))
      found.push({ field: at, description: 'OUTPUT_ONLY: only Google sets it' });
    else found.push(...checkField(field, inner, at, rules));
  }
  if (rules.required)
    for (const field of type.fieldsArray)
      if (behavesAs(field, 'REQUIRED') && !hasMeaningfulZero(field) && isEmpty(value[field.name])) {
        found.push(missing(path ? `${path}.${field.name}` : field.name, type));
      }
  return found;
}

function checkField(field: Field, value: unknown, path: string, rules: Rules): readonly Violation[] {
  if (field.map) {
    if (!isObject(value)) return [{ field: path, description: `must be a map, got ${show(value)}` }];
    return Object.entries(value).flatMap(([key, inner]) => checkValue(field, inner, `${path}[${key}]`, rules));
  }
  if (!field.repeated) return checkValue(field, value, path, rules);
  if (!Array.isArray(value)) return [{ field: path, description: `must be a list, got ${show(value)}` }];
  return value.flatMap((inner, i) => checkValue(field, inner, `${path}[${i}]`, rules));
}

function checkValue(field: Field, value: unknown, path: string, rules: Rules): readonly Violation[] {
  const type = field.resolvedType;
  if (type instanceof Enum) {
    const isKnown =
      typeof value === 'string' ? value in type.values : Object.values(type.values).includes(value as number);
    return isKnown ? [] : [{ field: path, description: `must be a value of ${type.name}, got ${show(value)}` }];
  }
  const shape = type ? wellKnownShape(type.fullName) : scalarShape(field);
  if (!shape) return check(type as Type, value, path, rules);
  return shape.holds(value) ? [] : [{ field: path, description: `must be ${shape.text}, got ${show(value)}` }];
}

const distinct = (found: readonly Violation[]): readonly Violation[] => [
  ...new Map(found.map((one) => [`${one.field} ${one.description}`, one])).values(),
];
const missing = (field: string, type: Type): Violation => ({ field, description: `REQUIRED by ${type.name}` });
const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

/** An enum that is left out has its first value, which may be one that is meant. */
const hasMeaningfulZero = ({ resolvedType }: Field): boolean =>
  resolvedType instanceof Enum && !resolvedType.valuesById[0]?.endsWith('_UNSPECIFIED');

/** As protobuf sees it: an empty text or list is not there. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
