/** Alarms about the loop itself: who watches the watcher. */
import { Duration } from 'aws-cdk-lib/core';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { gauge, tellingAlarm, TICK, type AlarmTransform, type GaugeOf } from './gauges';
import { physicalName } from './names';

export function loopAlarms(
  scope: Construct,
  of: GaugeOf,
  looks: lambda.IFunction,
  failed: sqs.IQueue,
  monitored: boolean,
  tell: { readonly topic: sns.ITopic; readonly transform: AlarmTransform | undefined },
): cloudwatch.Alarm[] {
  const ticks = (count: number) => Duration.minutes(count * TICK.toMinutes());
  const alarm = (
    id: string,
    name: string,
    alarmDescription: string,
    metric: cloudwatch.IMetric,
    more: Partial<cloudwatch.AlarmProps> = {},
  ) =>
    tellingAlarm(
      scope,
      id,
      {
        alarmName: physicalName('alarm', of.system, of.endpoint, name),
        alarmDescription,
        metric,
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
        ...more,
      },
      tell,
    );
  return [
    alarm(
      'RunFailed',
      'run-failed',
      'A training failed. The loop tries again, ever more slowly, and gives up after five: mlops logs --target aws',
      gauge('RunFailed', of, ticks(3)),
    ),
    ...(monitored
      ? [
          alarm(
            'MonitorFailed',
            'monitor-failed',
            'A run of a monitor failed: this endpoint is not watched',
            gauge('MonitorFailed', of, ticks(3)),
          ),
        ]
      : []),
    alarm(
      'LoopFailed',
      'loop-failed',
      'Looks fail: what they say is in the log of the function',
      looks.metricErrors({ statistic: 'Sum', period: ticks(1) }),
      { evaluationPeriods: 3, datapointsToAlarm: 3 },
    ),
    alarm(
      'Lost',
      'loop-lost',
      'Looks failed three times and were given up: the messages in the queue say why',
      failed.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: ticks(1) }),
    ),
    // Silence is what it rings for.
    alarm('Heartbeat', 'heartbeat', 'The loop has stopped looking', gauge('Looked', of, ticks(1)), {
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 6,
      datapointsToAlarm: 6,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
    }),
  ];
}
