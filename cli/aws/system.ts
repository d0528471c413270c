/** A system on AWS, by a person's own credentials: its record is a bucket, its loops are functions, and they alone act. */
import { LabelFiles, MOST_FETCHED } from '../../constructs/aws/label-files.runtime';
import { operatorClients, type OperatorClients } from '../../constructs/aws/operator.runtime';
import type { RunRecord } from '../../constructs/aws/pipeline.runtime';
import { OperatorRecord } from '../../constructs/aws/record.runtime';
import { findSystem, type DeployedLoop, type DeployedSystem } from '../../constructs/aws/stack.runtime';
import { resolve, UserError } from '../../constructs/spec';
import type { LabelsFile } from '../../constructs/local/add-labels';
import type { Request, Time } from '../../runtime/loop/platform';
import type { Io, Place } from '../io';
import type { AddedHere, Down, LoopState, RunLog, RunOnRecord, ServerLog, Status, System, Up } from '../targets';
import { addLabelsTo } from './labels';
import { Logs } from './logs';
import { statusOnAws } from './status';
import { turnDown, turnUp } from './switch';
import { loopState } from './words';

/** Of one endpoint. */
export interface Loop extends DeployedLoop {
  readonly endpoint: string;
  readonly record: OperatorRecord;
}

export class AwsSystem implements System {
  readonly hint = 'Its loops look every five minutes: mlops status --target aws says what they wait for.';
  readonly poll = 5_000;
  private readonly logs: Logs;
  /** As they were listed last, by `owner/id`. */
  private readonly listed = new Map<string, { readonly loop: Loop; readonly run: RunRecord }>();

  private constructor(
    private readonly system: DeployedSystem,
    private readonly loops: readonly Loop[],
    private readonly clients: OperatorClients,
    private readonly io: Io,
  ) {
    this.logs = new Logs(system.region);
  }

  static async open({ spec, stack }: Place, io: Io): Promise<AwsSystem> {
    const resolved = resolve(spec);
    const clients = operatorClients();
    const system = await findSystem(clients, stack ?? resolved.name, resolved.name);
    const loops = system.loops.map((loop): Loop => {
      const record = new OperatorRecord({ settings: loop.settings, spec: resolved, clients, clock: Date.now });
      return { ...loop, endpoint: record.endpoint, record };
    });
    return new AwsSystem(system, loops.sort(byEndpoint), clients, io);
  }

  get endpoints(): readonly string[] {
    return this.loops.map(({ endpoint }) => endpoint);
  }

  get holder(): string {
    return `the stack ${this.system.stack}`;
  }

  events = (endpoint: string, since: Time) => this.of(endpoint).record.events(since);

  versions = (endpoint: string) => this.of(endpoint).record.versions();

  request = (endpoint: string, request: Request) => this.of(endpoint).record.request(request);

  async runs(): Promise<readonly RunOnRecord[]> {
    const all = await Promise.all(this.loops.map((loop) => this.runsOf(loop)));
    return all.flat().sort((a, b) => a.started - b.started);
  }

  async runLog({ owner, id, state }: RunOnRecord): Promise<RunLog> {
    const { loop, run } = this.listed.get(`${owner}/${id}`)!;
    const tasks = await loop.record.tasks(run);
    const why = state === 'succeeded' ? await loop.record.why(run) : undefined;
    return { ...(await this.logs.ofTasks(tasks)), ...(why !== undefined && { why }) };
  }

  async serverLog(endpoint: string, version: string): Promise<ServerLog> {
    const { record, settings } = this.of(endpoint);
    const known = (await record.versions()).find(({ name }) => name === version);
    const variant = await record.variantOf(version);
    if (known && variant !== undefined) return this.logs.ofServers(settings.endpointName, variant, known.at);
    throw new UserError(
      `${version} of ${endpoint} has no servers now. What servers printed is kept by variant and machine, in the log group ` +
        `/aws/sagemaker/Endpoints/${settings.endpointName}.`,
    );
  }

  addLabels(file: Omit<LabelsFile, 'stateDir'>): Promise<AddedHere> {
    const { bucket } = this.loops[0]!.settings;
    return addLabelsTo(new LabelFiles(this.clients.s3, bucket, file.name), file, MOST_FETCHED);
  }

  async loop(endpoint: string): Promise<LoopState> {
    const loop = this.of(endpoint);
    return loopState(loop, await loop.record.signs(), this.system.region);
  }

  status(): Promise<Status> {
    return statusOnAws(this.system, this.loops);
  }

  down(): Promise<Down> {
    return turnDown(this.loops, this.system, this.io);
  }

  up(): Promise<readonly Up[]> {
    return turnUp(this.loops, this.system.region);
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
    return this.loops.find((loop) => loop.endpoint === endpoint)!;
  }
}

const byEndpoint = (a: Loop, b: Loop): number => (a.endpoint < b.endpoint ? -1 : 1);
