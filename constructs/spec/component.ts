/**
 * The neutral task graph: components with typed artifacts, tasks that use them, edges that order them.
 *
 * Every compiler takes a `Graph`. There are no loops and no conditions: what depends on data is written as data.
 */

/** `files` is anything else: what only the user's own programs read. */
export type ArtifactKind = 'dataset' | 'code' | 'model' | 'predictions' | 'metrics' | 'report' | 'files';
/** What the value of a parameter must look like; on the command line all are text. */
export type ParameterKind = 'string' | 'number' | 'boolean' | 'json';

/**
 * A program with a typed interface, run as
 * `COMMAND --in.<name> DIR … --out.<name> DIR … --param.<name> VALUE …`.
 * Inputs and outputs are directories, never URIs. It exits with 0 when done, 64 for the user's error (never tried again) and
 * 75 for one that passes (tried again); on SIGTERM it ends within 30 seconds.
 */
export interface Component {
  /**
   * Found on the image's PATH: `mlops-step` (Node) or `mlops-model` (Python), or a program of the user's, with its first
   * arguments. `{in.NAME}` at the beginning of an argument stands for the directory of that input.
   */
  readonly command: readonly [string, ...string[]];
  readonly inputs: Readonly<Record<string, ArtifactKind>>;
  readonly outputs: Readonly<Record<string, ArtifactKind>>;
  readonly parameters: Readonly<Record<string, ParameterKind>>;
}

/** Where a task's input comes from: another task, or a directory from outside, given by URI when the run starts. */
export type Source = { readonly task: string; readonly output: string } | { readonly external: string };

/** One use of a component. */
export interface Task {
  readonly component: Component;
  readonly inputs: Readonly<Record<string, Source>>;
  /** Values that are fixed when the graph is made; the rest are given when the run starts. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  /** How often the program is run again after exit code 75. @default 3 */
  readonly retries?: number;
  /** Kept for it while it runs. @default 1 */
  readonly cores?: number;
}

export interface Graph {
  readonly name: string;
  /** Directories from outside. */
  readonly externals: Readonly<Record<string, ArtifactKind>>;
  /** Parameters that are given when the run starts, and the tasks that get them by the same name. */
  readonly parameters: Readonly<Record<string, ParameterKind>>;
  readonly tasks: Readonly<Record<string, Task>>;
}

/** Names of tasks, inputs, outputs and parameters: they must fit environment variables, channels and keys everywhere. */
export const STEP_NAME = /^[a-z][a-z0-9_]{0,30}$/;
