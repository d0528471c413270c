/** The command line of a step, `--in.<name> DIR … --out.<name> DIR … --param.<name> VALUE …`, checked against its component. */
import { mkdirSync, statSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import type { Component, ParameterKind } from '../../constructs/spec/component';
import { show, type Problem } from '../../constructs/spec/problem';
import { StepError, type StepArguments } from './step';

/** Every problem of the command line at once, as a `StepError`. Makes the output directories. */
export function parseArguments(argv: readonly string[], component: Component): StepArguments {
  const known = [
    ...Object.keys(component.inputs).map((name) => `--in.${name}`),
    ...Object.keys(component.outputs).map((name) => `--out.${name}`),
    ...Object.keys(component.parameters).map((name) => `--param.${name}`),
  ];
  const { values, problems } = readFlags(argv, known);
  for (const flag of known.filter((name) => !values.has(name) && !problems.some(({ path }) => path === name)))
    problems.push({ path: flag, got: 'nothing', expected: meaning(flag), fix: `add ${flag} and its value` });
  for (const [flag, value] of values) if (flag.startsWith('--in.')) problems.push(...checkDirectory(flag, value));
  const parameters: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(component.parameters)) {
    const text = values.get(`--param.${name}`);
    if (text === undefined) continue;
    const parsed = parseParameter(kind, text);
    if (parsed === undefined)
      problems.push({ path: `--param.${name}`, got: show(text), expected: EXPECTED[kind], fix: 'correct the value' });
    parameters[name] = parsed;
  }
  if (problems.length > 0) throw new StepError(problems);
  const directories = (prefix: string, names: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.keys(names).map((name) => [name, values.get(`${prefix}${name}`)!]));
  const outputs = directories('--out.', component.outputs);
  for (const directory of Object.values(outputs)) mkdirSync(directory, { recursive: true });
  return { inputs: directories('--in.', component.inputs), outputs, parameters };
}

function readFlags(argv: readonly string[], known: readonly string[]) {
  const values = new Map<string, string>();
  const problems: Problem[] = [];
  for (let i = 0; i < argv.length; i += 2) {
    const flag = argv[i]!;
    const value = argv[i + 1];
    if (!known.includes(flag))
      problems.push({
        path: flag,
        got: 'an unknown flag',
        expected: `one of ${known.join(', ')}`,
        fix: `remove it, or did you mean ${closest(flag, known)}?`,
      });
    else if (value === undefined)
      problems.push({ path: flag, got: 'no value', expected: meaning(flag), fix: `give the value after ${flag}` });
    else if (values.has(flag))
      problems.push({ path: flag, got: 'the flag twice', expected: 'one value', fix: 'remove one of them' });
    else values.set(flag, value);
  }
  return { values, problems };
}

const meaning = (flag: string): string => (flag.startsWith('--param.') ? 'a value' : 'a directory');

function checkDirectory(flag: string, path: string): Problem[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [];
  return [{ path: flag, got: show(path), expected: 'a directory that exists', fix: 'correct the path' }];
}

const EXPECTED: Readonly<Record<ParameterKind, string>> = {
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  json: 'JSON',
};

/** `undefined` where the text is not of that kind. */
function parseParameter(kind: ParameterKind, text: string): unknown {
  if (kind === 'string') return text;
  if (kind === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (kind === 'boolean') return text === 'true' || (text === 'false' ? false : undefined);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
