/** The whole of what the loop touches, on fakes: one system, one endpoint, and its function. */
import type { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { assemble, type AssembleOptions } from '../../../constructs/aws/assemble.runtime';
import type { LoopHost } from '../../../runtime/cloud/loop-host';
import type { LoopSettings } from '../../../constructs/aws/settings';
import { resolve } from '../../../constructs/spec/resolve';
import type { ResolvedMlops } from '../../../constructs/spec/mlops';
import { readEvents } from '../../../runtime/cloud/events';
import type { LoopEvent } from '../../../runtime/loop/platform';
import { REAL_TIME, settingsOf } from './endpoint-stage';
import { FakeCloudWatch } from './fake-cloudwatch';
import type { clientOf } from './fake-http';
import type { FakeSageMaker } from './fake-sagemaker';
import { FakeScaling } from './fake-scaling';
import { FakeEndpoints } from './fake-sagemaker-endpoint';
import { FakeSecrets, FakeSns } from './fake-sns';
import { MINUTE, settings as names, shop, Shop } from './shop';

export class FakeCloud {
  /** Its bucket, its pipelines and its registry. */
  readonly shop = new Shop();
  readonly cloudwatch = new FakeCloudWatch();
  readonly scaling = new FakeScaling();
  readonly sns = new FakeSns();
  readonly secrets = new FakeSecrets();
  readonly endpoints: FakeEndpoints;
  readonly settings: LoopSettings;
  readonly spec: ResolvedMlops = resolve(shop);
  readonly log: string[] = [];
  /** What a function has left, as Lambda tells it. */
  remaining = 120_000;

  constructor(settings: Partial<LoopSettings> = {}) {
    this.settings = {
      ...settingsOf(REAL_TIME, names),
      alarms: { inputs: 'shop-online-inputs-degraded', quality: 'shop-online-quality-degraded', revenue: 'theirs' },
      ...settings,
    };
    this.endpoints = new FakeEndpoints(this.settings.endpointName, this.scaling);
    this.release();
    this.addRows(20);
  }

  /** As in a function that starts cold. */
  host(settings: Partial<LoopSettings> = {}): LoopHost {
    return assemble(this.options(settings));
  }

  options(settings: Partial<LoopSettings> = {}): AssembleOptions {
    const { shop: fakes, endpoints } = this;
    return {
      settings: { ...this.settings, ...settings },
      spec: this.spec,
      clients: {
        sagemaker: sagemakerOf(fakes.sagemaker, endpoints),
        s3: (fakes.s3.store as unknown as { readonly s3: S3Client }).s3,
        cloudwatch: this.cloudwatch.client,
        scaling: this.scaling.client,
        sns: this.sns.client,
        secrets: this.secrets.client,
      },
      clock: () => fakes.now,
      log: (line) => this.log.push(line),
    };
  }

  look(host = this.host()): Promise<void> {
    return host.run(() => this.remaining);
  }

  /** A deployment of the stack. */
  release(deployment = this.settings.deployment): void {
    this.shop.s3.put('loop/online/release.json', { deployment });
  }

  wait(minutes: number): void {
    this.shop.wait(minutes * MINUTE);
  }

  /** Rows of so many days, one an hour. */
  addRows(days: number): void {
    const rows = Array.from({ length: days * 24 }, (_, i) =>
      JSON.stringify({ when: new Date(this.shop.now - i * 60 * MINUTE).toISOString(), order: i, price: 1, sold: 1 }),
    );
    this.shop.s3.put('data/sales/rows.jsonl', `${rows.join('\n')}\n`);
  }

  async events(): Promise<readonly string[]> {
    return (await this.allEvents()).map(({ what, outcome, text }) => `${what} ${outcome}: ${text}`);
  }

  allEvents = (): Promise<readonly LoopEvent[]> => readEvents(this.shop.s3.store, 'online');

  /** The last look, as the log tells of it. */
  lastLine = (): Readonly<Record<string, unknown>> => JSON.parse(this.log.at(-1)!) as Record<string, unknown>;
}

type Handler = ReturnType<typeof clientOf>['requestHandler'];

/** SageMaker as a whole: what one fake does not know, the other does. */
export function sagemakerOf(pipelines: FakeSageMaker, endpoints: FakeEndpoints): SageMakerClient {
  const others = pipelines.client.config.requestHandler as unknown as Handler;
  const own = endpoints.clientOptions.requestHandler;
  const requestHandler: Handler = {
    handle: (request) =>
      endpoints.knows(request.headers['x-amz-target']!.split('.')[1]!) ? own.handle(request) : others.handle(request),
  };
  return new SageMakerClient({ ...endpoints.clientOptions, requestHandler: requestHandler as never });
}
