/** The system as a person runs it: `mlops up` in one terminal, the other commands and a client in another. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(__dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'mlops-up-'));
const spec = join(root, 'stacks/bike-rentals/spec.ts');

let up: ChildProcess;
const printed: string[] = [];
const waiting: { readonly line: RegExp; readonly done: (line: string) => void }[] = [];

/** Resolves with the first line of `up` that matches. */
function says(line: RegExp): Promise<string> {
  const found = printed.find((text) => line.test(text));
  return found !== undefined ? Promise.resolve(found) : new Promise((done) => waiting.push({ line, done }));
}

async function mlops(...argv: string[]): Promise<{ readonly code: number; readonly out: string }> {
  const child = spawn(process.execPath, [join(root, 'bin/mlops.js'), ...argv, '--spec', spec, '--state', folder], {
    cwd: folder,
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out };
}

beforeAll(async () => {
  up = spawn(process.execPath, [join(root, 'bin/mlops.js'), 'up', '--port', '0', '--spec', spec, '--state', folder], {
    cwd: folder,
  });
  for (const stream of [up.stdout!, up.stderr!])
    createInterface(stream).on('line', (line) => {
      printed.push(line);
      waiting.filter((one) => one.line.test(line)).forEach((one) => one.done(line));
    });
  await Promise.race([
    says(/v1 is the first to serve/),
    once(up, 'close').then(() => Promise.reject(new Error(printed.join('\n')))),
  ]);
}, 300_000);

afterAll(async () => {
  if (up.exitCode === null && up.signalCode === null) {
    up.kill('SIGKILL');
    await once(up, 'close');
  }
  rmSync(folder, { recursive: true, force: true });
});

test('the curl command of the README is answered with a prediction', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const body = /-d '(\{"instances"[\s\S]*?\})'\n/.exec(readme)![1]!;
  const [, url] = /POST (http:\S+)/.exec(await says(/^POST /))!;
  const response = await fetch(url!, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const { predictions } = (await response.json()) as { predictions: number[] };
  expect(response.headers.get('x-mlops-version')).toBe('v1');
  expect(predictions).toEqual([expect.any(Number)]);
});

test('status says in plain words what serves and what is waited for', async () => {
  const { code, out } = await mlops('status');
  expect(code).toBe(0);
  expect(out).toMatch(/serves {4}v1 at 100 % \(1 request/);
  expect(out).toMatch(/waits {5}v1 bakes at 100 % until /);
});

test('events say what was done and why', async () => {
  const { out } = await mlops('events');
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
  const { code, out } = await mlops('up', '--port', '0');
  expect(code).toBe(69);
  expect(out).toContain(`held by process ${up.pid}`);
  expect(out).not.toMatch(/^\s+at /m);
});

test('down stops it, keeps what was made, and says so', async () => {
  const { code, out } = await mlops('down');
  expect(code).toBe(0);
  expect(out).toContain('bike-rentals is down');
  expect(out).toMatch(/kept in .*registry/);
  if (up.exitCode === null) await once(up, 'close');
  expect(up.exitCode).toBe(0);
  expect((await mlops('status')).code).toBe(69);
});
