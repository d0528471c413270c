/** One system on the fake, for the tests of the loop's port to Vertex AI: a training pipeline, two monitors and their trial. */
import { Captures } from '../../../constructs/gcp/capture.runtime';
import { Google } from '../../../constructs/gcp/google.runtime';
import { taskFolders } from '../../../constructs/gcp/output.runtime';
import { Runs } from '../../../constructs/gcp/pipeline.runtime';
import { Registry } from '../../../constructs/gcp/registry.runtime';
import type { LoopSettings } from '../../../constructs/gcp/settings';
import { GcsStore } from '../../../constructs/gcp/store.runtime';
import type { Graph } from '../../../constructs/spec/component';
import { resolve } from '../../../constructs/spec/resolve';
import { dataset, training, type MlopsSpec } from '../../..';
import { compileKfp } from '../../../pipelines/compile/kfp';
import { monitoringGraph, trialGraph } from '../../../pipelines/monitoring';
import { trainingGraph } from '../../../pipelines/training';
import { concluder } from '../../../runtime/cloud/conclude';
import { newRun, type World } from '../../../runtime/cloud/given';
import { Outputs } from '../../../runtime/cloud/output';
import type { RunInputs } from '../../../runtime/cloud/parts';
import type { Action, Endpoint, RunTags } from '../../../runtime/loop/platform';
import { startGoogle, type Google as FakeGoogle, type GoogleOptions } from '../fake';
import type { PipelineJob } from '../fake/vertex-state';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.UTC(2026, 10, 20);
export const PERIOD = 90 * DAY;

export const shop: MlopsSpec = {
  name: 'shop',
  datasets: {
    sales: dataset({ source: './data', time: 'when', key: ['order'], label: 'sold', features: { price: 'number' } }),
  },
  pipelines: {
    training: training({
      dataset: 'sales',
      code: './model',
      history: '10 days',
      test: '2 days',
      candidates: { only: {} },
      choose: { metric: 'wape' },
    }),
  },
  endpoints: {
    online: {
      model: 'training',
      rollout: { rollBackOn: { quality: { monitor: 'quality' } } },
      monitors: {
        inputs: { kind: 'data-drift', every: '1 day' },
        quality: { kind: 'model-quality', every: '1 day', metric: 'wape', above: 0.5, labelsWithin: '1 day' },
      },
    },
  },
};

/** What a run is given that reads nothing. */
export const NOTHING_GIVEN: RunInputs = {
  output: 'gs://record/nothing',
  externals: { captures: 'gs://record/none', model: 'gs://record/none' },
  parameters: { subject: '{}' },
};

export const LOG = 'shop-project.shop_online.request_response_logging';
export const SPEC_PATH = 'loop/online/specs/1.json';

const documentOf = (name: string) => `pipelines/${name}/${'ab'.repeat(32)}.json`;
export const TRAINING = documentOf('training');
export const INPUTS = documentOf('online-inputs');

export const settings: LoopSettings = {
  ...{ system: 'shop', endpoint: 'online', deployment: 'd1', revision: '0a1b2c3d', code: 'c0de' },
  ...{ project: 'shop-project', location: 'europe-west4', bucket: 'record', spec: SPEC_PATH, key: false },
  ...{ endpointId: 'shop-online', modelId: 'shop-training' },
  pipelines: {
    training: TRAINING,
    monitors: { inputs: INPUTS, quality: documentOf('online-quality') },
    trial: documentOf('online-trial'),
  },
  accounts: { train: 'train@shop', monitor: 'monitor@shop', serve: 'serve@shop' },
  ...{ image: 'europe-west4-docker.pkg.dev/shop-project/shop/model@sha256:1', awaited: false },
  serving: { machine: 'n1-standard-2', replicas: { min: 1, max: 1 }, cpuTarget: 60 },
  ...{ networkAttachment: false, requestLog: LOG, alarms: {} },
  ...{ topic: 'projects/shop-project/topics/notices', webhook: false },
};

const NOTHING_SERVES: Endpoint = { exists: false, busy: false, etag: 'none', deployments: [] };

/** Whoever waits lets the fake's time pass. A test may put another `sleep` in its place. */
interface FakePace {
  sleep: (ms: number) => Promise<unknown>;
  readonly now: () => number;
  readonly random: () => number;
}

const paceOf = ({ clock }: FakeGoogle): FakePace => ({
  sleep: async (ms) => clock.advance(ms),
  now: () => clock.now,
  random: () => 0.5,
});

/** All services at the fake. */
export const googleOf = ({ url, location }: FakeGoogle, pace: FakePace): Google =>
  new Google({
    auth: { getRequestHeaders: async () => new Headers({ authorization: 'Bearer the loop' }) },
    location,
    urls: urlsOf(url),
    pace,
  });

const SERVICES = [
  ...(['aiplatform', 'storage', 'monitoring', 'bigquery', 'pubsub'] as const),
  ...(['secretmanager', 'artifactregistry', 'logging', 'run'] as const),
];

export const urlsOf = (url: string) => Object.fromEntries(SERVICES.map((service) => [service, url]));

export class Shop {
  readonly google: Google;
  readonly pace: FakePace;
  readonly store: GcsStore;
  readonly spec = resolve(shop);
  endpoint = NOTHING_SERVES;
  readonly outputs: Outputs;
  registry: Registry;
  runs: Runs;

