/** The step `trial`: a version under trial against the champion, on the rows that the new one answered. */
import { join } from 'node:path';
import type { Resolved } from '../../constructs/spec/mlops';
import { METRICS } from '../../constructs/spec/metric';
import type { ModelQualitySpec } from '../../constructs/spec/monitor';
import type { Report } from '../../constructs/spec/report';
import type { MonitorSubject } from '../../constructs/spec/report';
import { Database, identifier, literal } from './database';
import { readJson, readManifest, writeJson } from './files';
import type { JoinCounts } from './labels';
import { measure } from './measure';
import { checkTask, isNone, readPredictions } from './scored';
import { count, StepError, type Log, type StepArguments } from './step';
import { explain, limitAgainst, outside } from './verdict';

type Monitor = Resolved<ModelQualitySpec>;

/** Labels, and what each of the two predicted for the same rows. */
export interface TrialRows {
  readonly labels: Float64Array;
  readonly challenger: Float64Array;
  /** `false` where there is no champion. */
  readonly champion: Float64Array | false;
}

export async function trial({ inputs, outputs, parameters }: StepArguments, log: Log): Promise<void> {
  const monitor = parameters.monitor as Monitor;
  const subject = parameters.subject as MonitorSubject;
  const counts = readJson(inputs.rows!, 'counts.json', 'in.rows') as JoinCounts;
  const rows = await readRows(inputs);
  const problems = checkTask(METRICS[monitor.metric].task, rows.labels, 'label', 'in.labels: label');
  if (problems.length > 0) throw new StepError(problems);
  const report = trialReport(monitor, subject, parameters.worse_than_champion as number, counts, rows);
  writeJson(outputs.report!, 'report.json', report);
  log(`trial: ${report.verdict}: ${report.why}`);
}

async function readRows(inputs: StepArguments['inputs']): Promise<TrialRows> {
  const { schema } = readManifest(inputs.model!, 'in.model');
  const file = `read_parquet(${literal(join(inputs.rows!, 'test.parquet'))})`;
  return Database.use(async (db) => {
    const labels = await db.numbers(`SELECT ${identifier(schema.label)} FROM ${file}`);
    const challenger = await db.numbers(`SELECT prediction FROM ${file}`);
    const directory = inputs.champion_predictions!;
    const champion = isNone(directory) ? false : await readPredictions(db, directory, labels.length, 'champion');
    if (champion && !(champion instanceof Float64Array)) throw new StepError([champion]);
    return { labels, challenger, champion };
  });
}

/** Violated when the metric is more than `worseThanChampion` times worse than the champion's. */
export function trialReport(
  monitor: Monitor,
  subject: MonitorSubject,
  worseThanChampion: number,
  counts: JoinCounts,
  { labels, challenger, champion }: TrialRows,
): Report {
  const { metric } = monitor;
  const judged = { format: 1, ...subject, kind: 'model-quality', rows: counts.rows, measured: labels.length } as const;
  const unclear = (why: string): Report => ({ ...judged, verdict: 'unclear', why, values: [] });
  if (!champion) return unclear('there is no champion to compare with');
  if (labels.length < monitor.leastRows)
    return unclear(
      `${count(labels.length, 'row')} with a label of ${counts.rows} captured, ${monitor.leastRows} needed`,
    );
  const baseline = measure(metric, { labels, predictions: champion });
  const value = measure(metric, { labels, predictions: challenger });
  if (baseline === null || value === null) return unclear(`${metric} is not defined on these labels`);
  const limit = limitAgainst(metric, baseline, worseThanChampion);
  const violated = outside(limit, value);
  const values = [{ name: metric, metric, value, threshold: limit.threshold, baseline, violated }];
  const why = `against the champion on the same rows: ${explain(metric, value, labels.length, values)}`;
  return { ...judged, verdict: violated ? 'violated' : 'fine', why, values };
}
