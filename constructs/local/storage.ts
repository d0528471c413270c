/** The record on this machine's disk: documents that are replaced as a whole or not at all, and logs that only grow. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Refused } from '../../runtime/loop/platform';
import { appendLine, listFolder, unlessMissing, writeAtomically } from './disk';

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
    const text = await unlessMissing(readFile(this.path(path), 'utf8'));
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

  /** Adds a line. Where it throws, no reader sees a part of it. */
  append(path: string, value: unknown): Promise<void> {
    return this.inTurn(path, () => appendLine(this.path(path), JSON.stringify(value)));
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

function parseDocument<T>(file: string, text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new Error(`${file}: got text that is not JSON (${(error as Error).message}); restore or delete the file`);
  }
}
