/** The loop's own figures on CloudWatch, and alarms on them: native ones, to be read, muted and forced like any other. */
import { Duration } from 'aws-cdk-lib/core';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { GAUGE_NAMESPACE, type Gauge } from './settings';

/** How often the loop looks without being woken. */
export const TICK = Duration.minutes(5);

export interface GaugeOf {
  readonly system: string;
  readonly endpoint: string;
  readonly monitor?: string;
}

export const gauge = (metricName: Gauge, { system, endpoint, monitor }: GaugeOf, period: Duration): cloudwatch.Metric =>
  new cloudwatch.Metric({
    namespace: GAUGE_NAMESPACE,
    metricName,
    dimensionsMap: { System: system, Endpoint: endpoint, ...(monitor !== undefined && { Monitor: monitor }) },
    statistic: 'Maximum',
    period,
  });

export type AlarmTransform = (props: cloudwatch.AlarmProps) => cloudwatch.AlarmProps;

/** An alarm that tells people when it rings and when it is over. */
export function tellingAlarm(
  scope: Construct,
  id: string,
  props: cloudwatch.AlarmProps,
  {
    topic,
    transform = (unchanged) => unchanged,
  }: { topic: sns.ITopic | undefined; transform?: AlarmTransform | undefined },
): cloudwatch.Alarm {
  const alarm = new cloudwatch.Alarm(scope, id, transform(props));
  if (!topic) return alarm;
  alarm.addAlarmAction(new SnsAction(topic));
  alarm.addOkAction(new SnsAction(topic));
  return alarm;
}
