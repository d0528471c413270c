/** What users get wrong, and what they are told: the place, what was got, the way out; no stack trace, and an exit code. */
import { createServer } from 'node:net';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { lock } from '../../constructs/local/lock';
import { minimal } from '../cases/minimal';
import { python, INSTALL_MS } from '../serve/harness';
import { Folder, rowsOf, type Files } from './command';

let folder: Folder;
const environment = { ...process.env };
beforeEach(() => {
  folder = new Folder();
  folder.write({ 'data/rows.csv': rowsOf(24 * 40), 'model/model.py': '', 'model/requirements.txt': '' });
});
afterEach(() => {
  process.env = { ...environment };
  folder.remove();
});

/** The minimal spec with changes by path. */
function spec(changes: Readonly<Record<string, unknown>> = {}): string {
  const document = structuredClone(minimal) as unknown as Record<string, unknown>;
  for (const [path, value] of Object.entries(changes)) {
    const keys = path.split('.');
    const last = keys.pop()!;
    const parent = keys.reduce<Record<string, unknown>>(
      (at, key) => (at[key] ??= {}) as Record<string, unknown>,
      document,
    );
    parent[last] = value;
  }
  return stringify(document);
}
const right: Files = { 'mlops.yaml': spec() };
const changed = (changes: Readonly<Record<string, unknown>>): Files => ({ 'mlops.yaml': spec(changes) });

type Refusal = readonly [what: string, files: Files, argv: readonly string[], code: number, message: string];

async function expectRefusal(files: Files, argv: readonly string[], code: number, message: string): Promise<void> {
  folder.write(files);
  const answer = await folder.mlops(...argv);
  expect(answer.err).toContain(message);
  expect(answer.err).not.toMatch(/^\s+at .*:\d+/m);
  expect(answer.err).not.toContain('not your fault');
  expect(answer.code).toBe(code);
}

const commandLine: readonly Refusal[] = [
  ['an unknown command', {}, ['chek'], 64, "error: unknown command 'chek'\n(Did you mean check?)"],
  ['an unknown option', {}, ['check', '--josn'], 64, "error: unknown option '--josn'\n(Did you mean --json?)"],
  ['a port that is none', right, ['up', '--port', 'http'], 64, 'got http, expected a port from 0 to 65535'],
  [
    'a target that does not exist',
    right,
    ['status', '--target', 'awz'],
    64,
    '--target: got "awz", expected one of local',
  ],
  ['a version that is not named', right, ['approve'], 64, "error: missing required argument 'version'"],
  [
    'events of an unknown endpoint',
    right,
    ['events', '--endpoint', 'onlin'],
    64,
    'There is no endpoint onlin; the spec has online.',
  ],
  [
    'events since nonsense',
    right,
    ['events', '--since', 'ever'],
    64,
    "--since: got \"ever\", expected a duration such as '1 day' or '3 hours'.",
  ],
  [
    'a policy that is not there',
    right,
    ['replay', '--policy', 'strict.yaml'],
    64,
    'There is no policy at ./strict.yaml.',
  ],
  [
    'a policy with a key that does not exist, by the name of its file',
    { ...right, 'strict.yaml': 'rollout: { bakes: 2 hours }' },
    ['replay', '--policy', 'strict.yaml'],
    64,
    'strict: 1 problem\n  rollout.bakes\n    got a key that does not exist, expected one of steps, bake,',
  ],
  [
    'a policy that cannot be read',
    { ...right, 'strict.yaml': 'retrain: [' },
    ['replay', '--policy', 'strict.yaml'],
    64,
    './strict.yaml cannot be read: Flow sequence',
  ],
  [
    'a policy with the name of the spec’s own column',
    { ...right, 'spec.yaml': '{}' },
    ['replay', '--spec', 'mlops.yaml', '--policy', 'spec.yaml'],
    64,
    '--policy: got two columns called spec',
  ],
  [
    'more policies than can be told apart',
    right,
    ['replay', ...Array.from({ length: 6 }, (_, i) => `--policy=${i}.yaml`)],
    64,
    '--policy: got 6 policies, expected at most 5',
  ],
  [
    'a replay until nonsense',
    right,
    ['replay', '--until', 'soon'],
    64,
    '--until: got "soon", expected a day such as 2012-01-31.',
  ],
  [
    'status where nothing runs',
    right,
    ['status'],
    69,
    'Nothing runs on ./.mlops/minimal/state. Start it with mlops up.',
  ],
  [
    'a request to an unknown endpoint',
    right,
    ['train', '--endpoint', 'x'],
    64,
    'There is no endpoint x; the spec has online.',
  ],
  [
    'a request where there are two',
    changed({ 'pipelines.other': { ...minimal.pipelines!['training'] }, 'endpoints.second': { model: 'other' } }),
    ['train'],
    64,
    'The spec has the endpoints online, second. Name one with --endpoint NAME.',
  ],
  [
    'approval of an unknown version',
    right,
    ['approve', 'v1'],
    64,
    'There is no version v1 of online; it has none yet.',
  ],
  [
    'approval of a rejected version',
    { ...right, '.mlops/minimal/state/registry/online/v1.json': '{"name": "v1", "n": 1, "status": "rejected"}' },
    ['approve', 'v1'],
    64,
    'v1 of online is rejected, and a rejection is final. Train another with mlops train.',
  ],
  [
    'waiting where nothing runs',
    right,
    ['train', '--wait'],
    69,
    'Nothing runs on ./.mlops/minimal/state. Start it with mlops up. Or leave out --wait',
  ],
  ['logs of an unknown run', right, ['logs', 'train-9'], 64, 'There is no run train-9; the newest are none yet.'],
  ['logs of an unknown version', right, ['logs', 'v9'], 64, 'There is no version v9; the registry has none yet.'],
];

