import { join } from 'node:path';
import type { Graph, Task } from '../../constructs/spec/component';
import { prepare, select } from '../../pipelines/components';
import { compileSagemaker, type PipelineDefinition } from '../../pipelines/compile/sagemaker';
import { expectGolden } from '../golden';
import { cases, readable, settings } from './sagemaker-cases';

test.each(cases)('$name compiles to its golden definition', ({ name, graph, settings }) => {
  const definition = compileSagemaker(graph, settings);
  expect(JSON.parse(readable(definition))).toEqual(definition);
  expectGolden(join(__dirname, 'golden', `${name}.sagemaker.json`), `${readable(definition)}\n`);
});

const turned = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, item]) => [key, turned(item)]),
      )
    : value;

test.each(cases)('$name compiles to the same bytes however it was put together', ({ graph, settings }) => {
  expect(JSON.stringify(compileSagemaker(turned(graph) as Graph, settings))).toBe(
    JSON.stringify(compileSagemaker(graph, settings)),
  );
});

const job = (definition: PipelineDefinition, step: string) =>
  definition.Steps.find(({ Name }) => Name === step)!.Arguments;
const uris = (definition: PipelineDefinition, step: string) =>
  Object.fromEntries(
    job(definition, step).InputDataConfig.map(({ ChannelName, DataSource }) => [
      ChannelName,
      DataSource.S3DataSource.S3Uri,
    ]),
  );

test.each(cases)('$name is ordered by its channels alone', ({ graph, settings }) => {
  const definition = compileSagemaker(graph, settings);
  for (const [name, task] of Object.entries(graph.tasks)) {
    const before = Object.values(task.inputs).flatMap((source) => ('task' in source ? [source.task] : []));
    expect(Object.values(uris(definition, name))).toEqual(
      expect.arrayContaining(before.map((task) => ({ Get: `Steps.${task}.ModelArtifacts.S3ModelArtifacts` }))),
    );
  }
});

test.each(cases)(
  '$name has no cache: its key holds the URIs of the inputs, not their contents, and each run has prefixes of its own',
  ({ graph, settings }) => {
    expect(JSON.stringify(compileSagemaker(graph, settings))).not.toContain('CacheConfig');
  },
);

