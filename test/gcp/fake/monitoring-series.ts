/** Time series: what identifies one, and how one is told. */
import type { JsonObject } from '../protos';

export interface Labelled {
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** One thing that was measured at a moment: one value, or of a distribution all of them. */
export interface Sample {
  /** Milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly values?: readonly number[];
}

export interface Series {
  readonly metric: Labelled;
  readonly resource: Labelled;
  readonly metricKind: 'GAUGE' | 'DELTA' | 'CUMULATIVE';
  readonly valueType: 'BOOL' | 'INT64' | 'DOUBLE' | 'DISTRIBUTION';
  /** Oldest first. */
  readonly samples: readonly Sample[];
}

export interface Interval {
  /** Nothing: a moment, that of its end. */
  readonly from: number | undefined;
  readonly to: number;
}

export const seriesKey = ({ metric, resource }: Pick<Series, 'metric' | 'resource'>): string =>
  JSON.stringify([metric, resource].map(({ type, labels }) => [type, Object.entries(labels).sort()]));

export const isWithin = ({ from, to }: Interval, at: number): boolean =>
  from === undefined ? at === to : at > from && at <= to;

/** As it was measured; newest first. */
export function pointsOf({ samples, ...series }: Series, interval: Interval): readonly JsonObject[] {
  const hits = samples.filter(({ at }) => isWithin(interval, at)).reverse();
  if (hits.length === 0) return [];
  const points = hits.map(({ at, value, values }) => ({
    interval: { startTime: iso(series.metricKind === 'GAUGE' ? at : at - 60_000), endTime: iso(at) },
    value: typedValue(series.valueType, value, values),
  }));
  return [{ ...series, points }];
}

export const iso = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

export function typedValue(type: Series['valueType'], value: number, values: readonly number[] = []): JsonObject {
  switch (type) {
    case 'BOOL':
      return { boolValue: value === 1 };
    case 'INT64':
      return { int64Value: String(value) };
    case 'DOUBLE':
      return { doubleValue: value };
    case 'DISTRIBUTION': {
      const mean = values.reduce((sum, one) => sum + one, 0) / (values.length || 1);
      return { distributionValue: { count: String(values.length), mean } };
    }
  }
}
