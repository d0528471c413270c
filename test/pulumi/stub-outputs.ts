/** What a stub says of a resource: what it was asked for, what its rule knows, and the rest made up from the names of the outputs. */
import type { ResourceType, Schema, Shape } from './schema';
import type { Place, Rule } from './stub-rules';
import { isObject, signatureOf, textOf, UNKNOWN, type Wire, type WireObject } from './wire';

/**
 * The same value with secrets revealed and files as their digests.
 *
 * @param unknown - stands for what a preview does not know; undefined: it is left out
 */
export function known(value: Wire, unknown?: Wire): Wire {
  if (value === UNKNOWN) return unknown ?? null;
  if (Array.isArray(value)) return (value as readonly Wire[]).map((item) => known(item, unknown));
  if (!isObject(value)) return value;
  const signature = signatureOf(value);
  if (signature === 'secret') return known(value['value'] ?? null, unknown);
  if (signature) return textOf(value, 'hash') ?? `a file of ${JSON.stringify(Object.values(value)).length} characters`;
  const entries = Object.entries(value).filter(([, item]) => item !== UNKNOWN || unknown !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, known(item, unknown)]));
}

/** Of a preview: what is not given is not known. */
export function plannedOutputs(type: ResourceType, given: WireObject, renewed: readonly string[] = []): WireObject {
  const missing = Object.entries(type.outputs)
    .filter(([name, { required }]) => (required && given[name] === undefined) || renewed.includes(name))
    .map(([name]) => [name, UNKNOWN] as const);
  return { ...given, ...Object.fromEntries(missing) };
}

export function outputsOf(
  schema: Schema,
  type: ResourceType,
  rule: Rule,
  given: WireObject,
  id: string,
  place: Place,
): WireObject {
  const own = rule.outputs?.(known(given) as WireObject, id, place) ?? {};
  const defaults: WireObject = { project: place.project, region: place.region, location: place.region };
  const entries = Object.entries(type.outputs).flatMap(([name, { shape, required }]): [string, Wire][] => {
    if (given[name] !== undefined) return [];
    const value = own[name] ?? (name in defaults ? defaults[name] : undefined);
    if (value !== undefined) return [[name, value]];
    return required ? [[name, madeUp(schema, shape, name)]] : [];
  });
  return { ...given, ...Object.fromEntries(entries) };
}

function madeUp(schema: Schema, shape: Shape, name: string): Wire {
  if (shape === 'number') return 0;
  if (shape === 'boolean') return false;
  if (typeof shape === 'string') return `stub-${name}`;
  if ('list' in shape) return [];
  if ('map' in shape) return {};
  if ('literal' in shape) return shape.literal;
  if ('oneOf' in shape) return madeUp(schema, shape.oneOf[0]!, name);
  const fields = Object.entries(schema.shapes[shape.object] ?? {}).filter(([, { required }]) => required);
  return Object.fromEntries(fields.map(([key, field]) => [key, madeUp(schema, field.shape, key)]));
}
