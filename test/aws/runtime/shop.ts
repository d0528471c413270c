/** One system on the fakes, for the tests of the loop's port to SageMaker: a training pipeline, two monitors and their trial. */
import { Captures } from '../../../constructs/aws/capture.runtime';
import { concluder } from '../../../runtime/cloud/conclude';
import { newRun, type World } from '../../../runtime/cloud/given';
import { jobFolders } from '../../../constructs/aws/output.runtime';
import { Outputs } from '../../../runtime/cloud/output';
import type { RunInputs } from '../../../runtime/cloud/parts';
import { Runs } from '../../../constructs/aws/pipeline.runtime';
import { Registry } from '../../../constructs/aws/registry.runtime';
import { resolve } from '../../../constructs/spec/resolve';
import { dataset, training, type MlopsSpec } from '../../..';
import type { Action, Endpoint, RunTags } from '../../../runtime/loop/platform';
import { FakeS3 } from './fake-s3';
import { FakeSageMaker } from './fake-sagemaker';

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
export const NOTHING_GIVEN: RunInputs = { output: 's3://record/nothing', externals: {}, parameters: {} };

export const settings = {
  endpoint: 'online',
  code: 'c0de',
  pipelines: {
    training: 'shop-training',
    monitors: { inputs: 'shop-online-inputs', quality: 'shop-online-quality' },
    trial: 'shop-online-trial',
  },
} as const;

const NOTHING_SERVES: Endpoint = { exists: false, busy: false, etag: 'none', deployments: [] };

export class Shop {
  readonly s3 = new FakeS3();
  readonly sagemaker = new FakeSageMaker();
  readonly spec = resolve(shop);
  endpoint = NOTHING_SERVES;
  /** Of the loop, and of both services. */
  now = START;
  readonly outputs = new Outputs(this.s3.store, jobFolders);
  readonly registry = this.newRegistry();
  readonly world: World = {
    spec: this.spec,
    settings,
    store: this.s3.store,
    registry: this.registry,
    captures: new Captures({
      store: this.s3.store,
      endpoint: 'online',
      endpointName: 'shop-online',
      clock: () => this.now,
    }),
    endpoint: async () => this.endpoint,
  };
  runs = this.newRuns();

  /** As in a process that has just been started. */
  newRuns(period = PERIOD): Runs {
    const { s3, sagemaker, spec } = this;
    return new Runs({
      sagemaker: sagemaker.client,
      store: s3.store,
      endpoint: 'online',
      pipelines: settings.pipelines,
      period,
      clock: () => this.now,
      conclude: concluder({ spec, endpoint: 'online', outputs: this.outputs }),
    });
  }

  newRegistry(): Registry {
    const { sagemaker } = this;
    return new Registry({
      sagemaker: sagemaker.client,
      group: 'shop-training',
      image: 'image@sha256:1',
      clock: () => this.now,
    });
  }

  /** Time passes. */
  wait(milliseconds: number): void {
    this.now += milliseconds;
    this.s3.now = this.now;
    this.sagemaker.now = this.now;
  }

  train(n: number, tags: Partial<RunTags> = {}): Promise<void> {
    return this.start(`train-${n}`, 'train', {
      n,
      reason: 'bootstrap',
      at: this.now,
      generation: 7,
      code: 'c0de',
      ...tags,
    });
  }

  async start(id: string, kind: 'train' | 'monitor', tags: RunTags): Promise<void> {
    const action: Extract<Action, { do: 'start' }> = { do: 'start', id, kind, tags, why: 'it is time' };
    await this.runs.start(newRun(this.world, action));
  }

  /** What a job of a task leaves, and in which folder. */
  leave(
    prefix: string,
    task: string,
    output: string,
    files: Readonly<Record<string, object | string>>,
    job = 'job-1',
  ): string {
    const folder = `${prefix}/${task}/${job}/output/model/${output}`;
    for (const [file, content] of Object.entries(files)) this.s3.put(`${folder}/${file}`, content);
    return folder;
  }

  /** What a training run that succeeded has left. */
  leaveModel(run: string, decision: 'register' | 'keep' = 'register', job = 'job-1'): string {
    const prefix = `artifacts/training/${run}`;
    this.leave(
      prefix,
      'select',
      'decision',
      { 'decision.json': { decision, why: 'it is better' }, 'metrics.json': {} },
      job,
    );
    return this.leave(prefix, 'select', 'model', { 'model.json': manifest, 'reference.json': {} }, job);
  }
}

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
