/** mlops logs: the runs there were, what the tasks of one printed, or what the servers of a version printed. */
import { UserError } from '../constructs/spec';
import { endpointsOf } from './endpoints';
import { pause, placeOf, sameSystem, type CommonOptions, type Io } from './io';
import { minute } from './status-view';
import type { RunLog, RunOnRecord, System, TaskOnRecord } from './targets';

export interface LogsOptions extends CommonOptions {
  readonly task?: string;
  readonly endpoint?: string;
  /** Goes on until the run ends, or until Ctrl-C. */
  readonly follow?: boolean;
}

/** `subject` is a run or a version; without one the runs are listed. */
export async function logs(subject: string | undefined, options: LogsOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const system = await place.target.open(place, io);
  if (subject === undefined) return await listRuns(system, options, io);
  if (/^v\d+$/.test(subject)) return await serverLog(system, subject, options, io);
  await runLog(system, await findRun(system, subject), options, io);
}

async function listRuns(system: System, options: LogsOptions, io: Io): Promise<void> {
  const runs = await system.runs();
  if (options.json) return runs.forEach((run) => io.print(JSON.stringify(run)));
  if (runs.length === 0) return io.print(`There are no runs yet. ${system.hint}`);
  const width = Math.max(...runs.map((run) => run.id.length));
  for (const run of runs) io.print(`${run.id.padEnd(width)}  ${minute(run.started)}  ${state(run)}`);
  const same = (options.target ?? 'local') === 'local' ? '' : sameSystem(options);
  io.print(
    `\nmlops logs ${runs.at(-1)!.id}${same} prints one of them; mlops logs v1${same} what the servers of a version printed.`,
  );
}

/** What became of a run, and why. */
function state({ state, started, ended, error, decision, report, tags }: RunOnRecord, reason?: string): string {
  const time = ended === undefined ? '' : ` after ${((ended - started) / 1000).toFixed(1)} s`;
  const outcome =
    decision?.why ?? (report && (report.why === undefined ? report.verdict : `${report.verdict}: ${report.why}`));
  const why = error?.split('\n')[0] ?? reason ?? outcome ?? decision?.decision;
  return `${tags.reason}: ${state}${time}${why === undefined ? '' : `: ${why}`}`;
}

/** By its id, or by `owner/id` where two have the same. */
async function findRun(system: System, name: string): Promise<RunOnRecord> {
  const runs = await system.runs();
  const found = runs.filter(({ owner, id }) => id === name || `${owner}/${id}` === name);
  if (found.length === 1) return found[0]!;
  const names = (of: readonly RunOnRecord[]) => of.map(({ owner, id }) => `${owner}/${id}`).join(', ');
  if (found.length > 1) throw new UserError(`There are several runs ${name}. Name one of ${names(found)}.`);
  const newest = names(runs.slice(-10));
  throw new UserError(`There is no run ${name}; the newest are ${newest || 'none yet'}. mlops logs lists them all.`);
}

async function runLog(system: System, run: RunOnRecord, options: LogsOptions, io: Io): Promise<void> {
  const seen: Record<string, number> = {};
  const news = async (now: RunOnRecord): Promise<RunLog> => {
    const log = await system.runLog(now);
    refuseUnknownTask(run, log, options.task);
    for (const [task, lines] of Object.entries(log.lines)) {
      if (options.task !== undefined && task !== options.task) continue;
      for (const line of lines.slice(seen[task] ?? 0))
        io.print(options.json ? JSON.stringify({ run: run.id, task, line }) : `${task}: ${line}`);
      seen[task] = lines.length;
    }
    return log;
  };
  let log = await news(run);
  let now = run;
  while (options.follow && now.state === 'running') {
    await pause(io, system.poll);
    now = await findRun(system, `${run.owner}/${run.id}`);
    log = await news(now);
  }
  printEnd(now, log, seen, options, io);
}

function refuseUnknownTask({ id }: RunOnRecord, { tasks, lines }: RunLog, asked: string | undefined): void {
  const known = [...new Set([...tasks.map(({ name }) => name), ...Object.keys(lines)])];
  if (asked === undefined || known.includes(asked)) return;
  throw new UserError(`There is no task ${asked} in ${id}; it has ${known.join(', ') || 'started none yet'}.`);
}

function printEnd(run: RunOnRecord, log: RunLog, printed: object, { task: only, json }: LogsOptions, io: Io): void {
  const silent = log.tasks.filter(({ name }) => !(name in printed) && (only === undefined || name === only));
  if (json) {
    for (const { name: task, state, error, where } of silent)
      if (where !== undefined) io.print(JSON.stringify({ run: run.id, task, state, error, where }));
    return;
  }
  for (const task of silent) io.print(`${task.name}: ${outcome(task)}`);
  if (log.hint !== undefined) io.print(log.hint);
  io.print(`${run.id}: ${state(run, log.why)}`);
}

function outcome({ state, cached, error, where }: TaskOnRecord): string {
  if (cached) return 'its outputs were in the cache';
  if (where === undefined) return `${state}, and printed nothing`;
  return `${state}${error === undefined ? '' : `: ${error}`}\n  ${where}`;
}

async function serverLog(system: System, version: string, options: LogsOptions, io: Io): Promise<void> {
  const endpoints = endpointsOf(system, options.endpoint);
  await refuseUnknownVersion(system, endpoints, version);
  const seen: Record<string, number> = {};
  const elsewhere = new Set<string>();
  do {
    for (const endpoint of endpoints) {
      const { lines, where } = await system.serverLog(endpoint, version);
      if (where !== undefined) elsewhere.add(where);
      for (const line of lines.slice(seen[endpoint] ?? 0))
        io.print(
          options.json
            ? JSON.stringify({ endpoint, version, ...line })
            : `${new Date(line.at).toISOString()}  ${line.deployment}: ${line.line}`,
        );
      seen[endpoint] = lines.length;
    }
    // What cannot be printed here cannot be followed here.
    if (options.follow && elsewhere.size < endpoints.length) await pause(io, system.poll);
  } while (options.follow && elsewhere.size < endpoints.length);
  for (const where of elsewhere) io.print(options.json ? JSON.stringify({ version, where }) : where);
  if (!options.json && elsewhere.size === 0 && Object.values(seen).every((count) => count === 0))
    io.print(`The servers of ${version} have printed nothing.`);
}

async function refuseUnknownVersion(system: System, endpoints: readonly string[], version: string): Promise<void> {
  const known = await Promise.all(endpoints.map((endpoint) => system.versions(endpoint)));
  const names = known.flat().map(({ name }) => name);
  if (names.includes(version)) return;
  throw new UserError(`There is no version ${version}; the registry has ${names.join(', ') || 'none yet'}.`);
}
