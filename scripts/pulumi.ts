/**
 * Builds what the acceptance runs of the Pulumi targets need, and tells where it is: Pulumi's own command line, from its Go module,
 * since no package registry holds the program. test/pulumi/cli pins it, with a checksum for every module that is in it. Kept below
 * MLOPS_CACHE (default ~/.cache/mlops-constructs), so that the second call only looks. What is missing on this machine is an error.
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
const MODULE = resolve(__dirname, '../test/pulumi/cli');
const PROGRAM = 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi';
const VERSION = 'v3.259.0';

/** Path of a folder that holds `bin/pulumi` and nothing else. */
export async function installPulumi(log: (line: string) => void): Promise<string> {
  const cache = resolve(process.env.MLOPS_CACHE ?? join(homedir(), '.cache/mlops-constructs'), 'pulumi');
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(await readFile(join(MODULE, file)));
  const folder = join(cache, `${VERSION}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(join(folder, 'bin/pulumi'))) return folder;
  log(`builds Pulumi ${VERSION} with Go: some ten minutes of CPU, or seconds where Go has built it before`);
  await build(folder);
  return folder;
}

async function build(folder: string): Promise<void> {
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  // As its authors release it. Without the version it takes itself for a development build.
  const flags = `-w -s -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${VERSION}`;
  const command = ['build', '-C', MODULE, '-trimpath', '-mod=readonly', '-tags', 'osusergo,grpcnotrace'];
  const output = ['-ldflags', flags, '-o', join(unfinished, 'bin/pulumi'), PROGRAM];
  try {
    await execute('go', [...command, ...output], { maxBuffer: 1 << 28 }).catch((error: Error & { code?: unknown }) => {
      throw error.code === 'ENOENT'
        ? new UserError('There is no go on the PATH: install Go 1.26 or newer (https://go.dev/dl).')
        : new UserError(`go ${command.join(' ')} failed: ${error.message}`);
    });
    await rename(unfinished, folder).catch((error: unknown) => {
      // Another process was faster.
      if (!existsSync(join(folder, 'bin/pulumi'))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

if (require.main === module) {
  installPulumi((line) => console.log(line)).then(
    (folder) => console.log(folder),
    (error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    },
  );
}
