/** Runs of the loop as pipeline jobs of Vertex AI: started once an id, listed with what came of them, stopped. */
import { UserError } from '../spec/problem';
import type { Run, RunTags, Time } from '../../runtime/loop/platform';
import { KnownRuns, LEAST_RUNS, type KnownRun } from '../../runtime/cloud/known-runs';
import type { Conclude, NewRun, RunRecord, Runs as RunsPart } from '../../runtime/cloud/parts';
import { ABSENT, type Store } from '../../runtime/cloud/store';
import { together } from '../../runtime/cloud/together';
import { whyFailed } from './failure.runtime';
import { exists, isConflict, unlessAbsent } from './google-error.runtime';
import type { Google } from './google.runtime';
import * as jobs from './pipeline-job.runtime';
import type { JobSummary, StartedRun } from './pipeline-job.runtime';
import type { LoopSettings } from './settings';

export interface RunsOptions {
  readonly google: Google;
  readonly store: Store;
  readonly settings: LoopSettings;
  /** How far back runs are listed, in milliseconds: `longestPeriod` of the loop's spec. */
  readonly period: number;
  readonly clock: () => Time;
  readonly conclude: Conclude;
}

interface Page {
  readonly pipelineJobs?: readonly JobSummary[];
  readonly nextPageToken?: string;
}

const PAGE = 100;
const AT_ONCE = 8;
/** How long what was just created may be found nowhere. */
const BEHIND_MS = 600_000;

export class Runs implements RunsPart {
  private known: KnownRuns;
  private looking: Promise<readonly RunRecord[]> | undefined;

  constructor(private readonly options: RunsOptions) {
    this.known = this.newKnown();
  }

