/**
 * The fake without its server: `fetch` of this process answers from it. What a caller's token says decides who it is, so that each
 * process of the loop has its own faults, waits and death.
 */
import { FakeBigQuery } from '../fake/bigquery';
import { Clock } from '../fake/clock';
import { GoogleError } from '../fake/errors';
import { Faults } from '../fake/faults';
import { Raw, type Route } from '../fake/http';
import { FakeLogging } from '../fake/logging';
import { FakeMonitoring } from '../fake/monitoring';
import { FakeObjects } from '../fake/objects';
import { partial } from '../fake/partial';
import { FakePubSub } from '../fake/pubsub';
import { template } from '../fake/route';
import { FakeSecrets } from '../fake/secrets';
import { FakeVertex } from '../fake/vertex';
import type { JsonObject } from '../protos';

const PLACE = { project: 'shop-project', projectNumber: '123456789012', location: 'europe-west4' } as const;

export const services = (now: number, bucket: string) => {
  const clock = new Clock(now);
  const faults = new Faults();
  const objects = new FakeObjects(clock, [bucket]);
  const pubsub = new FakePubSub();
  return {
    ...{ clock, faults, objects, pubsub },
    vertex: new FakeVertex(PLACE, clock, faults, objects),
    monitoring: new FakeMonitoring(PLACE, clock, pubsub),
    bigquery: new FakeBigQuery(PLACE, clock, faults, objects),
    ...{ secrets: new FakeSecrets(PLACE), logging: new FakeLogging() },
  };
};

export type Services = ReturnType<typeof services>;

/** One request, matched. */
export interface Sent {
  /** Such as `EndpointService.DeployModel`. */
  readonly call: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where there is none. */
  readonly body: string;
}

/** What a caller hears: nothing where the connection is cut. */
export type Heard = Raw | undefined;
type Answerer = (sent: Sent) => Promise<Heard>;

/** By the token that they send. */
const CALLERS = new Map<string, { readonly routes: Routes; readonly answer: Answerer }>();

/** Gives what undoes it. */
export function connect(token: string, routes: Routes, answer: Answerer): () => void {
  CALLERS.set(token, { routes, answer });
  globalThis.fetch = answered as typeof fetch;
  return () => CALLERS.delete(token);
}

async function answered(
  url: URL,
  init: { method: string; headers: Headers; body?: string | Buffer },
): Promise<Response> {
  const token = init.headers.get('authorization')!.slice('Bearer '.length);
  const { routes, answer } = CALLERS.get(token)!;
  const found = routes.find(init.method, url.pathname);
  if (!found) return response(new GoogleError('NOT_FOUND', `${init.method} ${url.pathname}`));
  const heard = await answer({
    ...{ call: found.route.call, method: init.method, params: found.params, query: url.searchParams },
    headers: Object.fromEntries(init.headers),
    body: String(init.body ?? ''),
  });
  if (!heard) throw Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNRESET' } });
  return new Response(new Uint8Array(heard.body), { status: heard.status, headers: heard.headers });
}

const response = ({ http, body }: GoogleError): Response => new Response(JSON.stringify(body), { status: http });

export class Routes {
  private readonly all: readonly { readonly route: Route; readonly path: ReturnType<typeof template> }[];

  constructor({ vertex, objects, monitoring, bigquery, pubsub, secrets, logging }: Services) {
    const all = [vertex, objects, monitoring, bigquery, pubsub, secrets, logging];
    const routes = all.flatMap((service) => service.routes());
    this.all = routes.map((route) => ({ route, path: template(route.path) }));
  }

  find(method: string, path: string) {
    for (const { route, path: expected } of this.all) {
      const params = route.method === method ? expected.match(path) : undefined;
      if (params) return { route, params };
    }
    return undefined;
  }

  /** @param asOf the moment whose state a list shows */
  answer({ call, method, params, query, headers, body }: Sent, asOf: number): Raw {
    const route = this.all.find((one) => one.route.call === call && one.route.method === method)!.route;
    try {
      const json = (): JsonObject => (body === '' ? {} : (JSON.parse(body) as JsonObject));
      const told = route.answer({ params, query, headers, body: Buffer.from(body), json, asOf });
      return told instanceof Raw ? told : written(200, partial(told, query.get('fields')));
    } catch (error) {
      if (error instanceof GoogleError) return refused(error);
      throw error;
    }
  }
}

export const refused = ({ http, body }: GoogleError): Raw => written(http, body);

const written = (status: number, body: unknown): Raw =>
  new Raw(status, { 'content-type': 'application/json' }, Buffer.from(JSON.stringify(body)));
