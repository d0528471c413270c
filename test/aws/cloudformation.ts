/** CloudFormation's side of a custom resource, and a server for the services that its function calls. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Handle, ResourceRequest } from '../../constructs/aws/answer.runtime';
import { answering } from '../../constructs/aws/answer.runtime';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly body?: string;
}

/** A server on loopback that remembers what it was sent. */
export class FakeServer {
  readonly received: Received[] = [];
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(reply: (request: Received) => Reply = () => ({ status: 200 })): Promise<FakeServer> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const received: Received = {
          method: request.method!,
          path: decodeURIComponent(request.url!.split('?')[0]!),
          headers: request.headers,
          body: Buffer.concat(chunks).toString(),
        };
        fake.received.push(received);
        const { status, body = '' } = reply(received);
        response.writeHead(status).end(body);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const fake = new FakeServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return fake;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

export const request = <Properties>(
  properties: Properties,
  change: Partial<ResourceRequest<Properties>> = {},
): ResourceRequest<Properties> => ({
  RequestType: 'Create',
  ResponseURL: 'http://127.0.0.1:1/never',
  StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1',
  RequestId: 'r1',
  LogicalResourceId: 'Thing',
  ResourceProperties: properties,
  ...change,
});

export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
}

/** What CloudFormation is answered. */
export async function answerTo<Properties>(
  handle: Handle<Properties>,
  properties: Properties,
  change: Partial<ResourceRequest<Properties>> = {},
): Promise<Answer> {
  const cloudFormation = await FakeServer.open();
  try {
    const asked = request(properties, { ResponseURL: `${cloudFormation.url}/answer`, ...change });
    await answering(handle)(asked, { getRemainingTimeInMillis: () => 60_000 });
    expect(cloudFormation.received).toHaveLength(1);
    return JSON.parse(cloudFormation.received[0]!.body) as Answer;
  } finally {
    cloudFormation.close();
  }
}

/** For clients of a fake service: nobody checks them. */
export const CLIENT = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
  maxAttempts: 1,
} as const;

/** What a function logs belongs into CloudWatch, not into a test's output. */
export function silence(): void {
  beforeEach(() => {
    jest.spyOn(console, 'log').mockImplementation(() => undefined);
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => jest.restoreAllMocks());
}
