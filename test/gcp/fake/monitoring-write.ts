/** The rules of writing custom metrics: https://cloud.google.com/monitoring/custom-metrics/creating-metrics#writing-ts */
import { isObject, type JsonObject } from '../protos';
import type { Clock } from './clock';
import { GoogleError, invalid, codeOf } from './errors';
import { seriesKey, type Series } from './monitoring-series';
import type { Place } from './vertex-state';

export interface Written {
  readonly good: readonly Series[];
  /** Those that are good are written all the same. */
  readonly error?: GoogleError;
}

/** https://cloud.google.com/monitoring/custom-metrics/creating-metrics#create-metric-desc; those that the loop could mean. */
const RESOURCES: Readonly<Record<string, readonly string[]>> = {
  global: ['project_id'],
  generic_task: ['project_id', 'location', 'namespace', 'job', 'task_id'],
  generic_node: ['project_id', 'location', 'namespace', 'node_id'],
};

const VALUES = { boolValue: 'BOOL', int64Value: 'INT64', doubleValue: 'DOUBLE' } as const;

export function writtenSeries(
  request: JsonObject,
  known: ReadonlyMap<string, Series>,
  place: Place,
  clock: Clock,
): Written {
  const asked = request.timeSeries as readonly JsonObject[];
  if (asked.length > 200) throw invalid(`At most 200 time series can be written in one request, got ${asked.length}.`);
  const read = asked.map((one, i) => seriesOf(one, `timeSeries[${i}]`, place));
  const keys = read.map(seriesKey);
  const twice = keys.findIndex((key, i) => keys.indexOf(key) < i);
  if (twice >= 0)
    throw invalid(
      `Field timeSeries[${twice}]: Duplicate TimeSeries. Only one point can be written per series per request.`,
    );
  const judged = read.map((series, i) => ({ series, problem: problemOf(series, known.get(keys[i]!), clock.now) }));
  const good = judged.filter(({ problem }) => !problem).map(({ series }) => series);
  const bad = judged.filter(({ problem }) => problem);
  if (bad.length === 0) return { good };
  const errors = bad.map(({ problem }) => ({
    status: { code: codeOf('INVALID_ARGUMENT'), message: problem },
    pointCount: 1,
  }));
  const summary = { totalPointCount: read.length, successPointCount: good.length, errors };
  const details = [{ '@type': 'type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary', ...summary }];
  const message = `One or more TimeSeries could not be written: ${bad.map(({ problem }) => problem).join('; ')}`;
  return { good, error: new GoogleError('INVALID_ARGUMENT', message, { details }) };
}

function seriesOf(asked: JsonObject, at: string, place: Place): Series {
  const { metric, resource, points } = asked as Readonly<
    Record<string, { type?: string; labels?: Record<string, string> }>
  >;
  const type = metric?.type ?? '';
  if (!/^(custom|external)\.googleapis\.com\/[\w./]+$/.test(type) || type.length > 200)
    throw invalid(`Field ${at}.metric.type: ${type} is no type of a custom metric.`);
  const labels = Object.entries(metric?.labels ?? {});
  const wrong = labels.find(([key, value]) => !/^[a-zA-Z_]\w{0,99}$/.test(key) || value.length > 1024);
  if (wrong || labels.length > 30) throw invalid(`Field ${at}.metric.labels: ${wrong?.[0] ?? 'more than 30 labels'}`);
  const allowed = RESOURCES[resource?.type ?? ''];
  const extra = Object.keys(resource?.labels ?? {}).filter((key) => !allowed?.includes(key));
  if (!allowed || extra.length > 0)
    throw invalid(`Field ${at}.resource: ${resource?.type} with ${extra.join(', ') || 'these labels'}.`);
  if (!Array.isArray(points) || points.length !== 1)
    throw invalid(`Field ${at}.points: there must be exactly one point.`);
  const { interval, value } = points[0] as { interval?: { startTime?: string; endTime?: string }; value?: JsonObject };
  const end = Date.parse(interval?.endTime ?? '');
  if (Number.isNaN(end)) throw invalid(`Field ${at}.points[0].interval.endTime must be set.`);
  if (interval?.startTime && Date.parse(interval.startTime) !== end)
    throw invalid(`Field ${at}.points[0].interval: the start time of a GAUGE must be its end time.`);
  const kind = (asked.metricKind as string | undefined) ?? 'GAUGE';
  if (kind !== 'GAUGE') throw new GoogleError('UNIMPLEMENTED', `The fake has no custom metrics of kind ${kind}.`);
  const [name, told] = Object.entries(isObject(value) ? value : {})[0] ?? [];
  const valueType = VALUES[name as keyof typeof VALUES];
  if (!valueType)
    throw invalid(`Field ${at}.points[0].value must be a value of a type that the fake has, got ${name}.`);
  if (asked.valueType && asked.valueType !== valueType)
    throw invalid(`Field ${at}.valueType is not that of the point.`);
  return {
    metric: { type, labels: metric?.labels ?? {} },
    resource: { type: resource!.type!, labels: { project_id: place.project, ...resource!.labels } },
    ...{ metricKind: 'GAUGE', valueType, samples: [{ at: end, value: Number(told) }] },
  };
}

const HOUR = 3_600_000;

function problemOf({ samples, valueType, metric }: Series, known: Series | undefined, now: number): string | undefined {
  const { at } = samples[0]!;
  const last = known?.samples.at(-1)?.at;
  if (at < now - 25 * HOUR || at > now + 5 * 60_000)
    return 'Data points must be at most 25 hours old and 5 minutes ahead.';
  if (known && known.valueType !== valueType) return `Value type for metric ${metric.type} must be ${known.valueType}.`;
  if (last !== undefined && at <= last)
    return 'Points must be written in order: this one is not newer than the newest.';
  if (last !== undefined && at - last < 5000) return 'Points of one time series must be at least 5 seconds apart.';
  return undefined;
}
