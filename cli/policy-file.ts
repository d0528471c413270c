/** Reads a policy: a YAML or JSON file with the part of the spec that is to be different. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, resolve as absolute } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { UserError } from '../constructs/spec';

export interface PolicyFile {
  /** The file's name without its ending. */
  readonly name: string;
  readonly policy: unknown;
}

/** More would not be told apart in a picture. */
const MOST = 5;

/** Throws a `UserError` where a file cannot be read, or two would have one name. */
export function readPolicies(files: readonly string[], cwd: string): PolicyFile[] {
  if (files.length > MOST)
    throw new UserError(`--policy: got ${files.length} policies, expected at most ${MOST}; compare them in turns.`);
  const policies = files.map((file) => readPolicy(absolute(cwd, file)));
  const names = ['spec', ...policies.map(({ name }) => name)];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new UserError(
      `--policy: got two columns called ${twice}, expected names that differ (the spec's own is spec); rename a file.`,
    );
  return policies;
}

function readPolicy(file: string): PolicyFile {
  const name = basename(file, extname(file));
  if (!/^\w[\w.-]*$/.test(name))
    throw new UserError(`${file}: got a name with other characters than letters, digits, . _ and -; rename the file.`);
  if (!existsSync(file)) throw new UserError(`There is no policy at ${file}.`);
  try {
    return { name, policy: parse(readFileSync(file, 'utf8')) as unknown };
  } catch (error) {
    if (error instanceof YAMLParseError) throw new UserError(`${file} cannot be read: ${error.message}`);
    throw error;
  }
}
