/** One endpoint on the fake, and what a loop asks of it. */
import { VertexServedEndpoint } from '../../../constructs/gcp/endpoint.runtime';
import { Google } from '../../../constructs/gcp/google.runtime';
import { Hosting } from '../../../constructs/gcp/hosting.runtime';
import type { Serving } from '../../../constructs/gcp/settings';
import { GcsStore } from '../../../constructs/gcp/store.runtime';
import type { Endpoint, Shares } from '../../../runtime/loop/platform';
import { startGoogle, type Google as FakeGoogle } from '../fake';
import type { Logged } from '../fake/requests';
import type { JsonObject } from '../protos';

export const REVISION = '0a1b2c3d';
/** Of v1 and v2 at that revision. */
export const V1 = '16186';
export const V2 = '26186';

const MINUTE = 60_000;
export const SERVING: Serving = { machine: 'n1-standard-2', replicas: { min: 1, max: 1 }, cpuTarget: 60 };

export interface StageOptions {
  readonly replicas?: Serving['replicas'];
  readonly machine?: string;
  readonly revision?: string;
}

export class Stage {
  /** Views that the registry was given to align its aliases with. */
  readonly aligned: Endpoint[] = [];
  readonly endpoint: VertexServedEndpoint;

  private constructor(
    readonly google: FakeGoogle,
    options: StageOptions,
  ) {
    const client = clientOf(google);
    const { project, location } = google;
    const at = `projects/${project}/locations/${location}`;
    this.endpoint = new VertexServedEndpoint({
      settings: {
        ...{ endpoint: 'online', revision: options.revision ?? REVISION },
        serving: {
          ...SERVING,
          ...(options.replicas && { replicas: options.replicas }),
          machine: options.machine ?? 'n1-standard-2',
        },
        accounts: { train: 'train@x', monitor: 'monitor@x', serve: 'serve@shop-project.iam.gserviceaccount.com' },
      },
      hosting: new Hosting(client, `${at}/endpoints/shop-online`),
      store: new GcsStore(client, 'record'),
      clock: () => google.clock.now,
      modelOf: async (version) => `${at}/models/shop-sales@${version.slice(1)}`,
      align: async (view) => {
        this.aligned.push(view);
      },
    });
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const google = await startGoogle();
    google.vertex.addEndpoint('shop-online');
    for (let n = 1; n <= 3; n += 1) google.vertex.addVersion('shop-sales');
    return new Stage(google, options);
  }

  /** Another process, at the same endpoint. */
  again = (options: StageOptions = {}): Stage => new Stage(this.google, options);

  view = (): Promise<Endpoint> => this.endpoint.view();

  /** `v1 ready 100`, and whether it is changing. */
  async seen(): Promise<readonly string[]> {
    const { busy, deployments } = await this.view();
    const told = deployments.map(({ version, state, share }) => `${version} ${state} ${share}`);
    return [...told, ...(busy ? ['changing'] : [])];
  }

  async place(
    version: string,
    { revision = REVISION, ifMatch }: { revision?: string; ifMatch?: string } = {},
  ): Promise<void> {
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
  end(minutes = 20): void {
    this.google.clock.advance(minutes * MINUTE);
  }

  /** v1 serves alone. */
  async serve(version = 'v1'): Promise<void> {
    await this.place(version);
    this.end();
  }

  /** v1 serves, v2 is ready beside it. */
  async serveTwo(): Promise<void> {
    await this.serve();
    await this.place('v2');
    this.end();
  }

  asked = (call: string): readonly Logged[] => this.google.requests.of(`EndpointService.${call}`);
  /** What was asked for last. */
  last = (call: string): unknown => this.asked(call).at(-1)?.body;
  shares = (): Readonly<Record<string, number>> => this.google.vertex.endpoint('shop-online').trafficSplit;

  /** What autoscaling makes of a deployed model. */
  scale(id: string, availableReplicaCount: number): void {
    const deployedModels = this.google.vertex
      .endpoint('shop-online')
      .deployedModels.map((one) => (one.id === id ? { ...one, status: { availableReplicaCount } } : one));
    this.google.vertex.setEndpoint('shop-online', { deployedModels });
  }

  /** Somebody deploys by hand. */
  adopt(fields: JsonObject & { readonly id: string }, trafficSplit: Readonly<Record<string, number>>): void {
    const { vertex } = this.google;
    const resources = { dedicatedResources: { machineSpec: { machineType: 'n1-standard-4' }, minReplicaCount: 2 } };
    const model =
      vertex.place && `projects/${this.google.projectNumber}/locations/${this.google.location}/models/theirs`;
    const deployed = { ...resources, model, modelVersionId: '1', ...fields };
    const { deployedModels } = vertex.endpoint('shop-online');
    vertex.setEndpoint('shop-online', { deployedModels: [...deployedModels, deployed], trafficSplit });
  }

  /** What was last asked, as the record has it. */
  record = (): JsonObject => this.google.objects.json<JsonObject>('record', 'loop/online/endpoint.json');
}

const clientOf = ({ url, location }: FakeGoogle): Google =>
  new Google({
    auth: { getRequestHeaders: async () => new Headers({ authorization: 'Bearer the loop' }) },
    location,
    urls: { aiplatform: url, storage: url },
    pace: { sleep: async () => undefined, now: () => 0, random: () => 0 },
  });

const idOf = (version: string): string => (version.includes('-') ? version : `${version}-${REVISION}`);
