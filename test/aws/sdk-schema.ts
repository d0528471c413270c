/**
 * Requests against the shapes that AWS's own clients carry: misspelt members, missing ones, wrong types. Patterns,
 * lengths and enums are not in them: `scripts/check-pipelines.py` has those for pipelines.
 */
import * as sagemaker from '@aws-sdk/client-sagemaker';
import { NormalizedSchema } from '@smithy/core/schema';

/** Such as `CreateTrainingJobRequest$` or `CreateEndpointConfigInput$`. */
export type SagemakerSchema = Extract<keyof typeof sagemaker, `${string}$`>;

/** What is wrong with a request to SageMaker, by the name of its schema; one line a fault. */
export const checkAgainstSchema = (schemaName: SagemakerSchema, value: unknown): string[] =>
  checkAgainst(NormalizedSchema.of(sagemaker[schemaName]), value);

/** The same by any schema of any client. An expression of a pipeline, such as `{ Get: … }`, counts as text. */
export function checkAgainst(schema: NormalizedSchema, value: unknown, path = ''): string[] {
  if (schema.isStructSchema()) return checkStructure(schema, value, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return [wrong(path, 'a list', value)];
    return value.flatMap((item, i) => checkAgainst(schema.getValueSchema(), item, `${path}[${i}]`));
  }
  if (schema.isMapSchema()) {
    if (!isRecord(value)) return [wrong(path, 'a map', value)];
    return Object.entries(value).flatMap(([key, item]) => checkAgainst(schema.getValueSchema(), item, at(path, key)));
  }
  const [expected, fits] = simpleKind(schema);
  return fits(value) ? [] : [wrong(path, expected, value)];
}

function checkStructure(schema: NormalizedSchema, value: unknown, path: string): string[] {
  if (!isRecord(value) || isExpression(value)) return [wrong(path, 'a structure', value)];
  const members = schema.getMemberSchemas();
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  const unknown = given.filter(([key]) => !Object.hasOwn(members, key)).map(([key]) => `${at(path, key)}: unknown`);
  const missing = required(schema)
    .filter((key) => value[key] === undefined)
    .map((key) => `${at(path, key)}: missing`);
  const count =
    schema.isUnionSchema() && given.length !== 1
      ? [`${path || 'the request'}: ${given.length} members of a union`]
      : [];
  const inside = given.flatMap(([key, item]) =>
    Object.hasOwn(members, key) ? checkAgainst(members[key]!, item, at(path, key)) : [],
  );
  return [...unknown, ...missing, ...count, ...inside];
}

/** A structure's schema names its members, the required ones first, and says how many those are. */
function required(schema: NormalizedSchema): readonly string[] {
  const [, , , , names, , count = 0] = schema.getSchema() as readonly [
    id: unknown,
    namespace: unknown,
    name: unknown,
    traits: unknown,
    names: readonly string[],
    members: unknown,
    count?: number,
  ];
  return names.slice(0, count);
}

function simpleKind(schema: NormalizedSchema): readonly [expected: string, fits: (value: unknown) => boolean] {
  if (schema.isStringSchema()) return ['text', (value) => typeof value === 'string' || isExpression(value)];
  if (schema.isNumericSchema()) return ['a number', (value) => typeof value === 'number' && Number.isFinite(value)];
  if (schema.isBooleanSchema()) return ['true or false', (value) => typeof value === 'boolean'];
  if (schema.isTimestampSchema()) return ['a time', (value) => value instanceof Date];
  if (schema.isBlobSchema()) return ['bytes', (value) => value instanceof Uint8Array];
  throw new Error(`this walker does not know schemas such as ${schema.getName() ?? 'this one'}`);
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps.html */
const isExpression = (value: unknown): boolean =>
  isRecord(value) && Object.keys(value).length === 1 && /^(Get|Std:Join)$/.test(Object.keys(value)[0]!);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const at = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const wrong = (path: string, expected: string, value: unknown): string =>
  `${path || 'the request'}: ${expected} expected, got ${JSON.stringify(value)}`;
