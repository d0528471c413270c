/**
 * Builds what stands for Cloud Storage in the acceptance runs of the Google target, and tells where it is: fake-gcs-server, from its
 * Go module, at the version and with the checksums of test/gcp/fake-gcs. Kept below MLOPS_CACHE (default ~/.cache/mlops-constructs),
 * so that the second call only looks. Without Go it is an error: nothing is skipped.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../constructs/spec/problem';

const execute = promisify(execFile);
const MODULE = resolve(__dirname, '../test/gcp/fake-gcs');
const PROGRAM = 'github.com/fsouza/fake-gcs-server';

/** Path of the program. */
export async function installFakeGcs(log: (line: string) => void): Promise<string> {
  const folder = resolve(process.env.MLOPS_CACHE ?? join(homedir(), '.cache/mlops-constructs'), 'gcs');
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(MODULE, file)));
  const program = join(folder, `fake-gcs-server-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  log(`builds ${PROGRAM} with go, some minutes of CPU the first time`);
  await mkdir(folder, { recursive: true });
  const whole = `${program}.${process.pid}`;
  // readonly: what the module does not pin is an error, never fetched.
  const build = ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', whole, PROGRAM];
  try {
    await execute('go', build, { cwd: MODULE, env: { ...process.env, GOFLAGS: '' }, maxBuffer: 1 << 28 }).catch(
      (error: Error & { code?: unknown }) => {
        throw error.code === 'ENOENT'
          ? new UserError('There is no go on the PATH: install Go 1.26 or newer (https://go.dev/dl).')
          : new UserError(`go ${build.join(' ')} failed in ${MODULE}: ${error.message}`);
      },
    );
    await rename(whole, program);
  } finally {
    await rm(whole, { force: true });
  }
  return program;
}

if (require.main === module) {
  installFakeGcs((line) => console.log(line)).then(
    (program) => console.log(program),
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
