/** The step `quality`: the captured predictions of one window against the labels that came since. */
import type { ModelManifest } from '../../constructs/spec/artifact';
import { METRICS } from '../../constructs/spec/metric';
import type { Resolved } from '../../constructs/spec/mlops';
import type { ModelQualitySpec } from '../../constructs/spec/monitor';
import type { Report, ReportValue } from '../../constructs/spec/report';
import type { MonitorSubject } from '../../constructs/spec/report';
import { milliseconds } from '../../constructs/spec/units';
import { Database } from './database';
import { readManifest, writeJson } from './files';
import { joinLabels, type JoinCounts } from './labels';
import { measure, type Scored } from './measure';
import { checkTask } from './scored';
import { count, StepError, type Log, type StepArguments } from './step';
import { explain, limitAgainst, outside, type Limit } from './verdict';

type Monitor = Resolved<ModelQualitySpec>;

export async function quality({ inputs, outputs, parameters }: StepArguments, log: Log): Promise<void> {
  const monitor = parameters.monitor as Monitor;
  const subject = parameters.subject as MonitorSubject;
  const manifest = readManifest(inputs.model!, 'in.model');
  const { counts, scored } = await Database.use(async (db) => ({
    counts: await joinLabels(
      db,
      { captures: inputs.captures!, labels: inputs.labels! },
      subject,
      manifest.schema,
      Date.parse(subject.window.to) + milliseconds(monitor.labelsWithin),
    ),
    scored: {
      labels: await db.numbers('SELECT value FROM labelled'),
      predictions: await db.numbers('SELECT prediction FROM labelled'),
    },
  }));
  const problems = checkTask(METRICS[monitor.metric].task, scored.labels, 'label', 'in.labels: label');
  if (problems.length > 0) throw new StepError(problems);
  const report = qualityReport(monitor, subject, manifest.metrics, counts, scored);
  writeJson(outputs.report!, 'report.json', report);
  log(`quality: ${report.verdict}: ${report.why}`);
}

/** Violated when the metric is beyond any of the monitor's limits; unclear when that cannot be told. */
export function qualityReport(
  monitor: Monitor,
  subject: MonitorSubject,
  baseline: ModelManifest['metrics'],
  counts: JoinCounts,
  scored: Scored,
): Report {
  const { metric } = monitor;
  const unclear = whyUnclear(monitor, counts);
  const value = unclear ? null : measure(metric, scored);
  const values: ReportValue[] = limits(monitor, baseline[metric]).map((limit) => ({
    name: metric,
    metric,
    value,
    threshold: limit.threshold,
    ...(limit.baseline === undefined ? {} : { baseline: limit.baseline }),
    violated: value !== null && outside(limit, value),
  }));
  const why =
    unclear ??
    (value === null ? `${metric} is not defined on these labels` : explain(metric, value, counts.labelled, values));
  // A limit that cannot be judged must not pass for one that is kept.
  const unjudged = monitor.worseThanBaseline !== false && baseline[metric] === undefined;
  const violated = values.some((one) => one.violated);
  const clear = violated || (value !== null && !unjudged);
  const notes = [
    why,
    ...(unjudged ? [`worseThanBaseline cannot be judged: the version has no test score for ${metric}`] : []),
    ...oddities(unclear ? { ...counts, unlabelled: 0 } : counts),
  ];
  return {
    format: 1,
    ...subject,
    kind: 'model-quality',
    rows: counts.rows,
    measured: counts.labelled,
    verdict: violated ? 'violated' : clear ? 'fine' : 'unclear',
    why: notes.join('; '),
    values,
  };
}

/** What is odd about the labels; it changes no verdict, but people want to know where it comes from. */
function oddities({ unlabelled, contradictory, doubled, late }: JoinCounts): string[] {
  const told = (n: number, what: string) => (n > 0 ? [`${count(n, 'row')} ${what}`] : []);
  return [
    ...told(unlabelled, 'without a label yet'),
    ...told(late, 'whose label came late'),
    ...told(doubled, 'with the same label several times'),
    ...told(contradictory, 'with contradictory labels, the latest counts'),
  ];
}

function whyUnclear({ leastRows }: Monitor, { rows, labelled }: JoinCounts): string | undefined {
  if (labelled >= leastRows) return undefined;
  if (rows === 0) return 'no rows captured';
  if (labelled === 0) return `no labels yet for ${count(rows, 'captured row')}`;
  return `${count(labelled, 'row')} with a label of ${rows} captured, ${leastRows} needed`;
}

function limits({ metric, worseThanBaseline, above, below }: Monitor, baseline: number | undefined): Limit[] {
  return [
    ...(worseThanBaseline !== false && baseline !== undefined
      ? [limitAgainst(metric, baseline, worseThanBaseline)]
      : []),
    ...(above !== false ? [{ threshold: above, side: 'above' as const }] : []),
    ...(below !== false ? [{ threshold: below, side: 'below' as const }] : []),
  ];
}
