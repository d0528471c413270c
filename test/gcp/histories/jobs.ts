/** What becomes of the pipeline jobs that are created: they take hours, fail or succeed, and leave what tasks leave. */
import type { MonitorSubject } from '../../../constructs/spec/report';
import type { MonitorReport, Run, RunTags } from '../../../runtime/loop/platform';
import type { PipelineJob } from '../fake/vertex-state';
import { HOUR } from './settings';
import type { Nature, World } from './world';

/** How a run ends, as the loop should see it. */
export interface Outcome {
  readonly state: Run['state'];
  readonly decision?: NonNullable<Run['decision']>;
  readonly report?: MonitorReport;
}

export interface Job {
  /** The last part of its name. */
  readonly id: string;
  /** Of the loop. */
  readonly run: string;
  readonly tags: RunTags;
  readonly pipeline: string;
  readonly job: PipelineJob;
  readonly inputs: Readonly<Record<string, string>>;
  /** URI of the folder that its tasks write to. */
  readonly output: string;
}

const NATURES: readonly (readonly [upTo: number, nature: Nature])[] = [
  ...([
    [0.55, 'good'],
    [0.74, 'sick'],
    [0.82, 'slow'],
    [0.91, 'stillborn'],
    [1, 'poor'],
  ] as const),
];

const MANIFEST = {
  format: 1,
  metrics: { wape: 0.3 },
  schema: {
    time: 'when',
    key: ['order'],
    label: 'sold',
    features: { price: { kind: 'number', range: false, nulls: 0.5 } },
  },
};

export class Jobs {
  readonly all: Job[] = [];
  private readonly outcomes = new Map<string, Outcome>();

  constructor(private readonly world: World) {}

  of(kind: Run['kind']): readonly Job[] {
    return this.all.filter(({ tags }) => (tags.monitor === undefined) === (kind === 'train'));
  }

  outcome({ id }: Job): Outcome {
    const known = this.outcomes.get(id);
    if (known) return known;
    const { state } = this.world.google.vertex.job(id);
    return { state: state === 'PIPELINE_STATE_CANCELLED' ? 'failed' : 'running' };
  }

  inFlight(kind: Run['kind']): readonly Job[] {
    return this.of(kind).filter((job) => this.outcome(job).state === 'running');
  }

  /** After a request that has created one. */
  begin(id: string): Job {
    const { world } = this;
    const job = world.google.vertex.job(id);
    const { labels, runtimeConfig } = job as unknown as {
      readonly labels: Readonly<Record<string, string>>;
      readonly runtimeConfig: {
        readonly parameterValues: Readonly<Record<string, string>>;
        readonly gcsOutputDirectory: string;
      };
    };
    const run = labels['mlops_run']!;
    const { tags, pipeline } = JSON.parse(world.text(`loop/online/runs/${run}.json`)!) as Pick<
      Job,
      'tags' | 'pipeline'
    >;
    const { parameterValues: inputs, gcsOutputDirectory: output } = runtimeConfig;
    const begun: Job = { id, run, tags, pipeline, job, inputs, output };
    this.all.push(begun);
    world.google.clock.in((0.2 + world.random() * 5) * HOUR, () => this.end(begun));
    if (tags.n !== undefined) {
      const drawn = world.random();
      world.be(`v${tags.n}`, world.calm ? 'good' : NATURES.find(([upTo]) => drawn < upTo)![1]);
    }
    return begun;
  }

  private end(job: Job): void {
    const { world } = this;
    if (this.outcome(job).state !== 'running') return;
    const fails = world.chance(world.calm ? 0 : 0.2);
    const outcome = fails ? this.fail(job) : this.succeed(job);
    this.outcomes.set(job.id, outcome);
    world.umpire.count(`${job.tags.monitor === undefined ? 'train' : 'monitor'} run ${outcome.state}`);
  }

  private fail({ id }: Job): Outcome {
    const error = { code: 9, message: 'The DAG failed because some tasks failed. The failed tasks are: [prepare].' };
    this.world.google.vertex.finishJob(id, { state: 'PIPELINE_STATE_FAILED', error });
    return { state: 'failed' };
  }

  private succeed(job: Job): Outcome {
    const { vertex } = this.world.google;
    // One that says of itself that it succeeded, and has left nothing.
    if (this.world.chance(this.world.calm ? 0 : 0.05)) {
      vertex.finishJob(job.id);
      return { state: 'failed' };
    }
    return job.tags.monitor === undefined ? this.train(job) : this.report(job);
  }

  private train({ id }: Job): Outcome {
    const { world } = this;
    const keep = world.chance(world.calm ? 0 : 0.25) || (world.calm && this.isServed());
    const decision = keep ? 'keep' : 'register';
    // A task that was tried again has a folder for each time.
    if (world.chance(0.2)) world.google.vertex.writeOutputs(id, left(keep ? 'register' : 'keep'));
    world.google.clock.advance(1000);
    world.google.vertex.finishJob(id, { outputs: left(decision) });
    return { state: 'succeeded', decision };
  }

  /** Of what it was told to look at, and nothing that it would not know. */
  private report({ id, inputs }: Job): Outcome {
    const { world } = this;
    const subject = JSON.parse(inputs['subject']!) as MonitorSubject;
    const { monitor, version, scope } = subject;
    const bad = scope === 'trial' ? world.nature(version) === 'poor' : world.chance(world.calm ? 0 : world.drift);
    const verdict = world.chance(world.calm ? 0 : 0.1) ? 'unclear' : bad ? 'violated' : 'fine';
    const report = { format: 1, ...subject, kind: 'data-drift', rows: 1, verdict, values: [] };
    world.google.vertex.finishJob(id, { outputs: { 'report/report/report.json': report } });
    const window = { from: Date.parse(subject.window.from), to: Date.parse(subject.window.to) };
    return { state: 'succeeded', report: { monitor, version, scope, verdict, window } };
  }

  private isServed(): boolean {
    const { world } = this;
    return world.served().some((each) => each.share > 0 && world.versions.isSound(each));
  }
}

const left = (decision: 'register' | 'keep') => ({
  'select/decision/decision.json': { decision, why: 'as it was measured' },
  'select/decision/metrics.json': {},
  'select/model/model.json': MANIFEST,
  'select/model/reference.json': {},
});
