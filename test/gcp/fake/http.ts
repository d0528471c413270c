/** One HTTP server on 127.0.0.1 for all services; which one is asked follows from the path. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../protos';
import type { Clock } from './clock';
import { GoogleError, invalid, notFound } from './errors';
import type { Faults } from './faults';
import { partial } from './partial';
import type { RequestLog } from './requests';
import { template } from './route';

/** One request, matched. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Throws a refusal where it is no JSON object. */
  json(): JsonObject;
  /** The moment whose state a list shows: Infinity where lists do not lag. */
  readonly asOf: number;
}

export interface Route {
  /** As the request log names it. */
  readonly call: string;
  readonly method: string;
  /** See `template`. */
  readonly path: string;
  /** JSON, or bytes with headers of their own. */
  readonly answer: (call: Call) => JsonObject | Raw;
}

export class Raw {
  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string>> = {},
    readonly body: Buffer = Buffer.alloc(0),
  ) {}
}

export interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

export interface Parts {
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly faults: Faults;
  readonly requests: RequestLog;
}

export async function serve(parts: Parts): Promise<Server> {
  const routes = parts.routes.map((route) => ({ route, path: template(route.path) }));
  const server = createServer((request, response) => {
    void respond(request, response, parts, routes);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((done, failed) => {
        server.close((error) => (error ? failed(error) : done()));
        server.closeAllConnections();
      }),
  };
}

type Routes = readonly { readonly route: Route; readonly path: ReturnType<typeof template> }[];

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  parts: Parts,
  routes: Routes,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const url = new URL(request.url!, 'http://localhost');
  const method = request.method!;
  const found = find(routes, method, url.pathname);
  const call = found?.route.call ?? '';
  const fault = parts.faults.draw(call, method);
  const answer = (): Raw => {
    if (fault?.when === 'before') return failed(fault.error, url.pathname);
    const done = attempt(url.pathname, () => {
      if (!/^Bearer ./.test(request.headers.authorization ?? ''))
        throw new GoogleError('UNAUTHENTICATED', 'Request had no access token.', { reason: 'required' });
      if (!found) throw notFound(`${method} ${url.pathname}`);
      const { params, route } = found;
      const asOf = parts.faults.asOf(parts.clock.now);
      const call = { params, query: url.searchParams, headers: request.headers, body, json: () => json(body), asOf };
      const told = route.answer(call);
      return told instanceof Raw ? told : answered(200, partial(told, url.searchParams.get('fields')));
    });
    return fault ? failed(fault.error, url.pathname) : done;
  };
  const { status, headers, body: told } = answer();
  parts.requests.all.push({
    ...{ at: parts.clock.now, call, method, path: decodeURIComponent(url.pathname), status },
    ...{ query: Object.fromEntries(url.searchParams), body: readable(body) },
  });
  if (status === 0) request.socket.destroy();
  else response.writeHead(status, { ...headers, 'content-length': told.length }).end(told);
}

function find(routes: Routes, method: string, path: string) {
  for (const { route, path: expected } of routes) {
    const params = route.method === method ? expected.match(path) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

const CUT = new Raw(0);
const failed = (error: GoogleError | undefined, path: string): Raw =>
  error ? answered(error.http, error.bodyFor(path)) : CUT;

function attempt(path: string, act: () => Raw): Raw {
  try {
    return act();
  } catch (error) {
    if (error instanceof GoogleError) return failed(error, path);
    // A fault of the fake's own, told whole: a test must not take it for one of Google's.
    return answered(500, { error: { code: 500, status: 'INTERNAL', message: `the fake: ${(error as Error).stack}` } });
  }
}

const answered = (status: number, body: unknown): Raw =>
  new Raw(status, { 'content-type': 'application/json; charset=UTF-8' }, Buffer.from(JSON.stringify(body)));

function json(body: Buffer): JsonObject {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as JsonObject;
  } catch (error) {
    throw invalid(`Invalid JSON payload received. ${(error as Error).message}`);
  }
  throw invalid('Invalid JSON payload received: the root is no object.');
}

function readable(body: Buffer): unknown {
  const text = body.toString('utf8');
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
