/** What becomes of the runs that are started: they take hours, fail or succeed, and leave what jobs leave. */
import type { MonitorReport, Run, RunTags, Time } from '../../../runtime/loop/platform';
import type { MonitorSubject } from '../../../constructs/spec/report';
import type { FakeSageMaker } from '../runtime/fake-sagemaker';
import { manifest } from '../runtime/shop';
import { HOUR, MINUTE, TRAINING } from './settings';
import type { Nature, World } from './world';

export type Execution = FakeSageMaker['executions'][number];

/** How a run ends, as the loop should see it. */
export interface Outcome {
  readonly state: Run['state'];
  readonly decision?: NonNullable<Run['decision']>;
  /** S3 URI of the model, with a slash at its end. */
  readonly model?: string;
  readonly report?: MonitorReport;
}

const NATURES: readonly (readonly [upTo: number, nature: Nature])[] = [
  [0.5, 'good'],
  [0.68, 'sick'],
  [0.76, 'slow'],
  [0.87, 'stillborn'],
  [0.96, 'poor'],
  [1, 'unmade'],
];

export class Jobs {
  private readonly endings = new Map<Execution, Time>();
  private readonly outcomes = new Map<Execution, Outcome>();
  /** What each run's status was, for lists that are behind. */
  readonly statuses = new Map<string, { readonly at: Time; readonly status: string }[]>();

  constructor(private readonly world: World) {}

  of(kind: Run['kind']): readonly Execution[] {
    return this.world.sagemaker.executions.filter(({ pipeline }) => (pipeline === TRAINING) === (kind === 'train'));
  }

  inFlight(kind: Run['kind']): readonly Execution[] {
    return this.of(kind).filter((run) => this.outcome(run).state === 'running');
  }

  outcome(run: Execution): Outcome {
    return this.outcomes.get(run) ?? { state: 'running' };
  }

  next(): Time {
    return Math.min(Infinity, ...this.endings.values());
  }

  /** After a request that may have started or stopped runs. */
  note(): void {
    const { world } = this;
    for (const run of world.sagemaker.executions) {
      if (!this.statuses.has(run.arn)) this.begin(run);
      if (run.status === 'Stopping' && this.outcome(run).state === 'running') {
        this.say(run);
        this.endings.set(run, Math.min(this.endings.get(run)!, world.now + 3 * MINUTE));
      }
    }
  }

  continue(): void {
    for (const [run, at] of this.endings)
      if (at <= this.world.now) {
        this.endings.delete(run);
        this.end(run);
        this.say(run);
      }
  }

  private begin(run: Execution): void {
    const { world } = this;
    this.endings.set(run, world.now + (0.2 + world.random() * 5) * HOUR);
    this.say(run);
    if (run.pipeline !== TRAINING) return;
    const { n } = tagsOf(run);
    const drawn = world.random();
    const nature = world.calm ? 'good' : NATURES.find(([upTo]) => drawn < upTo)![1];
    world.be(`v${n!}`, nature);
  }

  private say({ arn, status }: Execution): void {
    this.statuses.set(arn, [...(this.statuses.get(arn) ?? []), { at: this.world.now, status }]);
  }

  private end(run: Execution): void {
    const { world } = this;
    const fails = world.chance(world.calm ? 0 : 0.2);
    const outcome = run.status === 'Stopping' ? this.stop(run) : fails ? this.fail(run) : this.succeed(run);
    this.outcomes.set(run, outcome);
    world.umpire.count(`${run.pipeline === TRAINING ? 'train' : 'monitor'} run ${outcome.state}`);
  }

  private stop(run: Execution): Outcome {
    run.status = 'Stopped';
    return { state: 'failed' };
  }

  private fail(run: Execution): Outcome {
    run.status = 'Failed';
    run.reason = 'Step failure: One or multiple steps failed.';
    const EndTime = new Date(this.world.now);
    run.steps = [{ StepName: 'prepare', StepStatus: 'Failed', EndTime, FailureReason: 'AlgorithmError: no rows' }];
    return { state: 'failed' };
  }

  private succeed(run: Execution): Outcome {
    run.status = 'Succeeded';
    // A run that says of itself that it succeeded, and has left nothing.
    if (this.world.chance(this.world.calm ? 0 : 0.05)) return { state: 'failed' };
    return run.pipeline === TRAINING ? this.train(run) : this.report(run);
  }

  /** As the tasks of the graph leave it. A task that was tried again has a folder for each of its jobs. */
  private train(run: Execution): Outcome {
    const { world } = this;
    const keep = world.chance(world.calm ? 0 : 0.25) || (world.calm && this.isServed());
    const decision = keep ? 'keep' : 'register';
    const folder = `${prefixOf(run)}/select`;
    if (world.chance(0.2)) this.leave(`${folder}/job-0`, keep ? 'register' : 'keep', world.now - HOUR);
    this.leave(`${folder}/job-1`, decision, world.now);
    return { state: 'succeeded', decision, model: world.s3.store.uri(`${folder}/job-1/output/model/model/`) };
  }

  private leave(job: string, decision: 'register' | 'keep', at: Time): void {
    const { s3 } = this.world;
    const { now } = s3;
    s3.now = at;
    s3.put(`${job}/output/model/decision/decision.json`, { decision, why: 'as it was measured' });
    s3.put(`${job}/output/model/decision/metrics.json`, {});
    s3.put(`${job}/output/model/model/model.json`, manifest);
    s3.put(`${job}/output/model/model/reference.json`, {});
    s3.now = now;
  }

  /** Of what it was told to look at, and nothing that it would not know. */
  private report(run: Execution): Outcome {
    const { world } = this;
    const subject = JSON.parse(run.parameters['Subject']!) as MonitorSubject;
    const { monitor, version, scope } = subject;
    const bad = scope === 'trial' ? world.nature(version) === 'poor' : world.chance(world.calm ? 0 : world.drift);
    const verdict = world.chance(world.calm ? 0 : 0.1) ? 'unclear' : bad ? 'violated' : 'fine';
    const folder = `${prefixOf(run)}/report/job-1/output/model/report`;
    world.s3.put(`${folder}/report.json`, { format: 1, ...subject, kind: 'data-drift', rows: 1, verdict, values: [] });
    const window = { from: Date.parse(subject.window.from), to: Date.parse(subject.window.to) };
    return { state: 'succeeded', report: { monitor, version, scope, verdict, window } };
  }

  private isServed(): boolean {
    const { world } = this;
    return world.served().some((each) => each.share > 0 && world.versions.isSound(each));
  }
}

export const tagsOf = (run: Execution): RunTags => JSON.parse(run.description!) as RunTags;

/** Where its jobs write, without a slash at the end. */
const prefixOf = (run: Execution): string => run.parameters['Output']!.slice('s3://record/'.length);
