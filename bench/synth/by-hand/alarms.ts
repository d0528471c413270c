/** Metrics, alarms on them, and the page that shows both. */
import { Duration } from 'aws-cdk-lib/core';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

export const gauge = (metricName: string, minutes: number, monitor?: string, label?: string) =>
  new cloudwatch.Metric({
    namespace: 'MlopsConstructs',
    metricName,
    dimensionsMap: { System: 'bike-rentals', Endpoint: 'online', ...(monitor && { Monitor: monitor }) },
    statistic: 'Maximum',
    period: Duration.minutes(minutes),
    ...(label && { label }),
  });

export function newAlarm(
  scope: Construct,
  id: string,
  topic: sns.Topic,
  name: string,
  alarmDescription: string,
  metric: cloudwatch.IMetric,
  more: Partial<cloudwatch.AlarmProps> = {},
): cloudwatch.Alarm {
  const alarm = new cloudwatch.Alarm(scope, id, {
    alarmName: `bike-rentals-online-${name}`,
    alarmDescription,
    metric,
    threshold: 1,
    comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 1,
    treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    ...more,
  });
  alarm.addAlarmAction(new SnsAction(topic));
  alarm.addOkAction(new SnsAction(topic));
  return alarm;
}

const ofVariant = (slot: string, metricName: string, statistic: string) =>
  new cloudwatch.Metric({
    namespace: 'AWS/SageMaker',
    metricName,
    dimensionsMap: { EndpointName: 'bike-rentals-online', VariantName: slot },
    statistic,
    period: Duration.minutes(5),
    label: slot,
  });

const requests = (slot: string) => ofVariant(slot, 'Invocations', 'Sum');
const errors = (slot: string) => ofVariant(slot, 'Invocation5XXErrors', 'Sum');
const p99 = (slot: string) => ofVariant(slot, 'ModelLatency', 'p99');

const computed = (slot: string, expression: string, usingMetrics: Record<string, cloudwatch.IMetric>) =>
  new cloudwatch.MathExpression({ expression, usingMetrics, period: Duration.minutes(5), label: slot });

const SLOTS = ['blue', 'green'];

export function newHealthAlarms(scope: Construct, topic: sns.Topic): cloudwatch.Alarm[] {
  const { GREATER_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
  return SLOTS.flatMap((slot) => {
    const pascal = slot === 'blue' ? 'Blue' : 'Green';
    return [
      newAlarm(
        scope,
        `${pascal}Errors`,
        topic,
        `${slot}-errors`,
        `More than 0.01 of the requests to ${slot} of bike-rentals-online failed within 5 minutes, judged on 20 requests or more`,
        computed(slot, 'IF(requests >= 20, errors / requests, 0)', { requests: requests(slot), errors: errors(slot) }),
        { threshold: 0.01, comparisonOperator: GREATER_THAN_THRESHOLD },
      ),
      newAlarm(
        scope,
        `${pascal}Latency`,
        topic,
        `${slot}-latency`,
        `99 of 100 requests to ${slot} of bike-rentals-online took longer than 250 ms within 5 minutes`,
        computed(slot, 'IF(requests >= 20, p99, 0)', { requests: requests(slot), p99: p99(slot) }),
        { threshold: 250_000, comparisonOperator: GREATER_THAN_THRESHOLD },
      ),
    ];
  });
}

export function newDashboard(scope: Construct, alarms: cloudwatch.Alarm[]): void {
  const limit = (value: number) => ({ leftAnnotations: [{ value, label: 'rolled back above' }] });
  const graph = (title: string, left: cloudwatch.IMetric[], label: string, more = {}) =>
    new cloudwatch.GraphWidget({
      title: `online: ${title}`,
      left,
      leftYAxis: { min: 0, label, showUnits: false },
      width: 8,
      height: 6,
      ...more,
    });
  const gauges = (title: string, left: cloudwatch.IMetric[]) =>
    new cloudwatch.GraphWidget({
      title: `online: ${title}`,
      left,
      leftYAxis: { min: 0, max: 1, showUnits: false },
      width: 12,
      height: 4,
    });
  const introduction = [
    '# bike-rentals',
    'Endpoints: online.',
    'What serves, what runs and what is waited for: `mlops status --target aws`. What was done, and why: `mlops events --target aws`.',
    'Back to an older version: `mlops rollback VERSION --target aws`.',
  ].join('\n\n');
  const heading = '## online\n\nreal-time endpoint `bike-rentals-online`, variants blue and green';
  const failed = (slot: string) =>
    computed(slot, `errors_${slot} / requests_${slot}`, {
      [`requests_${slot}`]: requests(slot),
      [`errors_${slot}`]: errors(slot),
    });
  const latency = (slot: string) => computed(slot, `p99_${slot} / 1000`, { [`p99_${slot}`]: p99(slot) });
  new cloudwatch.Dashboard(scope, 'Resource', {
    dashboardName: 'bike-rentals-online',
    defaultInterval: Duration.days(1),
    periodOverride: cloudwatch.PeriodOverride.INHERIT,
    widgets: [
      [new cloudwatch.TextWidget({ markdown: introduction, width: 24, height: 4 })],
      [new cloudwatch.TextWidget({ markdown: heading, width: 24, height: 2 })],
      [new cloudwatch.AlarmStatusWidget({ title: 'online: alarms', alarms, width: 24, height: 3 })],
      [
        graph('requests', SLOTS.map(requests), 'in 5 minutes'),
        graph('share that failed', SLOTS.map(failed), '0 to 1', limit(0.01)),
        graph('latency, p99', SLOTS.map(latency), 'ms', limit(250)),
      ],
      [
        gauges(
          'degraded, by monitor',
          ['inputs', 'quality'].map((monitor) => gauge('Degraded', 15, monitor, monitor)),
        ),
        gauges('the loop', [
          gauge('Looked', 15, undefined, 'it looked'),
          gauge('RunFailed', 15, undefined, 'a training failed'),
          gauge('MonitorFailed', 15, undefined, 'a monitor failed'),
        ]),
      ],
    ],
  });
}
