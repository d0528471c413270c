/**
 * The record in a bucket of Google Cloud Storage, by its JSON API. The etag of an object is its generation, as text.
 * https://cloud.google.com/storage/docs/json_api/v1/objects
 */
import { ABSENT, Store, type Document, type StoredObject } from '../../runtime/cloud/store';
import { Refused } from '../../runtime/loop/platform';
import { GoogleError, unlessAbsent } from './google-error.runtime';
import type { Google } from './google.runtime';

/** Of what the API tells of an object, what is asked for. */
interface ObjectResource {
  readonly name: string;
  /** A 64 bit number. */
  readonly generation: string;
  /** Bytes; a 64 bit number. */
  readonly size: string;
  readonly updated: string;
}

interface Page {
  readonly items?: readonly ObjectResource[];
  readonly prefixes?: readonly string[];
  readonly nextPageToken?: string;
}

interface Rewritten {
  readonly done: boolean;
  readonly rewriteToken?: string;
}

const OBJECT = 'name,generation,size,updated';

export class GcsStore extends Store {
  constructor(
    private readonly google: Google,
    readonly bucket: string,
  ) {
    super();
  }

  /** `gs://BUCKET/path` */
  uri(path: string): string {
    return `gs://${this.bucket}/${path}`;
  }

  /** One request: `modified` is to the second, as the header of the contents has it. */
  async readText(path: string): Promise<Document<string> | undefined> {
    const found = await unlessAbsent(
      this.google.send('storage', 'GET', this.object(path), { query: { alt: 'media' } }),
    );
    if (!found) return undefined;
    const { headers, body } = found;
    const modified = Date.parse(headers.get('last-modified')!);
    return { value: body.toString('utf8'), etag: headers.get('x-goog-generation')!, modified };
  }

  async bytes({ key, etag }: Pick<StoredObject, 'key' | 'etag'>, from: number, to: number): Promise<Buffer> {
    // Of an older generation, where the bucket keeps them, the object is another by now.
    const query = { alt: 'media', ifGenerationMatch: etag };
    const headers = { range: `bytes=${from}-${to - 1}` };
    const read = unlessAbsent(this.google.send('storage', 'GET', this.object(key), { query, headers }));
    const found = await unchanged(key, read);
    if (!found) throw new Refused(`${key} was deleted in the meantime`);
    // Emulators may not know the condition.
    if (found.headers.get('x-goog-generation') !== etag) throw new Refused(changed(key));
    return found.body;
  }

  async put(path: string, body: string | Buffer, contentType: string, ifMatch?: string): Promise<string> {
    const ifGenerationMatch = ifMatch === ABSENT ? '0' : ifMatch;
    const uploaded = this.google.send('storage', 'POST', `upload/storage/v1/b/${this.bucket}/o`, {
      query: { uploadType: 'media', name: path, ifGenerationMatch, fields: 'generation' },
      headers: { 'content-type': contentType },
      body,
      // With a condition it is done once, without one the last writer wins anyway.
      repeatable: true,
    });
    const answer = await unchanged(path, uploaded);
    return (JSON.parse(answer.body.toString('utf8')) as Pick<ObjectResource, 'generation'>).generation;
  }

  async *list(prefix: string, after?: string): AsyncGenerator<StoredObject> {
    // `startOffset` is inclusive.
    const query = { prefix, startOffset: after, fields: `items(${OBJECT}),nextPageToken` };
    for await (const { items = [] } of this.pages(query)) {
      for (const { name, generation, size, updated } of items)
        if (name !== after) yield { key: name, etag: generation, size: Number(size), modified: Date.parse(updated) };
    }
  }

  async folders(path: string): Promise<string[]> {
    const query = { prefix: `${path}/`, delimiter: '/', fields: 'prefixes,nextPageToken' };
    const names: string[] = [];
    for await (const { prefixes = [] } of this.pages(query))
      names.push(...prefixes.map((prefix) => prefix.slice(path.length + 1, -1)));
    return names.sort();
  }

  /** A large object takes several requests. */
  async copy(from: string, to: string): Promise<void> {
    let rewriteToken: string | undefined;
    do {
      const path = `${this.object(from)}/rewriteTo/b/${this.bucket}/o/${encodeURIComponent(to)}`;
      const rewritten: Rewritten = await this.google.call('storage', 'POST', path, {
        query: { rewriteToken, fields: 'done,rewriteToken' },
        repeatable: true,
      });
      rewriteToken = rewritten.done ? undefined : rewritten.rewriteToken;
    } while (rewriteToken !== undefined);
  }

  async remove(path: string): Promise<void> {
    await unlessAbsent(this.google.send('storage', 'DELETE', this.object(path)));
  }

  private object(path: string): string {
    return `storage/v1/b/${this.bucket}/o/${encodeURIComponent(path)}`;
  }

  private async *pages(query: Readonly<Record<string, string | undefined>>): AsyncGenerator<Page> {
    let pageToken: string | undefined;
    do {
      const page: Page = await this.google.call('storage', 'GET', `storage/v1/b/${this.bucket}/o`, {
        query: { ...query, pageToken },
      });
      yield page;
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
  }
}

async function unchanged<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof GoogleError && error.status === 412) throw new Refused(changed(path));
    throw error;
  }
}

const changed = (path: string): string => `${path} was changed in the meantime`;
