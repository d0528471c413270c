/**
 * Aggregation of time series: counts summed, percentiles of distributions. Percentiles are exact here; Google estimates them from
 * buckets. https://cloud.google.com/monitoring/api/v3/aggregation
 */
import type { JsonObject } from '../protos';
import { GoogleError, invalid } from './errors';
import { valueAt } from './filter';
import { iso, typedValue, type Interval, type Sample, type Series } from './monitoring-series';

export interface AggregationRequest {
  readonly alignmentPeriod?: string;
  readonly perSeriesAligner?: string;
  readonly crossSeriesReducer?: string;
  readonly groupByFields?: readonly string[];
}

interface Aligned {
  readonly to: number;
  /** Still a distribution, or one number. */
  readonly value: number | readonly number[];
}

export function aggregated(
  all: readonly Series[],
  interval: Interval,
  asked: AggregationRequest,
): readonly JsonObject[] {
  const { perSeriesAligner: aligner = 'ALIGN_NONE', crossSeriesReducer: reducer = 'REDUCE_NONE' } = asked;
  const period = periodOf(asked.alignmentPeriod, interval);
  const aligned = all.map((series) => ({ series, points: align(series, interval, period, aligner) }));
  const groups = reducer === 'REDUCE_NONE' ? aligned.map((one) => [one]) : grouped(aligned, asked.groupByFields ?? []);
  return groups.flatMap((group) => {
    const ends = [...new Set(group.flatMap(({ points }) => points.map(({ to }) => to)))].sort((a, b) => b - a);
    if (ends.length === 0) return [];
    const points = ends.map((to) => {
      const values = group.flatMap(({ points }) => points.filter((point) => point.to === to).map(({ value }) => value));
      return { to, value: reduce(values, reducer) };
    });
    return [
      told(group[0]!.series, points, period, reducer === 'REDUCE_NONE' ? undefined : (asked.groupByFields ?? [])),
    ];
  });
}

/** One window as long as the interval, or windows that end with it. */
function periodOf(text: string | undefined, { from, to }: Interval): number {
  const period = Number(/^([\d.]+)s$/.exec(text ?? '')?.[1] ?? NaN) * 1000;
  if (!(period >= 60_000)) throw invalid(`alignment_period must be at least 60 seconds, got ${text}`);
  if (from === undefined || to <= from) throw invalid('The interval must have a start before its end.');
  return period;
}

function align(
  { samples, valueType }: Series,
  { from, to }: Interval,
  period: number,
  aligner: string,
): readonly Aligned[] {
  const windows: Aligned[] = [];
  for (let end = to; end > from!; end -= period) {
    const within = samples.filter(({ at }) => at > Math.max(end - period, from!) && at <= end);
    if (within.length > 0) windows.push({ to: end, value: alignedValue(within, valueType, aligner) });
  }
  return windows;
}

function alignedValue(samples: readonly Sample[], type: Series['valueType'], aligner: string): Aligned['value'] {
  const percent = /^ALIGN_PERCENTILE_(\d\d)$/.exec(aligner)?.[1];
  const isDistribution = type === 'DISTRIBUTION';
  const values = samples.flatMap(({ values, value }) => values ?? [value]);
  if (percent && isDistribution) return percentile(values, Number(percent));
  if (aligner === 'ALIGN_DELTA' || (aligner === 'ALIGN_SUM' && !percent)) return isDistribution ? values : sum(values);
  if (aligner === 'ALIGN_MAX' && !isDistribution) return Math.max(...values);
  throw new GoogleError('UNIMPLEMENTED', `The fake has no ${aligner} of ${type}.`);
}

function reduce(values: readonly Aligned['value'][], reducer: string): Aligned['value'] {
  const percent = /^REDUCE_PERCENTILE_(\d\d)$/.exec(reducer)?.[1];
  if (reducer === 'REDUCE_NONE') return values[0]!;
  if (percent) return percentile(values.flat(), Number(percent));
  if (reducer === 'REDUCE_SUM') return values.every(Array.isArray) ? values.flat() : sum(values as readonly number[]);
  if (reducer === 'REDUCE_MAX') return Math.max(...(values as readonly number[]));
  throw new GoogleError('UNIMPLEMENTED', `The fake has no ${reducer}.`);
}

function grouped<T extends { readonly series: Series }>(all: readonly T[], fields: readonly string[]): readonly T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = JSON.stringify(fields.map((field) => valueAt(one.series, pathOf(field))));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

const pathOf = (field: string): readonly string[] => field.replace(/\.label\./, '.labels.').split('.');

/** Of a group, the labels that it was made by, and no others. */
function told(
  series: Series,
  points: readonly Aligned[],
  period: number,
  fields: readonly string[] | undefined,
): JsonObject {
  const kept = (of: 'metric' | 'resource'): JsonObject => {
    const labels = Object.entries(series[of].labels).filter(
      ([key]) => !fields || fields.some((field) => pathOf(field).join('.') === `${of}.labels.${key}`),
    );
    return { type: series[of].type, ...(labels.length > 0 && { labels: Object.fromEntries(labels) }) };
  };
  const isDistribution = Array.isArray(points[0]!.value);
  const isWhole = points.every(({ value }) => Number.isInteger(value)) && series.valueType === 'INT64';
  const valueType = isDistribution ? 'DISTRIBUTION' : isWhole ? 'INT64' : 'DOUBLE';
  return {
    ...{ metric: kept('metric'), resource: kept('resource'), metricKind: 'DELTA', valueType },
    points: points.map(({ to, value }) => ({
      interval: { startTime: iso(to - period), endTime: iso(to) },
      value: typeof value === 'number' ? typedValue(valueType, value) : typedValue(valueType, 0, value),
    })),
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The least value that so many percent are not above. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
}
