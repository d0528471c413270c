/** Problems: what is wrong with a spec, all of it at once, each with the way out. */

export interface Problem {
  /** Where, as it is written in the spec: `endpoints.online.replicas.max`. Empty for the whole document. */
  readonly path: string;
  readonly got: string;
  readonly expected: string;
  readonly fix: string;
}

/** Thrown where a spec cannot be used. `message` is all of it, for people; there is no stack trace to wade through. */
export class SpecError extends Error {
  // Private, with getters: Node prints an uncaught error's own fields, and the message says it all.
  readonly #spec: string;
  readonly #problems: readonly Problem[];

  constructor(spec: string, problems: readonly Problem[]) {
    super(printProblems(spec, problems));
    this.#spec = spec;
    this.#problems = problems;
    Object.defineProperty(this, 'name', { value: 'SpecError' });
    this.stack = this.message;
  }

  /** The spec's name. */
  get spec(): string {
    return this.#spec;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }
}

/** What was asked for cannot be done as it was asked; `message` says what would. Printed without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Not now: nothing is running, or somebody else holds what is needed. Printed without a stack trace. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

export function printProblems(spec: string, problems: readonly Problem[]): string {
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  const lines = problems.map(
    ({ path, got, expected, fix }) =>
      `  ${path || '(the document)'}\n    got ${got}, expected ${expected}\n    fix: ${fix}`,
  );
  return [`${spec}: ${count}`, ...lines].join('\n');
}

/** A value as it is shown in a problem: short, and in JSON so that text and numbers differ. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** The problem, where there is one. */
export const when = (wrong: boolean, problem: Problem): Problem[] => (wrong ? [problem] : []);

/** A name that must be one of `known`'s keys. */
export function dangling(path: string, name: string, known: object, noun: string): Problem[] {
  const names = Object.keys(known);
  return when(!names.includes(name), {
    path,
    got: show(name),
    expected:
      names.length > 0 ? `the name of ${a(noun)}: ${names.join(', ')}` : `the name of ${a(noun)}, and there is none`,
    fix: `correct it, or add the ${noun} ${show(name)}`,
  });
}

const a = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** The name of a dataset, pipeline, endpoint or monitor: it becomes part of resource names everywhere. */
export function checkName(name: string, path: string): Problem[] {
  return when(!/^[a-z][a-z0-9-]{0,29}$/.test(name), {
    path,
    got: `the name ${show(name)}`,
    expected: 'lower-case letters, digits and hyphens, beginning with a letter; at most 30',
    fix: 'rename it',
  });
}
