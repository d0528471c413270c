/** Runs that are started, and gauges that are told. */
import { finalWindows } from '../../../runtime/loop/rules/monitors';
import type { LoopSpec } from '../../../runtime/loop/loop-spec';
import type { MonitorReport, Time } from '../../../runtime/loop/platform';
import type { JsonObject } from '../protos';
import type { Effect } from './effects';
import type { Job } from './jobs';
import { BUCKET, MONITORS, TRAINING, TRIAL } from './settings';
import { TOLERANCE } from './umpire';
import type { World } from './world';

export function watchRuns(world: World, effect: Effect): void {
  const { call, input, job } = effect;
  if (job) watchStart(world, effect, job);
  if (call !== 'timeSeries.create') return;
  for (const { metric, points } of input.timeSeries as readonly Told[])
    if (metric.type.endsWith('/degraded'))
      watchTell(world, effect, metric.labels['monitor']!, points[0]!.value.int64Value === '1');
}

interface Told {
  readonly metric: { readonly type: string; readonly labels: Readonly<Record<string, string>> };
  readonly points: readonly { readonly value: { readonly int64Value: string } }[];
}

const uri = (path: string): string => `gs://${BUCKET}/${path}`;

function watchStart(world: World, effect: Effect, job: Job): void {
  const { umpire, jobs } = world;
  const { tags, run, inputs } = job;
  const isTraining = tags.monitor === undefined;
  umpire.count(`start: ${tags.reason.split(':')[0]!}`);
  const all = jobs.of(isTraining ? 'train' : 'monitor').filter((other) => other !== job);
  umpire.demand(5, !all.some((other) => other.run === run), `${run} is started twice`);
  if (!isTraining) return watchMonitor(world, job, all);
  const running = all.find((other) => jobs.outcome(other).state === 'running');
  umpire.demand(1, !running, `${run} is started while ${running?.run ?? ''} is in flight`);
  umpire.demand(9, job.pipeline === TRAINING, `${run} runs ${job.pipeline}`);
  umpire.demand(9, job.output === uri(`artifacts/training/${run}`), `${run} writes to ${job.output}`);
  umpire.demand(9, inputs['data_uri'] === uri('data/rentals'), `${run} reads ${inputs['data_uri']!}`);
  umpire.demand(9, inputs['code_uri'] === uri(`code/${tags.code!}`), `${run} runs ${inputs['code_uri']!}`);
  const models = world.versions.all().map(({ model }) => model);
  const isChampion = [...models, uri('artifacts/none')].includes(inputs['champion_uri']!);
  umpire.demand(9, isChampion || world.versions.deleted.size > 0, `${run} is compared with ${inputs['champion_uri']!}`);
  watchTraining(world, effect, job, all);
}

function watchTraining(world: World, { look }: Effect, { tags }: Job, all: readonly Job[]): void {
  const { umpire, jobs } = world;
  umpire.demand(2, world.hadData(look.seq), 'a training is started without data');
  umpire.demand(8, !world.wasDown(look.seq) || look.seq === 0, 'a training is started, and the endpoint is down');
  const others = all.map((job) => ({ tags: job.tags, failed: jobs.outcome(job).state === 'failed' }));
  if (tags.reason.startsWith('schedule:')) {
    const served = others.some((it) => it.tags.reason === tags.reason && !it.failed);
    umpire.demand(2, !served, `${tags.reason} is served twice`);
  }
  const { retrain } = world.loopSpec();
  if (!tags.reason.startsWith('alarm:') || !retrain) return;
  const rings = look.alarms.includes(tags.reason.slice('alarm:'.length));
  umpire.demand(2, rings, `a training for ${tags.reason}, which does not ring`);
  const near = others.find((it) => !it.failed && Math.abs(tags.at - it.tags.at) < retrain.cooldown);
  umpire.demand(2, !near, `a training within the cooldown of that for ${near?.tags.reason ?? ''}`);
  const byAlarm = [tags, ...others.map((it) => it.tags)].filter(({ reason }) => reason.startsWith('alarm:'));
  const { per, runs } = retrain.atMost;
  const inPeriod = (end: Time) => byAlarm.filter(({ at }) => at > end - per && at <= end).length;
  const most = Math.max(...byAlarm.map(({ at }) => inPeriod(at)));
  umpire.demand(2, most <= runs, `${most} trainings by alarm in a period`);
}

