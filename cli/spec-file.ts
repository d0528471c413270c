/** Finds and reads a spec: a TypeScript, JavaScript, YAML or JSON file. Relative paths in it start at its own folder. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, extname, join, resolve as absolute } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { UserError, type MlopsSpec } from '../constructs/spec';

export interface SpecFile {
  readonly spec: MlopsSpec;
  readonly file: string;
  /** The folder that the spec's relative paths start at. */
  readonly root: string;
}

/** `given`, else the only spec in sight: `mlops.ts`, `.js`, `.yaml`, `.yml` or `.json` here, or `stacks/<name>/spec.ts`. */
export function readSpecFile(given: string | undefined, cwd: string): SpecFile {
  const file = given === undefined ? onlySpec(cwd) : absolute(cwd, given);
  if (!existsSync(file)) throw new UserError(`There is no spec at ${file}. Name the file with --spec FILE.`);
  return { spec: read(file) as MlopsSpec, file, root: dirname(file) };
}

function onlySpec(cwd: string): string {
  const here = ['ts', 'js', 'yaml', 'yml', 'json'].map((ending) => join(cwd, `mlops.${ending}`));
  const stacks = join(cwd, 'stacks');
  const below = existsSync(stacks) ? readdirSync(stacks).map((name) => join(stacks, name, 'spec.ts')) : [];
  const found = [...here, ...below].filter((file) => existsSync(file));
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new UserError(
      `There is no spec here: looked for mlops.ts, .js, .yaml, .yml, .json and stacks/*/spec.ts in ${cwd}. Name the file with --spec FILE.`,
    );
  throw new UserError(
    `There is more than one spec here. Name one with --spec FILE:\n${found.map((file) => `  ${file}`).join('\n')}`,
  );
}

function read(file: string): unknown {
  switch (extname(file)) {
    case '.yaml':
    case '.yml':
    case '.json':
      return parsed(file);
    case '.ts':
    case '.js':
    case '.cjs':
    case '.mjs':
      return exported(file);
    default:
      throw new UserError(`${file} is not a spec: expected a .ts, .js, .yaml, .yml or .json file.`);
  }
}

/** YAML holds JSON, so one parser gives line and column for both. */
function parsed(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof YAMLParseError) throw new UserError(`${file} cannot be read: ${error.message}`);
    throw error;
  }
}

function exported(file: string): unknown {
  const module = load(file);
  const specs = Object.entries(module).filter(([, value]) => looksLikeSpec(value));
  if (specs.length === 1) return specs[0]![1];
  const found =
    specs.length === 0
      ? 'none'
      : specs
          .map(([name]) => name)
          .sort()
          .join(', ');
  throw new UserError(
    `${file} must export one MlopsSpec (an object with a name and pipelines or endpoints); found ${found}.`,
  );
}

function load(file: string): Record<string, unknown> {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx compiles what is required, at run time
    return require(file) as Record<string, unknown>;
  } catch (error) {
    const { message, stack } = error as Error;
    const place = stack?.match(/[^\s(]+:\d+:\d+/g)?.find((found) => found.startsWith(file));
    throw new UserError(`${file} cannot be loaded: ${message}${place ? ` (${place})` : ''}`);
  }
}

function looksLikeSpec(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    ('pipelines' in value || 'endpoints' in value || 'datasets' in value)
  );
}
