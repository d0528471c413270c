/** An endpoint and its gateway in front of stub servers. */
import { join } from 'node:path';
import { Endpoint, type EndpointOptions } from '../../constructs/local/endpoint.runtime';
import { Gateway, type Prediction } from '../../constructs/local/gateway';
import { Storage } from '../../constructs/local/storage';
import type { Shares } from '../../runtime/loop/platform';

export class Serving {
  readonly predictions: Prediction[] = [];
  readonly log: string[] = [];
  url = '';
  private wake: (() => void)[] = [];
  private constructor(
    readonly endpoint: Endpoint,
    readonly gateway: Gateway,
  ) {}

  /** `v9` is a version whose server does not start. */
  static async open(state: string, replicas = 1, more: Partial<EndpointOptions> = {}): Promise<Serving> {
    const endpoint = new Endpoint({
      name: 'online',
      storage: new Storage(state),
      replicas,
      revision: 'r1',
      launch: async (version) => ({
        command: [process.execPath, join(__dirname, 'stub-server.js'), version === 'v9' ? 'broken' : version],
        env: process.env,
      }),
      log: (line) => serving.log.push(line),
      onLine: ({ id }, line) => serving.log.push(`${id}: ${line}`),
      onChange: () => serving.wake.splice(0).forEach((wake) => wake()),
      ...more,
    });
    const gateway: Gateway = new Gateway({
      endpoints: ['online'],
      arrival: (request) => Number(request.headers['x-at'] ?? 0),
      answer: (_, body, at) => endpoint.answer(body, at),
      onPrediction: (prediction) => serving.predictions.push(prediction),
      overview: () => endpoint.view(),
      log: (line) => serving.log.push(line),
    });
    const serving = new Serving(endpoint, gateway);
    await endpoint.open();
    serving.url = await gateway.listen(0);
    return serving;
  }

  /** Of all servers that were ever ready, in that order. */
  get pids(): number[] {
    return this.log.flatMap((line) => /server (\d+) is ready/.exec(line)?.[1] ?? []).map(Number);
  }

  get etag(): string {
    return this.endpoint.view().etag;
  }

  /** Places versions, one after the other, and waits for them. */
  async place(...versions: readonly string[]): Promise<void> {
    for (const version of versions) {
      await this.endpoint.place({
        do: 'place',
        id: `${version}-r1`,
        version,
        revision: 'r1',
        ifMatch: this.etag,
        why: '',
      });
      await this.idle();
    }
  }

  shift(shares: Shares): Promise<void> {
    return this.endpoint.shift({ do: 'shift', shares, guarded: true, ifMatch: this.etag, why: '' });
  }

  retire(version: string): Promise<void> {
    return this.endpoint.retire({ do: 'retire', id: `${version}-r1`, ifMatch: this.etag, why: '' });
  }

  async idle(): Promise<void> {
    while (this.endpoint.busy) await new Promise<void>((resolve) => this.wake.push(resolve));
  }

  async predict(instance: object = {}, at = 0): Promise<{ status: number; version: string | null; body: string }> {
    const response = await fetch(`${this.url}/online/predict`, {
      method: 'POST',
      headers: { 'x-at': String(at) },
      body: JSON.stringify({ instances: [instance] }),
    });
    return { status: response.status, version: response.headers.get('x-mlops-version'), body: await response.text() };
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.endpoint.close();
  }
}
