/**
 * Cloud Storage's JSON API in memory, as far as the loop uses it: https://cloud.google.com/storage/docs/json_api/v1/objects
 * Reads and lists are never behind: https://cloud.google.com/storage/docs/consistency
 */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../protos';
import type { Clock } from './clock';
import { GoogleError } from './errors';
import { Raw, type Call, type Route } from './http';
import { objectRoutes } from './objects-routes';

export interface Kept {
  readonly bucket: string;
  readonly name: string;
  readonly body: Buffer;
  /** Grows with every write. */
  readonly generation: number;
  /** Milliseconds of the clock. */
  readonly at: number;
  readonly contentType: string;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

export interface Facts {
  /** @default 'application/octet-stream' */
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export class FakeObjects {
  /** Most entries in a page of a list. */
  page = 1000;
  private readonly buckets = new Map<string, Map<string, Kept>>();
  private readonly watchers: ((kept: Kept) => void)[] = [];
  private generation = 0;

  constructor(
    private readonly clock: Clock,
    buckets: readonly string[],
  ) {
    for (const bucket of buckets) this.addBucket(bucket);
  }

  addBucket(bucket: string): void {
    this.buckets.set(bucket, new Map());
  }

  put(bucket: string, name: string, body: string | Buffer | object, facts: Facts = {}): Kept {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    // As Google's: microseconds of the moment, more where something was written then.
    this.generation = Math.max(this.generation + 1, this.clock.now * 1000);
    const { contentType = 'application/octet-stream', metadata } = facts;
    const kept = { bucket, name, body: bytes, generation: this.generation, at: this.clock.now, contentType, metadata };
    this.bucket(bucket).set(name, kept);
    for (const watcher of this.watchers) watcher(kept);
    return kept;
  }

  get = (bucket: string, name: string): Kept | undefined => this.bucket(bucket).get(name);
  has = (bucket: string, name: string): boolean => this.get(bucket, name) !== undefined;
  text = (bucket: string, name: string): string => this.found(bucket, name).body.toString('utf8');
  json = <T = unknown>(bucket: string, name: string): T => JSON.parse(this.text(bucket, name)) as T;
  generationOf = (bucket: string, name: string): string => String(this.found(bucket, name).generation);
  /** In the order of lists: by their bytes. */
  names = (bucket: string, prefix = ''): string[] =>
    [...this.bucket(bucket).keys()]
      .filter((name) => name.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

  delete(bucket: string, name: string): void {
    this.bucket(bucket).delete(name);
  }

  /** As a bucket's notifications tell of objects that are complete. */
  onWrite(watcher: (kept: Kept) => void): void {
    this.watchers.push(watcher);
  }

  /** Throws what Google answers. */
  found(bucket: string, name: string): Kept {
    const kept = this.get(bucket, name);
    if (!kept) throw new GoogleError('NOT_FOUND', `No such object: ${bucket}/${name}`, { reason: 'notFound' });
    return kept;
  }

  routes = (): readonly Route[] => objectRoutes(this);

  /** The object resource. */
  told = (kept: Kept): JsonObject => ({
    kind: 'storage#object',
    id: `${kept.bucket}/${kept.name}/${kept.generation}`,
    ...{ name: kept.name, bucket: kept.bucket, contentType: kept.contentType, storageClass: 'STANDARD' },
    ...{ generation: String(kept.generation), metageneration: '1', size: String(kept.body.length) },
    md5Hash: createHash('md5').update(kept.body).digest('base64'),
    etag: Buffer.from(String(kept.generation)).toString('base64'),
    ...{ timeCreated: new Date(kept.at).toISOString(), updated: new Date(kept.at).toISOString() },
    ...(kept.metadata && { metadata: kept.metadata }),
  });

  private bucket(name: string): Map<string, Kept> {
    const bucket = this.buckets.get(name);
    if (!bucket) throw new GoogleError('NOT_FOUND', 'The specified bucket does not exist.', { reason: 'notFound' });
    return bucket;
  }
}

/** 0 stands for an object that is not there. */
export function checkGeneration(kept: Kept | undefined, call: Call, name = 'ifGenerationMatch'): void {
  const wanted = call.query.get(name);
  if (wanted !== null && wanted !== String(kept?.generation ?? 0))
    throw new GoogleError('FAILED_PRECONDITION', 'At least one of the pre-conditions you specified did not hold.', {
      ...{ http: 412, reason: 'conditionNotMet' },
    });
}

/** The bytes, or a part of them. */
export function media(kept: Kept, range: string | undefined): Raw {
  const headers = {
    'content-type': kept.contentType,
    'x-goog-generation': String(kept.generation),
    'x-goog-metageneration': '1',
    'last-modified': new Date(kept.at).toUTCString(),
  };
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range ?? '');
  if (!asked || asked[0] === 'bytes=-') return new Raw(200, headers, kept.body);
  const size = kept.body.length;
  const [from, to] = asked[1] === '' ? [Math.max(0, size - Number(asked[2])), size - 1] : [Number(asked[1]), asked[2]];
  if (from >= size)
    throw new GoogleError('INVALID_ARGUMENT', 'The requested range cannot be satisfied.', {
      ...{ http: 416, reason: 'requestedRangeNotSatisfiable' },
    });
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  const part = kept.body.subarray(from, last + 1);
  return new Raw(206, { ...headers, 'content-range': `bytes ${from}-${last}/${size}` }, part);
}
