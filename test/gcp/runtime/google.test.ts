/** Authorised REST: what is asked again and what is not, and what a refusal says. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  exists,
  GoogleError,
  isAbsent,
  isConflict,
  isTransient,
  refusing,
  unlessAbsent,
  Unreachable,
} from '../../../constructs/gcp/google-error.runtime';
import { Google, type Asked, type Method } from '../../../constructs/gcp/google.runtime';
import { Refused } from '../../../runtime/loop/platform';

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}
interface Received {
  readonly method: string;
  readonly url: string;
  readonly token: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

let server: Server;
let url: string;
/** In order; the last one stays. `cut`: the connection ends without an answer. */
let replies: (Reply | 'cut')[];
let received: Received[];
let waited: number[];
let now: number;
/** What goes by while one waits. @default - what was asked for */
let pause: number | undefined;
let google: Google;

beforeEach(async () => {
  [replies, received, waited, now] = [[{ status: 200, body: {} }], [], [], 0];
  pause = undefined;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const body = Buffer.concat(chunks).toString('utf8');
      received.push({ method, url: path, token: headers.authorization, type: headers['content-type'], body });
      const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
      if (reply === 'cut') return request.socket.destroy();
      const told =
        reply.body === undefined ? '' : typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body);
      return response.writeHead(reply.status).end(told);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  google = newGoogle();
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const newGoogle = (token = 'Bearer t'): Google =>
  new Google({
    auth: { getRequestHeaders: async () => new Headers({ authorization: token, 'x-goog-user-project': 'p' }) },
    location: 'europe-west4',
    urls: { aiplatform: url, storage: url, monitoring: url },
    pace: {
      now: () => now,
      random: () => 1,
      sleep: async (ms) => {
        waited.push(ms);
        now += pause ?? ms;
      },
    },
  });

const call = (method: Method, asked: Asked = {}) => google.call('aiplatform', method, 'projects/p/things', asked);
const refusal = (status: number, word: string, message = 'no'): Reply => ({
  status,
  body: { error: { code: status, status: word, message } },
});

test('a call has its version, its query, its body and its token', async () => {
  replies = [{ status: 200, body: { name: 'x' } }];
  const query = { filter: 'a="b c"', one: ['1', '2'], none: undefined, page: 3, flag: true };
  expect(await call('POST', { query, body: { a: 1 } })).toEqual({ name: 'x' });
  expect(received).toEqual([
    {
      method: 'POST',
      url: '/v1/projects/p/things?filter=a%3D%22b+c%22&one=1&one=2&page=3&flag=true',
      ...{ token: 'Bearer t', type: 'application/json', body: '{"a":1}' },
    },
  ]);
});

test('an answer without a body is an empty object', async () => {
  replies = [{ status: 204 }];
  expect(await call('DELETE')).toEqual({});
});

test('lists come whole', async () => {
  replies = [
    { status: 200, body: { things: [1, 2], nextPageToken: 'n' } },
    { status: 200, body: { nextPageToken: 'm' } },
    { status: 200, body: { things: [3], nextPageToken: '' } },
  ];
  const found: number[] = [];
  for await (const one of google.pages<number>('monitoring', 'projects/p/things', 'things', { q: 1 })) found.push(one);
  expect(found).toEqual([1, 2, 3]);
  expect(received.map((one) => one.url)).toEqual([
    '/v3/projects/p/things?q=1',
    '/v3/projects/p/things?q=1&pageToken=n',
    '/v3/projects/p/things?q=1&pageToken=m',
  ]);
});

describe('what Google could not answer just now', () => {
  test.each([429, 500, 502, 503, 504, 408])(
    'with %i is asked again, after longer and longer pauses',
    async (status) => {
      replies = [{ status }, { status }, { status }, { status: 200, body: { done: 1 } }];
      expect(await call('GET')).toEqual({ done: 1 });
      expect(waited).toEqual([1000, 2000, 4000]);
    },
  );

  test('without an answer is asked again', async () => {
    replies = ['cut', { status: 200, body: { done: 1 } }];
    expect(await call('GET')).toEqual({ done: 1 });
  });

  test('is told after a few tries', async () => {
    replies = [refusal(503, 'UNAVAILABLE')];
    await expect(call('GET')).rejects.toMatchObject({ status: 503, reason: 'UNAVAILABLE' });
    expect(received).toHaveLength(5);
  });

  test('is told when its time is up', async () => {
    replies = [{ status: 503 }];
    pause = 30_000;
    await expect(call('GET')).rejects.toThrow('503');
    expect(received).toHaveLength(3);
  });

  test.each(['POST', 'PATCH'] as const)('is not asked again by %s, which may have been done', async (method) => {
    replies = [{ status: 503 }];
    await expect(call(method)).rejects.toBeInstanceOf(GoogleError);
    replies = ['cut'];
    await expect(call(method)).rejects.toBeInstanceOf(Unreachable);
    expect(received).toHaveLength(2);
    replies = ['cut', { status: 503 }, { status: 200, body: { done: 1 } }];
    expect(await call(method, { repeatable: true })).toEqual({ done: 1 });
  });

  test('is asked again by any method where it was refused for being too much', async () => {
    replies = [{ status: 429 }, { status: 200, body: { done: 1 } }];
    expect(await call('POST')).toEqual({ done: 1 });
  });
});

test.each([400, 401, 403, 404, 409, 412, 501])('%i is not asked again', async (status) => {
  replies = [{ status }];
  await expect(call('GET')).rejects.toMatchObject({ status });
  expect(received).toHaveLength(1);
});

test('credentials that are missing are told as they are, and nobody is asked', async () => {
  google = new Google({
    auth: { getRequestHeaders: () => Promise.reject(new Error('Could not load the default credentials')) },
    location: 'europe-west4',
    urls: { aiplatform: url },
  });
  await expect(call('GET')).rejects.toThrow('Could not load the default credentials');
  expect(received).toEqual([]);
});

test.each<readonly [string, unknown, string, string]>([
  [
    'google.rpc.Status',
    refusal(403, 'PERMISSION_DENIED', 'Permission x denied').body,
    'PERMISSION_DENIED',
    'Permission x denied',
  ],
  [
    'BigQuery and Storage',
    { error: { code: 403, message: 'Access denied', errors: [{ reason: 'accessDenied' }] } },
    'accessDenied',
    'Access denied',
  ],
  ['a front end', '<html>403 Forbidden</html>', 'HTTP 403', '<html>403 Forbidden</html>'],
  ['nobody', undefined, 'HTTP 403', 'HTTP 403 without a word'],
  ['an error that is a word', { error: 'invalid_grant' }, 'HTTP 403', '{"error":"invalid_grant"}'],
])('a refusal of %s says who, what and why', async (_, body, reason, message) => {
  replies = [{ status: 403, body }];
  await expect(call('GET')).rejects.toMatchObject({
    ...{ status: 403, reason, call: 'GET aiplatform projects/p/things' },
    message: `GET aiplatform projects/p/things: ${message} (403 ${reason})`,
  });
});

test('what cannot be reached says why', async () => {
  server.closeAllConnections();
  server.close();
  await expect(call('PATCH')).rejects.toThrow(/^PATCH aiplatform projects\/p\/things: .*ECONNREFUSED/);
});

const error = (status: number, reason = '') => new GoogleError(status, reason, 'no', 'GET x');

test.each<readonly [number, string, readonly string[]]>([
  [404, 'NOT_FOUND', ['absent']],
  [409, 'ALREADY_EXISTS', ['exists', 'conflict']],
  [409, 'ABORTED', ['conflict']],
  [412, 'conditionNotMet', ['conflict']],
  [400, 'FAILED_PRECONDITION', ['conflict']],
  [400, 'INVALID_ARGUMENT', []],
  [503, 'UNAVAILABLE', ['transient']],
  [403, 'PERMISSION_DENIED', []],
])('%i %s means %j', (status, reason, means) => {
  const all = { absent: isAbsent, exists, conflict: isConflict, transient: isTransient };
  const found = Object.entries(all).flatMap(([name, is]) => (is(error(status, reason)) ? [name] : []));
  expect(found).toEqual(means);
});

test('what is absent is nothing, and what conflicts is refused, where the caller says so', async () => {
  expect(await unlessAbsent(Promise.reject(error(404)))).toBeUndefined();
  await expect(unlessAbsent(Promise.reject(error(403)))).rejects.toThrow('no');
  await expect(refusing(Promise.reject(error(409)))).rejects.toThrow(new Refused('no'));
  await expect(refusing(Promise.reject(error(412)), 'later')).rejects.toThrow(new Refused('later'));
  await expect(refusing(Promise.reject(error(503)))).rejects.toBeInstanceOf(GoogleError);
});

test("addresses are Google's own where no others are given", async () => {
  const asked: string[] = [];
  const real = globalThis.fetch;
  globalThis.fetch = (async (where: URL) => {
    asked.push(String(where));
    return new Response('{}');
  }) as typeof fetch;
  try {
    const plain = new Google({ auth: { getRequestHeaders: async () => new Headers() }, location: 'europe-west4' });
    await plain.call('aiplatform', 'GET', 'x');
    await plain.call('bigquery', 'GET', 'x');
    await plain.call('storage', 'GET', 'storage/v1/b/x/o');
    await plain.call('run', 'GET', 'x');
  } finally {
    globalThis.fetch = real;
  }
  expect(asked).toEqual([
    'https://europe-west4-aiplatform.googleapis.com/v1/x',
    'https://bigquery.googleapis.com/bigquery/v2/x',
    'https://storage.googleapis.com/storage/v1/b/x/o',
    'https://run.googleapis.com/v2/x',
  ]);
});
