/** Structure and defaults of a spec, by the generated JSON Schema; each of the validator's errors becomes a Problem. */
import Ajv, { type ErrorObject } from 'ajv';
import { closest, distance } from 'fastest-levenshtein';
import { show, type Problem } from './problem';
import schema from './spec.schema.json';

const validate = new Ajv({
  allErrors: true,
  useDefaults: true,
  discriminator: true,
  verbose: true,
  strictTypes: false,
  strictRequired: false,
}).compile(schema);

/** Fills `document` with its defaults, in place, and returns all that is wrong with its structure. */
export function checkStructure(document: unknown): Problem[] {
  if (validate(document)) return [];
  return validate.errors!.filter(({ keyword }) => keyword !== 'if').map(problemOf);
}

function problemOf(error: ErrorObject): Problem {
  const path = error.instancePath.slice(1).split('/').filter(Boolean).map(unescape).join('.');
  const parent = error.parentSchema as {
    description?: string;
    default?: unknown;
    properties?: Record<string, unknown>;
  };
  const got = show(error.data);
  const at = (key: string) => (path ? `${path}.${key}` : key);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = (error.params as { additionalProperty: string }).additionalProperty;
      const known = Object.keys(parent.properties ?? {});
      return {
        path: at(key),
        got: 'a key that does not exist',
        expected: `one of ${known.join(', ')}`,
        fix: renameOrRemove(key, known),
      };
    }
    case 'required': {
      const key = (error.params as { missingProperty: string }).missingProperty;
      const wanted = parent.properties?.[key] as { description?: string } | undefined;
      return { path: at(key), got: 'nothing', expected: purpose(key, wanted?.description), fix: `add ${key}` };
    }
    case 'enum': {
      const allowed = (error.params as { allowedValues: unknown[] }).allowedValues.map(String);
      return { path, got, expected: `one of ${allowed.join(', ')}`, fix: `use ${likely(String(error.data), allowed)}` };
    }
    case 'discriminator': {
      const { kind } = error.data as { kind?: unknown };
      const kinds = kindsOf(parent as { oneOf?: { $ref?: string }[] });
      return {
        path: at('kind'),
        got: show(kind),
        expected: `one of ${kinds.join(', ')}`,
        fix: `set kind to ${likely(String(kind), kinds)}`,
      };
    }
    case 'pattern':
      return patternProblem(path, got, error);
    case 'type':
      return {
        path,
        got,
        expected: `a value of type ${String((error.params as { type: unknown }).type)}`,
        fix: sentence(parent.description) ?? 'change it',
      };
    default:
      return {
        path,
        got,
        expected: `a value that ${error.message ?? 'is valid'}`,
        fix: sentence(parent.description) ?? 'change it',
      };
  }
}

function patternProblem(path: string, got: string, error: ErrorObject): Problem {
  const { pattern } = error.params as { pattern: string };
  return pattern.includes('hours?')
    ? {
        path,
        got,
        expected: 'a number, a space and a unit: ms, seconds, minutes, hours or days',
        fix: "write it like '90 days' or '250 ms'",
      }
    : {
        path,
        got,
        expected: `text that matches ${pattern}`,
        fix: sentence((error.parentSchema as { description?: string }).description) ?? 'change it',
      };
}

/** The kinds of a union are the constants of its branches. */
function kindsOf(union: { oneOf?: { $ref?: string }[] }): string[] {
  const definitions = schema.definitions as unknown as Record<string, { properties: { kind?: { const?: string } } }>;
  return (union.oneOf ?? []).flatMap(
    ({ $ref }) => definitions[($ref ?? '').replace('#/definitions/', '')]?.properties.kind?.const ?? [],
  );
}

const purpose = (key: string, description?: string): string =>
  description ? `${key}: ${sentence(description)!}` : `a value for ${key}`;

const likely = (word: string, known: readonly string[]): string => closest(word, [...known]);

function renameOrRemove(key: string, known: readonly string[]): string {
  const near = known.length > 0 ? likely(key, known) : undefined;
  return near !== undefined && distance(key, near) <= Math.max(2, key.length / 3)
    ? `rename it to ${near}`
    : 'remove it';
}

const unescape = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');
const sentence = (text?: string): string | undefined =>
  text
    ?.split('. ')[0]
    ?.replace(/\.$/, '')
    .replace(/^./, (first) => first.toLowerCase());
