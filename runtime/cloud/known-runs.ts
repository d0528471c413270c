/** Runs that were seen before: what came of one that ended is found out once, and the old ones need not be listed again. */
import { layout } from '../../constructs/spec/layout';
import { Refused, type MonitorReport, type Run, type RunTags, type Time } from '../loop/platform';
import { ABSENT, type Store } from './store';

export interface KnownRun {
  /** As the platform calls it. */
  readonly pipeline: string;
  readonly id: string;
  /** By the platform's clock. */
  readonly started: Time;
  /** As the platform says it: a run that ended may be tried again by hand. */
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
  /** By the platform's own name of it. */
  readonly runs: Readonly<Record<string, KnownRun>>;
}

/** In this process, and in the bucket for the next one. */
export class KnownRuns {
  private readonly runs = new Map<string, KnownRun>();
  private changed = false;
  private complete = false;
  /** Of the document, as it was read or written last. */
  private etag = ABSENT;

  constructor(
    private readonly store: Store,
    private readonly endpoint: string,
    private readonly period: number,
  ) {}

  /** At each look: what another process has seen, a list that is behind may not show to this one. */
  async open(): Promise<void> {
    const found = await this.store.read<Written>(this.path);
    const written = found?.value;
    this.etag = found?.etag ?? ABSENT;
    for (const [resource, run] of Object.entries(written?.runs ?? {}))
      if (!this.runs.has(resource)) this.runs.set(resource, run);
    this.complete ||= written !== undefined && written.period >= this.period;
  }

  /** Nothing older than what is here is missing: it has been listed before. */
  get isComplete(): boolean {
    return this.complete;
  }

  get(resource: string): KnownRun | undefined {
    return this.runs.get(resource);
  }

  set(resource: string, run: KnownRun): void {
    if (this.runs.get(resource) === run) return;
    this.runs.set(resource, run);
    this.changed = true;
  }

  drop(resource: string): void {
    this.changed = this.runs.delete(resource) || this.changed;
  }

  of(pipeline: string): readonly (readonly [resource: string, run: KnownRun])[] {
    return [...this.runs].filter(([, run]) => run.pipeline === pipeline).sort(([, a], [, b]) => b.started - a.started);
  }

  /**
   * Forgets what is too old to matter, and writes down the rest where it changed. A look that stalled does not know of a run that
   * another one has started since: it leaves what that one wrote, and its own is written by the next look.
   */
  async keep(pipelines: readonly string[], now: Time): Promise<void> {
    for (const pipeline of pipelines) {
      const ours = this.of(pipeline).filter(([, { tags }]) => tags);
      const kept = new Set(
        [...ours.slice(0, LEAST_RUNS), ...ours.filter(succeeded).slice(0, 1)].map(([resource]) => resource),
      );
      for (const [resource, run] of this.of(pipeline))
        if (run.started < now - this.period && run.state !== 'running' && !kept.has(resource)) this.drop(resource);
    }
    if (!this.changed && this.complete) return;
    const written: Written = { format: 1, period: this.period, runs: Object.fromEntries(this.runs) };
    this.complete = true;
    try {
      this.etag = await this.store.write(this.path, written, this.etag);
      this.changed = false;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.changed = true;
    }
  }

  private get path(): string {
    return layout.known(this.endpoint, 'runs');
  }
}

const succeeded = ([, { state }]: readonly [resource: string, run: KnownRun]): boolean => state === 'succeeded';
