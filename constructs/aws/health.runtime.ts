/**
 * What CloudWatch knows of a variant's requests. SageMaker publishes figures of requests, and none while there are none
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-edit.html): so no figures are no requests. Health is unknown
 * only where CloudWatch itself does not answer, or not completely.
 */
import { GetMetricDataCommand, type CloudWatchClient, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import type { HealthFigures as HealthFiguresPart } from '../../runtime/cloud/parts';
import type { Health, Time } from '../../runtime/loop/platform';
import type { Machines } from './endpoint-config.runtime';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

interface Figure {
  readonly metric: string;
  readonly statistic: 'Sum' | 'SampleCount' | 'p99';
}

interface Figures {
  readonly requests: Figure;
  readonly errors: Figure;
  /** In microseconds. Their sum is the p99: it may be told a little too high, never too low by much. */
  readonly latencies: readonly Figure[];
}

/** 4xx are the client's own: they count as requests, and not as errors. */
const ERRORS: Figure = { metric: 'Invocation5XXErrors', statistic: 'Sum' };
const MODEL: Figure = { metric: 'ModelLatency', statistic: 'p99' };
const FIGURES: Readonly<Record<Machines['kind'], Figures>> = {
  'real-time': {
    requests: { metric: 'Invocations', statistic: 'Sum' },
    errors: ERRORS,
    latencies: [MODEL, { metric: 'OverheadLatency', statistic: 'p99' }],
  },
  // It has neither Invocations nor OverheadLatency: https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
  asynchronous: {
    requests: { metric: 'ModelLatency', statistic: 'SampleCount' },
    errors: ERRORS,
    latencies: [MODEL],
  },
};

/** CloudWatch at fault, or too busy for us: anything else is our own mistake, and must be seen. */
const TRANSIENT: readonly string[] = [
  'InternalServiceFault',
  'InternalFailure',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'TimeoutError',
];

export class HealthFigures implements HealthFiguresPart {
  constructor(
    private readonly cloudwatch: CloudWatchClient,
    private readonly endpointName: string,
    private readonly kind: Machines['kind'],
    private readonly clock: () => Time,
  ) {}

  async since(variant: string, since: Time): Promise<Health> {
    const { requests, errors, latencies } = FIGURES[this.kind];
    const values = await this.ask(variant, [requests, errors, ...latencies], spanOf(since, this.clock()));
    if (!values) return 'unknown';
    const [count = 0, failed = 0, ...microseconds] = values;
    // An answer that never came has no latency to be counted by.
    const all = Math.max(count, failed);
    return {
      requests: all,
      errorRate: all > 0 ? failed / all : 0,
      p99: microseconds.reduce((sum, each) => sum + each, 0) / 1000,
    };
  }

  /** A value for each figure, 0 where there is none; nothing where CloudWatch does not say. */
  private async ask(variant: string, figures: readonly Figure[], span: Span): Promise<readonly number[] | undefined> {
    try {
      const { MetricDataResults: results = [] } = await this.cloudwatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(span.from),
          EndTime: new Date(span.to),
          MetricDataQueries: figures.map((figure, i) => this.query(variant, figure, i, span.seconds)),
        }),
      );
      const found = figures.map((_, i) => results.find(({ Id }) => Id === `f${i}`));
      if (found.some((result) => result?.StatusCode !== 'Complete')) return undefined;
      return found.map((result, i) => {
        const values = result?.Values ?? [];
        return figures[i]!.statistic === 'p99' ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0);
      });
    } catch (error) {
      if (TRANSIENT.includes((error as Error).name)) return undefined;
      throw error;
    }
  }

  private query(variant: string, { metric, statistic }: Figure, i: number, seconds: number): MetricDataQuery {
    return {
      Id: `f${i}`,
      MetricStat: {
        Metric: {
          Namespace: 'AWS/SageMaker',
          MetricName: metric,
          Dimensions: [
            { Name: 'EndpointName', Value: this.endpointName },
            { Name: 'VariantName', Value: variant },
          ],
        },
        Period: seconds,
        Stat: statistic,
      },
    };
  }
}

interface Span {
  readonly from: Time;
  readonly to: Time;
  readonly seconds: number;
}

/**
 * One period from the beginning to now, since percentiles of several cannot be put together. Its grain grows with its age:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricStat.html
 * The grain that the beginning falls into is left out: where a deployment took the place of another in the same variant, some of it
 * is the other's.
 */
export function spanOf(since: Time, now: Time): Span {
  const age = now - since;
  const grain = age < 15 * DAY - MINUTE ? MINUTE : age < 63 * DAY - MINUTE ? 5 * MINUTE : 60 * MINUTE;
  const from = Math.ceil(since / grain) * grain;
  const length = Math.max(1, Math.ceil((now - from) / grain)) * grain;
  return { from, to: from + length, seconds: length / 1000 };
}
