import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Graph, Task } from '../../constructs/spec/component';
import { select, prepare } from '../../pipelines/components';
import { canonical, checkIr, compileKfp, type PipelineSpec } from '../../pipelines/compile/kfp';
import { LAUNCH } from '../../pipelines/compile/kfp-launch';
import { compilePlan, taskArguments } from '../../pipelines/compile/plan';
import { expectGolden } from '../golden';
import { cases, compiled, settings, shown } from './kfp-cases';
import { problemsOfProto } from './kfp-proto';

test.each(cases)('$name compiles to its golden document', ({ name, graph, settings }) => {
  expectGolden(join(__dirname, 'golden', `${name}.kfp.json`), `${shown(compileKfp(graph, settings))}\n`);
});

test.each(cases)('$name is sound, and has no field that the proto lacks', ({ graph, settings }) => {
  const document = compileKfp(graph, settings);
  expect(checkIr(document)).toEqual([]);
  expect(problemsOfProto(document)).toEqual([]);
});

const turned = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, turned(item)]),
      )
    : value;

test.each(cases)('$name has the same digest however it was put together', ({ graph, settings }) => {
  const digest = (document: PipelineSpec) => createHash('sha256').update(canonical(document)).digest('hex');
  expect(digest(compileKfp(turned(graph) as Graph, settings))).toBe(digest(compileKfp(graph, settings)));
});

test('canonical text is JSON with sorted keys and no white space', () => {
  expect(canonical({ b: [{ d: 1, c: 'ü "x"\n' }], a: null, Z: undefined })).toBe(
    '{"a":null,"b":[{"c":"ü \\"x\\"\\n","d":1}]}',
  );
  expect(JSON.parse(canonical(compiled('bike-rentals.training')))).toEqual(compiled('bike-rentals.training'));
});

test('no object stands in a document twice: who changes one does not change another', () => {
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    expect(seen.has(value)).toBe(false);
    seen.add(value);
    Object.values(value).forEach(visit);
  };
  visit(compiled('full.training'));
});

const containerOf = (document: PipelineSpec, task: string) => {
  const executor = document.deploymentSpec.executors[`exec-${task}`]!;
  if (!('container' in executor)) throw new Error(`${task} runs no container`);
  return executor.container;
};

test.each(cases)('$name hands its programs the same words as every platform', ({ graph, settings }) => {
  const document = compileKfp(graph, settings);
  for (const task of compilePlan(graph).tasks) {
    const path = (place: string) => (name: string) => [name, `{{$.${place}.artifacts['${name}'].path}}`] as const;
    const directories = {
      inputs: Object.fromEntries(Object.keys(task.inputs).map(path('inputs'))),
      outputs: Object.fromEntries(task.outputs.map(path('outputs'))),
    };
    const given = Object.fromEntries(task.takes.map((name) => [name, `{{$.inputs.parameters['${name}']}}`]));
    const words = [task.command[0], ...taskArguments(task, directories, given)];
    expect([...containerOf(document, task.name.replaceAll('_', '-')).args].sort()).toEqual(words.sort());
  }
});

test.each(cases)('$name waits for all that it reads, in order of their names', ({ graph, settings }) => {
  const { tasks } = compileKfp(graph, settings).root.dag;
  for (const [name, task] of Object.entries(graph.tasks)) {
    const before = Object.values(task.inputs).map((source) =>
      'task' in source ? source.task.replaceAll('_', '-') : `import-${source.external.replaceAll('_', '-')}`,
    );
    expect(tasks[name.replaceAll('_', '-')]!.dependentTasks).toEqual([...new Set(before)].sort());
  }
});

test.each(cases)('$name keeps nothing in a cache and leaves no failure to a retry policy', ({ graph, settings }) => {
  const { tasks } = compileKfp(graph, settings).root.dag;
  for (const task of Object.values(tasks)) {
    expect(task.cachingOptions).toEqual({ enableCache: false });
    expect(task).not.toHaveProperty('retryPolicy');
  }
});

