/** What the histories ask of AWS: each request that differs in more than numbers, and who would have to be allowed what for it. */
import type { S3Client } from '@aws-sdk/client-s3';
import { NormalizedSchema } from '@smithy/core/schema';
import { checkAgainst } from '../sdk-schema';
import type { Service } from './faults';

type Params = Readonly<Record<string, unknown>>;

/** As the SDK is given it. */
export interface Request {
  readonly service: Service;
  /** Such as `CreateEndpoint`. */
  readonly operation: string;
  readonly params: Params;
}

/** Of an operation's schema, which is a list: the one of what it is given. */
const INPUT = 4;

/** By shape: the one that was sent first, and the longest. */
const recorded = new Map<string, readonly [first: Request, longest: Request]>();
const faults = new Map<string, string>();

export const requests = (): readonly Request[] => [...new Set([...recorded.values()].flat())];

/** What is wrong with them by the SDK's own schemas, one line a fault. */
export const faultsOfRequests = (): readonly string[] => [...faults.values()];

/** A client that keeps what it is asked for. */
export function record<C extends object>(service: Service, client: C): C {
  // All of them have the same stack, and types of their own for it.
  (client as unknown as S3Client).middlewareStack.add(
    (next, context) => (args) => {
      const operation = String(context['commandName']).replace(/Command$/, '');
      const params = plain(args.input as Params);
      const found = keep({ service, operation, params });
      if (found) {
        const { operationSchema } = context['__smithy_context'] as { readonly operationSchema: readonly unknown[] };
        const wrong = checkAgainst(NormalizedSchema.of(operationSchema[INPUT] as never), params);
        for (const fault of wrong) faults.set(`${operation} ${fault}`, `${operation}: ${fault}`);
      }
      return next(args);
    },
    { step: 'initialize', name: 'record' },
  );
  return client;
}

/** Whether it is one to look at. */
function keep(request: Request): boolean {
  const text = JSON.stringify(request);
  const shape = text.replaceAll(/[0-9a-f]{8,}|\d+/g, '0');
  const known = recorded.get(shape);
  const [first, longest] = known ?? [request, request];
  if (known && JSON.stringify(longest).length >= text.length) return false;
  recorded.set(shape, [first, request]);
  return true;
}

/** Without what is undefined; a body is bytes, whatever it was handed over as. */
const plain = (params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, key === 'Body' ? Buffer.from(value as string).subarray(0, 80) : value]],
    ),
  );

/** For `scripts/check-requests.py`: by the names that botocore has for services, with times and bytes told apart from texts. */
export function written(): string {
  const list = requests().map((request) => ({
    ...request,
    service: BOTOCORE[request.service],
    params: marked(request.params),
  }));
  return JSON.stringify(list, undefined, 1);
}

function marked(value: unknown): unknown {
  if (value instanceof Date) return { $time: value.toISOString() };
  if (value instanceof Uint8Array) return { $bytes: value.length };
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
}

const BOTOCORE: Readonly<Record<Service, string>> = {
  s3: 's3',
  sagemaker: 'sagemaker',
  cloudwatch: 'cloudwatch',
  scaling: 'application-autoscaling',
  sns: 'sns',
  secrets: 'secretsmanager',
};
