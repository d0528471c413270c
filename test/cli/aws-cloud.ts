/**
 * AWS behind one address on this machine: the fakes of the loop's own tests, a stack, and the function that hosts the loop. What
 * commands ask for arrives over HTTP, as from any client; the loop looks when the test says so.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import type { MlopsSpec } from '../..';
import { resolve } from '../../constructs/spec';
import { FakeCloud } from '../aws/runtime/fake-cloud';
import { textOf, type Answer, type Sent } from '../aws/runtime/fake-http';
import { shop } from '../aws/runtime/shop';

export const FUNCTION = 'shop-LoopFunction-1A2B';
export const LOG_GROUP = 'shop-LoopLog-3C4D';
const STACK_ID = 'arn:aws:cloudformation:eu-central-1:111122223333:stack/shop/1';

/** Node's own handler in the place of the network. */
interface Handler {
  handle(sent: Sent): Promise<{ response: { statusCode: number; headers: Record<string, string>; body: Readable } }>;
}

export interface Refusal {
  /** As IAM calls it. */
  readonly action: string;
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

export class AwsCloud {
  cloud = new FakeCloud();
  /** Outputs of the stack by key; none where there is no stack. */
  outputs: Readonly<Record<string, string>> | undefined;
  state = 'UPDATE_COMPLETE';
  /** Environment of the loop's function. */
  variables: Readonly<Record<string, string>> = {};
  /** When the loop looked last, as the gauge tells. */
  looked: number | undefined;
  /** What was called, as IAM calls it. */
  readonly calls: string[] = [];
  refusal: Refusal | undefined;
  /** Happens after an object is written: S3's event. */
  onObject: ((key: string) => Promise<void>) | undefined;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      void this.answer(request)
        .catch((error: Error): Answer => ({ status: 500, body: `<Error><Message>${error.message}</Message></Error>` }))
        .then(({ status, headers = {}, body = '' }) => response.writeHead(status, { ...headers }).end(body));
    });
    this.renew();
  }

  /** Listens, and makes this process a person with credentials. */
  async open(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    Object.assign(process.env, this.environment);
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`,
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
      // Nobody's own profiles.
      AWS_CONFIG_FILE: '/nowhere/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
    };
  }

  /** As deployed just now, with changes of the endpoint in the spec; nothing has happened. */
  renew(
    online: Partial<NonNullable<MlopsSpec['endpoints']>[string]> = {},
    settings: ConstructorParameters<typeof FakeCloud>[0] = {},
  ): void {
    this.cloud = new FakeCloud(settings);
    const endpoints = { online: { ...shop.endpoints!['online']!, ...online } };
    Object.assign(this.cloud, { spec: resolve({ ...shop, endpoints }) });
    this.outputs = { MlopsOutputsBucket83259364: 'record', MlopsOutputsloopsonlineB51C1982: FUNCTION };
    this.variables = { MLOPS_SETTINGS: JSON.stringify(this.cloud.settings) };
    this.state = 'UPDATE_COMPLETE';
    this.looked = undefined;
    this.refusal = undefined;
    this.onObject = undefined;
    this.calls.length = 0;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  /** The loop looks. */
  async look(): Promise<void> {
    await this.cloud.look();
    this.looked = this.cloud.shop.now;
  }

  /** Training run n ends, and leaves a model. */
  trained(n: number): void {
    this.cloud.shop.leaveModel(`train-${n}`);
    this.cloud.shop.sagemaker.end(`train-${n}`, 'Succeeded');
    this.cloud.wait(5);
  }

  /** What was asked of the endpoint is done. */
  changed(): void {
    this.cloud.endpoints.end();
    this.cloud.wait(5);
  }

  /** v1 was trained, and serves. */
  async serve(): Promise<void> {
    await this.look();
    this.trained(1);
    await this.look();
    this.changed();
    await this.look();
  }

  /** A run of the monitor `inputs` on v1 ends, and leaves a report that nobody has seen yet. */
  async monitored(id: string): Promise<void> {
    const { shop: fakes } = this.cloud;
    await fakes.start(id, 'monitor', {
      ...{ reason: 'window', at: fakes.now, generation: 1, monitor: 'inputs', version: 'v1' },
      window: { from: 0, to: 1 },
    });
    fakes.sagemaker.end(id, 'Succeeded');
    fakes.leave(`reports/online/inputs/${id}`, 'report', 'report', {
      'report.json': {
        ...{ monitor: 'inputs', version: 'v1', scope: 'window', verdict: 'violated', why: 'price drifted' },
        window: { from: '2026-11-19T00:00:00Z', to: '2026-11-20T00:00:00Z' },
      },
    });
  }

  private async answer(request: IncomingMessage): Promise<Answer> {
    const sent = await sentOf(request);
    const { action, reply } = this.route(sent);
    this.calls.push(action);
    const { refusal } = this;
    if (refusal?.action === action) return refused(refusal, sent);
    const answer = await reply();
    if (action === 's3:PutObject') await this.onObject?.(keyOf(sent));
    return answer;
  }

  /** Which service a request is for, and what it answers. */
  private route(sent: Sent): { readonly action: string; readonly reply: () => Answer | Promise<Answer> } {
    const { clients } = this.cloud.options();
    const [service = '', call = ''] = (sent.headers['x-amz-target'] ?? '').split('.');
    if (service === 'SageMaker') return { action: `sagemaker:${call}`, reply: () => passOn(clients.sagemaker, sent) };
    if (service.startsWith('GraniteService')) {
      const isGauge = textOf(sent.body).includes('"Looked"');
      const reply = () => (isGauge ? this.heartbeat() : passOn(clients.cloudwatch, sent));
      return { action: `cloudwatch:${call}`, reply };
    }
    if (sent.path.startsWith('/2015-03-31/functions/'))
      return { action: 'lambda:GetFunctionConfiguration', reply: () => this.function(sent.path.split('/')[3]!) };
    const form = new URLSearchParams(textOf(sent.body));
    if (form.get('Action') === 'DescribeStacks')
      return { action: 'cloudformation:DescribeStacks', reply: () => this.stack(form.get('StackName')!) };
    return { action: actionOfS3(sent), reply: () => this.object(sent) };
  }

  private heartbeat(): Answer {
    const Timestamps = this.looked === undefined ? [] : [this.looked / 1000];
    const MetricDataResults = [{ Id: 'looked', StatusCode: 'Complete', Timestamps, Values: Timestamps.map(() => 1) }];
    return json({ MetricDataResults });
  }

  private function(name: string): Answer {
    if (name !== FUNCTION)
      return json({ Type: 'User', Message: `Function not found: ${name}` }, 404, 'ResourceNotFoundException');
    return json({ Environment: { Variables: this.variables }, LoggingConfig: { LogGroup: LOG_GROUP } });
  }

  private stack(name: string): Answer {
    if (!this.outputs || name !== shop.name) return xmlError('ValidationError', `Stack with id ${name} does not exist`);
    const outputs = Object.entries(this.outputs)
      .map(([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`)
      .join('');
    const stack = `<StackName>${name}</StackName><StackId>${STACK_ID}</StackId><StackStatus>${this.state}</StackStatus>`;
    return {
      status: 200,
      body: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member>${stack}<CreationTime>2026-11-01T00:00:00Z</CreationTime><Outputs>${outputs}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
    };
  }

  private object(sent: Sent): Answer | Promise<Answer> {
    // The fake keeps texts.
    if (sent.method === 'PUT' && keyOf(sent).endsWith('.parquet')) {
      this.cloud.shop.s3.put(keyOf(sent), sent.body as Buffer);
      return { status: 200, headers: { etag: '"1"' } };
    }
    return passOn(this.cloud.options().clients.s3, sent);
  }
}