const graph = (tasks: Graph['tasks'], more: Partial<Graph> = {}): Graph => ({
  name: 'g',
  externals: { data: 'dataset' },
  parameters: {},
  tasks,
  ...more,
});
const task: Task = {
  component: prepare,
  inputs: { data: { external: 'data' } },
  parameters: { schema: '', history: '', test: '' },
  timeoutSeconds: 1,
};
const withParameters = (parameters: Readonly<Record<string, string>>): Task => ({
  ...task,
  component: {
    command: ['program'],
    inputs: { data: 'dataset' },
    outputs: { rows: 'dataset' },
    parameters: Object.fromEntries(Object.keys(parameters).map((name) => [name, 'string'])),
  },
  parameters,
});

test('each external that is read is imported anew, and all are given at the start', () => {
  const document = compileKfp(graph({ task }, { externals: { unread: 'model', data: 'dataset' } }), settings);
  expect(document.root.inputDefinitions).toEqual({
    parameters: { data_uri: { parameterType: 'STRING' }, unread_uri: { parameterType: 'STRING' } },
  });
  expect(Object.keys(document.root.dag.tasks)).toEqual(['import-data', 'task']);
  expect(document.root.dag.tasks['import-data']!.inputs).toEqual({
    parameters: { uri: { componentInputParameter: 'data_uri' } },
  });
  expect(document.deploymentSpec.executors['exec-import-data']).toEqual({
    importer: {
      artifactUri: { runtimeParameter: 'uri' },
      typeSchema: { schemaTitle: 'system.Dataset', schemaVersion: '0.0.1' },
      reimport: true,
    },
  });
});

test('a size is written both as a number and as a text', () => {
  const { resources } = containerOf(
    compileKfp(graph({ task }), { ...settings, machine: () => ({ cores: 4, memoryGiB: 16 }) }),
    'task',
  );
  expect(resources).toEqual({
    cpuLimit: 4,
    memoryLimit: 17.179869184,
    resourceCpuLimit: '4',
    resourceMemoryLimit: '16Gi',
  });
});

test('the launcher knows how often, how long and on how many cores', () => {
  const { command, env } = containerOf(
    compileKfp(graph({ task: { ...task, timeoutSeconds: 90.5, retries: 2, cores: 4 } }), settings),
    'task',
  );
  expect(command).toEqual(['/bin/sh', '-c', LAUNCH, 'launch']);
  expect(env).toEqual([
    { name: 'MLOPS_RETRIES', value: '2' },
    { name: 'MLOPS_TIMEOUT', value: '91' },
    { name: 'OMP_NUM_THREADS', value: '4' },
  ]);
});

test('the root of a pipeline is left to the start of a run, unless it is set', () => {
  expect(compileKfp(graph({ task }), settings)).not.toHaveProperty('defaultPipelineRoot');
  expect(compileKfp(graph({ task }), { ...settings, pipelineRoot: 'gs://a/b' }).defaultPipelineRoot).toBe('gs://a/b');
});

test('a graph without inputs and outputs is a document all the same', () => {
  const bare: Task = {
    component: { command: ['program'], inputs: {}, outputs: {}, parameters: {} },
    inputs: {},
    parameters: {},
    timeoutSeconds: 1,
  };
  const document = compileKfp(graph({ bare }, { externals: {} }), settings);
  expect(document.root).not.toHaveProperty('inputDefinitions');
  expect([...checkIr(document), ...problemsOfProto(document)]).toEqual([]);
});

/** What a platform or the launcher would read as something else. */
const misread: readonly [text: string, travels: string][] = [
  ['', '{text}'],
  ['$HOME', '{text}\\0044HOME'],
  ['$$(NAME)', '{text}\\0044\\0044(NAME)'],
  ["{{$.inputs.parameters['x']}}", "{text}\\0173\\0173\\0044.inputs.parameters['x']}}"],
  ['{{workflow.name}}', '{text}\\0173\\0173workflow.name}}'],
  ['{"Concat": ["a"]}', '{text}\\0173"Concat": ["a"]}'],
  ['{"IfPresent": {}}', '{text}\\0173"IfPresent": \\0173}}'],
  ['{text}a\\b', '{text}\\0173text}a\\0134b'],
  ['--out.model', '{text}--out.model'],
  ['--in.data', '{text}--in.data'],
];

test.each(misread)('the text %j travels in another form', (text, travels) => {
  const command = ['program', text] as const;
  const of = (component: Task['component']) =>
    containerOf(compileKfp(graph({ task: { ...task, component } }), settings), 'task');
  expect(of({ ...prepare, command }).args[1]).toBe(travels);
  const { args } = containerOf(compileKfp(graph({ task: withParameters({ p: text }) }), settings), 'task');
  expect(args.slice(-2)).toEqual(['--param.p', travels]);
});

