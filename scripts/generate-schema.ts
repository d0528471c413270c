/** Writes constructs/spec/spec.schema.json from the interfaces and their doc comments. `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';

type Schema = { [key: string]: unknown };
const root = join(__dirname, '..');
export const SCHEMA_FILE = join(root, 'constructs/spec/spec.schema.json');

/** The schema as text, ready to be written. */
export function generateSchema(): string {
  const schema = createGenerator({
    path: join(root, 'constructs/spec/mlops.ts'),
    tsconfig: join(root, 'tsconfig.json'),
    type: 'MlopsSpec',
    topRef: false,
    additionalProperties: false,
    skipTypeCheck: true,
  }).createSchema('MlopsSpec');
  const definitions = schema.definitions as Record<string, Schema>;
  const named = { ...schema, definitions: sorted(definitions) };
  return `${JSON.stringify(decidable(named, definitions), undefined, 2)}\n`;
}

/**
 * Turns each union into a decision (`if` or `discriminator`). A plain `anyOf` gives one message per branch, and Ajv fills in
 * no default below it.
 */
function decidable(node: unknown, definitions: Record<string, Schema>): unknown {
  if (Array.isArray(node)) return node.map((item) => decidable(item, definitions));
  if (typeof node !== 'object' || node === null) return node;
  const { anyOf, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, decidable(value, definitions)]),
  ) as Schema & { anyOf?: Schema[] };
  if (!anyOf) return rest;
  const off = anyOf.find((branch) => branch['const'] === false);
  const others = anyOf.filter((branch) => branch !== off);
  const on = others.length === 1 ? others[0]! : union(others, definitions);
  return off ? { ...rest, if: { const: false }, else: on } : { ...rest, ...on };
}

function union(branches: Schema[], definitions: Record<string, Schema>): Schema {
  if (branches.every((branch) => kindOf(branch, definitions) !== undefined))
    return { type: 'object', required: ['kind'], discriminator: { propertyName: 'kind' }, oneOf: branches };
  const values = branches.map((branch) => definition(branch, definitions)['enum']);
  if (values.every(Array.isArray)) return { type: 'string', enum: values.flat() };
  const text = branches.find((branch) => definition(branch, definitions)['type'] === 'string');
  if (text && branches.length === 2)
    return { if: { type: 'string' }, then: text, else: branches.find((branch) => branch !== text)! };
  return { anyOf: branches };
}

function kindOf(branch: Schema, definitions: Record<string, Schema>): unknown {
  const properties = definition(branch, definitions)['properties'] as Record<string, Schema> | undefined;
  return properties?.['kind']?.['const'];
}

function definition(branch: Schema, definitions: Record<string, Schema>): Schema {
  const reference = branch['$ref'];
  return typeof reference === 'string' ? definitions[reference.replace('#/definitions/', '')]! : branch;
}

const sorted = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

if (require.main === module) {
  const text = generateSchema();
  if (!process.argv.includes('--check')) writeFileSync(SCHEMA_FILE, text);
  else if (readFileSync(SCHEMA_FILE, 'utf8') !== text) {
    console.error('constructs/spec/spec.schema.json is not fresh. Run: npm run generate');
    process.exitCode = 1;
  }
}
