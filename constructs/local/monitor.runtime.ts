/** Runs of monitors on this machine: the captures and labels of a window in, a report out. */
import { join } from 'node:path';
import { compilePlan } from '../../pipelines/compile/plan';
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { layout } from '../spec/layout';
import type { ResolvedMlops } from '../spec/mlops';
import type { MonitorSubject, Report } from '../spec/report';
import type { MonitorReport, RunTags, Window } from '../../runtime/loop/platform';
import type { Captures } from './capture';
import { GrowingFolder } from './growing-folder';
import { arrivalOf } from './labels';
import type { Prepared } from './pipeline.runtime';
import type { PlanOutputs } from './plan.runtime';
import type { Registry } from './registry.runtime';
import type { RunRecord } from './run';
import { linkTree } from './disk';
import type { Storage } from './storage';

export interface MonitorWorld {
  readonly spec: ResolvedMlops;
  readonly endpoint: string;
  readonly storage: Storage;
  readonly registry: Registry;
  readonly captures: Captures;
}

export async function prepareMonitor(world: MonitorWorld, tags: RunTags, directory: string): Promise<Prepared> {
  const { spec, endpoint, storage, registry, captures } = world;
  const { monitor, version, window, champion } = tags;
  if (!monitor || !version || !window)
    throw new Error(`a monitor's run needs a monitor, a version and a window; got ${JSON.stringify(tags)}`);
  const isTrial = tags.reason === 'trial';
  if (isTrial && !champion) throw new Error(`the trial of ${version} needs a champion; got ${JSON.stringify(tags)}`);
  const plan = compilePlan(isTrial ? trialGraph(spec, endpoint) : monitoringGraph(spec, endpoint, monitor));
  const artifact = (name: string) => storage.path(registry.get(name).artifact);
  const directories = {
    captures: join(directory, 'captures'),
    labels: join(directory, 'labels'),
    model: artifact(version),
    ...(champion && { champion: artifact(champion) }),
  };
  await captures.window(endpoint, version, window, directories.captures);
  if (plan.externals.includes('labels')) await labelsFor(world, window, directories.labels);
  const subject: MonitorSubject = {
    monitor,
    endpoint,
    version,
    window: iso(window),
    scope: isTrial ? 'trial' : 'window',
  };
  const externals = Object.fromEntries(Object.entries(directories).filter(([name]) => plan.externals.includes(name)));
  return { plan, given: { externals, parameters: { subject: JSON.stringify(subject) } } };
}

/** Links the report into the record. */
export async function keepReport(storage: Storage, run: RunRecord, outputs: PlanOutputs): Promise<{ report: Report }> {
  const folder = layout.report(run.owner, run.tags.monitor!, run.id);
  await linkTree(outputs.report!.report!, storage.path(folder));
  const report = await storage.read<Report>(join(folder, 'report.json'));
  if (!report) throw new Error(`the monitor wrote no ${folder}/report.json`);
  return { report: report.value };
}

/** What the loop reads of a report. */
export function asMonitorReport({ monitor, version, scope, verdict, window }: Report): MonitorReport {
  return { monitor, version, scope, verdict, window: { from: Date.parse(window.from), to: Date.parse(window.to) } };
}

/** Labels do not come before their rows: files that arrived before the window have nothing to say about it. */
async function labelsFor({ spec, endpoint, storage }: MonitorWorld, window: Window, directory: string): Promise<void> {
  const { dataset } = spec.pipelines[spec.endpoints[endpoint]!.model]!;
  const folder = new GrowingFolder(storage.path(layout.labels(dataset)));
  await folder.snapshot(directory, ({ path }) => (arrivalOf(path) ?? Infinity) >= window.from);
}

const iso = ({ from, to }: Window) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
