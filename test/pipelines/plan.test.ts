import { join } from 'node:path';
import { resolve, type Graph, type MlopsSpec } from '../..';
import { batchGraph } from '../../pipelines/batch';
import { candidate, prepare } from '../../pipelines/components';
import { compilePlan, taskArguments } from '../../pipelines/compile/plan';
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import { bakery } from '../../stacks/own-graph/mlops';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';
import { expectGolden } from '../golden';

const of = (spec: MlopsSpec, graph: (resolved: ReturnType<typeof resolve>) => Graph) => graph(resolve(spec));
const cases: readonly [name: string, graph: Graph][] = [
  ['minimal.training', of(minimal, (spec) => trainingGraph(spec, 'training'))],
  ['full.training', of(full, (spec) => trainingGraph(spec, 'training'))],
  ['full.own', of(full, (spec) => trainingGraph(spec, 'own'))],
  ['bakery.training', of(bakery, (spec) => trainingGraph(spec, 'training'))],
  ['full.inputs', of(full, (spec) => monitoringGraph(spec, 'online', 'inputs'))],
  ['full.predictions', of(full, (spec) => monitoringGraph(spec, 'online', 'predictions'))],
  ['full.quality', of(full, (spec) => monitoringGraph(spec, 'online', 'quality'))],
  ['full.trial', of(full, (spec) => trialGraph(spec, 'online'))],
  ['full.batch', of(full, (spec) => batchGraph(spec, 'training'))],
];

test.each(cases)('%s compiles to its golden plan', (name, graph) => {
  expectGolden(join(__dirname, 'golden', `${name}.plan.json`), `${JSON.stringify(compilePlan(graph), undefined, 2)}\n`);
});

test('training is three deep, with N + 3 tasks', () => {
  const { tasks } = compilePlan(of(full, (spec) => trainingGraph(spec, 'training')));
  const depth = (name: string): number =>
    1 + Math.max(0, ...tasks.find((task) => task.name === name)!.after.map((before) => depth(before)));
  expect(tasks.map(({ name }) => name)).toEqual([
    'prepare',
    'candidate_large',
    'candidate_small',
    'champion',
    'select',
  ]);
  expect(depth('select')).toBe(3);
});

test('the order does not depend on the order in which the tasks are written', () => {
  const graph = of(full, (spec) => trainingGraph(spec, 'training'));
  const turned = { ...graph, tasks: Object.fromEntries(Object.entries(graph.tasks).reverse()) };
  const names = (g: Graph) => compilePlan(g).tasks.map(({ name }) => name);
  expect(names(turned)).toEqual(names(graph));
});

test('the arguments of a task name its directories and its parameters, fixed and given', () => {
  const [report] = compilePlan(of(minimalWithDrift(), (spec) => monitoringGraph(spec, 'online', 'inputs'))).tasks;
  const directories = { inputs: { captures: '/c', model: '/m' }, outputs: { report: '/r' } };
  expect(taskArguments(report!, directories, { subject: '{"version":"v1"}' })).toEqual([
    'drift',
    ...['--in.captures', '/c', '--in.model', '/m', '--out.report', '/r'],
    ...['--param.monitor', expect.stringContaining('"data-drift"'), '--param.subject', '{"version":"v1"}'],
  ]);
});

test('an argument that begins with an input gets its directory', () => {
  const plan = compilePlan(of(full, (spec) => trainingGraph(spec, 'own')));
  const directories = { inputs: { data: '/d', code: '/c', champion: '/n' }, outputs: { model: '/m', decision: '/e' } };
  expect(taskArguments(plan.tasks[0]!, directories, {})).toEqual([
    '/c/train.py',
    ...['--in.data', '/d', '--in.code', '/c', '--in.champion', '/n', '--out.model', '/m', '--out.decision', '/e'],
    ...['--param.pipeline', 'own', '--param.schema', expect.stringContaining('"features"')],
    ...['--param.seconds', String(40 * 86_400), '--param.shuffle', 'true', '--param.trees', '40'],
  ]);
});

function minimalWithDrift(): MlopsSpec {
  return {
    ...minimal,
    endpoints: { online: { model: 'training', monitors: { inputs: { kind: 'data-drift', every: '1 day' } } } },
  };
}

const task = {
  component: prepare,
  inputs: { data: { external: 'data' } },
  parameters: { schema: '', history: '', test: '' },
  timeoutSeconds: 1,
};
const graph = (tasks: Graph['tasks']): Graph => ({ name: 'g', externals: { data: 'dataset' }, parameters: {}, tasks });
const loop = (name: string, other: string) => ({
  [name]: { ...task, inputs: { data: { task: other, output: 'rows' } } },
});
const refused: readonly [what: string, graph: Graph, message: string][] = [
  ['a name that fits no platform', graph({ 'my-task': task }), 'the name "my-task"'],
  ['an input from a task that does not exist', graph(loop('a', 'b')), '"b.rows", which does not exist'],
  [
    'an input from outside that does not exist',
    graph({ a: { ...task, inputs: { data: { external: 'date' } } } }),
    '"date", which does not exist, expected a source of kind dataset: data, a.rows\n    fix: use one of them',
  ],
  [
    'an artifact of another kind',
    graph({
      a: task,
      b: {
        ...task,
        component: { ...candidate, parameters: {} },
        inputs: { rows: { task: 'a', output: 'rows' }, code: { task: 'a', output: 'report' } },
        parameters: {},
      },
    }),
    '"a.report", which is of kind report, expected a source of kind code, and there is none',
  ],
  [
    'an argument that stands for an input that the component does not have',
    graph({ a: { ...task, component: { ...prepare, command: ['python', '{in.code}/prepare.py'] } } }),
    'tasks.a.component.command[1]\n    got "{in.code}/prepare.py", expected an input of the component: data',
  ],
  ['an input that is not wired', graph({ a: { ...task, inputs: {} } }), 'tasks.a.inputs.data\n    got nothing'],
  [
    'an input that the component does not have',
    graph({ a: { ...task, inputs: { ...task.inputs, more: { external: 'data' } } } }),
    'tasks.a.inputs.more',
  ],
  [
    'a parameter without a value',
    graph({ a: { ...task, parameters: { schema: '', test: '' } } }),
    'tasks.a.parameters.history',
  ],
  [
    'a parameter that the component does not have',
    graph({ a: { ...task, parameters: { ...task.parameters, more: '' } } }),
    'tasks.a.parameters.more',
  ],
  ['a cycle', graph({ ...loop('a', 'b'), ...loop('b', 'c'), ...loop('c', 'a') }), 'the cycle a → b → c → a'],
  ['a task that waits for itself', graph(loop('a', 'a')), 'the cycle a → a'],
];

test.each(refused)('refuses %s', (_what, wrong, message) => {
  expect(() => compilePlan(wrong)).toThrow(message);
});
