/** The Python that trains and serves on this machine: finds one, and keeps an environment for each set of requirements. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SpecError } from '../spec/problem';

const OLDEST: readonly [number, number] = [3, 10];
/** What uv brings where the machine has no Python that is new enough. */
const UV_PYTHON = '3.12';
const TOUCH_MS = 1_000;
const SERVE = resolve(__dirname, '../../runtime/serve');

/** What our own programs need; comes beside the model's requirements. */
export const serveRequirements = join(SERVE, 'requirements.txt');

export interface PythonOptions {
  /** Paths of fully pinned requirements files; all of them go into one environment. */
  readonly requirements: readonly string[];
  /** Where environments are kept, for example `.mlops/python`. */
  readonly stateDir: string;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface PythonEnvironment {
  /** Path of the interpreter. */
  readonly python: string;
  /** Whether it was made now, which takes from seconds to minutes and the network. */
  readonly created: boolean;
}

/**
 * An interpreter with the requirements installed: `MLOPS_PYTHON` as it is, or an environment made with uv where that is on
 * the PATH, else with `python3 -m venv` and pip. Environments are kept by the contents of the requirements and the version
 * of Python, so that the second call makes nothing. Throws `SpecError` where there is no Python or something cannot be installed.
 */
export async function pythonEnvironment(options: PythonOptions): Promise<PythonEnvironment> {
  const own = process.env.MLOPS_PYTHON;
  if (own) {
    await versionOf(own, 'MLOPS_PYTHON', options.signal);
    return { python: own, created: false };
  }
  const uv = isOnPath('uv');
  const base = await basePython(uv, options.signal);
  const contents = await Promise.all(options.requirements.map((file) => readFile(file)));
  const digest = contents.reduce((hash, content) => hash.update(content), createHash('sha256').update(base.version));
  const directory = join(options.stateDir, digest.digest('hex').slice(0, 16));
  await mkdir(options.stateDir, { recursive: true });
  const created = await once(directory, () => build(directory, base.command, uv, options), options.signal);
  return { python: interpreterIn(directory), created };
}

/** The variables that a program of ours runs with: the caller's, but for what would lead to another Python. */
export function pythonVariables(): NodeJS.ProcessEnv {
  const foreign = /^(PYTHON|VIRTUAL_ENV|CONDA)/;
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(kept),
    PYTHONPATH: SERVE,
    PYTHONDONTWRITEBYTECODE: '1',
    PYTHONHASHSEED: '0',
    PYTHONUNBUFFERED: '1',
    OMP_NUM_THREADS: '1',
  };
}

/** Ends a program of ours when its standard input is closed: by us, or with us, however we go. */
export const endWithUs = { MLOPS_END_WITH_STDIN: '1' } as const;

async function basePython(uv: boolean, signal?: AbortSignal): Promise<{ command: string; version: string }> {
  if (!isOnPath('python3')) {
    if (uv) return { command: UV_PYTHON, version: UV_PYTHON };
    throw problem(
      'PATH',
      'no python3',
      `Python ${OLDEST.join('.')} or newer`,
      'install it, or uv, or set MLOPS_PYTHON to one',
    );
  }
  try {
    return { command: 'python3', version: await versionOf('python3', 'python3 on the PATH', signal) };
  } catch (error) {
    if (uv && error instanceof SpecError) return { command: UV_PYTHON, version: UV_PYTHON };
    throw error;
  }
}

/** `3.11`; refuses one that is too old, or that is no Python. */
async function versionOf(python: string, from: string, signal?: AbortSignal): Promise<string> {
  const expected = `Python ${OLDEST.join('.')} or newer`;
  const fix = 'install a newer one, or uv, or set MLOPS_PYTHON to one';
  const ask = ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'];
  const { code, output } = await execute(python, ask, signal);
  const version = output.trim();
  const [major, minor] = version.split('.').map(Number);
  if (code !== 0 || major === undefined || minor === undefined || Number.isNaN(minor)) {
    throw problem(from, `${python}, which does not run: ${lastLines(output, 1)}`, expected, fix);
  }
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) throw problem(from, version, expected, fix);
  return version;
}

