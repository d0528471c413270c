/** Runs that were seen before: what came of one that ended is found out once, and the old ones need not be listed again. */
import { layout } from '../spec/layout';
import type { MonitorReport, Run, RunTags, Time } from '../../runtime/loop/platform';
import type { Store } from './store.runtime';

export interface KnownRun {
  /** Name of the SageMaker pipeline. */
  readonly pipeline: string;
  readonly id: string;
  /** By SageMaker's clock. */
  readonly started: Time;
  /** As SageMaker says it: a run that ended may be tried again by hand. */
  readonly status: string;
  readonly state: Run['state'];
  /** None: somebody else started it, and it is no run of the loop. */
  readonly tags?: RunTags;
  readonly decision?: NonNullable<Run['decision']>;
  readonly report?: MonitorReport;
  readonly error?: string;
}

/** How many of a pipeline's newest runs are kept, however old they are; and the newest that succeeded. */
export const LEAST_RUNS = 10;

interface Written {
  readonly format: 1;
  /** How far back the runs go without a gap, in milliseconds. */
  readonly period: number;
  /** By ARN. */
  readonly runs: Readonly<Record<string, KnownRun>>;
}

/** In this process, and in the bucket for the next one. */
export class KnownRuns {
  private readonly runs = new Map<string, KnownRun>();
  private changed = false;
  private complete = false;

  constructor(
    private readonly store: Store,
    private readonly endpoint: string,
    private readonly period: number,
  ) {}

  /** At each look: what another process has seen, a list that is behind may not show to this one. */
  async open(): Promise<void> {
    const written = (await this.store.read<Written>(this.path))?.value;
    for (const [arn, run] of Object.entries(written?.runs ?? {})) if (!this.runs.has(arn)) this.runs.set(arn, run);
    this.complete ||= written !== undefined && written.period >= this.period;
  }

  /** Nothing older than what is here is missing: it has been listed before. */
  get isComplete(): boolean {
    return this.complete;
  }

  get(arn: string): KnownRun | undefined {
    return this.runs.get(arn);
  }

  set(arn: string, run: KnownRun): void {
    if (this.runs.get(arn) === run) return;
    this.runs.set(arn, run);
    this.changed = true;
  }

  drop(arn: string): void {
    this.changed = this.runs.delete(arn) || this.changed;
  }

  of(pipeline: string): readonly (readonly [arn: string, run: KnownRun])[] {
    return [...this.runs].filter(([, run]) => run.pipeline === pipeline).sort(([, a], [, b]) => b.started - a.started);
  }

  /** Forgets what is too old to matter, and writes down the rest where it changed. Two who write at once know the same. */
  async keep(pipelines: readonly string[], now: Time): Promise<void> {
    for (const pipeline of pipelines) {
      const ours = this.of(pipeline).filter(([, { tags }]) => tags);
      const kept = new Set([...ours.slice(0, LEAST_RUNS), ...ours.filter(succeeded).slice(0, 1)].map(([arn]) => arn));
      for (const [arn, run] of this.of(pipeline))
        if (run.started < now - this.period && run.state !== 'running' && !kept.has(arn)) this.drop(arn);
    }
    if (!this.changed && this.complete) return;
    const written: Written = { format: 1, period: this.period, runs: Object.fromEntries(this.runs) };
    await this.store.write(this.path, written);
    this.changed = false;
    this.complete = true;
  }

  private get path(): string {
    return layout.known(this.endpoint, 'runs');
  }
}

const succeeded = ([, { state }]: readonly [arn: string, run: KnownRun]): boolean => state === 'succeeded';
