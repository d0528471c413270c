/** The summary for a terminal: plain words, aligned figures. */
import type { ReplaySummary } from './summary';

const LABEL = 12;
const WIDTH = 100;

/** About 25 lines, none wider than 100 columns. */
export function summaryText(summary: ReplaySummary): string {
  const { spec, endpoint, from, to } = summary;
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['policy', [summary.policy]],
    ['error', errorLines(summary)],
    ['trainings', trainingLines(summary)],
    ['rollouts', rolloutLines(summary)],
    ['requests', requestLines(summary)],
    ['drift', driftLines(summary)],
    ['jobs', jobLines(summary)],
    ['took', [duration(summary)]],
  ];
  const served = summary.firstServed ? `first served on ${day(summary.firstServed)}` : 'nothing was ever served';
  const title = `${spec} / ${endpoint}: ${day(from)} to ${day(to)}, ${served}`;
  return [title, '', ...sections.flatMap(([label, lines]) => section(label, lines))].join('\n');
}

function errorLines({ error }: ReplaySummary): string[] {
  const { metric, rows, policy, never, everyWindow, ratio } = error;
  const line = (what: string, value: number | null, note: string) =>
    `${what.padEnd(24)}${figure(value).padStart(6)}${note}`;
  return [
    `${metric}, pooled over ${number(rows)} answered rows`,
    line('with this policy', policy, ratio === null ? '' : `   ${ratio.toFixed(2)} times that of never retraining`),
    line('never retrained', never, ''),
    line('retrained every window', everyWindow, everyWindow === null ? '' : `   ${error.windows} trainings`),
  ];
}

function trainingLines({ trainings: { count, byReason, registered, refused, failed } }: ReplaySummary): string[] {
  return [
    `${count}: ${list(byReason, (reason) => reason.replace(/^alarm:(.*)/, 'alarm of $1'))}`,
    `chosen: ${list(registered) || 'none'}`,
    ...refused.map(({ at, why }) => `refused ${day(at)}: ${why}`),
    ...failed.map(({ at, why }) => `failed ${day(at)}: ${why}`),
  ];
}

function rolloutLines({ rollouts: { live, canaries, answeredByBoth, rolledBack } }: ReplaySummary): string[] {
  return [
    `${live} came live, ${rolledBack.length} rolled back; both versions answered in ${answeredByBoth} of ${plural(canaries, 'canary', 'canaries')}`,
    ...rolledBack.map(({ at, why }) => `${day(at)}: ${why}`),
  ];
}

function requestLines({ requests: { served, failed, byVersion, notCaptured, firstFailure } }: ReplaySummary): string[] {
  return [
    `${number(served)} served, ${number(failed)} failed`,
    list(byVersion),
    ...(notCaptured > 0 ? [`${number(notCaptured)} were not captured: the monitors did not see them`] : []),
    ...(firstFailure === null ? [] : [`the first failure: ${firstFailure}`]),
  ];
}

function driftLines({ drift: { windows, drifted, byFeature, predictions, retrains } }: ReplaySummary): string[] {
  if (windows + predictions.windows === 0) return ['not measured'];
  const of = (what: string, n: number, all: number) => `${what} drifted in ${n} of ${all} windows`;
  return [
    ...(windows === 0 ? [] : [`${of('inputs', drifted, windows)}${drifted > 0 ? `: ${list(byFeature)}` : ''}`]),
    ...(predictions.windows === 0 ? [] : [of('predictions', predictions.drifted, predictions.windows)]),
    driftSentence(retrains),
  ];
}

/** Whether drift alone retrains here. */
export function driftSentence(retrains: readonly string[]): string {
  return retrains.length > 0
    ? `The alarm of ${retrains.join(', ')} retrains: drift alone is enough here.`
    : 'Drift alone does not retrain here: no drift monitor is named in retrain.on.';
}

function jobLines({ jobs, tasks }: ReplaySummary): string[] {
  return [
    `${number(jobs.count)} in all, ${jobs.minutes.toFixed(1)} minutes; ${tasks.cached} of ${tasks.count} training tasks from the cache`,
  ];
}

function duration({ seconds: { wall, cpu } }: ReplaySummary): string {
  return `${wall.toFixed(0)} s${cpu === null ? '' : `, ${cpu.toFixed(0)} CPU-seconds`}`;
}

/** The label, then the lines; long ones go on below themselves. */
function section(label: string, lines: readonly string[]): string[] {
  const indent = ' '.repeat(LABEL);
  return lines
    .flatMap((line) => wrap(line, WIDTH - LABEL))
    .map((line, i) => `${i === 0 ? label.padEnd(LABEL) : indent}${line}`);
}

function wrap(line: string, width: number): string[] {
  const end = line.length <= width ? -1 : line.lastIndexOf(' ', width);
  return end <= 0 ? [line] : [line.slice(0, end), ...wrap(`  ${line.slice(end + 1)}`, width)];
}

const day = (iso: string): string => iso.slice(0, 10);
const figure = (value: number | null): string => (value === null ? 'none' : value.toFixed(3));
const number = (value: number): string => value.toLocaleString('en-US');
const plural = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
const list = (counts: Readonly<Record<string, number>>, name = (key: string) => key): string =>
  Object.entries(counts)
    .map(([key, n]) => `${name(key)} ${number(n)}`)
    .join(', ');
