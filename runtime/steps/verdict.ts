/** Limits of a measured value, and what is said when it keeps or breaks them. */
import { METRICS, type Metric } from '../../constructs/spec/metric';
import type { ReportValue } from '../../constructs/spec/report';
import { count } from './step';

export interface Limit {
  readonly threshold: number;
  /** Where the value breaks it. */
  readonly side: 'above' | 'below';
  /** What the threshold was made from. */
  readonly baseline?: number;
}

/** Broken when the metric is more than `ratio` times worse than `baseline`, whichever way is better. */
export const limitAgainst = (metric: Metric, baseline: number, ratio: number): Limit =>
  METRICS[metric].better === 'lower'
    ? { threshold: baseline * ratio, side: 'above', baseline }
    : { threshold: baseline / ratio, side: 'below', baseline };

export const outside = ({ threshold, side }: Limit, value: number): boolean =>
  side === 'above' ? value > threshold : value < threshold;

/** `wape 0.31 on 168 rows; limit 0.35 (from 0.28) kept`. */
export function explain(metric: Metric, value: number, rows: number, values: readonly ReportValue[]): string {
  const limits = values.map(({ threshold, baseline, violated }) => {
    const from = baseline === undefined ? '' : ` (from ${short(baseline)})`;
    return `limit ${short(threshold)}${from} ${violated ? 'broken' : 'kept'}`;
  });
  return [`${metric} ${short(value)} on ${count(rows, 'row')}`, ...(limits.length > 0 ? [limits.join(', ')] : [])].join(
    '; ',
  );
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
