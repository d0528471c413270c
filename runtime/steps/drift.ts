/** The step `drift`: inputs or predictions of one window against the reference profile that travels with the version. */
import type { ColumnProfile, Profile } from '../../constructs/spec/artifact';
import { DISTANCES, type Drift } from '../../constructs/spec/distance';
import type { Resolved } from '../../constructs/spec/mlops';
import type { DataDriftSpec, PredictionDriftSpec } from '../../constructs/spec/monitor';
import type { Report, ReportValue } from '../../constructs/spec/report';
import type { MonitorSubject } from '../../constructs/spec/report';
import { openCaptures } from './captures';
import { valueOf } from './column';
import { Database, identifier } from './database';
import { distance, drifted } from './distances';
import { readReference, writeJson } from './files';
import { binsOf, profile } from './profile';
import { whileReading } from './source';
import { count, type Log, type StepArguments } from './step';

type Monitor = Resolved<DataDriftSpec> | Resolved<PredictionDriftSpec>;

/** Writes report.json, and profile.json: the window's own profile, which adds up with those of other windows. */
export async function drift({ inputs, outputs, parameters }: StepArguments, log: Log): Promise<void> {
  const monitor = parameters.monitor as Monitor;
  const subject = parameters.subject as MonitorSubject;
  const { inputs: features, predictions } = readReference(inputs.model!, 'in.model');
  const reference = monitor.kind === 'data-drift' ? features : predictions;
  const window = await Database.use(async (db) => {
    const captures = await openCaptures(db, inputs.captures!, subject);
    const columns = Object.entries(reference.columns);
    const rows = captures.rows((part) =>
      columns.map(([name, { kind }]) => `${valueOf(part, name, kind)} AS ${identifier(name)}`).join(', '),
    );
    return whileReading('in.captures', () => profile(db, rows, binsOf(reference)));
  });
  const report = driftReport(monitor, subject, reference, window);
  writeJson(outputs.report!, 'profile.json', window);
  writeJson(outputs.report!, 'report.json', report);
  log(`drift: ${report.verdict}: ${report.why}`);
}

/** Violated when any column's distance, net of sampling noise, is beyond its threshold. */
export function driftReport(monitor: Monitor, subject: MonitorSubject, reference: Profile, window: Profile): Report {
  const enough = window.rows >= monitor.leastRows;
  const values = Object.entries(reference.columns).map(([name, column]) =>
    compare(name, ruleFor(column, monitor), column, enough ? window.columns[name]! : undefined),
  );
  const violated = values.filter((value) => value.violated);
  return {
    format: 1,
    ...subject,
    kind: monitor.kind,
    rows: window.rows,
    measured: window.rows,
    verdict: enough ? (violated.length > 0 ? 'violated' : 'fine') : 'unclear',
    why: enough
      ? explain(monitor, values, violated, window.rows)
      : `${count(window.rows, 'row')} captured, ${monitor.leastRows} needed`,
    values,
  };
}

const ruleFor = ({ kind }: ColumnProfile, monitor: Monitor): Drift =>
  monitor.kind === 'data-drift' ? monitor.metric[kind] : monitor.metric;

function compare(name: string, rule: Drift, reference: ColumnProfile, window: ColumnProfile | undefined): ReportValue {
  const value = window && distance(rule.distance, reference, window);
  return {
    name,
    metric: rule.distance,
    value: value ? value.corrected : null,
    threshold: rule.threshold,
    violated: value !== undefined && drifted(rule, value),
  };
}

function explain(
  { kind }: Monitor,
  values: readonly ReportValue[],
  violated: readonly ReportValue[],
  rows: number,
): string {
  const found = violated.map(({ name, metric, value, threshold }) => {
    const side = DISTANCES[metric as Drift['distance']].drifts === 'above' ? 'at most' : 'at least';
    return `${name} (${metric} ${Number(value!.toPrecision(3))}, ${side} ${threshold} allowed)`;
  });
  const list = found.length > 0 ? `: ${found.join(', ')}` : '';
  const moved = violated.length > 0 ? 'the predictions drifted' : 'the predictions did not drift';
  const drifts = kind === 'data-drift' ? `${violated.length} of ${count(values.length, 'feature')} drifted` : moved;
  return `${drifts}${list}; ${count(rows, 'row')}, net of what sampling noise alone exceeds in 1 of 1,000 comparisons`;
}