/** Builds under a name of its own and renames at the end: what stands under the final name is whole. */
async function build(directory: string, base: string, uv: boolean, options: PythonOptions): Promise<void> {
  const unfinished = `${directory}.${process.pid}`;
  const logFile = `${directory}.log`;
  const files = options.requirements.flatMap((file) => ['-r', file]);
  const python = interpreterIn(unfinished);
  const steps: readonly (readonly [string, ...string[]])[] = uv
    ? [
        ['uv', 'venv', '--quiet', '--python', base, unfinished],
        ['uv', 'pip', 'install', '--python', python, ...files],
      ]
    : [
        [base, '-m', 'venv', unfinished],
        [python, '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', ...files],
      ];
  options.log(`makes a Python environment with ${uv ? 'uv' : 'venv and pip'}: ${options.requirements.join(', ')}`);
  try {
    for (const [command, ...flags] of steps) {
      const { code, output } = await execute(command, flags, options.signal);
      await writeFile(logFile, output);
      if (code !== 0) throw installProblem(output, logFile, options.requirements, flags.includes('venv'));
    }
    if (!existsSync(directory)) await rename(unfinished, directory);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function installProblem(output: string, logFile: string, requirements: readonly string[], venv: boolean): SpecError {
  const offline =
    /name resolution|getaddrinfo|establish a new connection|dns error|error sending request|network is unreachable/i;
  const fix = venv
    ? 'install the venv module of this Python (python3-venv on Debian), or uv'
    : offline.test(output)
      ? 'the package index cannot be reached: connect once, or set MLOPS_PYTHON to a Python that has these packages'
      : 'pin versions that exist for this Python, or set MLOPS_PYTHON to one that has these packages';
  const got = `${lastLines(output, 5)}\n    (all of it: ${logFile})`;
  return problem(requirements.join(', '), got, 'an installation without errors', fix);
}

/**
 * Makes `directory` unless it is there, and not twice at a time: who is at work touches a lock, and a lock that nobody
 * touches any more holds nobody up.
 */
async function once(directory: string, make: () => Promise<void>, signal?: AbortSignal): Promise<boolean> {
  const lock = `${directory}.lock`;
  while (!existsSync(directory)) {
    if (!(await taken(lock))) {
      await sleep(200, undefined, signal ? { signal } : {});
      continue;
    }
    const touching = setInterval(() => writeFileSync(lock, String(process.pid)), TOUCH_MS);
    try {
      if (existsSync(directory)) return false;
      await make();
      return true;
    } finally {
      clearInterval(touching);
      await rm(lock, { force: true });
    }
  }
  return false;
}

async function taken(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const touched = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (touched !== undefined && Date.now() - touched > 10 * TOUCH_MS) await rm(lock, { force: true });
  return false;
}

function execute(
  command: string,
  flags: readonly string[],
  signal?: AbortSignal,
): Promise<{ code: number; output: string }> {
  return new Promise((done, failed) => {
    const child = spawn(command, flags, {
      env: pythonVariables(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal && { signal }),
    });
    let output = '';
    const collect = (chunk: string) => void (output += chunk);
    child.stdout.setEncoding('utf8').on('data', collect);
    child.stderr.setEncoding('utf8').on('data', collect);
    child.on('error', (error) => {
      if (error.name !== 'AbortError') done({ code: 1, output: error.message });
    });
    // Where it was interrupted, what it leaves is removed: not before it has gone.
    child.on('exit', () => {
      if (signal?.aborted) failed(signal.reason as Error);
    });
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}

const interpreterIn = (directory: string) => join(directory, 'bin', 'python');
const lastLines = (output: string, count: number) => output.trim().split('\n').slice(-count).join('\n    ');
const problem = (path: string, got: string, expected: string, fix: string) =>
  new SpecError('python', [{ path, got, expected, fix }]);
