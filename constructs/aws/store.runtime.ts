/** The record in a bucket of Amazon S3. */
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { ABSENT, Store, type Document, type StoredObject } from '../../runtime/cloud/store';
import { Refused } from '../../runtime/loop/platform';
import { unlessAbsent } from './absent.runtime';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html */
const CONFLICTS: readonly string[] = ['PreconditionFailed', 'ConditionalRequestConflict'];

export class S3Store extends Store {
  constructor(
    private readonly s3: S3Client,
    readonly bucket: string,
  ) {
    super();
  }

  /** `s3://BUCKET/path` */
  uri(path: string): string {
    return `s3://${this.bucket}/${path}`;
  }

  async readText(path: string): Promise<Document<string> | undefined> {
    const found = await unlessAbsent(this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: path })));
    if (!found) return undefined;
    const value = await found.Body!.transformToString('utf-8');
    return { value, etag: found.ETag!, modified: found.LastModified!.getTime() };
  }

  async bytes({ key, etag }: Pick<StoredObject, 'key' | 'etag'>, from: number, to: number): Promise<Buffer> {
    const range = { Range: `bytes=${from}-${to - 1}` };
    const found = await refusing(
      key,
      this.s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key, IfMatch: etag, ...range })),
    );
    return Buffer.from(await found.Body!.transformToByteArray());
  }

  async put(path: string, body: string | Buffer, contentType: string, ifMatch?: string): Promise<string> {
    const condition = ifMatch === ABSENT ? { IfNoneMatch: '*' } : ifMatch === undefined ? {} : { IfMatch: ifMatch };
    const put = { Bucket: this.bucket, Key: path, Body: body, ContentType: contentType, ...condition };
    const { ETag } = await refusing(path, this.s3.send(new PutObjectCommand(put)));
    return ETag!;
  }

  async *list(prefix: string, after?: string): AsyncGenerator<StoredObject> {
    for await (const { Contents = [] } of this.pages({ Prefix: prefix, ...(after && { StartAfter: after }) })) {
      for (const { Key, ETag, Size, LastModified } of Contents)
        yield { key: Key!, etag: ETag!, size: Size!, modified: LastModified!.getTime() };
    }
  }

  async folders(path: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { CommonPrefixes = [] } of this.pages({ Prefix: `${path}/`, Delimiter: '/' }))
      names.push(...CommonPrefixes.map(({ Prefix }) => Prefix!.slice(path.length + 1, -1)));
    return names;
  }

  /** An object of more than 5 GiB is an error of the service. */
  async copy(from: string, to: string): Promise<void> {
    const source = `${this.bucket}/${from}`.split('/').map(encodeURIComponent).join('/');
    // Tags stay behind: to copy them takes permissions of its own.
    const copy = { Bucket: this.bucket, Key: to, CopySource: source, TaggingDirective: 'REPLACE' } as const;
    await this.s3.send(new CopyObjectCommand(copy));
  }

  async remove(path: string): Promise<void> {
    await this.s3.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: path }));
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
