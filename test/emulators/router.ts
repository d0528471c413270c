/**
 * One address for SageMaker out of two emulators: endpoints and their kin from fakecloud, the rest (pipelines, registry) from
 * moto. Where neither does what SageMaker does, `fills` do it, and each fill says which lack it makes up for.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { authorization } from './clients';
import { endpointFills } from './endpoint-fills';
import { Executions } from './executions';
import type { Answer, Ask } from './fill';
import type { Running } from './processes';
import { registryFills } from './registry-fills';

export interface Router extends Running {
  readonly endpoint: string;
  /** Runs end when a test says so. */
  readonly executions: Executions;
  /** All that can be made up for, and what was so far. */
  readonly lacks: readonly string[];
  readonly filledIn: ReadonlySet<string>;
  /** Operations that neither emulator could do, with what it said. */
  readonly failures: readonly string[];
}

const OF_FAKECLOUD = /Endpoint|Monitoring|^(?:Create|Describe|List|Delete)Models?$/;

export async function startRouter(moto: string, fakecloud: string): Promise<Router> {
  const executions = new Executions();
  const fills = [...endpointFills(), ...executions.fills, ...registryFills()];
  const filledIn = new Set<string>();
  const failures: string[] = [];
  const ask: Ask = async (operation, body) => {
    const answer = await forward(OF_FAKECLOUD.test(operation) ? fakecloud : moto, operation, body);
    if (answer.status >= 500) failures.push(`${operation}: ${JSON.stringify(answer.body).slice(0, 200)}`);
    return answer;
  };
  const server = createServer((request, response) => {
    const work = async () => {
      const operation = operationOf(request);
      const body = JSON.parse((await text(request)) || '{}') as Readonly<Record<string, unknown>>;
      const fill = fills.find(({ operations }) => operations.includes(operation));
      if (fill) filledIn.add(fill.lack);
      return fill ? fill.answer(ask, operation, body) : ask(operation, body);
    };
    work()
      .catch((error: Error): Answer => ({ status: 500, body: { __type: 'RouterFailure', message: error.stack } }))
      .then(({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(body));
      }, console.error);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.close();
    server.closeAllConnections();
  };
  const endpoint = `http://localhost:${(server.address() as AddressInfo).port}`;
  return { endpoint, executions, lacks: fills.map(({ lack }) => lack), filledIn, failures, stop };
}

const operationOf = ({ headers }: IncomingMessage): string => String(headers['x-amz-target']).split('.')[1] ?? '';

async function forward(endpoint: string, operation: string, body: object): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `SageMaker.${operation}`,
      authorization: authorization('sagemaker'),
    },
    body: JSON.stringify(body),
  });
  const said = await response.text();
  try {
    return { status: response.status, body: JSON.parse(said || '{}') as Answer['body'] };
  } catch {
    // A page of HTML is how moto fails.
    return { status: 500, body: { __type: 'InternalFailure', message: `${operation} failed: ${said.slice(0, 200)}` } };
  }
}
