/** Tells when something comes into a folder. */
import { mkdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';

/** Watches folders, and the folder of what is a file; those that do not exist are made. Returns what ends it. */
export function watchFolders(paths: readonly string[], onChange: () => void, log: (line: string) => void): () => void {
  const watchers = paths.map((path): FSWatcher => {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
    const folder = isFile ? dirname(path) : path;
    mkdirSync(folder, { recursive: true });
    // Without the watch nothing is lost: the loop looks by itself too, only later.
    return watch(folder, onChange).on('error', (error) => log(`${folder} is not watched any more: ${error.message}`));
  });
  return () => watchers.forEach((watcher) => watcher.close());
}
