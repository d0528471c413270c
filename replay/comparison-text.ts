/** The comparison for a terminal: a line a figure, a column a policy. */
import type { Comparison, PolicyOutcome } from './comparison';
import { changeInWords } from './variant';

const LABEL = 18;

/** The figures that policies are compared by, as text; each has a row. */
export const FIGURES: readonly {
  readonly label: (metric: string) => string;
  readonly of: (outcome: PolicyOutcome) => string;
}[] = [
  { label: (metric) => metric, of: ({ error }) => figure(error) },
  { label: () => 'never retrained', of: ({ never }) => figure(never) },
  { label: () => 'trainings', of: ({ summary }) => String(summary.trainings.count) },
  { label: () => 'refused', of: ({ summary }) => String(summary.trainings.refused.length) },
  { label: () => 'failed', of: ({ summary }) => String(summary.trainings.failed.length) },
  { label: () => 'came live', of: ({ summary }) => String(summary.rollouts.live) },
  { label: () => 'rolled back', of: ({ summary }) => String(summary.rollouts.rolledBack.length) },
  { label: () => 'failed requests', of: ({ summary }) => String(summary.requests.failed) },
  { label: () => 'jobs', of: ({ summary }) => summary.jobs.count.toLocaleString('en-US') },
  { label: () => 'job minutes', of: ({ summary }) => summary.jobs.minutes.toFixed(1) },
];

export function comparisonText({ spec, endpoint, from, to, metric, rows, policies }: Comparison): string {
  const widths = policies.map(({ name }) => Math.max(10, name.length + 3));
  const line = (label: string, cells: readonly string[]) =>
    `${label.padEnd(LABEL)}${cells.map((cell, i) => cell.padStart(widths[i]!)).join('')}`;
  return [
    `${spec} / ${endpoint}: ${from.slice(0, 10)} to ${to.slice(0, 10)}, ${policies.length} policies`,
    `errors are pooled over the ${rows.toLocaleString('en-US')} rows that each of them answered`,
    '',
    line(
      '',
      policies.map(({ name }) => name),
    ),
    ...FIGURES.map(({ label, of }) => line(label(metric), policies.map(of))),
    '',
    ...policies
      .slice(1)
      .flatMap(({ name, changes }) => [
        `${name} changes${changes.length === 0 ? ' nothing' : ''}`,
        ...changes.map((change) => `  ${changeInWords(change)}`),
      ]),
    ...policies.flatMap(mishaps),
  ].join('\n');
}

/** What went wrong. It need not be the policy's fault, so a person should look. */
export function mishaps({ name, summary: { trainings, rollouts, requests } }: PolicyOutcome): string[] {
  return [
    ...trainings.failed.map(({ at, why }) => `${name}, ${at.slice(0, 10)}: training failed: ${why}`),
    ...rollouts.rolledBack.map(({ at, why }) => `${name}, ${at.slice(0, 10)}: ${why}`),
    ...(requests.firstFailure === null ? [] : [`${name}: the first failed request: ${requests.firstFailure}`]),
  ];
}

const figure = (value: number | null): string => (value === null ? 'none' : value.toFixed(3));
