/** What the deployed functions ask of AWS, as they send it: a preloaded script writes it down, in their own processes. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Service } from '../aws/histories/faults';
import type { Request } from '../aws/histories/requests';

interface Sent {
  /** Name of the function. */
  readonly function: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body: string;
}

export class Calls {
  private readonly folder = mkdtempSync(join(tmpdir(), 'mlops-calls-'));
  private readonly file = join(this.folder, 'calls');

  constructor() {
    writeFileSync(this.file, '');
  }

  /** Makes a function write down what it sends, from the beginning of its process. */
  get variables(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, 'recorder.js'))}`, STORY_CALLS: this.file };
  }

  /** Of one function, in the order in which they were sent. Throws for one that nobody has said anything about yet. */
  of(name: string): readonly Request[] {
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Sent)
      .filter((sent) => sent.function === name)
      .map(requestOf);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Variables of functions that load more than one script. */
export function together(...all: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const options = all.flatMap(({ NODE_OPTIONS }) => NODE_OPTIONS ?? []);
  return { ...Object.assign({}, ...all), NODE_OPTIONS: options.join(' ') } as Readonly<Record<string, string>>;
}

/** By the beginning of the header that names an operation. */
const TARGETS: Readonly<Record<string, Service>> = {
  AnyScale: 'scaling',
  Granite: 'cloudwatch',
  SageMaker: 'sagemaker',
};

/** As the SDK was given it, or at least what of it says whom it is about. */
function requestOf(sent: Sent): Request {
  const { method, path, headers, body } = sent;
  const [target, operation] = (headers['x-amz-target'] ?? '').split('.');
  const service = Object.entries(TARGETS).find(([beginning]) => target!.startsWith(beginning))?.[1];
  if (service && operation) return { service, operation, params: JSON.parse(body) as Request['params'] };
  const form = new URLSearchParams(body);
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') && form.get('Action') === 'Publish')
    return { service: 'sns', operation: 'Publish', params: { TopicArn: form.get('TopicArn') } };
  if (/Credential=[^,]*\/s3\//.test(headers['authorization'] ?? '')) return objectRequest(sent);
  throw new Error(
    `What is asked with ${method} ${path} is not known: ${JSON.stringify(headers)} ${body.slice(0, 200)}`,
  );
}

function objectRequest({ method, path, headers }: Sent): Request {
  const { pathname, searchParams } = new URL(path, 'http://s3');
  // The bucket is the first part of it.
  const Key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
  const request = (operation: string, params: Request['params']): Request => ({ service: 's3', operation, params });
  const source = headers['x-amz-copy-source'];
  if (method === 'GET' && searchParams.get('list-type') === '2')
    return request('ListObjectsV2', { Prefix: searchParams.get('prefix') ?? '' });
  if (method === 'GET') return request('GetObject', { Key });
  if (method === 'PUT')
    return source ? request('CopyObject', { Key, CopySource: source }) : request('PutObject', { Key });
  if (method === 'DELETE') return request('DeleteObject', { Key });
  throw new Error(`What is asked of S3 with ${method} ${path} is not known.`);
}
