/**
 * Vertex AI as Google describes it: the .proto files of npm's @google-cloud/aiplatform, of the services that the loop calls and of
 * what these import. Not that package's protos.json, which keeps only the last of several field behaviours.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Root, type Field, type Method, type Type } from 'protobufjs';

export type JsonObject = Readonly<Record<string, unknown>>;

const AIPLATFORM = join(dirname(require.resolve('@google-cloud/aiplatform')), '../protos');
/** Google's common protos come with the client's transport. */
const COMMON = join(dirname(require.resolve('google-gax')), '../protos');
const PACKAGE = 'google.cloud.aiplatform.v1';
const FILES = ['pipeline', 'model', 'endpoint'].map((name) =>
  join(AIPLATFORM, 'google/cloud/aiplatform/v1', `${name}_service.proto`),
);

/** Monitoring is described there too. */
const OTHERS = ['google/longrunning/operations.proto', 'google/monitoring/v3/metric_service.proto'];

export const SERVICES = ['PipelineService', 'ModelService', 'EndpointService'] as const;

let parsed: Root | undefined;

/** A tenth of a second, once. */
export function root(): Root {
  if (parsed) return parsed;
  const fresh = new Root();
  fresh.resolvePath = (_, target) =>
    [AIPLATFORM, COMMON].map((folder) => join(folder, target)).find((file) => existsSync(file)) ?? target;
  fresh.loadSync([...FILES, ...OTHERS]);
  fresh.resolveAll();
  return (parsed = fresh);
}

/** By its name in Vertex AI, such as `Endpoint`, or by a whole name, such as `google.longrunning.Operation`. */
export const messageOf = (name: string): Type => root().lookupType(fullName(name));
export const fullName = (name: string): string => (name.startsWith('google.') ? name : `${PACKAGE}.${name}`);
export const methodsOf = (service: string): readonly Method[] =>
  root().lookupService(`${PACKAGE}.${service}`).methodsArray;

/** All values of an option that may stand more than once. */
export const optionsOf = (of: Field | Method, name: string): readonly unknown[] =>
  ((of.parsedOptions ?? []) as JsonObject[]).flatMap((options) => (name in options ? [options[name]] : []));

export type Behaviour = 'REQUIRED' | 'OPTIONAL' | 'OUTPUT_ONLY' | 'INPUT_ONLY' | 'IMMUTABLE' | 'IDENTIFIER';

const behaviours = new WeakMap<Field, ReadonlySet<Behaviour>>();

export function behavesAs(field: Field, behaviour: Behaviour): boolean {
  let known = behaviours.get(field);
  if (!known) {
    known = new Set(optionsOf(field, '(google.api.field_behavior)').flat() as Behaviour[]);
    behaviours.set(field, known);
  }
  return known.has(behaviour);
}

export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

export const without = (value: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

export const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
