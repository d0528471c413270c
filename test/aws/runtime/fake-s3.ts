/**
 * One bucket in memory, as far as the loop uses S3: conditional writes, ranges, copies, and lists in pages. The rules are those
 * of the documentation: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
import { createHash } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { S3Store } from '../../../constructs/aws/store.runtime';
import { clientOf, textOf, type Answer, type Sent } from './fake-http';

interface Kept {
  readonly body: Buffer;
  readonly etag: string;
  readonly modified: number;
}

export class FakeS3 {
  readonly objects = new Map<string, Kept>();
  readonly store: S3Store;
  /** Of the bucket's clock. */
  now = Date.UTC(2026, 10, 20);
  /** A line a request: `GET key`, `LIST prefix`. */
  readonly log: string[] = [];
  /** Happens once, before the next request that is logged so. */
  before: readonly [line: string, act: () => void] | undefined;
  /** Keys in a page of a list. */
  page = 3;
  private writes = 0;

  constructor() {
    const client = new S3Client({
      ...clientOf((sent) => this.answer(sent)),
      endpoint: 'https://s3.invalid',
      forcePathStyle: true,
    });
    this.store = new S3Store(client, 'record');
  }

  put(key: string, body: string | Buffer | object): void {
    const bytes =
      Buffer.isBuffer(body) || typeof body === 'string' ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
    // As with a key of ours: the same bytes, written again, have another etag.
    const etag = `"${createHash('md5')
      .update(`${(this.writes += 1)}`)
      .update(bytes)
      .digest('hex')}"`;
    this.objects.set(key, { body: bytes, etag, modified: this.now });
  }

  text = (key: string): string => this.objects.get(key)!.body.toString('utf8');
  json = <T = unknown>(key: string): T => JSON.parse(this.text(key)) as T;
  keys = (prefix = ''): string[] => [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();

  answer({ method, path, query, headers, body }: Sent): Answer {
    const key = decodeURIComponent(path).slice('/record/'.length);
    const isList = query['list-type'] === '2';
    const line = isList ? `LIST ${String(query.prefix)}` : `${headers['x-amz-copy-source'] ? 'COPY' : method} ${key}`;
    if (this.before?.[0] === line) {
      const [, act] = this.before;
      this.before = undefined;
      act();
    }
    this.log.push(line);
    if (isList) return this.list(query);
    if (method === 'DELETE') {
      this.objects.delete(key);
      return { status: 204 };
    }
    return method === 'PUT' ? this.write(key, headers, body) : this.read(key, headers);
  }

  private read(key: string, headers: Sent['headers']): Answer {
    const kept = this.objects.get(key);
    if (!kept) return failure(404, 'NoSuchKey');
    if (headers['if-match'] !== undefined && headers['if-match'] !== kept.etag)
      return failure(412, 'PreconditionFailed');
    const facts = { etag: kept.etag, 'last-modified': new Date(kept.modified).toUTCString() };
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    if (!range) return { status: 200, headers: facts, body: kept.body };
    if (Number(range[1]) >= kept.body.length) return failure(416, 'InvalidRange');
    return { status: 206, headers: facts, body: kept.body.subarray(Number(range[1]), Number(range[2]) + 1) };
  }

  private write(key: string, headers: Sent['headers'], body: unknown): Answer {
    const kept = this.objects.get(key);
    const source = headers['x-amz-copy-source'];
    if (source) {
      const from = this.objects.get(decodeURIComponent(source).slice('record/'.length));
      if (!from) return failure(404, 'NoSuchKey');
      this.put(key, from.body);
      return { status: 200, body: `<CopyObjectResult><ETag>${this.objects.get(key)!.etag}</ETag></CopyObjectResult>` };
    }
    if (headers['if-none-match'] === '*' && kept) return failure(412, 'PreconditionFailed');
    if (headers['if-match'] !== undefined && !kept) return failure(404, 'NoSuchKey');
    if (headers['if-match'] !== undefined && headers['if-match'] !== kept?.etag)
      return failure(412, 'PreconditionFailed');
    this.put(key, textOf(body));
    return { status: 200, headers: { etag: this.objects.get(key)!.etag } };
  }

  private list(query: Sent['query']): Answer {
    const prefix = String(query.prefix ?? '');
    const after = query['continuation-token'] ?? query['start-after'] ?? '';
    const names = new Set<string>();
    for (const key of this.keys(prefix)) {
      const folder = query.delimiter ? key.indexOf('/', prefix.length) : -1;
      names.add(folder < 0 ? key : key.slice(0, folder + 1));
    }
    const rest = [...names].filter((name) => name > String(after));
    const page = rest.slice(0, this.page);
    const more = rest.length > page.length;
    const entries = page.map((name) => {
      const kept = this.objects.get(name);
      return kept
        ? `<Contents><Key>${xml(name)}</Key><ETag>${xml(kept.etag)}</ETag><Size>${kept.body.length}</Size><LastModified>${new Date(kept.modified).toISOString()}</LastModified></Contents>`
        : `<CommonPrefixes><Prefix>${xml(name)}</Prefix></CommonPrefixes>`;
    });
    const next = more ? `<NextContinuationToken>${xml(page.at(-1)!)}</NextContinuationToken>` : '';
    return {
      status: 200,
      body: `<ListBucketResult>${entries.join('')}${next}<IsTruncated>${more}</IsTruncated></ListBucketResult>`,
    };
  }
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
const failure = (status: number, code: string): Answer => ({
  status,
  body: `<Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});
