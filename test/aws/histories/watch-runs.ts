/** Runs that are started, and gauges that are told. */
import { finalWindows } from '../../../runtime/loop/rules/monitors';
import type { LoopSpec } from '../../../runtime/loop/loop-spec';
import type { MonitorReport, RunTags, Time } from '../../../runtime/loop/platform';
import type { Effect } from './effects';
import { tagsOf, type Execution } from './jobs';
import { HOUR, TRAINING } from './settings';
import { TOLERANCE } from './umpire';
import type { World } from './world';

export function watchRuns(world: World, effect: Effect): void {
  const { call, input, before } = effect;
  const run = world.sagemaker.executions[before.runs];
  if (call === 'StartPipelineExecution' && run) watchStart(world, effect, run);
  if (call !== 'PutMetricData') return;
  for (const { MetricName, Value, Dimensions } of input['MetricData'] as readonly Datum[])
    if (MetricName === 'Degraded' && Value === 1) watchTell(world, effect, Dimensions[2]?.Value ?? '');
}

interface Datum {
  readonly MetricName: string;
  readonly Value: number;
  readonly Dimensions: readonly { readonly Value: string }[];
}

function watchStart(world: World, effect: Effect, run: Execution): void {
  const { umpire, jobs } = world;
  const tags = tagsOf(run);
  const isTraining = run.pipeline === TRAINING;
  umpire.count(`start: ${tags.reason.split(':')[0]!}`);
  const all = jobs.of(isTraining ? 'train' : 'monitor').filter((other) => other !== run);
  umpire.demand(
    5,
    !all.some((other) => other.name === run.name && other.pipeline === run.pipeline),
    `${run.name!} is started twice`,
  );
  if (!isTraining) return watchMonitor(world, run, tags, all);
  const running = all.find((other) => jobs.outcome(other).state === 'running');
  umpire.demand(1, !running, `${run.name!} is started while ${running?.name ?? ''} is in flight`);
  const { Output, Data, Code, Champion } = run.parameters;
  umpire.demand(9, Output === `s3://record/artifacts/training/${run.name!}`, `${run.name!} writes to ${Output!}`);
  umpire.demand(9, Data === 's3://record/data/rentals/', `${run.name!} reads ${Data!}`);
  umpire.demand(9, Code === `s3://record/code/${tags.code!}/`, `${run.name!} runs ${Code!}`);
  const models = world.versions.all().map(({ model }) => model);
  const isChampion = [...models, 's3://record/artifacts/none/'].includes(Champion!);
  umpire.demand(9, isChampion || world.versions.deleted.size > 0, `${run.name!} is compared with ${Champion!}`);
  watchTraining(world, effect, tags, all);
}

function watchTraining(world: World, { look, before }: Effect, tags: RunTags, all: readonly Execution[]): void {
  const { umpire, jobs, versions } = world;
  umpire.demand(2, world.hadData(look.seq), 'a training is started without data');
  const serving = before.served.find((d) => d.share > 0 && versions.isSound(d));
  // A person may have approved it since the loop looked.
  if (tags.reason === 'bootstrap' && serving && versions.statusAt(serving.version, look.seq) === 'approved')
    umpire.demand(2, false, `a training because no version may serve, and ${serving.id} does`);
  const others = all.map((run) => ({ tags: tagsOf(run), failed: jobs.outcome(run).state === 'failed' }));
  if (tags.reason.startsWith('schedule:'))
    umpire.demand(
      2,
      !others.some((it) => it.tags.reason === tags.reason && !it.failed),
      `${tags.reason} is served twice`,
    );
  const { retrain } = world.loopSpec();
  if (!tags.reason.startsWith('alarm:') || !retrain) return;
  umpire.demand(
    2,
    look.alarms.includes(tags.reason.slice('alarm:'.length)),
    `a training for ${tags.reason}, which does not ring`,
  );
  const near = others.find((it) => !it.failed && Math.abs(tags.at - it.tags.at) < retrain.cooldown);
  umpire.demand(2, !near, `a training within the cooldown of that for ${near?.tags.reason ?? ''}`);
  const starts = [tags, ...others.map((it) => it.tags)].flatMap(({ reason, at }) =>
    reason.startsWith('alarm:') ? [at] : [],
  );
  const most = Math.max(
    ...starts.map((end) => starts.filter((at) => at > end - retrain.atMost.per && at <= end).length),
  );
  umpire.demand(2, most <= retrain.atMost.runs, `${most} trainings by alarm in a period`);
}

