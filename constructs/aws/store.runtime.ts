/** The record in a bucket: documents that are replaced as a whole or not at all, lines that are added, objects that are copied. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Refused, type Time } from '../../runtime/loop/platform';
import { unlessAbsent } from './absent.runtime';

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

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
const CONFLICTS: readonly string[] = ['PreconditionFailed', 'ConditionalRequestConflict'];

export class Store {
  constructor(
    private readonly s3: S3Client,
    readonly bucket: string,
  ) {}

  /** `s3://BUCKET/path` */
  uri(path: string): string {
    return `s3://${this.bucket}/${path}`;
  }

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

  async readText(path: string): Promise<Document<string> | undefined> {
    const found = await unlessAbsent(this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: path })));
    if (!found) return undefined;
    const value = await found.Body!.transformToString('utf-8');
    return { value, etag: found.ETag!, modified: found.LastModified!.getTime() };
  }

  /** Bytes `from` to `to`, the last one excluded. Throws `Refused` where the object is another by now, or gone. */
  async bytes({ key, etag }: Pick<StoredObject, 'key' | 'etag'>, from: number, to: number): Promise<Buffer> {
    const range = { Range: `bytes=${from}-${to - 1}` };
    const found = await refusing(
      key,
      this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, IfMatch: etag, ...range })),
    );
    return Buffer.from(await found.Body!.transformToByteArray());
  }

  /** Throws `Refused` unless the document is still the one that `ifMatch` names. Returns the new etag. */
  write(path: string, value: unknown, ifMatch?: string): Promise<string> {
    return this.writeText(path, `${JSON.stringify(value, undefined, 2)}\n`, 'application/json', ifMatch);
  }

  /**
   * Adds a line. There is no appending in S3: the whole document is read and replaced, and again where somebody else was
   * faster, so that no line is lost.
   */
  async append(path: string, value: unknown): Promise<void> {
    const line = `${JSON.stringify(value)}\n`;
    for (let attempt = 1; ; attempt += 1) {
      const { value: before, etag } = (await this.readText(path)) ?? { value: '', etag: ABSENT };
      // A write whose answer was lost is sent again by the SDK, and refused by what it wrote itself.
      if (attempt > 1 && before.includes(line)) return;
      try {
        await this.writeText(path, before + line, 'application/jsonl', etag);
        return;
      } catch (error) {
        if (!(error instanceof Refused) || attempt === APPENDS) throw error;
      }
    }
  }

  /** All objects whose key begins with `prefix`, in the order of their keys; `after`: those behind that key. */
  async *list(prefix: string, after?: string): AsyncGenerator<StoredObject> {
    for await (const { Contents = [] } of this.pages({ Prefix: prefix, ...(after && { StartAfter: after }) })) {
      for (const { Key, ETag, Size, LastModified } of Contents)
        yield { key: Key!, etag: ETag!, size: Size!, modified: LastModified!.getTime() };
    }
  }

  /** Names of the folders in a folder, sorted. */
  async folders(path: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { CommonPrefixes = [] } of this.pages({ Prefix: `${path}/`, Delimiter: '/' }))
      names.push(...CommonPrefixes.map(({ Prefix }) => Prefix!.slice(path.length + 1, -1)));
    return names;
  }

  /** Without the bytes passing here. An object of more than 5 GiB is an error of the service. */
  async copy(from: string, to: string): Promise<void> {
    const source = `${this.bucket}/${from}`.split('/').map(encodeURIComponent).join('/');
    // Tags stay behind: to copy them takes permissions of its own.
    const copy = { Bucket: this.bucket, Key: to, CopySource: source, TaggingDirective: 'REPLACE' } as const;
    await this.s3.send(new CopyObjectCommand(copy));
  }

  async remove(path: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: path }));
  }

  private async writeText(path: string, text: string, kind: string, ifMatch?: string): Promise<string> {
    const condition = ifMatch === ABSENT ? { IfNoneMatch: '*' } : ifMatch === undefined ? {} : { IfMatch: ifMatch };
    const put = { Bucket: this.bucket, Key: path, Body: text, ContentType: kind, ...condition };
    const { ETag } = await refusing(path, this.s3.send(new PutObjectCommand(put)));
    return ETag!;
  }

  private async *pages(input: { readonly Prefix: string; readonly Delimiter?: string; readonly StartAfter?: string }) {
    let token: string | undefined;
    do {
      const page = await this.s3.send(
        new ListObjectsV2Command({ Bucket: this.bucket, ...input, ...(token && { ContinuationToken: token }) }),
      );
      yield page;
      token = page.NextContinuationToken;
    } while (token);
  }
}

/** An object that is gone is another one too: S3 answers 404 to a write that demands one. */
async function refusing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { name } = error as Error;
    if (CONFLICTS.includes(name) || name === 'NoSuchKey') throw new Refused(`${path} was changed in the meantime`);
    throw error;
  }
}
