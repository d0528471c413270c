/** The error of three policies on the same rows: as it was served, never trained again, trained again every window. */
import type { Metric } from '../constructs/spec/metric';
import type { Window } from '../runtime/loop/platform';
import { measure } from '../runtime/steps/measure';
import type { ScoredRow } from './recording';

export interface Errors {
  /** Rows that were answered and have a label: all three are measured on these. */
  readonly rows: number;
  /** What the clients got. `null` where the metric is not defined for these rows. */
  readonly policy: number | null;
  /** What the first version would have answered. */
  readonly never: number | null;
  /** What a model trained again every window would have answered. */
  readonly everyWindow: number | null;
}

/** Pooled over all rows: not a mean of means. */
export function errorsOf(metric: Metric, rows: readonly ScoredRow[]): Errors {
  const known = rows.filter(({ label, prediction }) => label !== null && prediction !== null);
  const labels = Float64Array.from(known, ({ label }) => label!);
  const score = (of: (row: ScoredRow) => number | null) =>
    known.some((row) => of(row) === null)
      ? null
      : measure(metric, { labels, predictions: Float64Array.from(known, (row) => of(row)!) });
  return {
    rows: known.length,
    policy: score(({ prediction }) => prediction),
    never: score(({ never }) => never),
    everyWindow: score(({ everyWindow }) => everyWindow),
  };
}

export interface WindowErrors extends Errors {
  readonly window: Window;
}

/** By windows aligned to the epoch; only those with rows. `rows` are in the order of time. */
export function errorsByWindow(metric: Metric, rows: readonly ScoredRow[], every: number): WindowErrors[] {
  const windows = new Map<number, ScoredRow[]>();
  for (const row of rows) {
    const from = Math.floor(row.at / every) * every;
    const inside = windows.get(from);
    if (inside) inside.push(row);
    else windows.set(from, [row]);
  }
  return [...windows].map(([from, inside]) => ({ window: { from, to: from + every }, ...errorsOf(metric, inside) }));
}