const specs: readonly Refusal[] = [
  [
    'a folder without a spec',
    {},
    ['check'],
    64,
    'There is no spec here: looked for mlops.ts, .js, .yaml, .yml, .json and stacks/*/spec.ts in .',
  ],
  ['a spec that is not there', {}, ['check', '--spec', 'x.yaml'], 64, 'There is no spec at ./x.yaml.'],
  [
    'two specs in sight',
    { 'mlops.yaml': '', 'mlops.json': '' },
    ['check'],
    64,
    'There is more than one spec here. Name one with --spec FILE:\n  ./mlops.yaml\n  ./mlops.json',
  ],
  [
    'YAML that cannot be read',
    { 'mlops.yaml': 'name: [' },
    ['check'],
    64,
    './mlops.yaml cannot be read: Flow sequence',
  ],
  [
    'a file of another kind',
    { 'mlops.toml': '' },
    ['check', '--spec', 'mlops.toml'],
    64,
    './mlops.toml is not a spec: expected a .ts, .js, .yaml, .yml or .json file.',
  ],
  [
    'a module that throws',
    { 'mlops.js': 'null.x' },
    ['check'],
    64,
    './mlops.js cannot be loaded: Cannot read properties of null',
  ],
  ['a module without a spec', { 'mlops.js': 'exports.x = 1' }, ['check'], 64, './mlops.js must export one MlopsSpec'],
  [
    'a module with two',
    { 'mlops.js': 'exports.a = exports.b = { name: "x", pipelines: {} }' },
    ['check'],
    64,
    'found a, b',
  ],
  ['an empty document', { 'mlops.yaml': '' }, ['check'], 64, 'got null, expected a value of type object'],
  [
    'an unknown key',
    changed({ 'endpoints.online.replcas': {} }),
    ['check'],
    64,
    'endpoints.online.replcas\n    got a key that does not exist',
  ],
  [
    'a bad unit',
    changed({ 'endpoints.online.rollout.bake': '1 fortnight' }),
    ['check'],
    64,
    'endpoints.online.rollout.bake\n    got "1 fortnight"',
  ],
  [
    'a name that dangles',
    changed({ 'endpoints.online.model': 'trainig' }),
    ['check'],
    64,
    'endpoints.online.model\n    got "trainig", expected the name of a pipeline: training',
  ],
  [
    'an unknown metric',
    changed({ 'pipelines.training.choose.metric': 'mea' }),
    ['check'],
    64,
    'pipelines.training.choose.metric\n    got "mea"',
  ],
  [
    'a wrong kind of feature',
    changed({ 'datasets.rows.features.x': 'numer' }),
    ['check'],
    64,
    'datasets.rows.features.x.kind\n    got "numer"',
  ],
  [
    'the label among the features',
    changed({ 'datasets.rows.features.y': 'number' }),
    ['check'],
    64,
    'datasets.rows.features.y\n    got the label',
  ],
  [
    'a test as long as the history',
    changed({ 'pipelines.training.test': '30 days' }),
    ['check'],
    64,
    'pipelines.training.test\n    got "30 days", expected less than history (30 days)',
  ],
  [
    'a monitor that retrains and does not exist',
    changed({ 'endpoints.online.retrain': { on: ['quality'] } }),
    ['check'],
    64,
    'endpoints.online.retrain.on[0]\n    got "quality"',
  ],
  [
    'no candidates',
    changed({ 'pipelines.training.candidates': {} }),
    ['check'],
    64,
    'pipelines.training.candidates\n    got 0, expected 1 to 8 candidates',
  ],
  [
    'model code that is not there',
    changed({ 'pipelines.training.code': './modl' }),
    ['check'],
    64,
    'fix: create ./modl/model.py, or correct the path',
  ],
  [
    'data that is not there',
    changed({ 'datasets.rows.source': './dta' }),
    ['check'],
    64,
    'fix: create ./dta, or correct the path',
  ],
  [
    'tasks in a circle',
    changed({
      'pipelines.training': {
        kind: 'graph',
        dataset: 'rows',
        code: './model',
        history: '30 days',
        metric: 'mae',
        register: { model: 'a.model' },
        tasks: {
          a: {
            component: { command: ['a'], inputs: { rows: 'dataset' }, outputs: { model: 'model' } },
            inputs: { rows: 'b.rows' },
          },
          b: {
            component: { command: ['b'], inputs: { model: 'model' }, outputs: { rows: 'dataset' } },
            inputs: { model: 'a.model' },
          },
        },
      },
    }),
    ['check'],
    64,
    'pipelines.training.tasks',
  ],
];