  /** Whoever asks while another asks gets the same answer. */
  list(): Promise<readonly RunRecord[]> {
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** What is started is in the record before its job is created, so that whoever tries again asks for the same job. */
  async start({ id, tags, pipeline, prepare }: NewRun): Promise<void> {
    const { google, store, settings } = this.options;
    const path = jobs.startedPath(settings.endpoint, id);
    const before = await store.read<StartedRun>(path);
    const job = before?.value.job ?? jobs.jobId(settings, id, tags.at);
    const created = before && (await this.describe(`${this.parent}/${job}`));
    if (created) return await this.learn(created);
    const inputs = await prepare();
    const document = await store.read(pipeline);
    if (!document) throw new Error(`there is no ${store.uri(pipeline)}: deploy the stack with the spec as it is`);
    const started: StartedRun = { format: 1, job, pipeline, tags };
    await store.write(path, started, before?.etag ?? ABSENT);
    const body = jobs.pipelineJob(settings, { run: id, tags, document: document.value, inputs });
    const asked = { query: { pipelineJobId: job }, body, repeatable: true };
    try {
      await this.learn(await google.call<JobSummary>('aiplatform', 'POST', this.parent, asked));
    } catch (error) {
      // Another loop, or this one: the answer may have been lost.
      if (!exists(error)) throw error;
    }
  }

  /** Ends a run in flight as failed; one that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    const run = (await this.list()).find((one) => one.id === id && one.state === 'running');
    if (!run || this.known.get(run.resource)?.status === 'PIPELINE_STATE_CANCELLING') return;
    const cancel = { body: {}, repeatable: true };
    try {
      await this.options.google.call('aiplatform', 'POST', `${run.resource}:cancel`, cancel);
    } catch (error) {
      // It has just ended. [unverified: how Vertex AI says so]
      if (!isConflict(error)) throw error;
    }
  }

  private async look(): Promise<readonly RunRecord[]> {
    await this.known.open();
    const names = this.pipelines.map(jobs.pipelineName);
    try {
      await this.refresh(names);
    } catch (error) {
      // What was learned has gaps now: the next look begins with what is in the record.
      this.known = this.newKnown();
      throw error;
    }
    await this.known.keep([...names, OTHERS], this.options.clock());
    return names.flatMap((name) => this.known.of(name)).flatMap(([resource, run]) => asRecord(resource, run));
  }

  /** Lists what is new, from the newest on, and finds out what came of what ended. */
  private async refresh(names: readonly string[]): Promise<void> {
    const inFlight = new Set(
      [...names, OTHERS]
        .flatMap((name) => this.known.of(name))
        .flatMap(([resource, { state }]) => (state === 'running' ? [resource] : [])),
    );
    let token: string | undefined;
    let wasKnown: boolean;
    do {
      const { pipelineJobs = [], nextPageToken }: Page = await this.page(token);
      wasKnown =
        this.known.isComplete && pipelineJobs.every((job) => this.known.get(job.name) ?? this.isForgotten(job));
      await together(pipelineJobs, AT_ONCE, (job) => this.learn(job));
      for (const { name } of pipelineJobs) inFlight.delete(name);
      token = nextPageToken;
    } while (token && !(wasKnown || names.every((name) => this.hasEnough(name))));
    await together([...inFlight], AT_ONCE, (resource) => this.ask(resource));
  }

  /** Of a run in flight that no list showed: it began long ago, or the list is behind. */
  private async ask(resource: string): Promise<void> {
    const job = await this.describe(resource);
    if (job) return await this.learn(job);
    if (this.known.get(resource)!.started < this.options.clock() - BEHIND_MS) this.known.drop(resource);
  }

  /** What is older than all periods and not known was known before, and did not matter any more. */
  private isForgotten({ name, createTime }: JobSummary): boolean {
    const isOld = Date.parse(createTime) < this.options.clock() - this.options.period;
    return this.known.isComplete && isOld && this.known.get(name) === undefined;
  }

  private hasEnough(pipeline: string): boolean {
    const runs = this.known.of(pipeline).map(([, run]) => run);
    const oldest = runs.at(-1)?.started ?? Infinity;
    const isFar = oldest < this.options.clock() - this.options.period;
    return isFar && runs.length >= LEAST_RUNS && runs.some(({ state }) => state === 'succeeded');
  }

  /** What has ended stays as it is: whoever tries a job again makes another one. */
  private async learn(job: JobSummary): Promise<void> {
    const { name, state, createTime, labels = {} } = job;
    const before = this.known.get(name);
    if (before?.status === state || (before && before.state !== 'running') || this.isForgotten(job)) return;
    const run = labels[jobs.RUN_LABEL];
    const started = before?.tags ? before : run === undefined ? undefined : await this.started(run, name);
    const common = { id: run ?? name, started: Date.parse(createTime), status: state };
    if (!started?.tags) {
      this.known.set(name, { ...common, pipeline: OTHERS, state: jobs.isOver(state) ? 'failed' : 'running' });
      return;
    }
    const { pipeline, tags } = started;
    this.known.set(name, { ...common, pipeline, tags, ...(await this.outcome(job, common.id, tags)) });
  }

  private async outcome(job: JobSummary, id: string, tags: RunTags): Promise<Outcome> {
    const { google, conclude } = this.options;
    if (!jobs.isOver(job.state)) return { state: 'running' };
    if (job.state !== jobs.SUCCEEDED) return { state: 'failed', error: await whyFailed(google, job) };
    try {
      return { state: 'succeeded', ...(await conclude({ id, kind: jobs.kindOf(tags), tags })) };
    } catch (error) {
      if (error instanceof UserError) return { state: 'failed', error: error.message };
      throw error;
    }
  }

  /** Undefined where it is another job that has the run's label: of a person who cloned it, of a system that is gone. */
  private async started(run: string, resource: string): Promise<Pick<KnownRun, 'pipeline' | 'tags'> | undefined> {
    const { store, settings } = this.options;
    const found = (await store.read<StartedRun>(jobs.startedPath(settings.endpoint, run)))?.value;
    if (found?.job !== resource.split('/').at(-1)) return undefined;
    return { pipeline: jobs.pipelineName(found!.pipeline), tags: found!.tags };
  }

  private describe(resource: string): Promise<JobSummary | undefined> {
    const query = { fields: jobs.SUMMARY };
    return unlessAbsent(this.options.google.call<JobSummary>('aiplatform', 'GET', resource, { query }));
  }

  private page(pageToken: string | undefined): Promise<Page> {
    const labels = Object.entries(jobs.labelsOf(this.options.settings));
    const query = {
      filter: labels.map(([label, value]) => `labels.${label}="${value}"`).join(' AND '),
      orderBy: 'create_time desc',
      readMask: jobs.SUMMARY,
      pageSize: PAGE,
      pageToken,
    };
    return this.options.google.call<Page>('aiplatform', 'GET', this.parent, { query });
  }

  /** In the bucket: their documents. */
  private get pipelines(): readonly string[] {
    const { training, monitors, trial } = this.options.settings.pipelines;
    return [...new Set([training, ...Object.values(monitors), ...(trial === false ? [] : [trial])])];
  }

  private get parent(): string {
    const { project, location } = this.options.settings;
    return `projects/${project}/locations/${location}/pipelineJobs`;
  }

  private newKnown(): KnownRuns {
    const { store, settings, period } = this.options;
    return new KnownRuns(store, settings.endpoint, period);
  }
}

type Outcome = Pick<KnownRun, 'state' | 'decision' | 'report' | 'error'>;

/** Stands for the pipeline of jobs that are none of the loop's. */
const OTHERS = '';

function asRecord(resource: string, run: KnownRun): RunRecord[] {
  const { pipeline, id, started, state, tags, decision, report, error } = run;
  if (!tags) return [];
  const common = { id, kind: jobs.kindOf(tags) satisfies Run['kind'], state, tags, resource, pipeline, started };
  return [
    { ...common, ...(decision && { decision }), ...(report && { report }), ...(error !== undefined && { error }) },
  ];
}