function watchMonitor(world: World, run: Execution, tags: RunTags, all: readonly Execution[]): void {
  const { umpire, jobs } = world;
  const { monitor = '', version = '', window, reason } = tags;
  const spec = world.loopSpec().monitors[monitor];
  if (!spec || !window) return umpire.demand(2, false, `${run.name!} has no monitor, or no window`);
  umpire.demand(2, window.to + spec.labelsWithin <= tags.at, `${run.name!} is about a window that is not final`);
  const same = all.filter((other) => {
    const its = tagsOf(other);
    return (
      its.monitor === monitor && its.reason === reason && its.version === version && its.window?.from === window.from
    );
  });
  umpire.demand(
    2,
    !same.some((other) => jobs.outcome(other).state !== 'failed'),
    `${run.name!} measures a window again`,
  );
  umpire.demand(2, same.length < 3, `${run.name!} is tried a fourth time`);
  const known = world.versions.get(version);
  umpire.demand(
    9,
    !known || run.parameters['Model'] === known.model,
    `${run.name!} is given the model ${run.parameters['Model']!}`,
  );
  const pipeline = `bike-rentals-online-${reason === 'trial' ? 'trial' : monitor}`;
  umpire.demand(9, run.pipeline === pipeline, `${run.name!} runs ${run.pipeline}`);
  watchCaptures(world, run, version, window);
}

/** All that was captured of the version in the window, and nothing of another: hours are whole, and one more may be there. */
function watchCaptures(
  world: World,
  run: Execution,
  version: string,
  { from, to }: NonNullable<RunTags['window']>,
): void {
  const { umpire, s3, traffic } = world;
  const folder = run.parameters['Captures']!.slice('s3://record/'.length);
  const given = s3.keys(folder).filter((key) => key.endsWith('.jsonl'));
  const records = given.map((key) => s3.json<{ readonly version: string; readonly at: Time }>(key));
  const stranger = records.find((record) => record.version !== version);
  umpire.demand(9, !stranger, `${run.name!} about ${version} is given requests of ${stranger?.version ?? ''}`);
  const outside = records.some(({ at }) => at < from - HOUR || at >= to + 2 * HOUR);
  umpire.demand(9, !outside, `${run.name!} is given requests from outside of its window`);
  const moments = new Set(records.map(({ at }) => at));
  const expected = traffic.captures.filter((it) => it.version === version && it.at >= from && it.at < to);
  umpire.demand(
    9,
    expected.every(({ at }) => moments.has(at)),
    `${run.name!} is not given all requests of its window`,
  );
  if (expected.length > 0) umpire.count('captures given');
}

/** N of M of one version, by the reports that there are. */
function watchTell(world: World, { look }: Effect, name: string): void {
  const monitor = world.loopSpec().monitors[name];
  if (!monitor) return world.umpire.demand(2, false, `${name} is no monitor`);
  const reports = world.jobs.of('monitor').flatMap((run) => world.jobs.outcome(run).report ?? []);
  const own = reports.filter((report) => report.monitor === name && report.scope === 'window');
  const versions = new Set(own.map(({ version }) => version));
  const holds = [-TOLERANCE, 0, TOLERANCE].some((off) =>
    [...versions].some((version) => violated(own, version, look.at + off, monitor) >= monitor.violations.count),
  );
  const { count, of } = monitor.violations;
  world.umpire.demand(2, holds, `${name} is called degraded without ${count} of ${of}`);
}

function violated(
  reports: readonly MonitorReport[],
  version: string,
  now: Time,
  monitor: LoopSpec['monitors'][string],
): number {
  const windows = finalWindows(now, monitor, monitor.violations.of + 1);
  const verdicts = windows.map(
    ({ from }) => reports.find((it) => it.version === version && it.window.from === from)?.verdict,
  );
  // The newest window joins with its report.
  const last = verdicts[0] ? verdicts.slice(0, -1) : verdicts;
  return last.filter((verdict) => verdict === 'violated').length;
}
