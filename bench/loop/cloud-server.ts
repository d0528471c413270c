/** The fakes of the tests behind HTTP, on loopback: another process looks at them with the SDK's own clients. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FakeCloud } from '../../test/aws/runtime/fake-cloud';
import type { Answer, Sent } from '../../test/aws/runtime/fake-http';
import { START } from '../../test/aws/runtime/shop';

export class CloudServer {
  private constructor(
    readonly cloud: FakeCloud,
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(cloud: FakeCloud): Promise<CloudServer> {
    const server = createServer((request, response) => {
      void sentOf(request).then((sent) => {
        const { status, headers = {}, body = '' } = answer(cloud, sent);
        response.writeHead(status, { ...headers }).end(body);
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new CloudServer(cloud, server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** Requests that were answered. */
  get requests(): number {
    const { shop, cloudwatch, scaling, endpoints, sns } = this.cloud;
    const logs = [shop.s3.log, shop.sagemaker.log, cloudwatch.log, scaling.log, endpoints.log, sns.published];
    return logs.reduce((sum, log) => sum + log.length, 0);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function sentOf(request: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { pathname, searchParams } = new URL(request.url!, 'http://loopback');
  return {
    method: request.method!,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: request.headers as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

function answer(cloud: FakeCloud, sent: Sent): Answer {
  const { shop, endpoints, cloudwatch, scaling, secrets, sns } = cloud;
  const [service, call] = (sent.headers['x-amz-target'] ?? '').split('.') as [string, string?];
  if (service === 'SageMaker') return (endpoints.knows(call!) ? endpoints : shop.sagemaker).answer(sent);
  if (service.startsWith('GraniteService')) return cloudwatch.answer(sent);
  if (service.startsWith('AnyScale')) return scaling.answer(sent);
  if (service.startsWith('secretsmanager')) return secrets.answer(sent);
  const isForm = sent.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return isForm ? sns.answer((sent.body as Buffer).toString()) : shop.s3.answer(sent);
}

/** A version that was trained, serves and has come through its bake by `now`: what a loop sees at most of its looks. */
export async function servingCloud(now: number): Promise<FakeCloud> {
  const cloud = new FakeCloud();
  cloud.shop.s3.page = 1000;
  cloud.shop.wait(now - START - 90 * MINUTE);
  cloud.release();
  cloud.addRows(20);
  await cloud.look();
  cloud.shop.leaveModel('train-1');
  cloud.shop.sagemaker.end('train-1', 'Succeeded');
  cloud.wait(5);
  await cloud.look();
  cloud.endpoints.end();
  cloud.wait(5);
  await cloud.look();
  cloud.wait(75);
  await cloud.look();
  cloud.wait(5);
  if (cloud.endpoints.endpoint?.status !== 'InService') throw new Error(`nothing serves:\n${cloud.log.join('\n')}`);
  return cloud;
}

const MINUTE = 60_000;
