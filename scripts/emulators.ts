/**
 * Installs what the acceptance runs of the AWS target need, and tells where it is: ministack and moto from PyPI, the crate
 * `fakecloud-sagemaker` from crates.io. All of it is pinned and kept below MLOPS_CACHE (default ~/.cache/mlops-constructs),
 * so that the second call only looks. What is missing on this machine is an error: nothing is skipped.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { pythonEnvironment } from '../constructs/local/python';
import { UserError } from '../constructs/spec/problem';

const execute = promisify(execFile);
const SOURCES = resolve(__dirname, '../test/emulators');
const CRATE = join(SOURCES, 'fakecloud-sagemaker');
const PROGRAM = 'fakecloud-sagemaker-alone';

export interface Emulators {
  /** Path of an interpreter that has the modules `ministack` and `moto.server`. */
  readonly python: string;
  /** Path of the program that serves SageMaker. */
  readonly sagemaker: string;
}

export const cacheFolder = (): string =>
  resolve(process.env.MLOPS_CACHE ?? join(homedir(), '.cache/mlops-constructs'), 'emulators');

export async function installEmulators(log: (line: string) => void): Promise<Emulators> {
  const folder = cacheFolder();
  await mkdir(folder, { recursive: true });
  return { python: await installPython(folder, log), sagemaker: await installCrate(folder, log) };
}

async function installPython(folder: string, log: (line: string) => void): Promise<string> {
  const requirements = [join(SOURCES, 'requirements.txt')];
  const { python } = await pythonEnvironment({ requirements, stateDir: join(folder, 'python'), log });
  // MLOPS_PYTHON is taken as it is: it may be one for models.
  await execute(python, ['-c', 'import ministack, moto.server']).catch((error: Error) => {
    throw new UserError(
      `${python} has no ministack or no moto[server]: ${error.message}\n` +
        `Install ${requirements[0]} there, or unset MLOPS_PYTHON so that an environment is made.`,
    );
  });
  return python;
}

/** Kept by the digest of its sources; what Cargo needs on the way is removed again. */
async function installCrate(folder: string, log: (line: string) => void): Promise<string> {
  const sources = ['Cargo.toml', 'Cargo.lock', 'src/main.rs'].map((file) => readFile(join(CRATE, file)));
  const hash = createHash('sha256');
  for (const source of await Promise.all(sources)) hash.update(source);
  const program = join(folder, `${PROGRAM}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  log(`builds ${CRATE} with cargo, about a minute of CPU`);
  const target = `${program}.${process.pid}`;
  const build = ['build', '--locked', '--manifest-path', join(CRATE, 'Cargo.toml'), '--target-dir', target];
  try {
    await execute('cargo', build, { maxBuffer: 1 << 28 }).catch((error: Error & { code?: unknown }) => {
      throw error.code === 'ENOENT'
        ? new UserError('There is no cargo on the PATH: install Rust 1.89 or newer (https://rustup.rs).')
        : new UserError(`cargo ${build.join(' ')} failed: ${error.message}`);
    });
    await copyFile(join(target, 'debug', PROGRAM), `${target}.whole`);
    await chmod(`${target}.whole`, 0o755);
    await rename(`${target}.whole`, program);
  } finally {
    await rm(target, { recursive: true, force: true });
  }
  return program;
}

if (require.main === module) {
  installEmulators((line) => console.log(line)).then(
    (emulators) => console.log(Object.values(emulators).join('\n')),
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
