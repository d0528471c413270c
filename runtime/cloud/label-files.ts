/** Files of labels between a person's machine and the bucket. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { layout } from '../../constructs/spec/layout';
import { ABSENT, type Store } from './store';

/** More than this is not fetched only to say what was known before. */
export const MOST_FETCHED = 64 * 1024 * 1024;

export class LabelFiles {
  constructor(
    private readonly store: Store,
    private readonly dataset: string,
  ) {}

  /** Copies all that there are into a folder, and says whether it did: not where they are more than `MOST_FETCHED`. */
  async fetchInto(folder: string): Promise<boolean> {
    const from = `${layout.labels(this.dataset)}/`;
    const found = [];
    // As the steps read a folder: what begins with a dot or an underscore is no data.
    for await (const object of this.store.list(from))
      if (object.size > 0 && !object.key.split('/').some((part) => /^[._]/.test(part))) found.push(object);
    if (found.reduce((sum, { size }) => sum + size, 0) > MOST_FETCHED) return false;
    for (const object of found) {
      const file = join(folder, object.key.slice(from.length));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, await this.store.bytes(object, 0, object.size));
    }
    return true;
  }

  /** Returns its URI. A monitor sees the whole file or nothing of it. */
  async put(file: string): Promise<string> {
    const key = `${layout.labels(this.dataset)}/${basename(file)}`;
    await this.store.put(key, await readFile(file), 'application/octet-stream', ABSENT);
    return this.store.uri(key);
  }
}
