/** A person who has signed in with `gcloud auth application-default login`, and the faked Google Cloud. */
import type { MlopsSpec } from '../..';
import { REAL_PACE } from '../../constructs/gcp/again.runtime';
import type { LoopSettings } from '../../constructs/gcp/settings';
import { resolve } from '../../constructs/spec';
import { Cloud, DEPLOYED } from '../gcp/runtime/cloud';
import { MINUTE, shop, urlsOf } from '../gcp/runtime/shop';
import { CloudPerson, type Objects, type Online } from './cloud-person';
import { SignIn } from './gcp-sign-in';

export const SERVICE = 'shop-online-loop';
const LOOKED = 'custom.googleapis.com/mlops/looked';

export interface Refusal {
  /** Which requests, by method and path. */
  readonly at: RegExp;
  /** And by what else is asked. @default - whatever it is */
  readonly query?: RegExp;
  /** Of HTTP. */
  readonly status: number;
  readonly message: string;
  /** In the words of google.rpc.Code; Storage has none. */
  readonly reason?: string;
}

export class GcpPerson extends CloudPerson {
  readonly target = 'gcp';
  readonly region = 'europe-west4';
  readonly heading = 'shop runs in europe-west4: project shop-project (ready)';
  readonly holder = 'the system shop of the project shop-project';
  readonly log = `gcloud run services logs read ${SERVICE} --region europe-west4 --project shop-project`;
  readonly left = 'what the endpoint shop-online serves';
  readonly bucket = 'gs://record';
  readonly signIn = new SignIn();
  cloud!: Cloud;
  readonly spec = shop;
  /** Of the model's servers, as logs and metrics name them. */
  readonly serving = DEPLOYED.v1;

  /** What Google says instead of an answer. */
  refusal: Refusal | undefined;

  protected async openCloud(): Promise<void> {
    const reach = globalThis.fetch;
    jest.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
      const { pathname, searchParams } = new URL(input);
      const { refusal } = this;
      const isMeant = refusal?.at.test(`${init?.method} ${pathname}`);
      if (!isMeant || refusal?.query?.test(String([...searchParams])) === false) return reach(input, init);
      const { status, message, reason } = refusal!;
      return new Response(JSON.stringify({ error: { code: status, message, status: reason } }), { status });
    });
    // Nobody waits for what does not come.
    jest.spyOn(REAL_PACE, 'sleep').mockResolvedValue(undefined);
    this.signIn.open(this.folder);
    await this.renew();
  }

  protected async closeCloud(): Promise<void> {
    jest.restoreAllMocks();
    this.signIn.close();
    await this.cloud.close();
  }

  get now(): number {
    return this.cloud.shop.now;
  }

  get google() {
    return this.cloud.shop.fake;
  }

  get environment(): Readonly<Record<string, string>> {
    return {
      ...{ GOOGLE_CLOUD_PROJECT: 'shop-project', GOOGLE_CLOUD_REGION: 'europe-west4' },
      ...this.signIn.environment,
      MLOPS_GOOGLE_URLS: JSON.stringify(urlsOf(this.google.url)),
    };
  }

  get objects(): Objects {
    const { objects } = this.google;
    return {
      keys: (prefix) => objects.names('record', prefix),
      json: (key) => objects.json('record', key),
      bytes: (key) => objects.get('record', key)!.body,
      put: (key, body) => void objects.put('record', key, body),
      delete: (key) => objects.delete('record', key),
    };
  }

  async renew(online: Online = {}, change: Partial<LoopSettings> = {}): Promise<void> {
    this.refusal = undefined;
    this.signIn.renew();
    await (this.cloud as Cloud | undefined)?.close();
    this.cloud = await Cloud.open(change);
    const endpoints = { online: { ...shop.endpoints!['online']!, ...online } } as MlopsSpec['endpoints'];
    Object.assign(this.cloud.shop, { spec: resolve({ ...shop, endpoints: endpoints! }) });
    // What takes its time is done when five minutes have passed.
    Object.assign(this.google.vertex.takes, { DeployModel: 4 * MINUTE, UndeployModel: 2 * MINUTE, UploadModel: 0 });
    Object.assign(process.env, this.environment);
    this.addLoop();
  }

  /** As the Pulumi program makes it. */
  addLoop(change: Partial<LoopSettings> = {}, fields: object = {}): void {
    const settings = { ...this.cloud.settings, ...change };
    const { system, endpoint } = settings;
    this.google.run.addService(`${system}-${endpoint}-loop`, {
      labels: { mlops_system: system, mlops_endpoint: endpoint },
      template: { containers: [{ env: [{ name: 'MLOPS_SETTINGS', value: JSON.stringify(settings) }] }] },
      ...fields,
    });
  }

  wait = (minutes: number): void => this.cloud.wait(minutes);
  look = (): Promise<void> => this.cloud.look();
  trained = (n: number): void => this.cloud.trained(n);
  changed = (): void => this.cloud.wait(5);
  stopped = (): void => undefined;
  addRows = (days: number): void => this.cloud.addRows(days);
  release = (deployment: string): void => this.cloud.release(deployment);
  lookAs = (deployment: string, code: string): Promise<void> => this.cloud.look(this.cloud.host({ deployment, code }));

  async monitored(id: string): Promise<void> {
    const { shop: fakes } = this.cloud;
    await fakes.start(id, 'monitor', {
      ...{ reason: 'window', at: fakes.now, generation: 1, monitor: 'inputs', version: 'v1' },
      window: { from: 0, to: 1 },
    });
    this.google.vertex.writeOutputs(fakes.jobId(id), {
      'report/report/report.json': {
        ...{ monitor: 'inputs', version: 'v1', scope: 'window', verdict: 'violated', why: 'price drifted' },
        window: { from: '2026-11-19T00:00:00Z', to: '2026-11-20T00:00:00Z' },
      },
    });
    fakes.end(id);
  }

  looksAt(time: number): void {
    this.wait((time - this.now) / MINUTE);
    const { series } = this.google.monitoring;
    for (const [key, one] of series)
      if (one.metric.type === LOOKED) series.set(key, { ...one, samples: [...one.samples, { at: time, value: 1 }] });
  }

  silence(): void {
    const { series } = this.google.monitoring;
    for (const [key, { metric }] of series) if (metric.type === LOOKED) series.delete(key);
  }

  ring(): void {
    this.google.monitoring.openAlert(this.cloud.policies.quality);
  }

  traffic(requests: number, failed: number): void {
    this.cloud.traffic(DEPLOYED.v1, requests, failed);
  }

  runs = () =>
    this.google.vertex.jobs().map(({ labels, state }) => ({
      id: (labels as Readonly<Record<string, string>>)['mlops_run']!,
      isOver: /_(SUCCEEDED|FAILED|CANCELLED)$/.test(state),
    }));

  /** What it is asked for, since the fake shows a model on the endpoint only once it is deployed. */
  get serves(): boolean {
    const { vertex } = this.google;
    const isComing = vertex.state.operations
      .values()
      .some(({ done, metadata }) => !done && String(metadata['@type']).includes('DeployModelOperation'));
    const isGoing = vertex.state.operations
      .values()
      .some(({ done, metadata }) => !done && String(metadata['@type']).includes('UndeployModelOperation'));
    return isComing || (vertex.endpoint('shop-online').deployedModels.length > 0 && !isGoing);
  }

  approval() {
    const { labels } = this.google.vertex.version(this.cloud.settings.modelId, '1');
    const { status } = labels as Readonly<Record<string, string>>;
    return status === 'approved' || status === 'rejected' ? status : 'pending';
  }
}
