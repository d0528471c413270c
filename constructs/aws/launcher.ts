/** The script that every job begins with, in the bucket under its digest: a change of it never changes what a run sees. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../spec/layout';
import type { Storage } from './storage';
import { Upload } from './upload';

const SCRIPT = join(__dirname, '../../pipelines/compile/launch.sh');

export interface Launcher {
  /** In the bucket. */
  readonly folder: string;
  readonly uri: string;
  readonly upload: Upload;
}

const launchers = new WeakMap<Storage, Launcher>();

/** One for all pipelines over one bucket. */
export function launcherFolder(storage: Storage): Launcher {
  const launcher = launchers.get(storage) ?? newLauncher(storage);
  launchers.set(storage, launcher);
  return launcher;
}

function newLauncher(storage: Storage): Launcher {
  const text = readFileSync(SCRIPT, 'utf8');
  const folder = layout.code(createHash('sha256').update(text).digest('hex'));
  const upload = new Upload(storage, 'Launcher', {
    storage,
    texts: { [`${folder}/launch.sh`]: text, [`${layout.noChampion}/none.json`]: '{}\n' },
    path: '',
  });
  return { folder, uri: storage.uri(`${folder}/`), upload };
}
