import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { main } from '../../cli/main';
import { minimal } from '../cases/minimal';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlops-cli-'));
  write('data/rows.csv', '');
  write('model/model.py', '');
  write('model/requirements.txt', '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a user sees of one command, with the folder's own name taken out. */
async function mlops(...argv: string[]): Promise<Answer> {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    print: (text: string) => void out.push(text),
    error: (text: string) => void err.push(text),
    rewrite: () => undefined,
    cwd: folder,
    interactive: false,
    signal: new AbortController().signal,
  };
  const code = await main(argv, io);
  const plain = (lines: string[]) => lines.join('\n').replaceAll(folder, '.');
  return { code, out: plain(out), err: plain(err) };
}

test('check says that a spec is right', async () => {
  write('mlops.yaml', stringify(minimal));
  const { code, out } = await mlops('check');
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toBe('minimal is right: 1 dataset (rows), 1 pipeline (training), 1 endpoint (online)');
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

const refused: readonly [
  what: string,
  files: Readonly<Record<string, string>>,
  argv: readonly string[],
  code: number,
  message: string,
][] = [
  ['an unknown command', {}, ['chek'], 64, "error: unknown command 'chek'\n(Did you mean check?)"],
  ['an unknown option', {}, ['check', '--josn'], 64, "error: unknown option '--josn'\n(Did you mean --json?)"],
  [
    'a port that is none',
    { 'mlops.yaml': stringify(minimal) },
    ['up', '--port', 'http'],
    64,
    'got http, expected a port from 0 to 65535',
  ],
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
    'status where nothing runs',
    { 'mlops.yaml': stringify(minimal) },
    ['status'],
    69,
    'Nothing runs on ./.mlops/minimal/state. Start it with mlops up.',
  ],
  [
    'events of an endpoint that does not exist',
    { 'mlops.yaml': stringify(minimal) },
    ['events', '--endpoint', 'onlin'],
    64,
    'There is no endpoint onlin; the spec has online.',
  ],
  [
    'events since nonsense',
    { 'mlops.yaml': stringify(minimal) },
    ['events', '--since', 'ever'],
    64,
    "--since: got \"ever\", expected a duration such as '1 day' or '3 hours'.",
  ],
];

test.each(refused)('refuses %s', async (_what, files, argv, code, message) => {
  for (const [path, text] of Object.entries(files)) write(path, text);
  const answer = await mlops(...argv);
  expect(answer.err).toContain(message);
  expect(answer.err).not.toMatch(/^\s+at /m);
  expect(answer.code).toBe(code);
});

test('help names every command with an example, and the exit codes', async () => {
  const { code, out } = await mlops('--help');
  expect(code).toBe(0);
  for (const name of ['check', 'up', 'status', 'events', 'replay', 'down']) expect(out).toContain(`mlops ${name} `);
  expect(out).toContain('Exit codes:');
});

test('events are none before the first', async () => {
  write('mlops.yaml', stringify(minimal));
  expect((await mlops('events')).out).toBe('Nothing has happened yet. `mlops up` runs the system.');
});
