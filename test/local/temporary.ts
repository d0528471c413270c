/** Folders for one test file, removed at its end, and files that a process leaves in them. */
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Returns a function that makes a fresh folder at each call. Call it at the top of a test file. */
export function temporaryFolders(): () => string {
  const root = mkdtempSync(join(tmpdir(), 'mlops-local-'));
  let count = 0;
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return () => join(root, String((count += 1)));
}

/** Resolves when all of these files are there; they lie in one folder. */
export async function appear(...files: readonly [string, ...string[]]): Promise<void> {
  const all = () => files.every((file) => existsSync(file));
  await new Promise<void>((resolve) => {
    const watcher = watch(dirname(files[0]), check);
    function check() {
      if (!all()) return;
      watcher.close();
      resolve();
    }
    check();
  });
}
