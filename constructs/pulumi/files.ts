/** Files of this machine that are handed over with the stack: each alone, or a folder as one archive. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { asset } from '@pulumi/pulumi';
import { codeDigest } from '../spec/code-digest';
import { when, type Problem } from '../spec/problem';

export interface LocalFile {
  /** Path from the folder, with slashes; of a single file its name. */
  readonly name: string;
  readonly asset: asset.FileAsset;
}

/** Each is a resource of the stack, read and compared at every update. */
export const MOST_FILES = 200;

/**
 * The files of a folder, or one file, in the order of their names. What Python leaves behind is no part of them.
 *
 * @param from - a file or folder that is there
 */
export function filesBelow(from: string): readonly LocalFile[] {
  const names = namesBelow(from);
  return names.map((name) => ({
    name: name || basename(from),
    asset: new asset.FileAsset(name ? join(from, name) : from),
  }));
}

/**
 * What keeps a folder from being handed over file by file.
 *
 * @param path - where the spec names it
 * @param byHand - how its files are copied without the stack
 */
export function checkFiles(from: string, path: string, byHand: string): Problem[] {
  const { length } = namesBelow(from);
  return when(length > MOST_FILES, {
    path,
    got: `${length} files in ${from}`,
    expected: `at most ${MOST_FILES} that are uploaded with the stack`,
    fix: `turn the upload off in the options, and copy them once: ${byHand}`,
  });
}

export interface FolderArchive {
  readonly archive: asset.AssetArchive;
  /** sha256 over names and contents: the same on any machine, at any time, in any folder. */
  readonly digest: string;
}

/**
 * A folder as one archive, whose bytes depend on names and contents alone: the engine writes entries in order and dates none.
 *
 * @param folder - a folder that is there, such as that of a bundle
 */
export const archiveOf = (folder: string): FolderArchive => ({
  archive: new asset.AssetArchive(Object.fromEntries(filesBelow(folder).map((file) => [file.name, file.asset]))),
  digest: codeDigest(folder),
});

/** Relative paths, in order; one empty path for a file. */
function namesBelow(from: string): string[] {
  if (!statSync(from).isDirectory()) return [''];
  return readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.split('/').includes('__pycache__'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(from, '/').length))
    .sort();
}