test.each(['{"a":{"b":{"c":1}},"d":[[1]]}', 'a\\b', 'größer 🚲\n"x"', '--', '-n', "it's", '}} {'])(
  'the text %j travels as it is',
  (text) => {
    const { args } = containerOf(compileKfp(graph({ task: withParameters({ p: text }) }), settings), 'task');
    expect(args.slice(-2)).toEqual(['--param.p', text]);
  },
);

test('a directory in a command stands before what travels in another form', () => {
  const command = ['python', '{in.data}/train.py', '{in.data}', '{in.data}/$1'] as const;
  const { args } = containerOf(
    compileKfp(graph({ task: { ...task, component: { ...prepare, command } } }), settings),
    'task',
  );
  const path = "{{$.inputs.artifacts['data'].path}}";
  expect(args.slice(0, 4)).toEqual(['python', `${path}/train.py`, path, `{text}${path}/\\00441`]);
});

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const withOutputs = (count: number): Task => ({
  ...task,
  component: { ...prepare, outputs: Object.fromEntries(names(count).map((name) => [name, 'dataset'])) },
});

/** The largest that is taken, and what is said of one more. */
const limits: readonly [limit: string, largest: Graph, oneMore: Graph, message: string][] = [
  [
    'artifacts of a task',
    graph({ task: withOutputs(99) }),
    graph({ task: withOutputs(100) }),
    'tasks.task\n    got 101 inputs and outputs, expected at most 100 together',
  ],
  [
    'length of an argument',
    graph({ task: withParameters({ n: 'ü'.repeat(65_535) + 'x' }) }),
    graph({ task: withParameters({ n: 'ü'.repeat(65_536) }) }),
    'tasks.task.parameters\n    got an argument of 131072 bytes, expected at most 131071',
  ],
  [
    'running time',
    graph({ task: { ...task, timeoutSeconds: 7 * 86_400 } }),
    graph({ task: { ...task, timeoutSeconds: 7 * 86_400 + 1 } }),
    'tasks.task.component.timeout\n    got 604801 seconds, expected at most 7 days',
  ],
];

test.each(limits)('%s: the largest number is taken, and one more is refused', (_limit, largest, oneMore, message) => {
  expect(() => compileKfp(largest, settings)).not.toThrow();
  expect(() => compileKfp(oneMore, settings)).toThrow(message);
});

test('the most candidates that a spec may have fit', () => {
  const { inputs, outputs } = select(names(8));
  expect(Object.keys(inputs).length + Object.keys(outputs).length).toBeLessThan(100);
});

const refused: readonly [what: string, graph: Graph, message: string][] = [
  [
    "a parameter that is called like an external's",
    graph({ task }, { parameters: { data_uri: 'json' } }),
    'parameters.data_uri\n    got the parameter data_uri of the pipeline, which is externals.data already',
  ],
  [
    'a task that is called like what imports an external',
    graph({ import_data: task }),
    'tasks.import_data\n    got the task import-data of the pipeline, which imports externals.data already',
  ],
  ['a task whose name would end with a hyphen', graph({ task_: task }), 'tasks.task_\n    got the name "task_"'],
  [
    'an external whose name would end with a hyphen',
    graph({ task }, { externals: { data: 'dataset', more_: 'dataset' } }),
    'externals.more_\n    got the name "more_"',
  ],
  [
    'an external with a name that fits no parameter',
    graph({ task }, { externals: { data: 'dataset', 'my data': 'dataset' } }),
    'externals.my data\n    got the name "my data"',
  ],
  ['what no platform can run', graph({ task: { ...task, inputs: {} } }), 'tasks.task.inputs.data'],
];

test.each(refused)('refuses %s', (_what, wrong, message) => {
  expect(() => compileKfp(wrong, settings)).toThrow(message);
});

test('tells all problems at once', () => {
  const wrong = graph(
    { a: { ...task, timeoutSeconds: 1e9 }, b: { ...task, timeoutSeconds: 1e9 } },
    { parameters: { data_uri: 'json' } },
  );
  expect(() => compileKfp(wrong, settings)).toThrow('g: 3 problems');
});