test.each(cases)('$name tries again what passes, in every step', ({ graph, settings }) => {
  for (const { RetryPolicies } of compileSagemaker(graph, settings).Steps)
    expect(RetryPolicies.flatMap(({ ExceptionType }) => ExceptionType).sort()).toEqual([
      'SageMaker.CAPACITY_ERROR',
      'SageMaker.JOB_INTERNAL_ERROR',
      'SageMaker.RESOURCE_LIMIT',
      'Step.SERVICE_FAULT',
      'Step.THROTTLING',
    ]);
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

test('a task and an external of one name have a channel each, and so has a task called launch', () => {
  const two = {
    command: ['program'],
    inputs: { a: 'dataset', b: 'dataset', c: 'dataset' },
    outputs: {},
    parameters: {},
  } as const;
  const reads = {
    a: { task: 'data', output: 'rows' },
    b: { external: 'data' },
    c: { task: 'launch', output: 'rows' },
  } as const;
  const last: Task = { component: two, inputs: reads, parameters: {}, timeoutSeconds: 1 };
  const definition = compileSagemaker(graph({ data: task, launch: task, last }), settings);
  expect(uris(definition, 'last')).toEqual({
    'external-data': { Get: 'Parameters.Data' },
    launch: settings.launcher,
    'task-data': { Get: 'Steps.data.ModelArtifacts.S3ModelArtifacts' },
    'task-launch': { Get: 'Steps.launch.ModelArtifacts.S3ModelArtifacts' },
  });
  expect(job(definition, 'last').AlgorithmSpecification.ContainerArguments).toEqual([
    'program',
    ...['--in.a', '/opt/ml/input/data/task-data/rows'],
    ...['--in.b', '/opt/ml/input/data/external-data'],
    ...['--in.c', '/opt/ml/input/data/task-launch/rows'],
  ]);
});

test('what only the platform knows is passed on and not measured', () => {
  const long = `\${Token[${'x'.repeat(2000)}]}`;
  const { AlgorithmSpecification, RoleArn, OutputDataConfig, ResourceConfig, VpcConfig } = job(
    compileSagemaker(graph({ task }), {
      ...settings,
      image: () => long,
      role: long,
      key: long,
      network: { subnets: [long], securityGroups: [long] },
    }),
    'task',
  );
  expect([
    AlgorithmSpecification.TrainingImage,
    RoleArn,
    OutputDataConfig.KmsKeyId,
    ResourceConfig.VolumeKmsKeyId,
    ...VpcConfig!.Subnets,
    ...VpcConfig!.SecurityGroupIds,
  ]).toEqual(Array(6).fill(long));
});

test('a job stops after the timeout, in whole seconds, and waits for spot capacity beyond it', () => {
  const tasks = { task: { ...task, timeoutSeconds: 90.5 } };
  expect(job(compileSagemaker(graph(tasks), settings), 'task').StoppingCondition).toEqual({ MaxRuntimeInSeconds: 91 });
  const spot = job(compileSagemaker(graph(tasks), { ...settings, spot: true }), 'task');
  expect(spot.StoppingCondition.MaxWaitTimeInSeconds).toBeGreaterThan(91);
  expect(spot.EnableManagedSpotTraining).toBe(true);
});

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);
const tasksOf = (count: number, of: Task = task) => Object.fromEntries(names(count).map((name) => [name, of]));
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
const readerOf = (count: number): Graph['tasks'] => ({
  ...tasksOf(count),
  reader: {
    component: {
      command: ['program'],
      inputs: Object.fromEntries(names(count).map((name) => [name, 'dataset'])),
      outputs: {},
      parameters: {},
    },
    inputs: Object.fromEntries(names(count).map((name) => [name, { task: name, output: 'rows' }])),
    parameters: {},
    timeoutSeconds: 1,
  },
});
const values = (count: number, value: string) => Object.fromEntries(names(count).map((name) => [name, value]));

/** The largest that is taken, and what is said of one more. */
const limits: readonly [limit: string, largest: Graph, oneMore: Graph, message: string][] = [
  [
    'steps',
    graph(tasksOf(50)),
    graph(tasksOf(51)),
    'tasks\n    got 51 tasks, expected at most 50, the steps of a SageMaker pipeline\n    fix: do in one task',
  ],
  [
    'channels',
    graph(readerOf(19)),
    graph(readerOf(20)),
    'tasks.reader.inputs\n    got inputs from 20 tasks and externals, expected at most 19',
  ],
  [
    // One word, two for the input, two for the output, and two for each parameter.
    'arguments',
    graph({ task: withParameters(values(47, 'x')) }),
    graph({ task: withParameters(values(48, 'x')) }),
    'tasks.task.component\n    got a command line of 101 words, expected at most 100',
  ],
  [
    // Beside them stand the number of tries and of threads.
    'environment variables',
    graph({ task: withParameters({ n: 'x'.repeat(98 * 512) }) }),
    graph({ task: withParameters({ n: 'x'.repeat(98 * 512 + 1) }) }),
    'tasks.task.parameters\n    got values that fill 101 environment variables, expected at most 100',
  ],
  [
    'running time',
    graph({ task: { ...task, timeoutSeconds: 28 * 86_400 } }),
    graph({ task: { ...task, timeoutSeconds: 28 * 86_400 + 1 } }),
    'tasks.task.component.timeout\n    got 2419201 seconds, expected at most 28 days',
  ],
  [
    'length of the definition',
    graph(tasksOf(18, withParameters({ n: 'x'.repeat(98 * 512) }))),
    graph(tasksOf(19, withParameters({ n: 'x'.repeat(98 * 512) }))),
    'characters, expected at most 983040',
  ],
];

test.each(limits)('%s: the largest number is taken, and one more is refused', (_limit, largest, oneMore, message) => {
  expect(() => compileSagemaker(largest, settings)).not.toThrow();
  expect(() => compileSagemaker(oneMore, settings)).toThrow(message);
});

test('the most candidates that a spec may have fit', () => {
  const eight = names(8);
  const inputs = Object.keys(select(eight).inputs);
  const sources = new Set(inputs.map((input) => input.replace(/^(model|predictions)_/, '')));
  expect(sources.size).toBe(8 + 3);
  expect(sources.size).toBeLessThan(19);
});

const clashing: readonly [what: string, graph: Graph, message: string][] = [
  [
    'an external that is called like the place of the outputs',
    graph({ task }, { externals: { data: 'dataset', output: 'dataset' } }),
    'externals.output\n    got the parameter Output of the pipeline, which is where the outputs go already',
  ],
  [
    'a parameter that is called like an external',
    graph({ task }, { parameters: { data: 'json' } }),
    'parameters.data\n    got the parameter Data of the pipeline, which is externals.data already',
  ],
  [
    'two names that differ in an underscore only',
    graph({ task }, { parameters: { n_1: 'json', n1: 'json' } }),
    'parameters.n1\n    got the parameter N1 of the pipeline, which is parameters.n_1 already',
  ],
  [
    'an external whose name fits no channel',
    graph({ task }, { externals: { data: 'dataset', 'my data': 'dataset' } }),
    'externals.my data\n    got the name "my data"',
  ],
];

test.each(clashing)('refuses %s', (_what, wrong, message) => {
  expect(() => compileSagemaker(wrong, settings)).toThrow(message);
});

test('refuses what no platform can run', () => {
  expect(() => compileSagemaker(graph({ task: { ...task, inputs: {} } }), settings)).toThrow('tasks.task.inputs.data');
});

test('tells all problems at once', () => {
  const wrong = graph(
    { a: { ...task, timeoutSeconds: 1e9 }, b: { ...task, timeoutSeconds: 1e9 } },
    { parameters: { data: 'json' } },
  );
  expect(() => compileSagemaker(wrong, settings)).toThrow('g: 3 problems');
});
