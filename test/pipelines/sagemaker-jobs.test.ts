/** What is sent to SageMaker is a request that it knows, and what it starts is the command line of every platform. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Graph, Task } from '../../constructs/spec/component';
import { compilePlan, taskArguments } from '../../pipelines/compile/plan';
import { compileSagemaker } from '../../pipelines/compile/sagemaker';
import type { TrainingJob } from '../../pipelines/compile/sagemaker-definition';
import { checkAgainstSchema } from '../aws/sdk-schema';
import { cases, settings } from './sagemaker-cases';

test.each(cases)('each job of $name is a request that SageMaker knows', ({ graph, settings }) => {
  for (const { Arguments } of compileSagemaker(graph, settings).Steps)
    expect(checkAgainstSchema('CreateTrainingJobRequest$', { TrainingJobName: 'job', ...Arguments })).toEqual([]);
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'job-'));
  mkdirSync(join(root, 'bin'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const SUBJECT = '{"version":"v1","note":"it\'s $5\nand more"}';

/** Runs a job by the launcher and returns the words that its program got. */
function wordsOf({ AlgorithmSpecification, Environment }: TrainingJob): string[] {
  const [program, ...words] = AlgorithmSpecification.ContainerArguments;
  const stub = join(root, 'bin', program!);
  writeFileSync(stub, '#!/bin/sh\nfor word do printf "%s\\0" "$word"; done >"$MLOPS_ROOT/words"\n');
  chmodSync(stub, 0o755);
  const given = Object.entries(Environment).map(([name, value]) => {
    if (typeof value === 'string') return [name, value];
    expect(value).toEqual({ Get: 'Parameters.Subject' });
    return [name, SUBJECT];
  });
  const here = words.map((word) => word.replace(/^\/opt\/ml\//, `${root}/`));
  const launcher = join(__dirname, '../../pipelines/compile/launch.sh');
  const { status, stdout } = spawnSync('/bin/sh', [launcher, program!, ...here], {
    env: {
      ...(Object.fromEntries(given) as Record<string, string>),
      PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
      MLOPS_ROOT: root,
      TMPDIR: root,
    },
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  const got = readFileSync(join(root, 'words'), 'utf8').split('\0').slice(0, -1);
  return got.map((word) => word.replace(`${root}/`, '/opt/ml/'));
}

/** The words of the command, then flags with their values, in any order. */
function commandLine(words: readonly string[]): unknown {
  const first = words.findIndex((word) => /^--(in|out|param)\./.test(word));
  const flags = words.slice(first);
  return {
    words: words.slice(0, first),
    flags: Object.fromEntries(flags.flatMap((flag, i) => (i % 2 === 0 ? [[flag, flags[i + 1]]] : []))),
  };
}

function expectedOf(graph: Graph, name: string): unknown {
  const task = compilePlan(graph).tasks.find((each) => each.name === name)!;
  const inputs = Object.entries(task.inputs).map(([input, source]) => [
    input,
    'task' in source
      ? `/opt/ml/input/data/task-${source.task}/${source.output}`
      : `/opt/ml/input/data/external-${source.external}`,
  ]);
  const outputs = task.outputs.map((output) => [output, `/opt/ml/model/${output}`]);
  const directories = {
    inputs: Object.fromEntries(inputs) as Record<string, string>,
    outputs: Object.fromEntries(outputs) as Record<string, string>,
  };
  return commandLine(taskArguments(task, directories, { subject: SUBJECT }));
}

test.each(cases)('each program of $name gets the command line of the plan', ({ graph, settings }) => {
  for (const { Name, Arguments } of compileSagemaker(graph, settings).Steps)
    expect(commandLine(wordsOf(Arguments))).toEqual(expectedOf(graph, Name));
});

const NASTY = [
  ...[
    '',
    '{}',
    '{empty}',
    '{env.HOME}',
    '{env.',
    '-',
    '--',
    '-n',
    "'",
    '"',
    '\\',
    '\\n',
    '$HOME',
    '$(id)',
    '`id`',
    '*',
  ],
  ...[
    ' ',
    '\n',
    '\n\n',
    'a\nb\n',
    'a\r\nb',
    'a\tb',
    'a\u0085b',
    'a\u2028b',
    '🚲',
    'größer',
    '%s%d',
    '#',
    '~',
    '!!',
    '&;|<>',
  ],
  ...['x'.repeat(256), 'x'.repeat(257), 'x'.repeat(512), 'x'.repeat(513), '🚲'.repeat(64), `x${'🚲'.repeat(300)}`],
];

function graphWith(values: readonly string[], words: readonly string[]): Graph {
  const parameters = Object.fromEntries(values.map((value, i) => [`p_${i}`, value]));
  const task: Task = {
    component: {
      command: ['program', ...words, '{in.data}/x y.py'],
      inputs: { data: 'dataset' },
      outputs: { out: 'files' },
      parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, 'string' as const])),
    },
    inputs: { data: { external: 'data' } },
    parameters,
    timeoutSeconds: 1,
  };
  return { name: 'g', externals: { data: 'dataset' }, parameters: {}, tasks: { task } };
}

const jobOf = (graph: Graph) => compileSagemaker(graph, settings).Steps[0]!.Arguments;

test('awkward values reach the program as they are, and so do awkward words of its command', () => {
  for (const graph of [graphWith(NASTY, []), graphWith([], NASTY)])
    expect(commandLine(wordsOf(jobOf(graph)))).toEqual(expectedOf(graph, 'task'));
});

// Half a surrogate pair is no text, and no argument of a program holds a NUL.
const text = fc.string({ unit: 'grapheme', maxLength: 900 }).map((value) => value.replaceAll('\0', ''));

test('any values reach the program as they are', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20, size: 'max' }), (values) => {
      const graph = graphWith(values, []);
      expect(commandLine(wordsOf(jobOf(graph)))).toEqual(expectedOf(graph, 'task'));
    }),
    { numRuns: 20, seed: 20260101 },
  );
});

test('any values keep to the lengths and the alphabet that SageMaker allows', () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 8, size: 'max' }), (values) => {
      const { AlgorithmSpecification, Environment } = jobOf(graphWith([...values, ...NASTY], []));
      for (const argument of AlgorithmSpecification.ContainerArguments) {
        expect(Buffer.byteLength(argument)).toBeLessThanOrEqual(256);
        expect(argument).toMatch(/^[^\n\r\u0085\u2028\u2029]+$/);
      }
      for (const [name, value] of Object.entries(Environment)) {
        expect(name).toMatch(/^[A-Z_][A-Z0-9_]*$/);
        expect(Buffer.byteLength(value as string)).toBeLessThanOrEqual(512);
      }
    }),
    { numRuns: 50, seed: 20260101 },
  );
});
