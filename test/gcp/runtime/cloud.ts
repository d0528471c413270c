/** The whole of what the loop touches, on the fake: one system, one endpoint, and what hosts its loop. */
import { assemble, type AssembleOptions } from '../../../constructs/gcp/assemble.runtime';
import type { LoopSettings } from '../../../constructs/gcp/settings';
import { readEvents } from '../../../runtime/cloud/events';
import type { LoopHost } from '../../../runtime/cloud/loop-host';
import { HOUR, LOG, MINUTE, settings, Shop } from './shop';

/** Of a version at the revision of the settings, as deployed models. */
export const DEPLOYED = { v1: '16186', v2: '26186' } as const;
export const REVISION = settings.revision;

export class Cloud {
  readonly log: string[] = [];
  /** What a request has left, as the server tells it. */
  remaining = 120_000;
  readonly policies: Readonly<Record<'inputs' | 'quality' | 'revenue', string>>;
  readonly settings: LoopSettings;

  private constructor(
    readonly shop: Shop,
    change: Partial<LoopSettings>,
  ) {
    const { vertex, monitoring, pubsub } = shop.fake;
    vertex.addEndpoint('shop-online');
    pubsub.addTopic('notices');
    const metric = 'custom.googleapis.com/mlops/degraded';
    const watching = (monitor: string): string =>
      monitoring.addPolicy({ displayName: monitor, metric, labels: { endpoint: 'online', monitor } });
    this.policies = {
      ...{ inputs: watching('inputs'), quality: watching('quality') },
      revenue: monitoring.addPolicy({ displayName: 'revenue' }),
    };
    this.settings = { ...shop.settings, alarms: this.policies, ...change };
    this.release();
    this.addRows(20);
  }

  static async open(change: Partial<LoopSettings> = {}): Promise<Cloud> {
    return new Cloud(await Shop.open(change), change);
  }

  close = (): Promise<void> => this.shop.close();

  /** As in a process that starts cold. */
  host(change: Partial<LoopSettings> = {}): LoopHost {
    return assemble(this.options(change));
  }

  options(change: Partial<LoopSettings> = {}): AssembleOptions {
    const { google, spec, clock } = this.shop;
    return { settings: { ...this.settings, ...change }, spec, google, clock, log: (line) => this.log.push(line) };
  }

  look(host = this.host()): Promise<void> {
    return host.run(() => this.remaining);
  }

  /** A deployment of the program. */
  release(deployment = this.settings.deployment): void {
    this.shop.fake.objects.put('record', 'loop/online/release.json', { deployment });
  }

  wait(minutes: number): void {
    this.shop.wait(minutes * MINUTE);
  }

  /** Training run n ends, and leaves a model. */
  trained(n: number): void {
    this.shop.leaveModel(`train-${n}`);
    this.shop.end(`train-${n}`);
    this.wait(5);
  }

  /** v1 has been trained and serves. */
  async serving(): Promise<void> {
    await this.look();
    this.trained(1);
    await this.look();
    this.wait(20);
    await this.look();
  }

  /** Rows of so many days, one an hour. */
  addRows(days: number): void {
    const rows = Array.from({ length: days * 24 }, (_, i) =>
      JSON.stringify({ when: new Date(this.shop.now - i * HOUR).toISOString(), order: i, price: 1, sold: 1 }),
    );
    this.shop.fake.objects.put('record', 'data/sales/rows.jsonl', `${rows.join('\n')}\n`);
  }

  /** Requests that the endpoint has answered just now. */
  traffic(deployedModelId: string, responses: number, errors = 0): void {
    const latencies = Array.from({ length: responses }, () => 20);
    this.shop.fake.monitoring.addTraffic({ endpointId: 'shop-online', deployedModelId, responses, errors, latencies });
    this.shop.fake.bigquery.addRows(LOG, {
      ...{ endpoint: 'shop-online', deployed_model_id: deployedModelId, request_id: String(this.shop.now) },
      logging_time: new Date(this.shop.now).toISOString(),
      request_payload: ['{"instances":[{"order":1,"price":1}]}'],
      response_payload: ['{"predictions":[1]}'],
    });
  }

  async events(): Promise<readonly string[]> {
    const all = await readEvents(this.shop.store, 'online');
    return all.map(({ what, outcome, text }) => `${what} ${outcome}: ${text}`);
  }

  /** The last look, as the log tells of it. */
  lastLine = (): Readonly<Record<string, unknown>> => JSON.parse(this.log.at(-1)!) as Record<string, unknown>;
}
