/** The Python environment, with a python3 and a uv of the test's own: what is run, what is kept, and what is said when it fails. */
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pythonEnvironment, pythonVariables } from '../../constructs/local/python';
import { directoryOf, temporary } from './harness';

const FILES = { 'r.txt': 'numpy==2.3.5\n' };
let bin: string;
let stateDir: string;
let calls: string;

beforeEach(() => {
  [bin, stateDir, calls] = [temporary(), join(temporary(), 'python'), join(temporary(), 'calls')];
  process.env.PATH = bin;
  delete process.env.MLOPS_PYTHON;
});

function script(file: string, body: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A python3 that makes environments whose pip is `pip`. */
function fakePython(pip = 'exit 0', version = '3.11'): void {
  script(
    join(bin, 'python3'),
    `if [ "$1" = -c ]; then echo ${version}; exit 0; fi
echo "python3 $1 $2" >> ${calls}
/bin/mkdir -p "$3/bin"
/bin/cat > "$3/bin/python" <<'END'
#!/bin/sh
echo "pip $3" >> ${calls}
${pip}
END
/bin/chmod 755 "$3/bin/python"`,
  );
}

const called = () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []);
const environment = (files: Record<string, string> = FILES, signal?: AbortSignal) => {
  const directory = directoryOf(files);
  const requirements = Object.keys(files).map((file) => join(directory, file));
  return pythonEnvironment({ requirements, stateDir, log: () => undefined, ...(signal && { signal }) });
};

test('is made once for the same requirements, wherever they lie, and anew for others', async () => {
  fakePython();
  const first = await environment();
  expect(first.created).toBe(true);
  expect(existsSync(first.python)).toBe(true);
  expect(await environment()).toEqual({ python: first.python, created: false });
  expect(called()).toEqual(['python3 -m venv', 'pip install']);
  expect((await environment({ 'r.txt': 'numpy==2.2.6\n' })).python).not.toBe(first.python);
  fakePython('exit 0', '3.12');
  expect((await environment()).python).not.toBe(first.python);
});

test('is made once by two who ask at a time', async () => {
  fakePython('/bin/sleep 0.3');
  const [a, b] = await Promise.all([environment(), environment()]);
  expect([a.created, b.created].sort()).toEqual([false, true]);
  expect(called()).toEqual(['python3 -m venv', 'pip install']);
});

test('is made over the lock of a process that is gone', async () => {
  fakePython();
  const { python } = await environment();
  const name = readdirSync(stateDir).find((entry) => python.includes(`/${entry}/`));
  stateDir = temporary();
  const lock = join(stateDir, `${name}.lock`);
  writeFileSync(lock, '1');
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(await environment()).toMatchObject({ created: true });
  expect(existsSync(lock)).toBe(false);
});

test('is made with uv where there is one, also without a python3', async () => {
  script(
    join(bin, 'uv'),
    `echo "uv $1 $2 $3 $4 $5" >> ${calls}
if [ "$1" = venv ]; then /bin/mkdir -p "$5/bin"; echo > "$5/bin/python"; fi`,
  );
  expect((await environment()).created).toBe(true);
  expect(called()[0]).toMatch(/^uv venv --quiet --python 3\.12/);
  expect(called()[1]).toMatch(/^uv pip install --python/);
});

test('is the one that MLOPS_PYTHON names, as it is', async () => {
  process.env.MLOPS_PYTHON = script(join(bin, 'mine'), 'echo 3.13');
  expect(await environment()).toEqual({ python: process.env.MLOPS_PYTHON, created: false });
  expect(existsSync(stateDir)).toBe(false);
});

test('leaves nothing behind where it fails, and is made by the next call', async () => {
  fakePython('echo "ERROR: No matching distribution found for numpy==9"; exit 1');
  const failure = await environment().then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  expect(failure).toContain('ERROR: No matching distribution found for numpy==9');
  expect(failure).toContain('fix: pin versions that exist for this Python');
  const log = /all of it: (.*)\)/.exec(failure)?.[1] ?? '';
  expect(readFileSync(log, 'utf8')).toContain('No matching distribution');
  expect(readdirSync(stateDir).filter((name) => !name.endsWith('.log'))).toEqual([]);
  fakePython();
  expect((await environment()).created).toBe(true);
});

test('leaves nothing behind where it is interrupted', async () => {
  fakePython('exec /bin/sleep 30');
  const interrupt = new AbortController();
  const making = environment(FILES, interrupt.signal);
  while (!called().includes('pip install')) await new Promise((next) => setTimeout(next, 10));
  interrupt.abort();
  await expect(making).rejects.toThrow('aborted');
  expect(readdirSync(stateDir).filter((name) => !name.endsWith('.log'))).toEqual([]);
});

test('refuses to guess: without a network it says so', async () => {
  fakePython('echo "Temporary failure in name resolution"; exit 1');
  await expect(environment()).rejects.toThrow(
    'fix: the package index cannot be reached: connect once, or set MLOPS_PYTHON',
  );
});

test('refuses a Python that makes no environments', async () => {
  script(join(bin, 'python3'), 'if [ "$1" = -c ]; then echo 3.11; else echo "ensurepip is not available"; exit 1; fi');
  await expect(environment()).rejects.toThrow('fix: install the venv module of this Python');
});

test('refuses a machine without Python', async () => {
  await expect(environment()).rejects.toThrow(
    'PATH\n    got no python3, expected Python 3.10 or newer\n    fix: install it, or uv, or set MLOPS_PYTHON to one',
  );
});

test('refuses a Python that is too old, or does not run', async () => {
  fakePython('exit 0', '3.9');
  await expect(environment()).rejects.toThrow('python3 on the PATH\n    got 3.9, expected Python 3.10 or newer');
  process.env.MLOPS_PYTHON = join(bin, 'nothing');
  await expect(environment()).rejects.toThrow('MLOPS_PYTHON\n    got ' + join(bin, 'nothing') + ', which does not run');
  process.env.MLOPS_PYTHON = script(join(bin, 'old'), 'echo 2.7');
  await expect(environment()).rejects.toThrow('got 2.7, expected Python 3.10 or newer');
});

test('programs run with our modules and the caller’s variables, but for those of another Python', () => {
  Object.assign(process.env, { PYTHONHOME: '/a', VIRTUAL_ENV: '/b', CONDA_PREFIX: '/c', TOKEN: 'd' });
  const variables = pythonVariables();
  expect(variables).toMatchObject({
    TOKEN: 'd',
    PYTHONHASHSEED: '0',
    PYTHONDONTWRITEBYTECODE: '1',
    OMP_NUM_THREADS: '1',
  });
  expect(existsSync(join(String(variables.PYTHONPATH), 'mlops_model/__main__.py'))).toBe(true);
  for (const name of ['PYTHONHOME', 'VIRTUAL_ENV', 'CONDA_PREFIX']) expect(variables).not.toHaveProperty(name);
});
