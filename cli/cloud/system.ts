/** A system in a cloud, by a person's own credentials: its record is a bucket, its loops run there, and they alone act. */
import { LabelFiles, MOST_FETCHED } from '../../runtime/cloud/label-files';
import type { OperatorRecord } from '../../runtime/cloud/operator-record';
import type { RegisteredVersion, RunRecord } from '../../runtime/cloud/parts';
import type { Store } from '../../runtime/cloud/store';
import type { JobTask } from '../../runtime/cloud/why-ended';
import { UserError } from '../../constructs/spec';
import type { LabelsFile } from '../../constructs/local/add-labels';
import type { Request, Time } from '../../runtime/loop/platform';
import type { Io } from '../io';
import type { AddedHere, Down, LoopState, RunLog, RunOnRecord, ServerLog, Status, System, Up } from '../targets';
import { addLabelsTo } from './labels';
import { statusInCloud } from './status';
import { turnDown, turnUp } from './switch';
import { loopState } from './words';

/** Of one endpoint. */
export interface Loop {
  readonly endpoint: string;
  readonly record: OperatorRecord;
  /** The command that shows what the loop printed. */
  readonly log: string;
}

/** What is said of the system as a whole. */
export interface Words {
  /** As `--target` names it. */
  readonly target: string;
  readonly region: string;
  /** What says which endpoints there are, in the middle of a sentence. */
  readonly holder: string;
  /** Above the endpoints of `mlops status`. */
  readonly heading: string;
  /** What `--json` prints beside the endpoints. */
  readonly facts: object;
  /** How to remove it as a whole. */
  readonly destroy: {
    /** As a part of a sentence. */
    readonly removes: string;
    /** Where the loop does not do its part of it: a sentence. */
    readonly without: string;
  };
}

/** What jobs and servers printed, or where it can be read. */
export interface Logs {
  ofTasks(tasks: readonly JobTask[]): Promise<Pick<RunLog, 'tasks' | 'lines' | 'hint'>>;
  /** `figures`: what the version's deployment is told under; nothing where it does not serve now. */
  ofServers(endpoint: string, version: RegisteredVersion, figures: string | undefined): Promise<ServerLog>;
}

export interface CloudSystemParts {
  readonly words: Words;
  /** At least one, by endpoint. */
  readonly loops: readonly Loop[];
  readonly store: Store;
  readonly logs: Logs;
}

export class CloudSystem implements System {
  readonly hint: string;
  readonly poll = 5_000;
  /** As they were listed last, by `owner/id`. */
  private readonly listed = new Map<string, { readonly loop: Loop; readonly run: RunRecord }>();

  constructor(
    private readonly parts: CloudSystemParts,
    private readonly io: Io,
  ) {
    this.hint = `Its loops look every five minutes: mlops status --target ${parts.words.target} says what they wait for.`;
  }

  get endpoints(): readonly string[] {
    return this.parts.loops.map(({ endpoint }) => endpoint);
  }

  get holder(): string {
    return this.parts.words.holder;
  }

  events = (endpoint: string, since: Time) => this.of(endpoint).record.events(since);

  versions = (endpoint: string) => this.of(endpoint).record.versions();

  request = (endpoint: string, request: Request) => this.of(endpoint).record.request(request);

  async runs(): Promise<readonly RunOnRecord[]> {
    const all = await Promise.all(this.parts.loops.map((loop) => this.runsOf(loop)));
    return all.flat().sort((a, b) => a.started - b.started);
  }

  async runLog({ owner, id, state }: RunOnRecord): Promise<RunLog> {
    const { loop, run } = this.listed.get(`${owner}/${id}`)!;
    const tasks = await loop.record.tasks(run);
    const why = state === 'succeeded' ? await loop.record.why(run) : undefined;
    return { ...(await this.parts.logs.ofTasks(tasks)), ...(why !== undefined && { why }) };
  }

  async serverLog(endpoint: string, version: string): Promise<ServerLog> {
    const { record } = this.of(endpoint);
    const known = (await record.versions()).find(({ name }) => name === version);
    if (!known) throw new UserError(`${endpoint} has no version ${version}: mlops status says which it has.`);
    return this.parts.logs.ofServers(endpoint, known, await record.figuresOf(version));
  }

  addLabels(file: Omit<LabelsFile, 'stateDir'>): Promise<AddedHere> {
    return addLabelsTo(new LabelFiles(this.parts.store, file.name), file, MOST_FETCHED);
  }

  async loop(endpoint: string): Promise<LoopState> {
    const loop = this.of(endpoint);
    return loopState(this.parts.words, loop, await loop.record.signs());
  }

  status(): Promise<Status> {
    return statusInCloud(this.parts.words, this.parts.loops);
  }

  down(): Promise<Down> {
    return turnDown(this.parts.words, this.parts.loops, this.io);
  }

  up(): Promise<readonly Up[]> {
    return turnUp(this.parts.loops);
  }

  private async runsOf(loop: Loop): Promise<readonly RunOnRecord[]> {
    const [runs, pipeline] = await Promise.all([loop.record.runs(), loop.record.pipeline()]);
    return runs.map((run) => {
      const owner = run.kind === 'train' ? pipeline : loop.endpoint;
      this.listed.set(`${owner}/${run.id}`, { loop, run });
      const { decision, report, ...rest } = run;
      return { ...rest, owner, ...(decision && { decision: { decision } }), ...(report && { report }) };
    });
  }

  private of(endpoint: string): Loop {
    return this.parts.loops.find((loop) => loop.endpoint === endpoint)!;
  }
}
