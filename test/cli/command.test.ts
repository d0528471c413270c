/** The commands that need no running system. */
import { stringify } from 'yaml';
import { minimal } from '../cases/minimal';
import { Folder, rowsOf } from './command';

let folder: Folder;
beforeEach(() => {
  folder = new Folder();
  folder.write({ 'data/rows.csv': rowsOf(24 * 40), 'model/model.py': '', 'model/requirements.txt': '' });
});
afterEach(() => folder.remove());

const write = (path: string, text: string) => folder.write({ [path]: text });
const mlops = (...argv: readonly string[]) => folder.mlops(...argv);

test('check says that a spec is right', async () => {
  write('mlops.yaml', stringify(minimal));
  const { code, out } = await mlops('check');
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    'minimal is right: 1 dataset (rows), 1 pipeline (training), 1 endpoint (online)',
    '  pipelines.training: 552 rows to train on and 168 to test on, from 2026-01-11 to 2026-02-09',
  ]);
});

test.each([
  ['mlops.yaml', stringify(minimal)],
  ['mlops.json', JSON.stringify(minimal)],
  ['mlops.js', `exports.spec = ${JSON.stringify(minimal)}`],
  [
    'stacks/one/spec.ts',
    `export const spec: object = ${JSON.stringify({ ...minimal, datasets: {}, pipelines: {}, endpoints: {} })}`,
  ],
])('finds and reads %s', async (file, text) => {
  write(file, text);
  expect((await mlops('check')).code).toBe(0);
});

test('check --json prints the spec with every default', async () => {
  write('mlops.yaml', stringify(minimal));
  const { out } = await mlops('check', '--json');
  expect((JSON.parse(out) as typeof minimal).endpoints!['online']!.rollout!.bake).toBe('1 hour');
});

test('a spec with three mistakes gives three problems with path and fix, and no stack trace', async () => {
  const online = { model: 'trainig', replicas: { min: 2, max: 1 }, retrain: { on: ['quality'] } };
  write('mlops.yaml', stringify({ ...minimal, endpoints: { online } }));
  expect(await mlops('check')).toEqual({
    code: 64,
    out: '',
    err: [
      'minimal: 3 problems',
      '  endpoints.online.model',
      '    got "trainig", expected the name of a pipeline: training',
      '    fix: correct it, or add the pipeline "trainig"',
      '  endpoints.online.replicas.max',
      '    got 1, expected at least replicas.min (2)',
      '    fix: raise max or lower min',
      '  endpoints.online.retrain.on[0]',
      '    got "quality", expected the name of a monitor of this endpoint, and there is none',
      '    fix: correct it, or add the monitor of this endpoint "quality"',
    ].join('\n'),
  });
});

test('help names every command with an example, and the exit codes', async () => {
  const { code, out } = await mlops('--help');
  expect(code).toBe(0);
  const names = [
    'init',
    'check',
    'up',
    'replay',
    'down',
    'status',
    'events',
    'logs',
    'labels',
    'approve',
    'reject',
    'rollback',
    'train',
  ];
  for (const name of names) expect(out).toMatch(new RegExp(`^  mlops ${name}\\b`, 'm'));
  expect(out).toContain('Exit codes:');
});

test('events are none before the first', async () => {
  write('mlops.yaml', stringify(minimal));
  expect((await mlops('events')).out).toBe('Nothing has happened yet. `mlops up` runs the system.');
});

test('labels are taken in once each, and what is odd about them is said', async () => {
  write('mlops.yaml', stringify(minimal));
  write('first.csv', 'order,y\n1,4\n2,5\n');
  expect((await mlops('labels', 'add', 'first.csv')).out).toMatch(
    /^2 labels of rows taken in: \.\/\.mlops\/minimal\/state\/labels\/rows\/\S+Z-\w+\.parquet$/,
  );
  write(
    'more.jsonl',
    [
      { order: 1, label: 4, remark: 'again' },
      { order: 2, label: 6, remark: 'corrected' },
      { order: 3, label: 1 },
      { order: 3, label: 1 },
      { order: 4, label: 1 },
      { order: 4, label: 2 },
      { order: 5, label: null },
    ]
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  const { out } = await mlops('labels', 'add', 'more.jsonl');
  expect(out.split('\n').slice(1)).toEqual([
    '  1 row left out: another row says the same',
    '  1 row left out: no label',
    '  1 key with different labels in this file: the latest at counts, then the later row',
    '  1 key with the same label before',
    '  1 key with another label before: the latest at counts',
    '  columns that are not used: remark',
  ]);
});

test('a request is filed while nothing runs, and says when it is done', async () => {
  write('mlops.yaml', stringify(minimal));
  const { code, out } = await mlops('train', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ endpoint: 'online', filed: true, running: false, events: [] });
  expect((await mlops('train')).out).toBe(
    [
      'online is trained again, as soon as no training is in flight and there is enough data.',
      'Nothing runs on ./.mlops/minimal/state: the loop does it when mlops up runs.',
    ].join('\n'),
  );
});

test('there are no logs before the first run', async () => {
  write('mlops.yaml', stringify(minimal));
  expect((await mlops('logs')).out).toBe('There are no runs yet. `mlops up` runs the system.');
});
