/** The system of this machine, for whoever runs it and for other processes: its record is a folder. */
import { destroy, type Counters } from '../constructs/local/mlops';
import { readEvents, readRunLog, readRuns, readVersions } from '../constructs/local/record';
import { fileRequest } from '../constructs/local/requests';
import { readServerLog } from '../constructs/local/server-log';
import type { AddedLabels, LabelsFile } from '../constructs/local/add-labels';
import { resolve, Unavailable, type ResolvedMlops } from '../constructs/spec';
import type { Request } from '../runtime/loop/platform';
import type { Place } from './io';
import { askRunning } from './running';
import type { Down, LoopState, RunLog, RunOnRecord, ServerLog, Status, System } from './targets';

/** Longer than a server may take to answer what is in flight. */
const PATIENCE = 60_000;

export class LocalSystem implements System {
  readonly holder = 'the spec';
  readonly hint = '`mlops up` runs the system.';
  readonly poll = 250;
  private readonly stateDir: string;

  constructor(private readonly place: Pick<Place, 'spec' | 'stateDir'>) {
    this.stateDir = place.stateDir;
  }

  get endpoints(): readonly string[] {
    return Object.keys(resolve(this.place.spec).endpoints);
  }

  events = (endpoint: string) => readEvents(this.stateDir, endpoint);

  versions = (endpoint: string) => readVersions(this.stateDir, endpoint);

  runs = () => readRuns(this.stateDir);

  async runLog({ owner, id }: RunOnRecord): Promise<RunLog> {
    const run = (await readRuns(this.stateDir)).find((each) => each.owner === owner && each.id === id);
    return { tasks: run?.tasks ?? [], lines: await readRunLog(this.stateDir, { owner, id }) };
  }

  async serverLog(endpoint: string, version: string): Promise<ServerLog> {
    return { lines: await readServerLog(this.stateDir, endpoint, version) };
  }

  request = (endpoint: string, request: Request) => fileRequest(this.stateDir, endpoint, request);

  addLabels(file: Omit<LabelsFile, 'stateDir'>): Promise<AddedLabels> {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- DuckDB would make every command slow to start
    const { addLabels } = require('../constructs/local/add-labels') as typeof import('../constructs/local/add-labels');
    return addLabels({ ...file, stateDir: this.stateDir });
  }

  async loop(endpoint: string): Promise<LoopState> {
    try {
      const { pid, overview } = await askRunning(this.stateDir);
      const waits = overview.endpoints.find((one) => one.endpoint === endpoint)?.waits ?? [];
      return { looks: true, name: `The loop of process ${pid}`, waits };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      const later = `Nothing runs on ${this.stateDir}: the loop does it when mlops up runs.`;
      return { looks: false, why: error.message, later };
    }
  }

  async status(): Promise<Status> {
    const { overview, url, pid } = await askRunning(this.stateDir);
    const { endpoints, ...facts } = overview;
    return {
      heading: [`${overview.name} runs at ${url} (process ${pid})`, printRequests(overview.requests)],
      facts: { url, pid, ...facts },
      endpoints,
    };
  }

  async down({ onDestroy }: ResolvedMlops): Promise<Down> {
    const stopped = await stopRunning(this.stateDir);
    const kept = await destroy({ stateDir: this.stateDir }, onDestroy);
    const hint = `kept in ${this.stateDir}: ${kept.join(', ')}. To remove it too: onDestroy: 'delete' in the spec`;
    return { stopped, kept, hint };
  }
}

function printRequests({ served, failed, retried, captured, dropped }: Counters): string {
  const lost = dropped > 0 ? `, ${dropped} lost to the monitors` : '';
  return `requests since it began: ${served} answered, ${failed} failed, ${retried} sent twice; ${captured} captured${lost}`;
}

/** Whether something was running. */
async function stopRunning(stateDir: string): Promise<boolean> {
  const running = await askRunning(stateDir).catch((error: unknown) => {
    if (error instanceof Unavailable) return undefined;
    throw error;
  });
  if (!running) return false;
  process.kill(running.pid, 'SIGTERM');
  const until = Date.now() + PATIENCE;
  while (isAlive(running.pid)) {
    if (Date.now() > until) throw new Unavailable(`Process ${running.pid} does not stop within ${PATIENCE / 1000} s.`);
    await new Promise((next) => setTimeout(next, 100));
  }
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
