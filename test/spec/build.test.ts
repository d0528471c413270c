import { parse } from 'yaml';
import { component, externals, graph, resolve, SpecError, type GraphSpec, type MlopsSpec } from '../..';
import { minimal } from '../cases/minimal';

const clean = component({
  command: ['sh', '{in.code}/clean.sh'],
  inputs: { data: 'dataset', code: 'code' },
  outputs: { data: 'dataset' },
});
const train = component({
  command: ['python', '{in.code}/train.py'],
  inputs: { data: 'dataset', code: 'code' },
  outputs: { model: 'model' },
  parameters: { schema: '{schema}', depth: 3 },
});
const { data, code } = externals;

const IN_YAML = `
kind: graph
dataset: rows
code: ./code
history: 30 days
metric: mae
tasks:
  cleaned:
    component:
      command: [sh, '{in.code}/clean.sh']
      inputs: { data: dataset, code: code }
      outputs: { data: dataset }
    inputs: { data: data, code: code }
  trained:
    component:
      command: [python, '{in.code}/train.py']
      inputs: { data: dataset, code: code }
      outputs: { model: model }
      parameters: { schema: '{schema}', depth: 3 }
    inputs: { data: cleaned.data, code: code }
    parameters: { depth: 8 }
register: { model: trained.model }
`;

const inMinimal = (training: GraphSpec): MlopsSpec => ({ ...minimal, pipelines: { training } });

test('a graph that is built in TypeScript is the same as one that is written in YAML', () => {
  const cleaned = clean({ data, code });
  const trained = train({ data: cleaned.outputs.data, code }, { depth: 8 });
  const built = graph({
    dataset: 'rows',
    code: './code',
    history: '30 days',
    metric: 'mae',
    tasks: { cleaned, trained },
    register: { model: trained.outputs.model },
  });
  expect(JSON.parse(JSON.stringify(built))).toEqual(built);
  expect(resolve(inMinimal(built))).toEqual(resolve(inMinimal(parse(IN_YAML) as GraphSpec)));
});

test('one component makes several tasks', () => {
  const [shallow, deep] = [train({ data, code }), train({ data, code }, { depth: 9 })];
  const { tasks } = graph({
    dataset: 'rows',
    code: './code',
    history: '30 days',
    metric: 'mae',
    tasks: { shallow, deep },
    register: { model: deep.outputs.model },
  });
  expect(Object.values(tasks).map(({ parameters }) => parameters)).toEqual([{}, { depth: 9 }]);
  expect(tasks['shallow']!.component).toBe(tasks['deep']!.component);
});

test('refuses a task that is used and not listed', () => {
  const cleaned = clean({ data, code });
  const trained = train({ data: cleaned.outputs.data, code });
  const build = () =>
    graph({
      ...minimal,
      dataset: 'rows',
      code: '.',
      history: '1 day',
      metric: 'mae',
      tasks: { trained },
      register: { model: trained.outputs.model },
    });
  expect(build).toThrow(SpecError);
  expect(build).toThrow('tasks.trained.inputs.data\n    got the output data of a task that is not among the tasks (sh');
});