  private constructor(
    readonly fake: FakeGoogle,
    readonly settings: LoopSettings,
  ) {
    this.pace = paceOf(fake);
    this.google = googleOf(fake, this.pace);
    this.store = new GcsStore(this.google, 'record');
    this.outputs = new Outputs(this.store, taskFolders);
    this.registry = this.newRegistry();
    this.runs = this.newRuns();
    this.deployPipelines();
  }

  static async open(change: Partial<LoopSettings> = {}, options: GoogleOptions = {}): Promise<Shop> {
    return new Shop(await startGoogle(options), { ...settings, ...change });
  }

  close = (): Promise<void> => this.fake.stop();

  get now(): number {
    return this.fake.clock.now;
  }

  clock = (): number => this.now;

  /** Time passes. */
  wait(milliseconds: number): void {
    this.fake.clock.advance(milliseconds);
  }

  /** As in a process that has just been started. */
  newRuns(period = PERIOD, change: Partial<LoopSettings> = {}): Runs {
    const { google, store, spec, clock } = this;
    const conclude = concluder({ spec, endpoint: 'online', outputs: this.outputs });
    return new Runs({ google, store, settings: { ...this.settings, ...change }, period, clock, conclude });
  }

  newRegistry(): Registry {
    const { google, store, clock } = this;
    return new Registry({ google, store, settings: this.settings, clock });
  }

  get world(): World {
    const { google, store, spec, registry, clock } = this;
    const captures = new Captures({ google, store, settings: this.settings, clock });
    return { spec, settings: this.settings, store, registry, captures, endpoint: async () => this.endpoint };
  }

  train(n: number, tags: Partial<RunTags> = {}): Promise<void> {
    const at = this.now;
    return this.start(`train-${n}`, 'train', { n, reason: 'bootstrap', at, generation: 7, code: 'c0de', ...tags });
  }

  async start(id: string, kind: 'train' | 'monitor', tags: RunTags): Promise<void> {
    const action: Extract<Action, { do: 'start' }> = { do: 'start', id, kind, tags, why: 'it is time' };
    await this.runs.start(newRun(this.world, action));
  }

  /** All jobs of a run: one, as a rule. */
  jobs(run: string): readonly PipelineJob[] {
    return this.fake.vertex
      .jobs()
      .filter(({ labels }) => (labels as Readonly<Record<string, string>>)['mlops_run'] === run);
  }

  jobId(run: string): string {
    return this.jobs(run)[0]!.name.split('/').at(-1)!;
  }

  /** What a training run leaves. Returns the folder of the model. */
  leaveModel(run: string, decision: 'register' | 'keep' = 'register'): string {
    this.fake.vertex.writeOutputs(this.jobId(run), {
      'select/decision/decision.json': { decision, why: 'it is better' },
      'select/decision/metrics.json': {},
      'select/model/model.json': manifest,
      'select/model/reference.json': {},
    });
    const keys = this.fake.objects.names('record', `artifacts/training/${run}/`);
    return keys
      .filter((key) => key.endsWith('/model/model.json'))
      .at(-1)!
      .replace('/model.json', '');
  }

  /** A training run made a model, long ago. Returns its URI. */
  putModel(n: number): string {
    const [job, folder] = [
      `shop-online-train-${n}-x`,
      `artifacts/training/train-${n}/1/shop-online-train-${n}-x/model`,
    ];
    const started = { format: 1, job, pipeline: TRAINING, tags: { n, reason: 'bootstrap', at: n, generation: 1 } };
    this.fake.objects.put('record', `loop/online/runs/train-${n}.json`, started);
    this.fake.objects.put('record', `${folder}/model.json`, manifest);
    return `gs://record/${folder}`;
  }

  end(run: string, state: 'SUCCEEDED' | 'FAILED' | 'CANCELLED' = 'SUCCEEDED', message?: string): void {
    const error = message === undefined ? {} : { error: { code: 9, message } };
    this.fake.vertex.finishJob(this.jobId(run), { state: `PIPELINE_STATE_${state}`, ...error });
  }

  text = (path: string): string => this.fake.objects.text('record', path);
  json = <T>(path: string): T => JSON.parse(this.text(path)) as T;
  keys = (prefix = ''): readonly string[] => this.fake.objects.names('record', prefix);

  private deployPipelines(): void {
    const { training, monitors, trial } = this.settings.pipelines;
    const { objects } = this.fake;
    objects.put('record', training, documentFor(trainingGraph(this.spec, 'training')));
    for (const [monitor, path] of Object.entries(monitors))
      objects.put('record', path, documentFor(monitoringGraph(this.spec, 'online', monitor)));
    if (trial !== false) objects.put('record', trial, documentFor(trialGraph(this.spec, 'online')));
  }
}

const documentFor = (graph: Graph): object =>
  compileKfp(graph, { image: () => 'image@sha256:1', machine: () => ({ cores: 4, memoryGiB: 16 }) });

export const manifest = {
  format: 1,
  metrics: { wape: 0.3 },
  schema: {
    time: 'when',
    key: ['order'],
    label: 'sold',
    features: { price: { kind: 'number', range: false, nulls: 0.5 } },
  },
};
