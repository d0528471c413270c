/** The record on this machine's disk: documents that are replaced as a whole or not at all, and logs that only grow. */
import { createHash } from 'node:crypto';
import { appendFile, copyFile, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Refused } from '../../runtime/loop/platform';

export interface Document<T> {
  readonly value: T;
  readonly etag: string;
}

/** Folder for what is being made; whatever a crash leaves there is removed at the next opening. */
export const SCRATCH = 'scratch';

/** The etag of a document that does not exist. */
export const ABSENT = 'absent';

/**
 * Documents and logs below one folder. Whoever opens it holds the folder's lock, so what was read or written once is known.
 */
export class Storage {
  private readonly known = new Map<string, Document<unknown>>();
  private readonly queues = new Map<string, Promise<unknown>>();

  constructor(readonly root: string) {}

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  async read<T>(path: string): Promise<Document<T> | undefined> {
    const known = this.known.get(path);
    if (known) return known as Document<T>;
    const text = await readIfThere(this.path(path));
    if (text === undefined) return undefined;
    return this.remember(path, parseDocument<T>(this.path(path), text), text);
  }

  /** Throws `Refused` unless the document is still the one that `ifMatch` names. Returns the new etag. */
  write(path: string, value: unknown, ifMatch?: string): Promise<string> {
    return this.inTurn(path, async () => {
      const now = (await this.read(path))?.etag ?? ABSENT;
      if (ifMatch !== undefined && now !== ifMatch) throw new Refused(`${path} was changed in the meantime`);
      const text = `${JSON.stringify(value, undefined, 2)}\n`;
      await writeAtomically(this.path(path), text);
      return this.remember(path, value, text).etag;
    });
  }

  append(path: string, value: unknown): Promise<void> {
    return this.inTurn(path, async () => {
      await mkdir(dirname(this.path(path)), { recursive: true });
      await appendFile(this.path(path), `${JSON.stringify(value)}\n`);
    });
  }

  /** Names in a folder, sorted; none where the folder does not exist. */
  list(path: string): Promise<string[]> {
    return listFolder(this.path(path));
  }

  async remove(path: string): Promise<void> {
    this.known.delete(path);
    await rm(this.path(path), { recursive: true, force: true });
  }

  /** Resolves when everything that was asked for is on disk. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.queues.values());
  }

  private remember<T>(path: string, value: T, text: string): Document<T> {
    const document = { value, etag: createHash('sha256').update(text).digest('hex').slice(0, 16) };
    this.known.set(path, document);
    return document;
  }

  /** One after the other for each path: between the comparison and the swap nothing else may happen. */
  private inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
    const before = this.queues.get(path) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.queues.set(path, mine);
    const leave = () => {
      if (this.queues.get(path) === mine) this.queues.delete(path);
    };
    mine.then(leave, leave);
    return mine;
  }
}

/** A reader sees the old text or the new one, whenever the process or the machine stops. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
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
    if (codeOf(error) === 'EEXIST') return;
    if (codeOf(error) !== 'EXDEV' && codeOf(error) !== 'EPERM' && codeOf(error) !== 'EMLINK') throw error;
    await copyFile(from, to);
  }
}

const readIfThere = (file: string): Promise<string | undefined> => unlessMissing(readFile(file, 'utf8'));

export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

function parseDocument<T>(file: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${file}: got text that is not JSON (${(error as Error).message}); restore or delete the file`);
  }
}
