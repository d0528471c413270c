/** What this machine's disk must not leave half done: files that are replaced, lines that are added, folders that are linked. */
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Unavailable } from '../spec/problem';

/**
 * A reader sees the old text or the new one, whenever the process or the machine stops, or the disk is full. Nobody else may
 * write the same file meanwhile.
 */
export async function writeAtomically(file: string, text: string): Promise<void> {
  // What a crash leaves under this name is overwritten by the next write.
  const draft = `${file}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true });
    await withFile(draft, 'w', async (handle) => {
      await handle.writeFile(text);
      await handle.sync();
    });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw whyNotWritten(file, error);
  }
}

/** Adds a line. Where it throws, or never returns, no reader sees a part of it. */
export async function appendLine(file: string, line: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await withFile(file, 'a+', async (handle) => {
      // What stands after the last whole line was cut off: by a crash, or by a full disk.
      await handle.truncate(await endOfLastLine(handle));
      await handle.writeFile(`${line}\n`);
    });
  } catch (error) {
    throw whyNotWritten(file, error);
  }
}

/** All whole lines of JSON, oldest first; none where there is no file. What stands after the last line feed is being written, or was cut off by a crash. */
export async function readLines<T>(file: string): Promise<readonly T[]> {
  const text = await unlessMissing(readFile(file, 'utf8'));
  return (text?.split('\n') ?? []).slice(0, -1).map((line) => JSON.parse(line) as T);
}

/** Where the last whole line ends. */
async function endOfLastLine(handle: FileHandle): Promise<number> {
  const chunk = Buffer.alloc(4096);
  let end = (await handle.stat()).size;
  while (end > 0) {
    const from = Math.max(0, end - chunk.length);
    const { bytesRead } = await handle.read(chunk, 0, end - from, from);
    const feed = chunk.subarray(0, bytesRead).lastIndexOf('\n');
    if (feed >= 0) return from + feed + 1;
    end = from;
  }
  return 0;
}

async function withFile(file: string, flags: string, work: (handle: FileHandle) => Promise<void>): Promise<void> {
  const handle = await open(file, flags);
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}

const UNWRITABLE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: free some space on it',
  EDQUOT: 'your share of the disk is used up: free some space on it',
  EROFS: 'the disk can only be read: choose another folder with --state',
  EACCES: 'this user may not write there: choose another folder with --state',
};

/** What a person can do about it; any other error as it is. */
function whyNotWritten(file: string, error: unknown): unknown {
  const why = UNWRITABLE[errorCode(error) ?? ''];
  return why ? new Unavailable(`${file} cannot be written; ${why}`) : error;
}

export async function listFolder(folder: string): Promise<string[]> {
  return (await unlessMissing(readdir(folder)))?.sort() ?? [];
}

/** The same files under another folder: hard links, or copies where the two are on different disks. */
export async function linkTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkTree(source, target);
    else await linkFile(source, target);
  }
}

export async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    if (!['EXDEV', 'EPERM', 'EMLINK'].includes(errorCode(error) ?? '')) throw whyNotWritten(to, error);
    await copyWhole(from, to);
  }
}

/** Half a copy must not stand under its final name: the next attempt would take it for done. */
async function copyWhole(from: string, to: string): Promise<void> {
  const draft = `${to}.tmp`;
  try {
    await copyFile(from, draft);
    await rename(draft, to);
  } catch (error) {
    await rm(draft, { force: true });
    throw whyNotWritten(to, error);
  }
}

export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export const errorCode = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
