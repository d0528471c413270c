/** Folders whose files are added and never changed: what is new in them, at the cost of a glance. */
import { readdirSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { linkFile } from './disk';

export interface FileFacts {
  /** Relative to the folder. */
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

/** Times of files tick this coarsely: a folder that changed less long ago may change again without a sign. */
const TICK_MS = 20;

/** A folder of data files, or one such file. */
export class GrowingFolder {
  private listing:
    | { readonly files: readonly FileFacts[]; readonly folders: ReadonlyMap<string, number>; readonly at: number }
    | undefined;

  constructor(readonly path: string) {}

  /** All files, sorted by path; the same array as before where nothing came. Empty where there is nothing at all. */
  files(): readonly FileFacts[] {
    if (!this.listing || !isFresh(this.listing)) this.listing = list(this.path);
    return this.listing.files;
  }

  /** Makes a directory that holds the files as they are now. */
  async snapshot(directory: string, keep: (file: FileFacts) => boolean = () => true): Promise<void> {
    await mkdir(directory, { recursive: true });
    const root = isFile(this.path) ? dirname(this.path) : this.path;
    for (const file of this.files().filter(keep)) {
      await mkdir(dirname(join(directory, file.path)), { recursive: true });
      await linkFile(join(root, file.path), join(directory, file.path));
    }
  }
}

function isFresh({ folders, at }: { readonly folders: ReadonlyMap<string, number>; readonly at: number }): boolean {
  return [...folders].every(([folder, modified]) => at - modified > TICK_MS && modifiedAt(folder) === modified);
}

function list(path: string) {
  const at = Date.now();
  if (isFile(path)) {
    return { files: [factsOf(path, basename(path))], folders: new Map([[path, modifiedAt(path)]]), at };
  }
  const folders = new Map([[path, modifiedAt(path)]]);
  const files: FileFacts[] = [];
  const entries = folders.get(path) === 0 ? [] : readdirSync(path, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const full = join(entry.parentPath, entry.name);
    const name = relative(path, full);
    // As the steps read a folder: what begins with a dot or an underscore is no data.
    if (name.split(/[\\/]/).some((part) => /^[._]/.test(part))) continue;
    if (entry.isDirectory()) folders.set(full, modifiedAt(full));
    else files.push(factsOf(full, name));
  }
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), folders, at };
}

function factsOf(full: string, path: string): FileFacts {
  const { size, mtimeMs } = statSync(full);
  return { path, size, modified: mtimeMs };
}

const modifiedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
