/** Field masks, of reads and of updates: https://google.aip.dev/157 · https://google.aip.dev/134 */
import { Type, type Field } from 'protobufjs';
import { camelCase, isObject, messageOf, type JsonObject } from '../protos';
import { invalid } from './errors';
import { valueAt } from './filter';

/** Paths of an update mask, in lowerCamelCase. */
export const pathsOf = (updateMask: unknown): readonly string[] =>
  String(updateMask)
    .split(',')
    .map((path) => path.trim().split('.').map(camelCase).join('.'));

/** The masked fields of the body in the place of those that were; one that is masked and missing is cleared. */
export function applied<T extends JsonObject>(target: T, body: JsonObject, paths: readonly string[]): T {
  return paths.reduce<T>((result, path) => {
    const steps = path.split('.');
    return put(result, steps, valueAt(body, steps)) as T;
  }, target);
}

function put(target: unknown, [step, ...rest]: readonly string[], value: unknown): JsonObject {
  const fields = { ...(isObject(target) ? target : {}) };
  if (rest.length > 0) return { ...fields, [step!]: put(fields[step!], rest, value) };
  if (value !== undefined) return { ...fields, [step!]: value };
  delete fields[step!];
  return fields;
}

/** What the mask names, and nothing else. */
export function masked(type: string, value: JsonObject, readMask: unknown): JsonObject {
  if (typeof readMask !== 'string' || readMask === '' || readMask === '*') return value;
  const result: Record<string, unknown> = {};
  for (const path of readMask.split(',')) {
    const steps = path.trim().split('.').map(camelCase);
    let known: Type | undefined = messageOf(type);
    for (const step of steps) {
      const field: Field | undefined = known?.fields[step];
      if (!field) throw invalid(`Invalid read_mask: ${type} has no ${path}`);
      known = field.resolvedType instanceof Type ? field.resolvedType : undefined;
    }
    copy(value, result, steps);
  }
  return result;
}

function copy(from: JsonObject, to: Record<string, unknown>, [step, ...rest]: readonly string[]): void {
  const inner = from[step!];
  if (inner === undefined) return;
  if (rest.length === 0 || !isObject(inner)) {
    to[step!] = inner;
    return;
  }
  const holder = (to[step!] ??= {}) as Record<string, unknown>;
  copy(inner, holder, rest);
}
