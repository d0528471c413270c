/** What a step program is: a component's interface, and the function that does its work. */
import type { Component } from '../../constructs/spec/component';
import { printProblems, type Problem } from '../../constructs/spec/problem';

/** What the command line gave, checked against the component: directories by name, parameters by name and already parsed. */
export interface StepArguments {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Prints one line, or several, for people. */
export type Log = (text: string) => void;

export interface Step {
  /** The interface; `select` has two inputs for each candidate, so it depends on the flags that are there. */
  readonly component: (flags: readonly string[]) => Component;
  /** Throws `StepError` for what the user can fix; anything else thrown is a fault of ours. */
  readonly run: (step: StepArguments, log: Log) => Promise<void>;
}

/** The user's error: exit code 64, never tried again. */
export class StepError extends Error {
  override readonly name = 'StepError';
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ path, got, expected }) => `${path}: got ${got}, expected ${expected}`).join('\n'));
  }
  /** All of it, for people. */
  print(step: string): string {
    return printProblems(step, this.problems);
  }
}

export const refuse = (path: string, got: string, expected: string, fix: string): never => {
  throw new StepError([{ path, got, expected, fix }]);
};

/** A count with its noun: `1 row`, `2 rows`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;
