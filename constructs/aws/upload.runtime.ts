/**
 * The custom resource `Upload`: copies objects into the record and writes texts beside them. Nothing is deleted when the stack goes, and
 * nothing that a changed stack names no more: data are kept.
 */
import { CopyObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { answering, type Handle } from './answer.runtime';

export interface UploadProperties {
  readonly Bucket: string;
  /** Objects of at most 5 GiB, which is what S3 copies at once. */
  readonly Copies?: readonly Copy[];
  /** Contents by key. */
  readonly Texts?: Readonly<Record<string, string>>;
}

export interface Copy {
  readonly SourceBucket: string;
  readonly SourceKey: string;
  readonly Key: string;
}

/** At a time. */
const CONCURRENCY = 8;
/** Of the failures, how many are told: the reason has room for so many. */
const MOST_TOLD = 3;

export function upload(client: S3Client): Handle<UploadProperties> {
  return async ({ RequestType, ResourceProperties: wanted, OldResourceProperties: before }, signal) => {
    if (RequestType === 'Delete') return;
    const { Bucket } = wanted;
    const copies = (wanted.Copies ?? []).filter((copy) => !isThere(copy, Bucket, before));
    const acts = [
      ...copies.map((copy) => () => copyOne(client, Bucket, copy, signal)),
      ...Object.entries(wanted.Texts ?? {}).map(
        ([key, text]) =>
          () =>
            write(client, Bucket, key, text, signal),
      ),
    ];
    const failures = await runAll(acts);
    if (failures.length === 0) return;
    const rest = failures.length - MOST_TOLD;
    throw new Error(failures.slice(0, MOST_TOLD).join('; ') + (rest > 0 ? `; and ${rest} more` : ''));
  };
}

export const handler = answering(upload(new S3Client({})));

/** The stack had it copied before. A text is written each time, since when it was written is what some of them are there to tell. */
const isThere = (copy: Copy, bucket: string, before: UploadProperties | undefined): boolean =>
  before?.Bucket === bucket &&
  (before.Copies ?? []).some(
    (old) => old.Key === copy.Key && old.SourceBucket === copy.SourceBucket && old.SourceKey === copy.SourceKey,
  );

async function copyOne(client: S3Client, bucket: string, copy: Copy, signal: AbortSignal): Promise<void> {
  const source = `${copy.SourceBucket}/${copy.SourceKey}`;
  const command = new CopyObjectCommand({
    Bucket: bucket,
    Key: copy.Key,
    CopySource: source.split('/').map(encodeURIComponent).join('/'),
  });
  await telling(`copy s3://${source} to s3://${bucket}/${copy.Key}`, client.send(command, { abortSignal: signal }));
}

async function write(client: S3Client, bucket: string, key: string, text: string, signal: AbortSignal): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: text,
    ContentType: key.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8',
  });
  await telling(`write s3://${bucket}/${key}`, client.send(command, { abortSignal: signal }));
}

async function telling(what: string, act: Promise<unknown>): Promise<void> {
  try {
    await act;
  } catch (error) {
    const { name, message } = error as Error;
    throw new Error(`could not ${what}: ${name}: ${message}`, { cause: error });
  }
}

/** All of them, some at a time; what failed, in their order. */
async function runAll(acts: readonly (() => Promise<void>)[]): Promise<string[]> {
  const failures: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < acts.length; i = next++) {
      try {
        await acts[i]!();
      } catch (error) {
        failures[i] = (error as Error).message;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, acts.length) }, worker));
  return failures.filter((failure) => failure !== undefined);
}
