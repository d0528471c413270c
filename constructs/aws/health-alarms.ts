/** HealthAlarms: errors and latency of an endpoint's variants, as CloudWatch sees them; for people, and for guardrails. */
import { Duration as CdkDuration } from 'aws-cdk-lib/core';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { show, SpecError, when, type Problem } from '../spec/problem';
import { milliseconds, type Duration } from '../spec/units';
import type { EndpointKind } from './endpoint-kind';
import { tellingAlarm, type AlarmTransform } from './gauges';
import { physicalName } from './names';

export const HEALTH_WINDOW: Duration = '5 minutes';

/** The spec's p99 is never judged on fewer requests. */
const LEAST_FOR_P99 = 20;

/** What of the spec's rollout CloudWatch watches. */
export interface HealthRules {
  /** An alarm looks at this many requests at least. @default 20 */
  readonly leastRequests?: number;
  readonly rollBackOn?: {
    /** Share of failed requests, 0 to 1, above which the alarm rings. @default 0.01 */
    readonly errorRate?: number | false;
    /** Latency of the model that 99 of 100 requests stay below, above which the alarm rings. @default false */
    readonly p99?: Duration | false;
  };
}

export interface HealthAlarmsProps {
  readonly endpointName: string;
  readonly kind: EndpointKind['kind'];
  /** Names of the endpoint's variants. */
  readonly slots: readonly string[];
  /** @default {} */
  readonly rules?: HealthRules;
  /**
   * How much of the past an alarm looks at: whole minutes, at most 7 days. Longer where there are few requests: with
   * fewer than `leastRequests` in it, no alarm rings.
   * @default '5 minutes'
   */
  readonly window?: Duration;
  /** Told when an alarm rings and when it is over. @default - nobody */
  readonly topic?: sns.ITopic;
  readonly transform?: { readonly alarm?: AlarmTransform };
}

/** What of a variant is looked at. Times are in microseconds. */
export interface VariantMetrics {
  readonly requests: cloudwatch.Metric;
  readonly errors: cloudwatch.Metric;
  readonly p99: cloudwatch.Metric;
}

/**
 * Asynchronous endpoints publish no `Invocations`; each answer of the model has a latency, and those can be counted.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-monitor.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
 */
export function variantMetrics(
  { endpointName, kind }: Pick<HealthAlarmsProps, 'endpointName' | 'kind'>,
  slot: string,
  period: CdkDuration,
): VariantMetrics {
  const metric = (metricName: string, statistic: string, label: string) =>
    new cloudwatch.Metric({
      namespace: 'AWS/SageMaker',
      metricName,
      dimensionsMap: { EndpointName: endpointName, VariantName: slot },
      statistic,
      period,
      label,
    });
  return {
    requests:
      kind === 'asynchronous' ? metric('ModelLatency', 'SampleCount', slot) : metric('Invocations', 'Sum', slot),
    errors: metric('Invocation5XXErrors', 'Sum', slot),
    p99: metric('ModelLatency', 'p99', slot),
  };
}

export class HealthAlarms extends Construct {
  readonly alarms: readonly cloudwatch.Alarm[];

  constructor(scope: Construct, id: string, props: HealthAlarmsProps) {
    super(scope, id);
    const { endpointName, slots, rules = {}, window = HEALTH_WINDOW, topic, transform = {} } = props;
    const problems = checkHealthWindow(window, 'window');
    if (problems.length > 0) throw new SpecError(endpointName, problems);
    const asked = slots.flatMap((slot) => alarmsOf(slot, props, rules, window));
    this.alarms = asked.map(({ id: alarmId, ...rest }) =>
      tellingAlarm(
        this,
        alarmId,
        {
          ...rest,
          comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
          evaluationPeriods: 1,
          treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
        },
        { topic, transform: transform.alarm },
      ),
    );
  }
}

function alarmsOf(slot: string, props: HealthAlarmsProps, rules: HealthRules, window: Duration) {
  const { leastRequests = 20, rollBackOn: { errorRate = 0.01, p99 = false } = {} } = rules;
  const { endpointName } = props;
  const period = CdkDuration.millis(milliseconds(window));
  const metrics = variantMetrics(props, slot, period);
  const pascal = `${slot[0]!.toUpperCase()}${slot.slice(1)}`;
  const onEnough = (least: number, expression: string, usingMetrics: Record<string, cloudwatch.IMetric>) =>
    new cloudwatch.MathExpression({
      expression: `IF(requests >= ${least}, ${expression}, 0)`,
      usingMetrics: { requests: metrics.requests, ...usingMetrics },
      period,
      label: slot,
    });
  const enough = `judged on ${leastRequests} requests or more`;
  const errors = {
    id: `${pascal}Errors`,
    alarmName: physicalName('alarm', endpointName, slot, 'errors'),
    alarmDescription: `More than ${show(errorRate)} of the requests to ${slot} of ${endpointName} failed within ${window}, ${enough}`,
    metric: onEnough(leastRequests, 'errors / requests', { errors: metrics.errors }),
    threshold: Number(errorRate),
  };
  const latency = {
    id: `${pascal}Latency`,
    alarmName: physicalName('alarm', endpointName, slot, 'latency'),
    alarmDescription: `99 of 100 requests to ${slot} of ${endpointName} took longer than ${p99 || ''} within ${window}`,
    metric: onEnough(Math.max(leastRequests, LEAST_FOR_P99), 'p99', { p99: metrics.p99 }),
    threshold: p99 ? milliseconds(p99) * 1000 : 0,
  };
  return [...(errorRate === false ? [] : [errors]), ...(p99 === false ? [] : [latency])];
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
export function checkHealthWindow(window: Duration, path: string): Problem[] {
  const time = milliseconds(window);
  return when(time <= 0 || time % 60_000 !== 0 || time > 7 * 86_400_000, {
    path,
    got: show(window),
    expected: 'whole minutes, at most 7 days: CloudWatch looks no further back',
    fix: "write '5 minutes', or '1 day' where there are few requests",
  });
}
