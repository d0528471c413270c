/** The record in a bucket: documents that are replaced as a whole or not at all, lines that are added, objects that are copied. */
import { Refused, type Time } from '../loop/platform';

export interface Document<T> {
  readonly value: T;
  readonly etag: string;
  /** When it was written, by the bucket's clock. */
  readonly modified: Time;
}

export interface StoredObject {
  readonly key: string;
  readonly etag: string;
  /** Bytes. */
  readonly size: number;
  readonly modified: Time;
}

/** The etag of a document that does not exist. */
export const ABSENT = 'absent';

/** Each conflict means that somebody else's line was added: so many in a row are more than the loop and a person can cause. */
const APPENDS = 20;

export abstract class Store {
  /** Of an object or a folder, as the platform's jobs and servers are given it. */
  abstract uri(path: string): string;

  abstract readText(path: string): Promise<Document<string> | undefined>;

  /** Bytes `from` to `to`, the last one excluded. Throws `Refused` where the object is another by now, or gone. */
  abstract bytes(object: Pick<StoredObject, 'key' | 'etag'>, from: number, to: number): Promise<Buffer>;

  /** Throws `Refused` unless the object is still the one that `ifMatch` names. Returns the new etag. */
  abstract put(path: string, body: string | Buffer, contentType: string, ifMatch?: string): Promise<string>;

  /** All objects whose key begins with `prefix`, in the order of their keys; `after`: those behind that key. */
  abstract list(prefix: string, after?: string): AsyncGenerator<StoredObject>;

  /** Names of the folders in a folder, sorted. */
  abstract folders(path: string): Promise<string[]>;

  /** Without the bytes passing here. */
  abstract copy(from: string, to: string): Promise<void>;

  /** What is not there is removed already. */
  abstract remove(path: string): Promise<void>;

  /** A JSON document. Throws where it is there and no JSON. */
  async read<T>(path: string): Promise<Document<T> | undefined> {
    const found = await this.readText(path);
    if (!found) return undefined;
    try {
      return { ...found, value: JSON.parse(found.value) as T };
    } catch (error) {
      const { message } = error as Error;
      throw new Error(`${this.uri(path)}: got text that is not JSON (${message}); restore or delete the object`);
    }
  }

  /** Throws `Refused` unless the document is still the one that `ifMatch` names. Returns the new etag. */
  write(path: string, value: unknown, ifMatch?: string): Promise<string> {
    return this.put(path, `${JSON.stringify(value, undefined, 2)}\n`, 'application/json', ifMatch);
  }

  /**
   * Adds a line. There is no appending in a bucket: the whole document is read and replaced, and again where somebody else was
   * faster, so that no line is lost.
   */
  async append(path: string, value: unknown): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    for (let attempt = 1; ; attempt += 1) {
      const { value: before, etag } = (await this.readText(path)) ?? { value: '', etag: ABSENT };
      // A write whose answer was lost may be sent again by a client, and refused by what it wrote itself.
      if (attempt > 1 && before.includes(line)) return;
      try {
        await this.put(path, before + line, 'application/jsonl', etag);
        return;
      } catch (error) {
        if (!(error instanceof Refused) || attempt === APPENDS) throw error;
      }
    }
  }
}

/** What is found out in passing is the loop's to write down: whoever else reads may do it with another clock, or an older program. */
export class ReadOnly extends Store {
  constructor(private readonly store: Store) {
    super();
  }

  uri = (path: string) => this.store.uri(path);
  readText = (path: string) => this.store.readText(path);
  bytes = (object: Pick<StoredObject, 'key' | 'etag'>, from: number, to: number) => this.store.bytes(object, from, to);
  list = (prefix: string, after?: string) => this.store.list(prefix, after);
  folders = (path: string) => this.store.folders(path);

  async put(): Promise<string> {
    return ABSENT;
  }

  override async append(): Promise<void> {}

  async copy(): Promise<void> {}

  async remove(): Promise<void> {}
}
