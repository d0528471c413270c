/** Several policies on the same history, side by side: pure, and the same for the same recordings. */
import type { Metric } from '../constructs/spec/metric';
import type { Window } from '../runtime/loop/platform';
import { errorsByWindow, errorsOf, type WindowErrors } from './errors';
import { yardstick } from './policy';
import type { Recording, ScoredRow } from './recording';
import { summarize, type ReplaySummary } from './summary';
import type { Variant } from './variant';

/** What came of one policy. */
export interface Rehearsal extends Pick<Variant, 'name' | 'changes'> {
  readonly recording: Recording;
}

export interface Comparison {
  readonly spec: string;
  readonly endpoint: string;
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly to: string;
  /** That of the spec's own quality monitor, for all. */
  readonly metric: Metric;
  /** Rows that each policy answered and that have a label: all errors are measured on these. */
  readonly rows: number;
  /** The spec itself comes first. */
  readonly policies: readonly PolicyOutcome[];
}

export interface PolicyOutcome extends Pick<Variant, 'name' | 'changes'> {
  /** `null` where nothing was ever served or the metric is not defined. */
  readonly error: number | null;
  /** Of the policy's first version on the same rows. */
  readonly never: number | null;
  readonly summary: ReplaySummary;
}

export function compareRehearsals(rehearsals: readonly Rehearsal[]): Comparison {
  const { spec, endpoint, span } = rehearsals[0]!.recording;
  const { metric } = yardstick(spec, endpoint);
  const shared = sharedRows(rehearsals.map(({ recording }) => recording.rows));
  const policies = rehearsals.map(({ name, changes, recording }, i) => {
    const { policy, never } = errorsOf(metric, shared[i]!);
    return { name, changes, error: policy, never, summary: summarize(recording) };
  });
  return {
    spec: spec.name,
    endpoint,
    from: new Date(span.from).toISOString(),
    to: new Date(span.to).toISOString(),
    metric,
    rows: Math.max(...shared.map((rows) => rows.length)),
    policies,
  };
}

export interface SharedErrors {
  /** Length of a window in milliseconds. */
  readonly every: number;
  readonly span: Window;
  /** By policy, in their order. */
  readonly windows: readonly (readonly WindowErrors[])[];
}

/** The errors of the shared rows by the windows of the spec's own quality monitor. */
export function sharedErrors(rehearsals: readonly Rehearsal[]): SharedErrors {
  const { spec, endpoint, span } = rehearsals[0]!.recording;
  const { metric, every } = yardstick(spec, endpoint);
  const shared = sharedRows(rehearsals.map(({ recording }) => recording.rows));
  const first = Math.min(...rehearsals.map(({ recording }) => recording.rows[0]?.at ?? span.to));
  return {
    every,
    span: { from: first, to: span.to },
    windows: shared.map((rows) => errorsByWindow(metric, rows, every)),
  };
}

/**
 * The rows that have a label and that each policy answered. A policy that begins to serve later, or fails a request, must
 * not look better for the rows that it left out. One that never served takes no row from the others.
 */
function sharedRows(all: readonly (readonly ScoredRow[])[]): (readonly ScoredRow[])[] {
  const served = all.filter((rows) => rows.length > 0);
  const keys = served.map((rows) => new Set(identified(rows).flatMap(([key, row]) => (isScored(row) ? [key] : []))));
  const isShared = (key: string) => keys.every((answered) => answered.has(key));
  return all.map((rows) => identified(rows).flatMap(([key, row]) => (isShared(key) ? [row] : [])));
}

const isScored = ({ label, prediction }: ScoredRow): boolean => label !== null && prediction !== null;

/** Rows of one moment come in the same order each time: a row is known by its time and its place among those. */
function identified(rows: readonly ScoredRow[]): (readonly [string, ScoredRow])[] {
  let [at, place] = [NaN, 0];
  return rows.map((row) => {
    place = row.at === at ? place + 1 : 0;
    at = row.at;
    return [`${at}/${place}`, row];
  });
}
