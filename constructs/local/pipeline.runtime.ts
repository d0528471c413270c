/** Runs of pipelines: started once an id, recorded as they go, and taken up again where a crash left them. */
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { Plan } from '../../pipelines/compile/plan';
import type { Run, RunTags, Time } from '../../runtime/loop/platform';
import type { Given, PlanJob, PlanOutputs, PlanResult } from './plan.runtime';
import { runsOn } from './record';
import type { RunRecord } from './run';
import type { Storage } from './storage';

/** What a run will do, once its directories are known. */
export interface Prepared {
  readonly plan: Plan;
  readonly given: Given;
}

export interface NewRun {
  readonly id: string;
  readonly kind: Run['kind'];
  /** A pipeline's name for training runs, else an endpoint's. */
  readonly owner: string;
  readonly tags: RunTags;
  /** Makes the run's directories, below the one that it is given. */
  readonly prepare: (directory: string) => Promise<Prepared>;
}

export interface RunsOptions {
  readonly storage: Storage;
  readonly clock: () => Time;
  readonly run: (job: PlanJob) => Promise<PlanResult>;
  /** Puts the outputs of a run that succeeded where they belong, and says what stands in them. */
  readonly keep: (run: RunRecord, outputs: PlanOutputs) => Promise<Pick<RunRecord, 'decision' | 'report'>>;
  /** Called when a run has ended. */
  readonly onEnd: (run: RunRecord) => void;
  readonly log: (line: string) => void;
}

/** The reason that ends a run for now: it goes on when the target is opened again. */
export class Closing extends Error {}

export class Runs {
  private readonly records = new Map<string, RunRecord>();
  private readonly starting = new Map<string, Promise<void>>();
  private readonly running = new Map<string, { readonly done: Promise<void>; readonly abort: AbortController }>();

  constructor(private readonly options: RunsOptions) {}

  /** Reads the records, and takes up the runs that were in flight. */
  async open(): Promise<void> {
    for (const record of await runsOn(this.options.storage)) this.records.set(key(record.owner, record.id), record);
    for (const record of this.list()) if (record.state === 'running') await this.resume(record);
  }

  /** Oldest first. */
  list(): readonly RunRecord[] {
    return [...this.records.values()];
  }

  /** Starting an id that exists changes nothing. Resolves when the run is on record. */
  start(run: NewRun): Promise<void> {
    const name = key(run.owner, run.id);
    if (this.records.has(name)) return Promise.resolve();
    const known = this.starting.get(name);
    if (known) return known;
    const starting = this.begin(run).finally(() => this.starting.delete(name));
    this.starting.set(name, starting);
    return starting;
  }

  /** Ends a run in flight as failed. */
  async cancel(owner: string, id: string, why: string): Promise<void> {
    const running = this.running.get(key(owner, id));
    running?.abort.abort(new Error(`cancelled: ${why}`));
    await running?.done;
  }

  get inFlight(): boolean {
    return this.running.size + this.starting.size > 0;
  }

  /** Leaves the runs in flight to the next opening. */
  async close(): Promise<void> {
    await Promise.allSettled(this.starting.values());
    const running = [...this.running.values()];
    for (const { abort } of running) abort.abort(new Closing('the target was closed'));
    await Promise.all(running.map(({ done }) => done));
  }

  private async begin({ id, kind, owner, tags, prepare }: NewRun): Promise<void> {
    const { storage, clock } = this.options;
    const directory = join('runs', owner, id, 'in');
    // A start that a crash cut short may have left something there.
    await storage.remove(directory);
    const prepared = await prepare(storage.path(directory));
    await storage.write(planPath(owner, id), prepared);
    const record: RunRecord = { id, kind, owner, tags, state: 'running', started: clock(), tasks: [] };
    // On disk first: a run that is not on record has not begun, and is started again at the next look.
    await storage.write(recordPath(owner, id), record);
    this.records.set(key(owner, id), record);
    this.execute(record, prepared);
  }

  private async resume(record: RunRecord): Promise<void> {
    const prepared = await this.options.storage.read<Prepared>(planPath(record.owner, record.id));
    if (prepared) this.execute(record, prepared.value);
    else await this.end(record, { state: 'failed', error: 'its plan is gone; another run starts anew' });
  }

  private execute(record: RunRecord, prepared: Prepared): void {
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const name = key(record.owner, record.id);
    const done = this.untilEnd(record, prepared, abort.signal)
      .catch((error: Error) => this.options.log(`${name}: its record cannot be written: ${error.message}`))
      .finally(() => this.running.delete(name));
    this.running.set(name, { abort, done });
    void done.then(() => {
      const ended = this.records.get(name)!;
      if (ended.state !== 'running') this.options.onEnd(ended);
    });
  }

  private async untilEnd(record: RunRecord, { plan, given }: Prepared, signal: AbortSignal): Promise<void> {
    const { storage, run, keep } = this.options;
    const name = key(record.owner, record.id);
    // Progress is for people who look now; what must outlast the process is written when the run ends.
    const onTasks = (tasks: RunRecord['tasks']) => void this.records.set(name, { ...record, tasks });
    try {
      const logs = storage.path('runs', record.owner, record.id);
      const { tasks, outputs, error } = await run({ plan, given, logs, signal, onTasks });
      if (error !== undefined) await this.end(record, { tasks, state: 'failed', error });
      else await this.end(record, { tasks, state: 'succeeded', ...(await keep(record, outputs)) });
    } catch (error) {
      if (error instanceof Closing) return;
      await this.end(record, {
        tasks: this.records.get(name)!.tasks,
        state: 'failed',
        error: (error as Error).message,
      });
    }
  }

  private async end(record: RunRecord, outcome: Partial<RunRecord>): Promise<void> {
    const { storage, clock } = this.options;
    const ended: RunRecord = { ...record, ...outcome, ended: clock() };
    // It has ended, whatever the disk says to it; where that cannot be written, the next process ends it again, from the cache.
    this.records.set(key(record.owner, record.id), ended);
    await storage.write(recordPath(record.owner, record.id), ended);
    await storage.remove(join('runs', record.owner, record.id, 'in'));
    await storage.remove(planPath(record.owner, record.id));
  }
}

const key = (owner: string, id: string) => `${owner}/${id}`;
const recordPath = (owner: string, id: string) => join('runs', owner, id, 'run.json');
const planPath = (owner: string, id: string) => join('runs', owner, id, 'plan.json');
