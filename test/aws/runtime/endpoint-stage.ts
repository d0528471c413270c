/** One endpoint on the fakes, and what a loop asks of it. */
import { Hosting } from '../../../constructs/aws/hosting.runtime';
import { NativeEndpoint } from '../../../constructs/aws/native-endpoint.runtime';
import { Scaling } from '../../../constructs/aws/scaling.runtime';
import { SteppedEndpoint } from '../../../constructs/aws/endpoint.runtime';
import type { ServedEndpoint } from '../../../runtime/cloud/parts';
import type { HostedSettings, Machines } from '../../../constructs/aws/endpoint-config.runtime';
import type { Endpoint, Shares } from '../../../runtime/loop/platform';
import { FakeCloudWatch } from './fake-cloudwatch';
import { FakeS3 } from './fake-s3';
import { FakeScaling } from './fake-scaling';
import { FakeEndpoints } from './fake-sagemaker-endpoint';

export const NAME = 'shop-online';
export const REVISION = '0a1b2c3d';

export const REAL_TIME: Extract<Machines, { kind: 'real-time' }> = {
  kind: 'real-time',
  machine: 'ml.m5.large',
  replicas: { min: 1, max: 1 },
  invocationsPerReplica: 1000,
  capture: 100,
  isolation: true,
  volumeKey: true,
  guardrails: false,
};

export const settingsOf = (serving: Machines, more: Partial<HostedSettings> = {}): HostedSettings => ({
  system: 'shop',
  endpoint: 'online',
  endpointName: NAME,
  deployment: 'd1',
  revision: REVISION,
  code: 'c0de',
  bucket: 'record',
  key: 'arn:aws:kms:eu-central-1:111122223333:key/k',
  pipelines: { training: 'shop-training', monitors: {}, trial: false },
  packageGroup: 'shop-training',
  image: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop@sha256:1',
  serveRole: 'arn:aws:iam::111122223333:role/serve',
  serving,
  network: false,
  alarms: {},
  topic: 'arn:aws:sns:eu-central-1:111122223333:shop',
  webhook: false,
  ...more,
});

export class Stage {
  readonly s3 = new FakeS3();
  readonly scaling = new FakeScaling();
  readonly cloudwatch = new FakeCloudWatch();
  readonly sagemaker: FakeEndpoints;
  endpoint: ServedEndpoint;
  now = Date.UTC(2026, 10, 20);

  constructor(readonly settings: HostedSettings = settingsOf(REAL_TIME)) {
    this.sagemaker = new FakeEndpoints(settings.endpointName, this.scaling);
    this.endpoint = this.reopen();
  }

  /** As in a process that has just been started, with these settings from now on. */
  reopen(settings: HostedSettings = this.settings): ServedEndpoint {
    const { serving } = settings;
    const parts = {
      settings,
      hosting: new Hosting(this.sagemaker.client, settings.endpointName),
      scaling: new Scaling(this.scaling.client, this.cloudwatch.client, settings),
      store: this.s3.store,
      clock: () => this.now,
      modelOf: async (version: string) => `s3://record/artifacts/${version}`,
    };
    this.endpoint =
      serving.kind === 'real-time' && !serving.guardrails
        ? new SteppedEndpoint(parts, serving)
        : new NativeEndpoint(parts);
    return this.endpoint;
  }

  view = (): Promise<Endpoint> => this.endpoint.view();

  /** `v1 ready 100`, and whether it is changing. */
  async seen(): Promise<readonly string[]> {
    const { busy, deployments } = await this.view();
    return [
      ...deployments.map(({ version, state, share }) => `${version} ${state} ${share}`),
      ...(busy ? ['changing'] : []),
    ];
  }

  async place(version: string, revision = REVISION, ifMatch?: string): Promise<void> {
    const etag = ifMatch ?? (await this.view()).etag;
    const id = `${version}-${revision}`;
    await this.endpoint.place({ do: 'place', id, version, revision, ifMatch: etag, why: '' });
  }

  async shift(byVersion: Shares, { guarded = true, ifMatch = '' } = {}): Promise<void> {
    const shares = Object.fromEntries(Object.entries(byVersion).map(([version, share]) => [idOf(version), share]));
    const etag = ifMatch || (await this.view()).etag;
    await this.endpoint.shift({ do: 'shift', shares, guarded, ifMatch: etag, why: '' });
  }

  async retire(version: string, ifMatch?: string): Promise<void> {
    const etag = ifMatch ?? (await this.view()).etag;
    await this.endpoint.retire({ do: 'retire', id: idOf(version), ifMatch: etag, why: '' });
  }

  /** What was asked for is done, and a while has passed. */
  end(how: 'done' | 'rolledBack' | 'failed' = 'done', machines = 0): void {
    this.sagemaker.end(how, machines);
    this.now += 120_000;
  }

  /** v1 serves alone. */
  async serve(version = 'v1'): Promise<void> {
    await this.place(version);
    this.end();
  }
}

const idOf = (version: string): string => (version.includes('-') ? version : `${version}-${REVISION}`);