async function sentOf(request: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url!, 'http://localhost');
  return {
    method: request.method!,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers as Record<string, string>,
    body: Buffer.concat(chunks),
  };
}

async function passOn(client: { readonly config: object }, sent: Sent): Promise<Answer> {
  const { requestHandler } = client.config as { requestHandler: Handler };
  const { response } = await requestHandler.handle(sent);
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

const keyOf = ({ path }: Sent): string => decodeURIComponent(path).slice('/record/'.length);

function actionOfS3({ method, query, headers }: Sent): string {
  if (query['list-type'] === '2') return 's3:ListBucket';
  if (headers['x-amz-copy-source']) return 's3:CopyObject';
  return { GET: 's3:GetObject', PUT: 's3:PutObject', DELETE: 's3:DeleteObject' }[method] ?? `s3:${method}`;
}

const json = (body: object, status = 200, error?: string): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', ...(error !== undefined && { 'x-amzn-errortype': error }) },
  body: JSON.stringify(body),
});

const xmlError = (name: string, message: string): Answer => ({
  status: 400,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});

/** Each service has its own way of saying no. */
function refused({ action, status, name, message }: Refusal, { headers }: Sent): Answer {
  if (headers['x-amz-target'] !== undefined) return json({ __type: name, message }, status);
  if (action.startsWith('lambda:')) return json({ Message: message }, status, name);
  if (action.startsWith('cloudformation:')) return { ...xmlError(name, message), status };
  return { status, body: `<Error><Code>${name}</Code><Message>${message}</Message></Error>` };
}