const without = (column: string): string =>
  rowsOf(24 * 40).replace(/^.*$/m, (header) => header.replace(column, 'other'));
const cell = (column: string, value: (row: number) => string): Files => ({
  ...right,
  'data/rows.csv': rowsOf(24 * 40, (name, given, row) => (name === column ? value(row) : given)),
});
const data: readonly Refusal[] = [
  [
    'rows without the label',
    { ...right, 'data/rows.csv': without(',y').replace('colourother', 'colour,other') },
    ['check'],
    64,
    'datasets.rows.label\n    got no column "y"',
  ],
  [
    'rows without a feature',
    { ...right, 'data/rows.csv': without('colour') },
    ['check'],
    64,
    'datasets.rows.features.colour\n    got no column "colour"',
  ],
  ['no label in any row', cell('y', () => ''), ['check'], 64, 'datasets.rows.label\n    got no "y" in any of 960 rows'],
  [
    'a label that is no number',
    cell('y', (row) => (row === 900 ? 'many' : '1')),
    ['check'],
    64,
    'got 1 row without a readable "y", such as "many"',
  ],
  [
    'a feature that is always missing',
    cell('x', () => ''),
    ['check'],
    64,
    'datasets.rows.features.x\n    got no value in any row',
  ],
  [
    'a number that is none',
    cell('x', () => 'two'),
    ['check'],
    64,
    'datasets.rows.features.x\n    got 720 values such as "two", expected a number',
  ],
  [
    'a time that is none',
    cell('when', (row) => (row === 5 ? '5.1.26' : new Date(Date.UTC(2026, 0, 1, row)).toISOString())),
    ['check'],
    64,
    'datasets.rows.time\n    got 1 row without a readable "when", such as "5.1.26"',
  ],
  [
    'a test window that holds all rows',
    {
      ...changed({ 'pipelines.training.history': '2 hours', 'pipelines.training.test': '119 minutes' }),
      'data/rows.csv': rowsOf(24 * 40, (name, value, row) =>
        name === 'when' ? new Date(Date.UTC(2026, 0, 1 + 2 * row)).toISOString() : value,
      ),
    },
    ['check'],
    64,
    'pipelines.training.history\n    got no rows to train on',
  ],
  [
    'a row that is too long',
    { ...right, 'data/rows.csv': `${rowsOf(3)}1,2,3,4,5,6,7\n` },
    ['check'],
    64,
    'datasets.rows.source',
  ],
  [
    'a damaged Parquet file',
    { ...right, 'data/rows.csv': '', 'data/more.parquet': 'PAR1' },
    ['check'],
    64,
    'a file that cannot be read',
  ],
  [
    'labels that are not there',
    right,
    ['labels', 'add', 'x.csv'],
    64,
    './x.csv\n    got nothing, expected a file of labels',
  ],
  [
    'labels in another format',
    { ...right, 'l.xlsx': '' },
    ['labels', 'add', 'l.xlsx'],
    64,
    'got a file that ends in .xlsx',
  ],
  [
    'labels without the key',
    { ...right, 'l.csv': 'id,label\n1,2\n' },
    ['labels', 'add', 'l.csv'],
    64,
    'fix: add "order"',
  ],
  [
    'labels without a label',
    { ...right, 'l.csv': 'order,value\n1,2\n' },
    ['labels', 'add', 'l.csv'],
    64,
    'fix: add "label", or "y"',
  ],
  [
    'two columns that may be the label',
    { ...right, 'l.csv': 'order,label,y\n1,2,3\n' },
    ['labels', 'add', 'l.csv'],
    64,
    'got both "label" and "y"',
  ],
  [
    'labels that are no numbers',
    { ...right, 'l.csv': 'order,y\n1,good\n' },
    ['labels', 'add', 'l.csv'],
    64,
    './l.csv: y\n    got 1 value such as "good"',
  ],
  [
    'labels whose key is missing',
    { ...right, 'l.csv': 'order,y\n,1\n' },
    ['labels', 'add', 'l.csv'],
    64,
    './l.csv: order\n    got 1 row without it',
  ],
  [
    'labels of no class',
    { ...changed({ 'pipelines.training.choose.metric': 'auc' }), 'l.csv': 'order,y\n1,2\n' },
    ['labels', 'add', 'l.csv'],
    64,
    'expected 0 and 1',
  ],
  [
    'labels of an unknown dataset',
    { ...right, 'l.csv': '' },
    ['labels', 'add', 'l.csv', '--dataset', 'row'],
    64,
    'There is no dataset row; the spec has rows.',
  ],
];

