/** What a command may touch of the outside: so that a test can be one. */
import { join, resolve as absolute } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../constructs/spec';
import { readSpecFile, type SpecFile } from './spec-file';
import { targetOf, type Target } from './targets';

export interface Io {
  print(text: string): void;
  error(text: string): void;
  /** Replaces the line that a person looks at. */
  rewrite(text: string): void;
  readonly cwd: string;
  /** A person looks at a terminal. */
  readonly interactive: boolean;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** Lets so many milliseconds pass. @default - by the machine's clock, until Ctrl-C */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

export const pause = (io: Io, milliseconds: number): Promise<void> =>
  io.pause?.(milliseconds) ?? sleep(milliseconds, undefined, { signal: io.signal });

/** Options that every command has. */
export interface CommonOptions {
  readonly spec?: string;
  readonly state?: string;
  readonly target?: string;
  /** On AWS the name of the stack, on Google Cloud the environment of the system. */
  readonly stack?: string;
  readonly json?: boolean;
}

/** The options by which another command is about the same system. */
export const sameSystem = ({ spec, state, target, stack }: CommonOptions): string =>
  Object.entries({ spec, state, target, stack })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` --${name} ${value}`)
    .join('');

export interface Place extends SpecFile {
  readonly target: Target;
  /** Undefined: the one that is called like the spec. On Google Cloud, its environment. */
  readonly stack: string | undefined;
  /** The record of the system that `mlops up` runs. */
  readonly stateDir: string;
  /** The record of a replay, apart from the other. */
  readonly replayDir: string;
  /** Shared by all systems of this folder: what was made from the same inputs is the same. */
  readonly cacheDir: string;
  readonly pythonDir: string;
}

/** The spec that the options name, and where its records are: `.mlops` in this folder, or what --state says. */
export function placeOf(options: CommonOptions, io: Io): Place {
  const target = targetOf(options.target);
  refuseForeign(target, options);
  const found = readSpecFile(options.spec, io.cwd);
  const home = absolute(io.cwd, options.state ?? '.mlops');
  // A spec without a usable name is refused by resolve(), with its other problems.
  const name = String((found.spec as { name?: unknown } | null)?.name);
  const own = join(home, /^[a-z][a-z0-9-]*$/.test(name) ? name : 'unnamed');
  return {
    ...found,
    target,
    stack: options.stack,
    stateDir: join(own, 'state'),
    replayDir: join(own, 'replay'),
    cacheDir: join(home, 'cache'),
    pythonDir: join(home, 'python'),
  };
}

/** Says no to what would have no effect. */
function refuseForeign({ name }: Target, { state, stack }: CommonOptions): void {
  if (name === 'local' && stack !== undefined)
    throw new UserError(
      `--stack: got ${JSON.stringify(stack)}, and this machine has no stacks; fix: add the --target that it is deployed to, or leave it out.`,
    );
  if (name !== 'local' && state !== undefined)
    throw new UserError(
      `--state: got ${JSON.stringify(state)}, and the record of ${name} is in its bucket; fix: leave it out.`,
    );
}
