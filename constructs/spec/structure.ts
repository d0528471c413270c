/** Structure and defaults of a spec, by the generated JSON Schema; each of the validator's errors becomes a Problem. */
import Ajv, { type ErrorObject } from 'ajv';
import { closest, distance } from 'fastest-levenshtein';
import { show, type Problem } from './problem';
import schema from './spec.schema.json';

const ajv = new Ajv({
  allErrors: true,
  useDefaults: true,
  discriminator: true,
  verbose: true,
  strictTypes: false,
  strictRequired: false,
}).addSchema(schema, 'spec');

/** Fills `document` with its defaults, in place, and returns all that is wrong with its structure. */
export const checkStructure = (document: unknown): Problem[] => check('spec', document);

/** The same for a pipeline's `choose` that comes alone, as the parameter of a step. */
export const checkChoose = (document: unknown): Problem[] => check('spec#/definitions/ChooseSpec', document);

function check(part: string, document: unknown): Problem[] {
  const validate = ajv.getSchema(part)!;
  if (validate(document)) return [];
  return validate.errors!.filter(({ keyword }) => keyword !== 'if').map(problemOf);
}

interface Place {
  readonly path: string;
  readonly error: ErrorObject;
  /** The part of the schema that was broken. */
  readonly schema: {
    readonly description?: string;
    readonly pattern?: string;
    readonly type?: string;
    readonly properties?: object;
  };
}

function problemOf(error: ErrorObject): Problem {
  const path = error.instancePath.slice(1).split('/').filter(Boolean).map(unescape).join('.');
  const place = { path, error, schema: error.parentSchema as Place['schema'] };
  return (PROBLEMS[error.keyword] ?? otherProblem)(place);
}

const PROBLEMS: Readonly<Record<string, (place: Place) => Problem>> = {
  additionalProperties: unknownKey,
  required: missingKey,
  enum: notOneOf,
  discriminator: unknownKind,
  pattern: wrongText,
  type: wrongText,
};

function unknownKey({ path, error, schema }: Place): Problem {
  const { additionalProperty: key } = error.params as { additionalProperty: string };
  const known = Object.keys(schema.properties ?? {});
  const near = known.length > 0 ? closest(key, known) : '';
  const meant = distance(key, near) <= Math.max(2, key.length / 3);
  return {
    path: below(path, key),
    got: 'a key that does not exist',
    expected: `one of ${known.join(', ')}`,
    fix: meant ? `rename it to ${near}` : 'remove it',
  };
}

function missingKey({ path, error, schema }: Place): Problem {
  const { missingProperty: key } = error.params as { missingProperty: string };
  const wanted = (schema.properties as Record<string, { description?: string }> | undefined)?.[key];
  const purpose = wanted?.description ? `${key}: ${sentence(wanted.description)}` : `a value for ${key}`;
  return { path: below(path, key), got: 'nothing', expected: purpose, fix: `add ${key}` };
}

/** An object may say of itself how it becomes text, and say nonsense. */
const asWord = (value: unknown): string => (typeof value === 'string' ? value : show(value));

function notOneOf({ path, error }: Place): Problem {
  const allowed = (error.params as { allowedValues: unknown[] }).allowedValues.map(String);
  const fix = `use ${closest(asWord(error.data), allowed)}`;
  return { path, got: show(error.data), expected: `one of ${allowed.join(', ')}`, fix };
}

function unknownKind({ path, error, schema: union }: Place): Problem {
  const { kind } = error.data as { kind?: unknown };
  const kinds = kindsOf(union as { oneOf?: { $ref?: string }[] });
  const fix = `set kind to ${closest(asWord(kind), kinds)}`;
  return { path: below(path, 'kind'), got: show(kind), expected: `one of ${kinds.join(', ')}`, fix };
}

function wrongText({ path, error, schema: broken }: Place): Problem {
  const got = show(error.data);
  if (broken.pattern?.includes('hours?')) {
    const expected = 'a number, a space and a unit: ms, seconds, minutes, hours or days';
    return { path, got, expected, fix: "write it like '90 days' or '250 ms'" };
  }
  const expected = error.keyword === 'type' ? `a value of type ${broken.type}` : `text that matches ${broken.pattern}`;
  return { path, got, expected, fix: change(broken) };
}

function otherProblem({ path, error, schema: broken }: Place): Problem {
  return { path, got: show(error.data), expected: `a value that ${error.message}`, fix: change(broken) };
}

/** The kinds of a union are the constants of its branches. */
function kindsOf(union: { oneOf?: { $ref?: string }[] }): string[] {
  const definitions = schema.definitions as unknown as Record<string, { properties: { kind?: { const?: string } } }>;
  return (union.oneOf ?? []).flatMap(
    ({ $ref }) => definitions[($ref ?? '').replace('#/definitions/', '')]?.properties.kind?.const ?? [],
  );
}

const change = ({ description }: Place['schema']): string =>
  description ? `change it: ${sentence(description)}` : 'change it';
const below = (path: string, key: string): string => (path ? `${path}.${key}` : key);
const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** The first sentence of a doc comment, ready to stand inside another one. */
function sentence(text: string): string {
  const first = text.split('. ')[0]!.replace(/\.$/, '');
  return first[0]!.toLowerCase() + first.slice(1);
}
