/** Edits of a spec, one for each of its fields, made by walking through it. */
import type { MlopsSpec } from '../..';
import schema from '../../constructs/spec/spec.schema.json';

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Path = readonly string[];

const isRecord = (value: Value | undefined): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Paths of all fields that hold a value or a list. */
export function fieldsOf(value: Value, path: Path = []): Path[] {
  if (!isRecord(value)) return [path];
  return Object.entries(value).flatMap(([key, inner]) => fieldsOf(inner, [...path, key]));
}

/** Ways to change one field, the plainest first: left out, so that it has its default, or with another value. Not all are valid. */
export function* editsOf(spec: MlopsSpec, path: Path): Generator<MlopsSpec> {
  const whole = spec as unknown as Value;
  yield withValue(whole, path, undefined) as unknown as MlopsSpec;
  for (const other of othersOf(at(whole, path)!, namesIn(spec)))
    yield withValue(whole, path, other) as unknown as MlopsSpec;
}

export const at = (value: Value, path: Path): Value | undefined =>
  path.reduce<Value | undefined>((inner, key) => (isRecord(inner) ? inner[key] : undefined), value);

/** A copy in which one field has another value; `undefined` leaves it out. */
export function withValue(value: Value, [key, ...rest]: Path, other: Value | undefined): Value {
  if (key === undefined || !isRecord(value)) return other!;
  const inner = rest.length > 0 ? withValue(value[key]!, rest, other) : other;
  const entries = Object.entries(value).map(([name, old]) => [name, name === key ? inner : old] as const);
  if (!(key in value)) entries.push([key, inner]);
  return Object.fromEntries(entries.filter(([, each]) => each !== undefined)) as Value;
}

/** The spec with only the pipeline and the endpoint that a field belongs to: the rest costs time and shows nothing of it. */
export function around({ pipelines = {}, endpoints = {}, ...rest }: MlopsSpec, [room, name = '']: Path): MlopsSpec {
  const model =
    room === 'endpoints' ? endpoints[name]?.model : room === 'pipelines' ? name : Object.keys(pipelines).at(-1);
  const endpoint = Object.entries(endpoints).filter(([, noun]) => noun.model === model);
  const pipeline = Object.entries(pipelines).filter(([key]) => key === model);
  return { ...rest, pipelines: Object.fromEntries(pipeline), endpoints: Object.fromEntries(endpoint) };
}

/** The same spec, written the other way round. Features stay in their order, which models see. */
export const reversed = (spec: MlopsSpec): MlopsSpec => backwards(spec as unknown as Value) as unknown as MlopsSpec;

function backwards(value: Value): Value {
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, backwards(inner)] as const);
  return Object.fromEntries(
    entries.reverse().map(([key, inner]) => [key, key === 'features' ? backwards(inner) : inner]),
  );
}

/** Words that stand beside each other in an enumeration of the schema. */
const ENUMERATIONS = Object.values(schema.definitions).flatMap((definition) => enumerationsIn(definition as Value));

function enumerationsIn(value: Value): (readonly string[])[] {
  if (Array.isArray(value)) return value.flatMap(enumerationsIn);
  if (!isRecord(value)) return [];
  const own = Array.isArray(value['enum']) ? [value['enum'] as readonly string[]] : [];
  return [...own, ...Object.values(value).flatMap(enumerationsIn)];
}

function namesIn({ datasets, pipelines, endpoints }: MlopsSpec): string[] {
  const monitors = Object.values(endpoints ?? {}).flatMap((endpoint) => Object.keys(endpoint.monitors ?? {}));
  return [...Object.keys(datasets ?? {}), ...Object.keys(pipelines ?? {}), ...monitors];
}

function othersOf(value: Value, names: readonly string[]): Value[] {
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 1, value * 1.1, value - 1];
  if (Array.isArray(value)) {
    const [last, ...before] = [...(value as readonly Value[])].reverse();
    return [before.reverse(), ...othersOf(last ?? '', names).map((other) => [...before, other])];
  }
  if (typeof value !== 'string') return [];
  const number = /^\d+/.exec(value)?.[0];
  return [
    ...(number === undefined ? [] : [1, 90].map((more) => value.replace(number, String(Number(number) + more)))),
    ...ENUMERATIONS.filter((words) => words.includes(value)).flatMap((words) => words.filter((word) => word !== value)),
    ...(names.includes(value) ? names.filter((name) => name !== value) : []),
    ...(value.startsWith('./') ? ['./other-data', './other-code'] : []),
    `${value}x`,
  ];
}
