/** What jobs and servers on Google Cloud printed: from Cloud Logging where it may be read, else the commands that show it. */
import { GoogleError } from '../../constructs/gcp/google-error.runtime';
import type { Google } from '../../constructs/gcp/google.runtime';
import { LogLines, readCommand, serverLogs, type Entries, type LogLine } from '../../constructs/gcp/log-lines.runtime';
import type { DeployedSystem } from '../../constructs/gcp/system.runtime';
import { jobLogs } from '../../constructs/gcp/task-detail.runtime';
import { UserError } from '../../constructs/spec';
import type { RegisteredVersion } from '../../runtime/cloud/parts';
import type { JobTask } from '../../runtime/cloud/why-ended';
import type { Logs } from '../cloud/system';
import type { RunLog, ServerLog, TaskOnRecord } from '../targets';

const HINT = 'To print logs here, ask for the permission logging.logEntries.list: roles/logging.viewer has it.';

/** https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.pipelineJobs#state_1 */
const OVER: readonly string[] = ['succeeded', 'failed', 'cancelled', 'skipped', 'not_triggered'];

export class GcpLogs implements Logs {
  /** By filter: a log that is followed is read on, not anew. */
  private readonly read = new Map<string, LogLines>();
  /** Of tasks that are over, all that they printed: one may read sixty times a minute. https://cloud.google.com/logging/quotas */
  private readonly whole = new Map<string, readonly LogLine[]>();

  constructor(
    private readonly system: Pick<DeployedSystem, 'project' | 'loops'>,
    private readonly google: Google,
  ) {}

  async ofTasks(tasks: readonly JobTask[]): Promise<Pick<RunLog, 'tasks' | 'lines' | 'hint'>> {
    const isOver = tasks.every(({ state }) => OVER.includes(state));
    const found = await Promise.all(tasks.map((task) => this.ofTask(task, isOver)));
    const lines = found.flatMap(({ task, lines }) => (lines.length > 0 ? [[task.name, lines] as const] : []));
    const elsewhere = found.some(({ task }) => task.where !== undefined);
    return {
      tasks: found.map(({ task }) => task),
      lines: Object.fromEntries(lines),
      ...(elsewhere && { hint: HINT }),
    };
  }

  async ofServers(endpoint: string, { name, at }: RegisteredVersion, model: string | undefined): Promise<ServerLog> {
    const { endpointId } = this.system.loops.find(({ settings }) => settings.endpoint === endpoint)!.settings;
    if (model === undefined)
      throw new UserError(
        `${name} of ${endpoint} has no servers now. What all servers of the endpoint printed since it was registered: ` +
          readCommand(this.entries(serverLogs(endpointId), at)),
      );
    const entries = this.entries(serverLogs(endpointId, model), at);
    const lines = await this.lines(entries);
    if (!lines) return { lines: [], where: `${readCommand(entries)}\n${HINT}` };
    return { lines: lines.map(({ at, text }) => ({ at, deployment: model, line: text })) };
  }

  private async ofTask(
    { name, state, job, started = 0, error }: JobTask,
    isOver: boolean,
  ): Promise<{ task: TaskOnRecord; lines: string[] }> {
    const task: TaskOnRecord = { name, state, cached: state === 'skipped', ...(error !== undefined && { error }) };
    if (job === undefined) return { task, lines: [] };
    const entries = this.entries(jobLogs(job), started);
    const before = isOver ? undefined : this.whole.get(job);
    const lines = before ?? (await this.lines(entries));
    if (!lines) return { task: { ...task, where: readCommand(entries) }, lines: [] };
    if (OVER.includes(state)) this.whole.set(job, lines);
    return { task, lines: lines.map(({ text }) => text) };
  }

  private entries(filter: string, since: number): Entries {
    return { project: this.system.project, filter, since };
  }

  /** Nothing where they may not be read. */
  private async lines(entries: Entries): Promise<readonly LogLine[] | undefined> {
    const known = this.read.get(entries.filter) ?? new LogLines(this.google, entries);
    this.read.set(entries.filter, known);
    try {
      return await known.read();
    } catch (error) {
      if (error instanceof GoogleError && error.status === 403) return undefined;
      throw error;
    }
  }
}