function watchMonitor(world: World, job: Job, all: readonly Job[]): void {
  const { umpire, jobs } = world;
  const { run, tags, inputs, pipeline } = job;
  const { monitor = '', version = '', window, reason } = tags;
  const spec = world.loopSpec().monitors[monitor];
  if (!spec || !window) return umpire.demand(2, false, `${run} has no monitor, or no window`);
  umpire.demand(2, window.to + spec.labelsWithin <= tags.at, `${run} is about a window that is not final`);
  const same = all.filter(({ tags: its }) => {
    const ofSame = its.monitor === monitor && its.reason === reason && its.version === version;
    return ofSame && its.window?.from === window.from;
  });
  umpire.demand(
    2,
    same.every((other) => jobs.outcome(other).state === 'failed'),
    `${run} measures a window again`,
  );
  umpire.demand(2, same.length < 3, `${run} is tried a fourth time`);
  const known = world.versions.get(version);
  umpire.demand(9, !known || inputs['model_uri'] === known.model, `${run} is given the model ${inputs['model_uri']!}`);
  const expected = reason === 'trial' ? TRIAL : MONITORS[monitor as keyof typeof MONITORS];
  umpire.demand(9, pipeline === expected, `${run} runs ${pipeline}`);
  watchCaptures(world, job, version, window);
}

/** All that was logged of the version in the window, and nothing of another. */
function watchCaptures(
  world: World,
  { run, inputs }: Job,
  version: string,
  { from, to }: { from: Time; to: Time },
): void {
  const { umpire, traffic, google } = world;
  const folder = inputs['captures_uri']!.slice(uri('').length);
  const files = google.objects.names(BUCKET, `${folder}/`).filter((name) => name.endsWith('.jsonl'));
  const rows = files.flatMap((name) => google.objects.text(BUCKET, name).split('\n').filter(Boolean));
  const given = rows.map((row) => {
    const { request_payload: payload } = JSON.parse(row) as { readonly request_payload: readonly string[] };
    return JSON.parse(payload[0]!) as { readonly version: string; readonly at: Time };
  });
  const stranger = given.find((record) => record.version !== version);
  umpire.demand(9, !stranger, `${run} about ${version} is given requests of ${stranger?.version ?? ''}`);
  const outside = given.some(({ at }) => at < from || at >= to);
  umpire.demand(9, !outside, `${run} is given requests from outside of its window`);
  const expected = traffic.logged.filter((it) => it.version === version && it.at >= from && it.at < to);
  umpire.demand(9, given.length >= expected.length, `${run} is given ${given.length} of ${expected.length} requests`);
  const version_ = google.objects.json<JsonObject>(BUCKET, `${folder}/manifest.json`).version;
  umpire.demand(9, version_ === version, `${run} is given captures that say ${String(version_)}`);
  if (expected.length > 0) umpire.count('captures given');
}

/** N of M of one version, by the reports that there are. */
function watchTell(world: World, { look }: Effect, name: string, degraded: boolean): void {
  const monitor = world.loopSpec().monitors[name];
  if (!monitor) return world.umpire.demand(2, false, `${name} is no monitor`);
  const reports = world.jobs.of('monitor').flatMap((job) => world.jobs.outcome(job).report ?? []);
  const own = reports.filter((report) => report.monitor === name && report.scope === 'window');
  const { count, of } = monitor.violations;
  const said = `${name} is called ${degraded ? 'degraded without' : 'fine with'} ${count} of ${of}`;
  if (!degraded) return world.umpire.demand(2, !isPlain(world, own, monitor, look.at), said);
  const versions = new Set(own.map(({ version }) => version));
  const holds = [-TOLERANCE, 0, TOLERANCE].some((off) =>
    [...versions].some((version) => violated(own, version, look.at + off, monitor) >= count),
  );
  world.umpire.demand(2, holds, said);
}

/** Nobody could doubt it: one version serves, and enough of its windows since the last training are violated, whatever the clock. */
function isPlain(world: World, reports: readonly MonitorReport[], monitor: Monitor, at: Time): boolean {
  const [only, ...more] = world.served();
  if (!only || more.length > 0 || !world.versions.isSettled(only)) return false;
  const begun = Math.max(...world.jobs.of('train').map(({ tags }) => tags.at));
  const since = reports.filter(({ window }) => window.from > begun + TOLERANCE);
  return [-TOLERANCE, 0, TOLERANCE].every(
    (off) => violated(since, only.version, at + off, monitor) >= monitor.violations.count,
  );
}

type Monitor = LoopSpec['monitors'][string];

function violated(reports: readonly MonitorReport[], version: string, now: Time, monitor: Monitor): number {
  const windows = finalWindows(now, monitor, monitor.violations.of + 1);
  const verdicts = windows.map(
    ({ from }) => reports.find((it) => it.version === version && it.window.from === from)?.verdict,
  );
  // The newest window joins with its report.
  const last = verdicts[0] ? verdicts.slice(0, -1) : verdicts;
  return last.filter((verdict) => verdict === 'violated').length;
}
