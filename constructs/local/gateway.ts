/** The HTTP server in front of the models: `POST /<endpoint>/predict`, one address for all versions. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Unavailable } from '../spec/problem';
import type { Time } from '../../runtime/loop/platform';
import type { RoutedReply } from './endpoint.runtime';

export interface GatewayOptions {
  /** What one endpoint answers; nothing before its first version serves. */
  readonly answer: (endpoint: string, body: Buffer, at: Time) => Promise<RoutedReply | undefined>;
  /** Names of the endpoints. */
  readonly endpoints: readonly string[];
  readonly arrival: (request: IncomingMessage) => Time;
  /** Called with each prediction that was made, after it was sent. */
  readonly onPrediction: (prediction: Prediction) => void;
  /** What `GET /` shows. */
  readonly overview: () => unknown;
  readonly log: (line: string) => void;
}

export interface Prediction {
  /** The client's `x-request-id`, else one of ours. */
  readonly id: string;
  readonly at: Time;
  readonly endpoint: string;
  readonly version: string;
  /** JSON, as they went over the wire. */
  readonly request: Buffer;
  readonly response: Buffer;
}

/** As many bytes as the model server takes. */
const MOST_BYTES = 16 * 1024 * 1024;
const PREDICT = /^\/([^/]+)\/predict$/;

export class Gateway {
  served = 0;
  failed = 0;
  retried = 0;
  private readonly server: Server;
  private closing = false;

  constructor(private readonly options: GatewayOptions) {
    this.server = createServer((request, response) => void this.respond(request, response));
    // Longer than the clients of a test or a replay keep an idle connection: no race between close and request.
    this.server.keepAliveTimeout = 75_000;
  }

  /** Listens on this machine only; 0 is any free port. Returns the address. */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.server.once('error', (error) =>
        reject(
          new Unavailable(`the gateway cannot listen on port ${port}: ${error.message}. Choose another with --port`),
        ),
      );
      this.server.listen(port, '127.0.0.1', () =>
        resolve(`http://127.0.0.1:${(this.server.address() as AddressInfo).port}`),
      );
    });
  }

  /** Takes no more connections; resolves when the last request is answered. */
  async close(): Promise<void> {
    this.closing = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    await closed;
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const endpoint = PREDICT.exec(request.url ?? '')?.[1];
      if (request.method === 'POST' && endpoint && this.options.endpoints.includes(endpoint)) {
        await this.predict(endpoint, request, response);
      } else if (request.url === '/') {
        this.send(response, 200, JSON.stringify(await this.options.overview(), undefined, 2));
      } else {
        const routes = ['GET /', ...this.options.endpoints.map((name) => `POST /${name}/predict`)];
        this.send(response, 404, errorBody(`got ${request.method} ${request.url}, expected ${routes.join(' or ')}`));
      }
    } catch (error) {
      // The client is gone, or we have a fault: either way nobody but this request may suffer.
      if (response.headersSent || response.destroyed) return;
      const { message } = error as Error;
      this.options.log(`${request.method} ${request.url}: ${message}`);
      this.failed += 1;
      this.send(response, 500, errorBody(message));
    }
  }

  private async predict(endpoint: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.options.arrival(request);
    const body = await readBody(request);
    if (!body)
      return this.send(response, 413, errorBody(`the body is larger than ${MOST_BYTES} bytes: send fewer instances`));
    const reply = await this.options.answer(endpoint, body, at);
    if (!reply) {
      this.failed += 1;
      return this.send(response, 503, errorBody(`${endpoint} serves no version yet: look at mlops status`));
    }
    const { deployment, status, contentType, retried } = reply;
    if (retried) this.retried += 1;
    if (status >= 500) this.failed += 1;
    else this.served += 1;
    const headers = { 'x-mlops-version': deployment.version, 'x-mlops-deployment': deployment.id };
    this.send(response, status, reply.body, { ...headers, 'content-type': contentType });
    if (status !== 200) return;
    const id = request.headers['x-request-id'];
    this.options.onPrediction({
      id: typeof id === 'string' ? id : randomUUID(),
      at,
      endpoint,
      version: deployment.version,
      request: body,
      response: reply.body,
    });
  }

  private send(
    response: ServerResponse,
    status: number,
    body: string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    // A client would keep its connection open, and with it the server, for as long as it likes.
    response.shouldKeepAlive &&= !this.closing;
    const length = Buffer.byteLength(body);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': length, ...headers });
    response.end(body);
  }
}

/** The body; nothing where it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes <= MOST_BYTES) chunks.push(chunk as Buffer);
  }
  return bytes > MOST_BYTES ? undefined : Buffer.concat(chunks);
}

const errorBody = (message: string): string => JSON.stringify({ error: { message } });