const table = (header: string, row: string): Files => ({ 't.csv': `${header}\n${`${row}\n`.repeat(3)}` });
const projects: readonly Refusal[] = [
  ['a project whose name is none', {}, ['init', 'My Shop'], 64, 'got the name "My Shop", expected lower-case letters'],
  ['a project where something is', {}, ['init', 'data'], 64, './data is there already and not empty'],
  ['a table that is not there', {}, ['init', 'shop', '--csv', 'x.csv'], 64, 'There is no file ./x.csv'],
  [
    'a table with other separators',
    { 't.csv': 'a;b\n1;2\n' },
    ['init', 'shop', '--csv', 't.csv'],
    64,
    'got columns separated by ";", expected commas',
  ],
  ['a table without rows', { 't.csv': 'a,b\n' }, ['init', 'shop', '--csv', 't.csv'], 64, 'The table has no rows'],
  [
    'a table without a time',
    table('day,y', '5.1.2026,1'),
    ['init', 'shop', '--csv', 't.csv'],
    64,
    'No column has a time in each row; "day" holds values such as "5.1.2026"',
  ],
  [
    'a table without a label',
    table('day,y', '2026-01-05,good'),
    ['init', 'shop', '--csv', 't.csv'],
    64,
    'The label: "y" is "good" in every row; expected numbers that differ',
  ],
  [
    'a label that is text',
    { 't.csv': 'day,won\n2026-01-05,gold\n2026-01-06,silver\n' },
    ['init', 'shop', '--csv', 't.csv', '--label', 'won'],
    64,
    '--label: "won" holds values such as',
  ],
  [
    'a column that is not there',
    table('day,y', '2026-01-05,1'),
    ['init', 'shop', '--csv', 't.csv', '--time', 'dya'],
    64,
    '--time: there is no column "dya"; the table has "day", "y".',
  ],
  [
    'rows that are there twice',
    { 't.csv': 'day,x,y\n2026-01-05,1,1\n2026-01-05,1,2\n' },
    ['init', 'shop', '--csv', 't.csv'],
    64,
    'name what identifies a row with --key a,b',
  ],
];

test.each([...commandLine, ...specs, ...data, ...projects])('refuses %s', (_what, ...refusal) =>
  expectRefusal(...refusal),
);

