/** What a command may touch of the outside: so that a test can be one. */
import { join, resolve as absolute } from 'node:path';
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
}

/** Options that every command has. */
export interface CommonOptions {
  readonly spec?: string;
  readonly state?: string;
  readonly target?: string;
  readonly json?: boolean;
}

export interface Place extends SpecFile {
  readonly target: Target;
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
  const found = readSpecFile(options.spec, io.cwd);
  const home = absolute(io.cwd, options.state ?? '.mlops');
  // A spec without a usable name is refused by resolve(), with its other problems.
  const name = String((found.spec as { name?: unknown } | null)?.name);
  const own = join(home, /^[a-z][a-z0-9-]*$/.test(name) ? name : 'unnamed');
  return {
    ...found,
    target,
    stateDir: join(own, 'state'),
    replayDir: join(own, 'replay'),
    cacheDir: join(home, 'cache'),
    pythonDir: join(home, 'python'),
  };
}
