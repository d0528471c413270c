/** The example with a graph of its own, really run: components in two languages, and the ready-made ones between them. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolve } from '../..';
import type { ModelManifest } from '../../constructs/spec/artifact';
import { support } from '../../constructs/local/support';
import { replay, type ReplayResult } from '../../replay/replay';
import { bakery } from '../../stacks/own-graph/mlops';

const REPOSITORY = join(__dirname, '../..');
const EXAMPLE = join(REPOSITORY, 'stacks/own-graph');
/** A new Python environment takes a minute. */
const PATIENCE = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'own-graph-'));
const stateDir = join(folder, 'state');
let result: ReplayResult;

beforeAll(async () => {
  cpSync(join(EXAMPLE, 'data'), join(folder, 'data'), { recursive: true });
  cpSync(join(EXAMPLE, 'code'), join(folder, 'code'), { recursive: true });
  // The requirements of the other example, which has the same and more: one Python environment serves all tests.
  copyFileSync(join(REPOSITORY, 'stacks/bike-rentals/model/requirements.txt'), join(folder, 'code/requirements.txt'));
  const spec = resolve(bakery, { root: folder, target: { name: 'local', support } });
  // Without p99: how busy this machine is must decide nothing.
  const { rollout } = spec.endpoints['online']!;
  const endpoints = {
    online: {
      ...spec.endpoints['online']!,
      rollout: { ...rollout, rollBackOn: { ...rollout.rollBackOn, p99: false as const } },
    },
  };
  result = await replay(
    { ...spec, endpoints },
    { root: folder, stateDir, cacheDir: join(folder, 'cache'), pythonDir: join(REPOSITORY, '.mlops/python') },
  );
}, PATIENCE);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('is trained, registered, served, monitored, and trained again when sales have grown', () => {
  const { summary } = result;
  expect(summary.trainings).toMatchObject({ failed: [], byReason: { bootstrap: 1 } });
  expect(summary.trainings.byReason['alarm:quality']).toBeGreaterThan(0);
  expect(summary.requests).toMatchObject({ failed: 0 });
  expect(summary.rollouts.live).toBeGreaterThan(1);
  expect(summary.drift.windows).toBeGreaterThan(0);
  expect(summary.error.policy!).toBeLessThan(summary.error.never!);
  expect(summary.error.everyWindow).toBeNull();
});

test('each task ran as the graph says, and said in its log what it did', () => {
  const [first] = result.recording.runs;
  expect(first!.tasks.map(({ name, state }) => [name, state])).toEqual([
    ['cleaned', 'succeeded'],
    ['prepared', 'succeeded'],
    ['champion', 'succeeded'],
    ['trained', 'succeeded'],
    ['completed', 'succeeded'],
    ['selected', 'succeeded'],
  ]);
  expect(readFileSync(first!.tasks[0]!.log, 'utf8')).toMatch(/^clean: \d+ of \d+ rows left out\n$/);
  expect(first!.decision).toMatchObject({
    decision: 'register',
    winner: 'regression',
    metric: 'wape',
    champion: false,
  });
  expect(result.recording.runs.filter(({ kind }) => kind === 'train')[1]!.decision!.champion).toMatchObject({
    candidate: 'regression',
  });
});

test('what was registered is a whole model artifact', () => {
  const model = join(stateDir, 'artifacts/training/train-1/selected/model');
  expect(readdirSync(model).sort()).toEqual(['code', 'coefficients.npy', 'model.json', 'reference.json']);
  const manifest = JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')) as ModelManifest;
  expect(manifest).toMatchObject({
    pipeline: 'training',
    candidate: 'regression',
    metrics: { wape: expect.any(Number) },
  });
  expect(Object.keys(manifest.files)).toContain('coefficients.npy');
});

test('its data is what its script makes', () => {
  const made = join(folder, 'made.csv');
  expect(spawnSync(process.execPath, [join(EXAMPLE, 'make-data.mjs'), `file://${made}`]).status).toBe(0);
  expect(readFileSync(made, 'utf8')).toBe(readFileSync(join(EXAMPLE, 'data/sales.csv'), 'utf8'));
});
