/** What jobs and servers on AWS printed: from CloudWatch Logs where its client is installed, else the commands that show it. */
import {
  loadLogs,
  LogLines,
  LOGS_PACKAGE,
  tailCommand,
  type LogsClient,
  type Streams,
} from '../../constructs/aws/log-lines.runtime';
import { noting } from '../../constructs/aws/operator.runtime';
import { JOBS } from '../../constructs/aws/run-log.runtime';
import type { DeployedSystem } from '../../constructs/aws/stack.runtime';
import { UserError } from '../../constructs/spec';
import type { RegisteredVersion } from '../../runtime/cloud/parts';
import type { JobTask } from '../../runtime/cloud/why-ended';
import type { Time } from '../../runtime/loop/platform';
import type { Logs } from '../cloud/system';
import type { RunLog, ServerLog, TaskOnRecord } from '../targets';

/** To print them here takes one more client. */
const HINT = `To print logs here: npm install ${LOGS_PACKAGE}`;

export class AwsLogs implements Logs {
  private readonly module = loadLogs();
  private readonly client: LogsClient | undefined;
  /** By group and prefix: a log that is followed is read on, not anew. */
  private readonly read = new Map<string, LogLines>();

  constructor(private readonly system: Pick<DeployedSystem, 'region' | 'loops'>) {
    this.client = this.module && noting('logs', new this.module.CloudWatchLogsClient({}));
  }

  async ofTasks(tasks: readonly JobTask[]): Promise<Pick<RunLog, 'tasks' | 'lines' | 'hint'>> {
    const found = await Promise.all(tasks.map((task) => this.ofTask(task)));
    const lines = found.flatMap(({ task, lines }) => (lines.length > 0 ? [[task.name, lines] as const] : []));
    const elsewhere = found.some(({ task }) => task.where !== undefined);
    return {
      tasks: found.map(({ task }) => task),
      lines: Object.fromEntries(lines),
      ...(elsewhere && { hint: HINT }),
    };
  }

  async ofServers(endpoint: string, { name, at }: RegisteredVersion, variant: string | undefined): Promise<ServerLog> {
    const { endpointName } = this.system.loops.find(({ settings }) => settings.endpoint === endpoint)!.settings;
    const group = `/aws/sagemaker/Endpoints/${endpointName}`;
    if (variant === undefined)
      throw new UserError(
        `${name} of ${endpoint} has no servers now. What servers printed is kept by variant and machine, in the log group ${group}.`,
      );
    const streams = { group, prefix: `${variant}/`, since: at };
    const lines = await this.lines(streams);
    if (!lines) return { lines: [], where: `${tailCommand(streams, this.system.region)}\n${HINT}` };
    return { lines: lines.map(({ at, text }) => ({ at, deployment: variant, line: text })) };
  }

  private async ofTask({
    name,
    state,
    job,
    started = 0,
    error,
  }: JobTask): Promise<{ task: TaskOnRecord; lines: string[] }> {
    const task: TaskOnRecord = { name, state, cached: false, ...(error !== undefined && { error }) };
    if (job === undefined) return { task, lines: [] };
    // Its own streams only: the name of one job can begin like another's.
    const streams = { group: JOBS, prefix: `${job}/`, since: started };
    const lines = await this.lines(streams);
    if (!lines) return { task: { ...task, where: tailCommand(streams, this.system.region) }, lines: [] };
    return { task, lines: lines.map(({ text }) => text) };
  }

  /** Nothing without a client. */
  private async lines(streams: Streams): Promise<readonly { readonly at: Time; readonly text: string }[] | undefined> {
    if (!this.module || !this.client) return undefined;
    const key = `${streams.group} ${streams.prefix}`;
    const { FilterLogEventsCommand } = this.module;
    const known = this.read.get(key) ?? new LogLines({ client: this.client, FilterLogEventsCommand }, streams);
    this.read.set(key, known);
    return known.read();
  }
}
