/** mlops logs: the runs there were, what the tasks of one printed, or what the servers of a version printed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunRecord } from '../constructs/local/run';
import { resolve, UserError } from '../constructs/spec';
import { endpointsOf } from './endpoints';
import { placeOf, type CommonOptions, type Io, type Place } from './io';
import { minute } from './status-view';

export interface LogsOptions extends CommonOptions {
  readonly task?: string;
  readonly endpoint?: string;
  /** Goes on until the run ends, or until Ctrl-C. */
  readonly follow?: boolean;
}

const POLL_MS = 250;

/** `subject` is a run or a version; without one the runs are listed. */
export async function logs(subject: string | undefined, options: LogsOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  if (subject === undefined) return await listRuns(place, options, io);
  if (/^v\d+$/.test(subject)) return await serverLog(place, subject, options, io);
  await runLog(place, await findRun(place, subject), options, io);
}

async function listRuns({ target, stateDir }: Place, options: LogsOptions, io: Io): Promise<void> {
  const runs = await target.runs(stateDir);
  if (options.json) return runs.forEach((run) => io.print(JSON.stringify(run)));
  if (runs.length === 0) return io.print('There are no runs yet. `mlops up` runs the system.');
  const width = Math.max(...runs.map((run) => run.id.length));
  for (const run of runs) io.print(`${run.id.padEnd(width)}  ${minute(run.started)}  ${state(run)}`);
  io.print(`\nmlops logs ${runs.at(-1)!.id} prints one of them; mlops logs v1 what the servers of a version printed.`);
}

/** What became of a run, and why. */
function state({ state, started, ended, error, decision, report, tags }: RunRecord): string {
  const time = ended === undefined ? '' : ` after ${((ended - started) / 1000).toFixed(1)} s`;
  const why = error?.split('\n')[0] ?? decision?.why ?? (report && `${report.verdict}: ${report.why}`);
  return `${tags.reason}: ${state}${time}${why === undefined ? '' : `: ${why}`}`;
}

/** By its id, or by `owner/id` where two have the same. */
async function findRun({ target, stateDir }: Place, name: string): Promise<RunRecord> {
  const runs = await target.runs(stateDir);
  const found = runs.filter(({ owner, id }) => id === name || `${owner}/${id}` === name);
  if (found.length === 1) return found[0]!;
  const names = (of: readonly RunRecord[]) => of.map(({ owner, id }) => `${owner}/${id}`).join(', ');
  if (found.length > 1) throw new UserError(`There are several runs ${name}. Name one of ${names(found)}.`);
  const newest = names(runs.slice(-10));
  throw new UserError(`There is no run ${name}; the newest are ${newest || 'none yet'}. mlops logs lists them all.`);
}

async function runLog(place: Place, run: RunRecord, options: LogsOptions, io: Io): Promise<void> {
  const { target, stateDir } = place;
  const seen: Record<string, number> = {};
  const news = async () => {
    const log = await target.runLog(stateDir, run);
    refuseUnknownTask(run, Object.keys(log), options.task);
    for (const [task, lines] of Object.entries(log)) {
      if (options.task !== undefined && task !== options.task) continue;
      for (const line of lines.slice(seen[task] ?? 0))
        io.print(options.json ? JSON.stringify({ run: run.id, task, line }) : `${task}: ${line}`);
      seen[task] = lines.length;
    }
  };
  await news();
  let now = run;
  while (options.follow && now.state === 'running') {
    await sleep(POLL_MS, undefined, { signal: io.signal });
    now = await findRun(place, `${run.owner}/${run.id}`);
    await news();
  }
  if (!options.json) printEnd(now, seen, options.task, io);
}

function refuseUnknownTask({ id, tasks }: RunRecord, logged: readonly string[], asked: string | undefined): void {
  const known = [...new Set([...tasks.map(({ name }) => name), ...logged])];
  if (asked === undefined || known.includes(asked)) return;
  throw new UserError(`There is no task ${asked} in ${id}; it has ${known.join(', ') || 'started none yet'}.`);
}

function printEnd(run: RunRecord, printed: object, only: string | undefined, io: Io): void {
  const silent = run.tasks.filter(({ name }) => !(name in printed) && (only === undefined || name === only));
  for (const { name, state, cached } of silent)
    io.print(`${name}: ${cached ? 'its outputs were in the cache' : `${state}, and printed nothing`}`);
  io.print(`${run.id}: ${state(run)}`);
}

async function serverLog(place: Place, version: string, options: LogsOptions, io: Io): Promise<void> {
  const { target, stateDir, spec } = place;
  const endpoints = endpointsOf(Object.keys(resolve(spec).endpoints), options.endpoint);
  await refuseUnknownVersion(place, endpoints, version);
  const seen: Record<string, number> = {};
  do {
    for (const endpoint of endpoints) {
      const lines = await target.serverLog(stateDir, endpoint, version);
      for (const line of lines.slice(seen[endpoint] ?? 0))
        io.print(
          options.json
            ? JSON.stringify({ endpoint, version, ...line })
            : `${new Date(line.at).toISOString()}  ${line.deployment}: ${line.line}`,
        );
      seen[endpoint] = lines.length;
    }
    if (options.follow) await sleep(POLL_MS, undefined, { signal: io.signal });
  } while (options.follow);
  if (!options.json && Object.values(seen).every((count) => count === 0))
    io.print(`The servers of ${version} have printed nothing.`);
}

async function refuseUnknownVersion({ target, stateDir }: Place, endpoints: readonly string[], version: string) {
  const known = await Promise.all(endpoints.map((endpoint) => target.versions(stateDir, endpoint)));
  const names = known.flat().map(({ name }) => name);
  if (names.includes(version)) return;
  throw new UserError(`There is no version ${version}; the registry has ${names.join(', ') || 'none yet'}.`);
}
