/**
 * When a label becomes known: in batches on whole hours, the same for the same row each time, never later than
 * `labelsWithin` allows, never before the row has happened.
 */
import type { ResolvedEndpoint } from '../constructs/spec/mlops';
import { milliseconds } from '../constructs/spec/units';
import { DAY, HOUR } from './clock';

export interface LabelBatches {
  /** Milliseconds from one batch to the next; batches are aligned to the epoch. At most a day, at least an hour. */
  readonly every: number;
  /** A row's label comes with one of this many batches after it; which one, the hash of its key says. */
  readonly spread: number;
}

/** Once a day where the quality monitors allow it, so that the files stay few. */
export function labelBatches({ monitors }: Pick<ResolvedEndpoint, 'monitors'>): LabelBatches {
  const limits = Object.values(monitors).flatMap((monitor) =>
    monitor.kind === 'model-quality' ? [milliseconds(monitor.labelsWithin)] : [],
  );
  const within = limits.length > 0 ? Math.min(...limits) : DAY;
  const every = Math.min(DAY, Math.max(HOUR, Math.floor(within / HOUR) * HOUR));
  return { every, spread: Math.max(1, Math.floor(within / every)) };
}

/** In SQL, when the label of a row that happened `at` is due; both in milliseconds since the epoch. */
export function dueSql(at: string, hash: string, { every, spread }: LabelBatches): string {
  return `(${at} // ${every} + 1 + (${hash} % ${spread})::BIGINT) * ${every}`;
}
