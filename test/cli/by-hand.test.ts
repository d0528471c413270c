/** What people ask of a running system: a version waits for a person, who approves it, trains, labels, reads logs, rolls back. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../../cli/main';
import { ROOT, RunningSystem, shareMade } from './system';

/** Commands are processes: on a busy machine each takes its time. */
jest.setTimeout(60_000);

const folder = RunningSystem.folder();
const project = join(folder, 'shop');
const records = join(project, '.mlops');
const system = new RunningSystem(folder, ['--spec', join(project, 'mlops.yaml'), '--state', records]);

beforeAll(async () => {
  const quiet = () => undefined;
  const io = {
    print: quiet,
    error: quiet,
    rewrite: quiet,
    cwd: folder,
    interactive: false,
    signal: new AbortController().signal,
  };
  expect(await main(['init', 'shop'], io)).toBe(0);
  const spec = join(project, 'mlops.yaml');
  writeFileSync(
    spec,
    readFileSync(spec, 'utf8').replace('    model: training\n', '    model: training\n    approval: manual\n'),
  );
  shareMade(records);
  await system.start(/now: v1 waits for approval/);
}, 300_000);
afterAll(() => system.cleanUp());

test('status shows what waits for a person, with the exact command', async () => {
  const { out } = await system.mlops('status');
  expect(out).toMatch(/serves {4}nothing yet/);
  const options = `--spec ${join(project, 'mlops.yaml')} --state ${records}`;
  expect(out).toContain(
    `pending   v1: \`mlops approve v1 ${options}\` or \`mlops reject v1 ${options}\`; why it won: \`mlops logs train-1 ${options}\``,
  );
});

test('refuses to approve a version that does not exist, and names those that do', async () => {
  const { code, out } = await system.mlops('approve', 'v7');
  expect({ code, out: out.trim() }).toEqual({
    code: 64,
    out: 'There is no version v7 of online; it has v1 (pending).',
  });
});

test('logs say why a run ended as it did, and what its tasks printed', async () => {
  const { out } = await system.mlops('logs');
  expect(out).toMatch(/^train-1 {2}\S+ \S+ {2}bootstrap: succeeded after \S+ s: .*wape/m);
  const { code, out: one } = await system.mlops('logs', 'train-1', '--task', 'prepare');
  expect(code).toBe(0);
  expect(one).toMatch(/^prepare: (prepare: 696 rows to train on, 240 rows to test on|its outputs were in the cache)$/m);
  const wrong = await system.mlops('logs', 'train-1', '--task', 'candidate_rigde');
  expect(wrong.out).toMatch(/^There is no task candidate_rigde in train-1; it has .*candidate_ridge/);
});

test('approve --wait lets it serve, and prints what happened until it was acknowledged', async () => {
  const { code, out } = await system.mlops('approve', 'v1', '--wait');
  expect(code).toBe(0);
  expect(out.split('\n')[0]).toBe('v1 of online is approved: it is rolled out as the spec says.');
  expect(out).toContain(`The loop of process ${system.pid} does it now.`);
  expect(out).toMatch(/online {2}v1 is approved by hand/);
  expect(out).toMatch(/online {2}v1 is approved$/m);
  await system.says(/v1 is the first to serve/);
  expect((await system.mlops('approve', 'v1')).out.trim()).toBe('v1 of online is approved already: nothing to do.');
});

test('the curl command of its README is answered with a prediction', async () => {
  const body = /-d '(.*)'\n/.exec(readFileSync(join(project, 'README.md'), 'utf8'))![1]!;
  const [, url] = /POST (http:\S+)/.exec(await system.says(/^POST /))!;
  const response = await fetch(url!, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  expect(await response.json()).toEqual({ predictions: [expect.any(Number)] });
});

test('labels are taken in while it runs', async () => {
  writeFileSync(join(folder, 'labels.csv'), 'time,orders\n2026-04-30T22:00:00Z,3\n2026-04-30T23:00:00Z,4\n');
  const { code, out } = await system.mlops('labels', 'add', 'labels.csv', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ dataset: 'rows', rows: 2, doubled: 0, contradictory: 0 });
});

test('train --wait starts a training', async () => {
  const { code, out } = await system.mlops('train', '--wait', '--json');
  expect(code).toBe(0);
  const { request, running, events } = JSON.parse(out) as {
    request: { id: string };
    running: boolean;
    events: { text: string }[];
  };
  expect(running).toBe(true);
  expect(request.id).toMatch(/^train-/);
  expect(events.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['asked for by hand: training run 2', 'training run 2 was started for it']),
  );
});

test('logs --follow goes on until the run has ended', async () => {
  const { code, out } = await system.mlops('logs', 'train-2', '--follow');
  expect(code).toBe(0);
  expect(out).toMatch(/^train-2: request: succeeded/m);
});

test('down stops it; a request is then filed for the next up', async () => {
  expect((await system.mlops('down')).code).toBe(0);
  expect(await system.ended()).toBe(0);
  const { code, out } = await system.mlops('rollback', 'v1');
  expect(code).toBe(0);
  expect(out).toBe(
    [
      'v1 of online is rejected. No other version is approved: what serves goes on until another is trained.',
      `Nothing runs on ${join(records, 'shop/state')}: the loop does it when mlops up runs.`,
      '',
    ].join('\n'),
  );
  const waiting = await system.mlops('train', '--wait');
  expect(waiting.code).toBe(69);
  expect(waiting.out).toContain('Or leave out --wait');
});

test('the template trains with what the example trains with', () => {
  const requirements = (path: string) => readFileSync(join(ROOT, path, 'requirements.txt'), 'utf8');
  expect(requirements('cli/template/model')).toBe(requirements('stacks/bike-rentals/model'));
});
