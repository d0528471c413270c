/** The system as a person runs it: `mlops up` in one terminal, the other commands and a client in another. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, RunningSystem, shareMade } from './system';

/** Commands are processes: on a busy machine each takes its time. */
jest.setTimeout(60_000);

const folder = RunningSystem.folder();
const system = new RunningSystem(folder, [
  '--spec',
  join(ROOT, 'stacks/bike-rentals/spec.ts'),
  '--state',
  join(folder, 'records'),
]);

beforeAll(async () => {
  shareMade(join(folder, 'records'));
  await system.start(/v1 is the first to serve/);
}, 300_000);
afterAll(() => system.cleanUp());

test('the curl command of the README is answered with a prediction', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const body = /-d '(\{"instances"[\s\S]*?\})'\n/.exec(readme)![1]!;
  const [, url] = /POST (http:\S+)/.exec(await system.says(/^POST /))!;
  const response = await fetch(url!, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { predictions } = (await response.json()) as { predictions: number[] };
  expect(response.headers.get('x-mlops-version')).toBe('v1');
  expect(predictions).toEqual([expect.any(Number)]);
});

test('status says in plain words what serves and what is waited for', async () => {
  const { code, out } = await system.mlops('status');
  expect(code).toBe(0);
  expect(out).toMatch(/serves {4}v1 at 100 % \(1 request/);
  expect(out).toMatch(/waits {5}v1 bakes at 100 % until /);
});

test('events say what was done and why', async () => {
  const { out } = await system.mlops('events');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\S+ \S+ {2}/, ''));
  expect(lines).toEqual([
    'online  there is no version yet: training run 1',
    'online  training run 1 passed its gate: v1 is registered',
    'online  v1 is placed beside what serves',
    'online  v1 is the first to serve',
  ]);
});

test('a second up on the same state is refused, and says who holds it', async () => {
  const { code, out } = await system.mlops('up', '--port', '0');
  expect(code).toBe(69);
  expect(out).toContain(`held by process ${system.pid}`);
  expect(out).not.toMatch(/^\s+at /m);
});

test('down stops it, keeps what was made, and says so', async () => {
  const { code, out } = await system.mlops('down');
  expect(code).toBe(0);
  expect(out).toContain('bike-rentals is down');
  expect(out).toMatch(/kept in .*registry/);
  expect(await system.ended()).toBe(0);
  expect((await system.mlops('status')).code).toBe(69);
});
