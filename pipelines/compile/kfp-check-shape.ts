/** Whether a document has the fields of the intermediate representation, with their types: what is misspelt is found. */
import { show, when, type Problem } from '../../constructs/spec/problem';
import { DOCUMENT, type Kind, type Message, type Shape } from './kfp-fields';

export const checkShape = (document: unknown): Problem[] => check(document, DOCUMENT, '');

function check(found: unknown, shape: Shape, path: string): Problem[] {
  if (typeof shape === 'string') return checkKind(found, shape, path);
  if ('list' in shape)
    return Array.isArray(found)
      ? found.flatMap((item, i) => check(item, shape.list, `${path}[${i}]`))
      : wrong(found, path, 'a list');
  if ('words' in shape)
    return shape.words.some((word) => word === found) ? [] : wrong(found, path, oneOf(shape.words.map(show)));
  if (!isObject(found)) return wrong(found, path, 'an object');
  const entries = Object.entries(found);
  if ('map' in shape) return entries.flatMap(([key, item]) => check(item, shape.map, `${path}.${key}`));
  return [
    ...checkFields(found, shape, path),
    ...entries.flatMap(([key, item]) => {
      const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
      return field === undefined ? [] : check(item, field, path ? `${path}.${key}` : key);
    }),
  ];
}

function checkFields(found: Readonly<Record<string, unknown>>, shape: Message, path: string): Problem[] {
  const known = Object.keys(shape.fields);
  const keys = Object.keys(found);
  return [
    ...keys
      .filter((key) => !known.includes(key))
      .map((key) => ({ path, got: `the field ${show(key)}`, expected: oneOf(known), fix: 'correct it, or remove it' })),
    ...shape.required
      .filter((key) => !keys.includes(key))
      .map((key) => ({ path, got: `no ${key}`, expected: `the field ${key}`, fix: 'add it' })),
    ...shape.oneOf.flatMap((choice) => {
      const there = choice.filter((key) => keys.includes(key));
      return when(there.length !== 1, {
        path,
        got: there.length === 0 ? 'none of them' : there.join(' and '),
        expected: `exactly one of ${choice.join(', ')}`,
        fix: there.length === 0 ? 'add one' : 'remove what is too much',
      });
    }),
  ];
}

function checkKind(found: unknown, kind: Kind, path: string): Problem[] {
  switch (kind) {
    case 'any':
      return [];
    case 'text':
      return typeof found === 'string' ? [] : wrong(found, path, 'a text');
    case 'duration':
      return typeof found === 'string' && /^\d+(\.\d{1,9})?s$/.test(found)
        ? []
        : wrong(found, path, 'a duration in seconds, such as "60s"');
    case 'object':
      return isObject(found) ? [] : wrong(found, path, 'an object');
    case 'number':
      return typeof found === 'number' ? [] : wrong(found, path, 'a number');
    case 'boolean':
      return typeof found === 'boolean' ? [] : wrong(found, path, 'true or false');
  }
}

const wrong = (found: unknown, path: string, expected: string): Problem[] => [
  { path, got: show(found), expected, fix: 'correct it' },
];

const oneOf = (words: readonly string[]): string => `one of ${words.join(', ')}`;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