test('a project that cannot be made leaves nothing behind', async () => {
  await expectRefusal({ 't.csv': 'a,b\n' }, ['init', 'shop', '--csv', 't.csv'], 64, 'no rows');
  await expectRefusal({}, ['check', '--spec', 'shop/mlops.yaml'], 64, 'There is no spec at ./shop/mlops.yaml');
});

test('data that is still to come is no mistake', async () => {
  folder.write({ ...right, 'data/rows.csv': rowsOf(5) });
  const { code, out } = await folder.mlops('check');
  expect({ code, out: out.split('\n')[1] }).toEqual({
    code: 0,
    out: '  pipelines.training: waits for data: its rows do not span 30 days yet',
  });
});

/** A python3 that says `version`, and cannot install anything. */
function fakePython(version: string): void {
  const install = `printf 'ERROR: No matching distribution found for nothing==1.0\\n'; exit 1`;
  const venv = `mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit 0`;
  const script = `#!/bin/sh\ncase "$2" in venv) ${venv};; pip) ${install};; *) echo ${version};; esac\n`;
  folder.write({ 'bin/python3': script });
  chmodSync(join(folder.path, 'bin/python3'), 0o755);
  delete process.env['MLOPS_PYTHON'];
  process.env['PATH'] = `${join(folder.path, 'bin')}:/usr/bin:/bin`;
}

describe('this machine', () => {
  test('refuses a PATH without Python', async () => {
    delete process.env['MLOPS_PYTHON'];
    process.env['PATH'] = folder.path;
    await expectRefusal(right, ['up', '--port', '0'], 64, 'PATH\n    got no python3, expected Python 3.10 or newer');
  });

  test('refuses an MLOPS_PYTHON that does not exist', async () => {
    process.env['MLOPS_PYTHON'] = '/nowhere/python';
    await expectRefusal(right, ['up', '--port', '0'], 64, 'MLOPS_PYTHON\n    got /nowhere/python, which does not run');
  });

  test('refuses a Python that is too old', async () => {
    fakePython('3.8');
    await expectRefusal(right, ['up', '--port', '0'], 64, 'got 3.8, expected Python 3.10 or newer');
  });

  test('refuses requirements that cannot be installed, and says what pip said', async () => {
    fakePython('3.11');
    await expectRefusal(right, ['up', '--port', '0'], 64, 'got ERROR: No matching distribution found for nothing==1.0');
  });

  test('refuses a state that somebody holds', async () => {
    const held = await lock(join(folder.path, '.mlops/minimal/state'));
    await expectRefusal(right, ['up', '--port', '0'], 69, 'held by this process');
    await held.release();
  });

  test(
    'refuses a port that is in use',
    async () => {
      process.env['MLOPS_PYTHON'] = await python();
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as { port: number };
      await expectRefusal(right, ['up', '--port', String(port)], 69, `cannot listen on port ${port}`);
      server.close();
    },
    INSTALL_MS,
  );
});

describe('the model', () => {
  const train = (body: string) => `import numpy as np\ndef train(data, model): ${body}\ndef load(model): return 1\n`;
  const predict = (body: string) => `${train('pass')}def predict(model, batch): return ${body}\n`;
  test.each([
    [
      'raises',
      train('raise ValueError("no")') + 'def predict(model, batch): return 1\n',
      'model.py:2 in train: ValueError: no',
    ],
    ['cannot be imported', 'import nothing_of_the_sort\n', "No module named 'nothing_of_the_sort'"],
    ['is no Python', 'def train(:\n', 'model.py:1: SyntaxError'],
    ['has no predict', train('pass'), 'model.py has no function predict: expected train, load and predict'],
    ['takes other parameters', 'def train(data, model, depth): pass\n', 'train does not fit the parameters'],
    ['returns the wrong length', predict('np.zeros(3)'), 'predict returned 3 values, expected'],
    ['returns what is not a number', predict('np.full(len(batch["x"]), np.nan)'), 'values that are not finite numbers'],
  ])(
    'refuses one that %s',
    async (_what, code, message) => {
      process.env['MLOPS_PYTHON'] = await python();
      const files = {
        ...changed({ 'pipelines.training.history': '30 hours', 'pipelines.training.test': '10 hours' }),
        'data/rows.csv': rowsOf(40),
        'model/model.py': code,
      };
      await expectRefusal(files, ['replay'], 64, message);
    },
    INSTALL_MS,
  );
});
