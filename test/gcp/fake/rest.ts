/** How REST makes one request message of path, query and body: https://google.aip.dev/127 */
import type { Type } from 'protobufjs';
import { camelCase, isObject, messageOf, type JsonObject } from '../protos';
import type { Call } from './http';

/** Google's own parameters, of every service. */
const SYSTEM = /^(\$.*|alt|fields|key|prettyPrint|quotaUser)$/;

/** @param body field that the body is; `*` is the whole request. */
export function messageFrom(type: string, body: string | undefined, call: Call): JsonObject {
  const message: Record<string, unknown> =
    body === '*' ? { ...call.json() } : body ? { [camelCase(body)]: call.json() } : {};
  for (const [path, value] of Object.entries(call.params)) put(message, path.split('.').map(camelCase), value);
  for (const name of new Set(call.query.keys()))
    if (!SYSTEM.test(name)) put(message, name.split('.'), queryValue(messageOf(type), name, call.query.getAll(name)));
  return message;
}

function put(message: Record<string, unknown>, [step, ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    message[step!] = value;
    return;
  }
  const inner = { ...(isObject(message[step!]) ? (message[step!] as JsonObject) : {}) };
  put(inner, rest, value);
  message[step!] = inner;
}

/** Of texts: what the field says that they are. */
function queryValue(type: Type, name: string, values: readonly string[]): unknown {
  const steps = name.split('.');
  const last = steps.pop()!;
  const holder = steps.reduce<Type | null | undefined>(
    (of, step) => of?.fields[step]?.resolvedType as Type | null,
    type,
  );
  const field = holder?.fields[last];
  if (field?.repeated) return values;
  const [value] = values;
  return field?.type === 'bool' && /^(true|false)$/.test(value!) ? value === 'true' : value;
}
