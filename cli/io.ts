/** What a command may touch of the outside: so that a test can be one. */
import { dirname, join, resolve as absolute } from 'node:path';
import { readSpecFile, type SpecFile } from './spec-file';

export interface Io {
  print(text: string): void;
  error(text: string): void;
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
  readonly json?: boolean;
}

export interface Place extends SpecFile {
  /** `.mlops` beside the spec, or what --state says: everything that `mlops` writes is below it. */
  readonly home: string;
  /** The record of the system that `mlops up` runs. */
  readonly stateDir: string;
  /** The record of a replay, apart from the other. */
  readonly replayDir: string;
  readonly cacheDir: string;
  readonly pythonDir: string;
}

/** The spec that the options name, and where its records are. */
export function placeOf(options: CommonOptions, io: Io): Place {
  const found = readSpecFile(options.spec, io.cwd);
  const home = options.state === undefined ? join(dirname(found.file), '.mlops') : absolute(io.cwd, options.state);
  const below = (name: string) => join(home, name);
  return {
    ...found,
    home,
    stateDir: below('state'),
    replayDir: below('replay'),
    cacheDir: below('cache'),
    pythonDir: below('python'),
  };
}
