/** Monitor: measures one endpoint's traffic window by window, and the alarm that rings when it is degraded. */
import { Duration } from 'aws-cdk-lib/core';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ResolvedMlops } from '../spec/mlops';
import { monitoringGraph } from '../../pipelines/monitoring';
import { gauge, tellingAlarm, TICK, type AlarmTransform } from './gauges';
import { physicalName } from './names';
import { Pipeline, type JobOptions, type PipelineTransform } from './pipeline';

export interface MonitorProps extends JobOptions {
  readonly spec: ResolvedMlops;
  /** Names in the spec. */
  readonly endpoint: string;
  readonly monitor: string;
  /** What all names begin with. */
  readonly prefix: string;
  /** Told when the alarm rings. @default - nobody */
  readonly topic?: sns.ITopic;
  readonly transform?: MonitorTransform;
}

export interface MonitorTransform extends PipelineTransform {
  readonly alarm?: AlarmTransform;
}

export class Monitor extends Construct {
  readonly pipeline: Pipeline;
  /** Rings while the last windows are violated. The loop tells the gauge that it watches: no alarm of CloudWatch can span weeks. */
  readonly alarm: cloudwatch.Alarm;

  constructor(scope: Construct, id: string, props: MonitorProps) {
    super(scope, id);
    const { spec, endpoint, monitor, prefix, topic, transform = {} } = props;
    const { model, monitors } = spec.endpoints[endpoint]!;
    const noun = monitors[monitor]!;
    this.pipeline = new Pipeline(this, 'Pipeline', {
      ...props,
      transform,
      name: physicalName('pipeline', prefix, endpoint, monitor),
      graph: monitoringGraph(spec, endpoint, monitor),
      // The loop copies what was captured and labelled in the window: jobs are given folders, and these only.
      reads: [`windows/${endpoint}/${monitor}`, `artifacts/${model}`, `reports/${endpoint}/${monitor}`],
      writes: [`reports/${endpoint}/${monitor}`],
    });
    this.alarm = tellingAlarm(
      this,
      'Degraded',
      {
        alarmName: physicalName('alarm', prefix, endpoint, monitor, 'degraded'),
        alarmDescription: `${noun.kind} of ${endpoint}: ${noun.violations.count} of the last ${noun.violations.of} windows of ${noun.every} are violated. What the loop does about it: mlops status --target aws`,
        // Longer than a tick, so that a gauge told at every tick never leaves a period empty.
        metric: gauge('Degraded', { system: prefix, endpoint, monitor }, Duration.minutes(3 * TICK.toMinutes())),
        threshold: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      },
      { topic, transform: transform.alarm },
    );
  }
}
