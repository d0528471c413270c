/** Runs of the loop as executions of SageMaker pipelines: started once an id, listed with what came of them, stopped. */
import { createHash } from 'node:crypto';
import {
  DescribePipelineExecutionCommand,
  ListPipelineExecutionsCommand,
  StartPipelineExecutionCommand,
  StopPipelineExecutionCommand,
  type PipelineExecutionSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { UserError } from '../spec/problem';
import { Refused, type Run, type RunTags, type Time } from '../../runtime/loop/platform';
import { unlessAbsent } from './absent.runtime';
import { whyFailed } from './failure.runtime';
import { KnownRuns, LEAST_RUNS, type KnownRun } from '../../runtime/cloud/known-runs';
import type { Conclude, NewRun, RunInputs, RunRecord, Runs as RunsPart } from '../../runtime/cloud/parts';
import { OUTPUT_PARAMETER, parameterName } from '../../pipelines/compile/sagemaker-names';
import type { LoopSettings } from './settings';
import type { Store } from '../../runtime/cloud/store';
import { together } from '../../runtime/cloud/together';

export interface RunsOptions {
  readonly sagemaker: SageMakerClient;
  readonly store: Store;
  /** In the spec. */
  readonly endpoint: string;
  readonly pipelines: LoopSettings['pipelines'];
  /** How far back runs are listed, in milliseconds: `longestPeriod` of the loop's spec. */
  readonly period: number;
  readonly clock: () => Time;
  /** What a run that succeeded has left. A UserError makes it one that failed. */
  readonly conclude: Conclude;
}

const PAGE = 100;
const AT_ONCE = 8;
/** How long a list may not show a run that another one has shown. */
const BEHIND_MS = 600_000;

export class Runs implements RunsPart {
  private readonly known: KnownRuns;
  private looking: Promise<readonly RunRecord[]> | undefined;

  constructor(private readonly options: RunsOptions) {
    this.known = new KnownRuns(options.store, options.endpoint, options.period);
  }

  /**
   * All in flight, all since `period`, of each pipeline the newest ten and the newest that succeeded; newest first. Whoever
   * asks while another asks gets the same answer.
   */
  list(): Promise<readonly RunRecord[]> {
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }

  /** Starting an id that exists changes nothing. */
  async start({ id, tags, pipeline, prepare }: NewRun): Promise<void> {
    // Ids only go up, with each training or each window: one that exists is among the newest. How long a token is
    // remembered is not documented, so it covers only what the list does not show yet.
    const { PipelineExecutionSummaries = [] } = await this.page(pipeline);
    if (PipelineExecutionSummaries.some((run) => run.PipelineExecutionDisplayName === id)) return;
    const parameters = Object.entries(parametersOf(await prepare()));
    await refusingConflicts(
      this.options.sagemaker.send(
        new StartPipelineExecutionCommand({
          PipelineName: pipeline,
          PipelineExecutionDisplayName: id,
          PipelineExecutionDescription: JSON.stringify(tags),
          PipelineParameters: parameters.map(([Name, Value]) => ({ Name, Value })),
          // A stack that is deleted and made again begins with the same ids: its runs are others, and so is its bucket.
          ClientRequestToken: digest(`start ${this.options.store.uri('')} ${pipeline} ${id}`),
        }),
      ),
    );
  }

  /** Ends a run in flight as failed; one that has ended stays as it is. */
  async cancel(id: string): Promise<void> {
    const run = (await this.list()).find((one) => one.id === id && one.state === 'running');
    // What is being stopped already would be refused.
    if (!run || this.known.get(run.resource)?.status === 'Stopping') return;
    const stop = { PipelineExecutionArn: run.resource, ClientRequestToken: digest(`stop ${run.resource}`) };
    await refusingConflicts(this.options.sagemaker.send(new StopPipelineExecutionCommand(stop)));
  }

  private async look(): Promise<readonly RunRecord[]> {
    const { pipelines, clock } = this.options;
    await this.known.open();
    const all = [...new Set([pipelines.training, ...Object.values(pipelines.monitors), pipelines.trial || []].flat())];
    await Promise.all(all.map((pipeline) => this.refresh(pipeline)));
    await this.known.keep(all, clock());
    return all.flatMap((pipeline) => this.known.of(pipeline)).flatMap(([arn, run]) => asRecord(arn, run, pipelines));
  }

  /** Lists what is new, from the newest on, and finds out what came of what ended. */
  private async refresh(pipeline: string): Promise<void> {
    const inFlight = new Set(this.known.of(pipeline).flatMap(([arn, { state }]) => (state === 'running' ? [arn] : [])));
    let token: string | undefined;
    let wasKnown: boolean;
    do {
      const page = await unlessAbsent(this.page(pipeline, token));
      const summaries = page?.PipelineExecutionSummaries ?? [];
      wasKnown = this.known.isComplete && summaries.every((run) => this.isSettled(run));
      await together(summaries, AT_ONCE, (run) => this.learn(pipeline, run));
      for (const { PipelineExecutionArn } of summaries) inFlight.delete(PipelineExecutionArn!);
      token = page?.NextToken;
    } while (token && !(inFlight.size === 0 && (wasKnown || this.hasEnough(pipeline))));
    // Listed to the end and not there: the pipeline was deleted with its runs, unless the list is behind.
    for (const arn of inFlight)
      if (this.known.get(arn)!.started < this.options.clock() - BEHIND_MS) this.known.drop(arn);
  }

  private isSettled(run: PipelineExecutionSummary): boolean {
    const known = this.known.get(run.PipelineExecutionArn!);
    return known !== undefined && known.state !== 'running' && known.status === run.PipelineExecutionStatus;
  }

  private hasEnough(pipeline: string): boolean {
    const runs = this.known.of(pipeline).map(([, run]) => run);
    const ours = runs.filter(({ tags }) => tags);
    const since = this.options.clock() - this.options.period;
    const oldest = runs.at(-1)?.started ?? Infinity;
    return oldest < since && ours.length >= LEAST_RUNS && ours.some(({ state }) => state === 'succeeded');
  }

  private async learn(pipeline: string, run: PipelineExecutionSummary): Promise<void> {
    const arn = run.PipelineExecutionArn!;
    const status = run.PipelineExecutionStatus!;
    const before = this.known.get(arn);
    if (before?.status === status) return;
    const tags = before?.tags ?? (await this.tagsOf(run));
    const id = run.PipelineExecutionDisplayName ?? arn;
    const common = { pipeline, id, started: run.StartTime!.getTime(), status, ...(tags && { tags }) };
    this.known.set(arn, { ...common, ...(await this.outcome(run, tags, id, pipeline)) });
  }

  private async outcome(
    run: PipelineExecutionSummary,
    tags: RunTags | undefined,
    id: string,
    pipeline: string,
  ): Promise<Pick<KnownRun, 'state' | 'decision' | 'report' | 'error'>> {
    const status = run.PipelineExecutionStatus!;
    if (status === 'Executing' || status === 'Stopping') return { state: 'running' };
    const { sagemaker, conclude, pipelines } = this.options;
    if (!tags) return { state: status === 'Succeeded' ? 'succeeded' : 'failed' };
    if (status !== 'Succeeded') return { state: 'failed', error: await whyFailed(sagemaker, run) };
    try {
      return { state: 'succeeded', ...(await conclude({ id, kind: kindOf(pipeline, pipelines), tags })) };
    } catch (error) {
      if (error instanceof UserError) return { state: 'failed', error: error.message };
      throw error;
    }
  }

  /** Undefined for a run that is not the loop's. Descriptions stand in the list; where one does not, it is asked for. */
  private async tagsOf(run: PipelineExecutionSummary): Promise<RunTags | undefined> {
    const listed = parseTags(run.PipelineExecutionDescription);
    if (listed || run.PipelineExecutionDescription) return listed;
    const described = new DescribePipelineExecutionCommand({ PipelineExecutionArn: run.PipelineExecutionArn });
    return parseTags((await this.options.sagemaker.send(described)).PipelineExecutionDescription);
  }

  private page(pipeline: string, token?: string) {
    return this.options.sagemaker.send(
      new ListPipelineExecutionsCommand({
        PipelineName: pipeline,
        SortBy: 'CreationTime',
        SortOrder: 'Descending',
        MaxResults: PAGE,
        ...(token && { NextToken: token }),
      }),
    );
  }
}

const kindOf = (pipeline: string, { training }: LoopSettings['pipelines']): Run['kind'] =>
  pipeline === training ? 'train' : 'monitor';

function asRecord(resource: string, run: KnownRun, pipelines: LoopSettings['pipelines']): RunRecord[] {
  const { pipeline, id, started, state, tags, decision, report, error } = run;
  if (!tags) return [];
  const common = { id, kind: kindOf(pipeline, pipelines), state, tags, resource, pipeline, started };
  return [
    { ...common, ...(decision && { decision }), ...(report && { report }), ...(error !== undefined && { error }) },
  ];
}

function parseTags(description: string | undefined): RunTags | undefined {
  try {
    const { reason, at, generation } = JSON.parse(description ?? '') as Partial<Record<keyof RunTags, unknown>>;
    const areTags = typeof reason === 'string' && typeof at === 'number' && typeof generation === 'number';
    return areTags ? (JSON.parse(description!) as RunTags) : undefined;
  } catch {
    return undefined;
  }
}

/** Something else changes the same pipeline or run just now: nothing was done, and the next look decides anew. */
async function refusingConflicts<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as Error).name === 'ConflictException') throw new Refused((error as Error).message);
    throw error;
  }
}

/** All that the pipeline knows, by its names: a prefix that is a folder ends with a slash. */
const parametersOf = ({ output, externals, parameters }: RunInputs): Readonly<Record<string, string>> => ({
  [OUTPUT_PARAMETER]: output,
  ...renamed(externals, (uri) => `${uri}/`),
  ...renamed(parameters, (value) => value),
});

const renamed = (values: Readonly<Record<string, string>>, change: (value: string) => string) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [parameterName(name), change(value)]));

/** SageMaker wants 32 to 128 characters. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
