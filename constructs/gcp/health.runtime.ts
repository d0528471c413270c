/**
 * What Cloud Monitoring knows of a deployed model's requests. It has figures of requests, and none while there are none: so no
 * figures are no requests. Health is unknown only where Monitoring itself does not answer.
 * https://cloud.google.com/monitoring/api/metrics_gcp_a_b#gcp-aiplatform
 */
import type { HealthFigures as HealthFiguresPart } from '../../runtime/cloud/parts';
import type { Health, Time } from '../../runtime/loop/platform';
import { isTransient } from './google-error.runtime';
import type { Google } from './google.runtime';
import { seriesOf, valueOf, type Series, type SeriesQuery } from './monitoring.runtime';
import type { LoopSettings } from './settings';

const PREFIX = 'aiplatform.googleapis.com/prediction/online';
const MINUTE = 60_000;
const CODE = 'response_code';

export class HealthFigures implements HealthFiguresPart {
  constructor(
    private readonly google: Google,
    private readonly settings: Pick<LoopSettings, 'project' | 'endpointId'>,
    private readonly clock: () => Time,
  ) {}

  /** `figures`: id of a deployed model. */
  async since(figures: string, since: Time): Promise<Health> {
    const span = spanOf(since, this.clock());
    try {
      const [responses, latencies] = await Promise.all([
        this.ask(figures, 'response_count', span, {
          whole: { aligner: 'ALIGN_DELTA', reducer: 'REDUCE_SUM', by: `metric.labels.${CODE}` },
        }),
        // All of what a request takes: the model's own part of it is told beside it.
        this.ask(figures, 'prediction_latencies', span, {
          labels: { 'metric.labels.latency_type': 'total' },
          whole: { aligner: 'ALIGN_DELTA', reducer: 'REDUCE_PERCENTILE_99' },
        }),
      ]);
      const requests = sum(responses);
      // 4xx are the client's own: they count as requests, and not as errors. Codes are told as 500 or as 5xx.
      const errors = sum(responses.filter(({ metric }) => metric?.labels?.[CODE]?.startsWith('5')));
      const p99 = Math.max(0, ...latencies.flatMap(({ points = [] }) => points.map(valueOf)));
      return { requests, errorRate: requests > 0 ? errors / requests : 0, p99 };
    } catch (error) {
      if (isTransient(error)) return 'unknown';
      throw error;
    }
  }

  private ask(
    deployed: string,
    figure: string,
    span: Span,
    { labels, whole }: Pick<SeriesQuery, 'whole'> & Partial<Pick<SeriesQuery, 'labels'>>,
  ): Promise<readonly Series[]> {
    const { project, endpointId } = this.settings;
    return seriesOf(this.google, project, {
      metric: `${PREFIX}/${figure}`,
      labels: {
        'resource.type': 'aiplatform.googleapis.com/Endpoint',
        'resource.labels.endpoint_id': endpointId,
        'metric.labels.deployed_model_id': deployed,
        ...labels,
      },
      ...span,
      ...(whole && { whole }),
    });
  }
}

const sum = (all: readonly Series[]): number =>
  all.flatMap(({ points = [] }) => points.map(valueOf)).reduce((total, value) => total + value, 0);

type Span = Pick<SeriesQuery, 'from' | 'to'>;

/** One period of whole minutes up to now, since percentiles of several cannot be put together. */
export function spanOf(since: Time, now: Time): Span {
  const length = Math.max(1, Math.ceil((now - since) / MINUTE)) * MINUTE;
  return { from: now - length, to: now };
}
