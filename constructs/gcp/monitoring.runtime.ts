/** Time series of Cloud Monitoring. https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries */
import { unlessAbsent } from './google-error.runtime';
import type { Google } from './google.runtime';
import type { Time } from '../../runtime/loop/platform';

export interface Series {
  readonly metric?: { readonly labels?: Readonly<Record<string, string>> };
  /** Newest first. */
  readonly points?: readonly Point[];
}

interface Point {
  readonly interval: { readonly endTime: string };
  readonly value: { readonly int64Value?: string; readonly doubleValue?: number };
}

export const valueOf = ({ value }: Point): number => value.doubleValue ?? Number(value.int64Value ?? 0);

export interface SeriesQuery {
  /** Type of the metric. */
  readonly metric: string;
  /** By name with what it is of: `metric.labels.deployed_model_id`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly from: Time;
  readonly to: Time;
  /** Puts all of the time into one value. @default - each point as it was written */
  readonly whole?: { readonly aligner: string; readonly reducer: string; readonly by?: string };
}

/** None where the metric has no data yet, or does not exist. */
export async function seriesOf(google: Google, project: string, query: SeriesQuery): Promise<readonly Series[]> {
  const { metric, labels, from, to, whole } = query;
  const all = Object.entries({ 'metric.type': metric, ...labels });
  const found: Series[] = [];
  const pages = google.pages<Series>('monitoring', `projects/${project}/timeSeries`, 'timeSeries', {
    filter: all.map(([name, value]) => `${name} = "${value}"`).join(' AND '),
    'interval.startTime': new Date(from).toISOString(),
    'interval.endTime': new Date(to).toISOString(),
    ...(whole && {
      'aggregation.alignmentPeriod': `${Math.round((to - from) / 1000)}s`,
      'aggregation.perSeriesAligner': whole.aligner,
      'aggregation.crossSeriesReducer': whole.reducer,
      'aggregation.groupByFields': whole.by,
    }),
  });
  await unlessAbsent(
    (async () => {
      for await (const one of pages) found.push(one);
    })(),
  );
  return found;
}
