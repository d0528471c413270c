/** NativeMonitor: SageMaker Model Monitor on an endpoint that is there when the stack has been deployed. */
import { Duration, Fn } from 'aws-cdk-lib/core';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SpecError } from '../spec/problem';
import type { Duration as SpecDuration } from '../spec/units';
import { serviceRole } from './access';
import { analyzerImage } from './analyzer';
import { checkNativeMonitor } from './check-native-monitor';
import { tellingAlarm, type AlarmTransform } from './gauges';
import { monitorStatements } from './native-monitor-access';
import { jobDefinition } from './native-monitor-jobs';
import { scheduleHours } from './native-schedule';
import { networkOf, type NetworkOptions } from './network';
import { physicalName } from './names';
import type { ServedEndpoint } from './served-endpoint';
import type { Storage } from './storage';

export interface NativeMonitorProps {
  /** One whose requests are captured. */
  readonly endpoint: ServedEndpoint;
  /** Of the monitor: lower-case letters, digits and hyphens, at most 30. */
  readonly name: string;
  /**
   * Says that this account used Model Monitor before 30 July 2026: to others it is closed.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html
   */
  readonly modelMonitor: 'available';
  /** Reports are written to it, below `reports/<endpoint>/<name>`. */
  readonly storage: Storage;
  /** What it reads may be in any bucket; where another key than the storage's encrypts it, let `role` use that key. */
  readonly measures: DataQuality | ModelQuality;
  /**
   * Each hour `cron(0 * ? * * *)`, each day at an hour `cron(0 3 ? * * *)`, or every so many hours from one on
   * `cron(0 3/6 ? * * *)`, in UTC. It may begin 20 minutes late.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-schedule-expression.html
   * @default 'cron(0 0 ? * * *)'
   */
  readonly schedule?: string;
  /**
   * S3 URI of a Python script that makes rows of captured requests. Without one, Model Monitor reads CSV and flat
   * JSON; a request of the form `{"instances": […]}` is neither.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-pre-and-post-processing.html
   * @default - requests are read as they are
   */
  readonly preprocessor?: string;
  /** @default - no alarm */
  readonly alarm?: NativeAlarm;
  /** Instance type of the job. @default 'ml.m5.xlarge' */
  readonly machine?: string;
  /** @default - SageMaker's own network */
  readonly network?: NetworkOptions;
  /** Told when the alarm rings and when it is over. @default - nobody */
  readonly topic?: sns.ITopic;
  readonly transform?: { readonly alarm?: AlarmTransform };
}

/** Compares each window's inputs with a baseline. */
export interface DataQuality {
  readonly kind: 'data-quality';
  /** S3 URI of the baseline's `statistics.json`. */
  readonly statistics: string;
  /** S3 URI of the baseline's `constraints.json`; metrics are published where it says `"emit_metrics": "Enabled"`. */
  readonly constraints: string;
}

/** Compares each window's predictions with the labels. */
export interface ModelQuality {
  readonly kind: 'model-quality';
  /** S3 URI of the baseline's `constraints.json`. */
  readonly constraints: string;
  readonly problem: 'Regression' | 'BinaryClassification' | 'MulticlassClassification';
  /**
   * S3 URI of the folder with labels, as JSON lines below `yyyy/mm/dd/hh`.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html
   */
  readonly labels: string;
  /** Labels come within this time, whole hours: a window is looked at so much later. */
  readonly labelsWithin: SpecDuration;
  /** Index in CSV, or path in JSON, of the prediction. @default - there is a probability instead */
  readonly prediction?: string;
  /** Index in CSV, or path in JSON, of the probability. @default - there is a prediction instead */
  readonly probability?: string;
}

/**
 * On a metric that the job publishes, such as `feature_baseline_drift_temperature` or `rmse`, by the dimensions Endpoint and
 * MonitoringSchedule. AWS's pages spell the namespace of data quality in three ways: look once whether the metric arrives.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-interpreting-cloudwatch.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
 */
export type NativeAlarm =
  | { readonly metric: string; /** Rings above this value. */ readonly above: number }
  | { readonly metric: string; /** Rings below this value. */ readonly below: number };

export class NativeMonitor extends Construct {
  readonly scheduleName: string;
  /** The jobs run as it. */
  readonly role: iam.Role;
  readonly alarm: cloudwatch.Alarm | undefined;

  /** Throws a SpecError where the endpoint cannot be monitored so. */
  constructor(scope: Construct, id: string, props: NativeMonitorProps) {
    super(scope, id);
    const problems = checkNativeMonitor(this, props);
    if (problems.length > 0) throw new SpecError(props.name, problems);
    const { endpoint, name, measures, schedule = 'cron(0 0 ? * * *)' } = props;
    const analyzer = analyzerImage(this);
    const hours = scheduleHours(schedule)!;
    this.scheduleName = physicalName('monitoringSchedule', endpoint.endpointName, name);
    this.role = serviceRole(
      this,
      'JobRole',
      'sagemaker',
      `Jobs of ${this.scheduleName}: read what was captured, write reports`,
      monitorStatements(this, props, analyzer),
    );
    const definition = jobDefinition(this, props, {
      image: analyzer.uri,
      role: this.role,
      hours,
      network: networkOf(this, props.network),
    });
    const resource = new sagemaker.CfnMonitoringSchedule(this, 'Resource', {
      monitoringScheduleName: this.scheduleName,
      monitoringScheduleConfig: {
        monitoringType: measures.kind === 'data-quality' ? 'DataQuality' : 'ModelQuality',
        // CloudFormation names the definition, since nothing of one can change: its name is the end of its ARN.
        monitoringJobDefinitionName: Fn.select(1, Fn.split('/', definition.attrJobDefinitionArn)),
        scheduleConfig: { scheduleExpression: schedule },
      },
    });
    // SageMaker looks for the endpoint and its capture when it is given a definition.
    definition.node.addDependency(endpoint);
    resource.node.addDependency(endpoint);
    this.alarm = props.alarm && this.newAlarm(props, props.alarm, hours);
  }

  private newAlarm(props: NativeMonitorProps, asked: NativeAlarm, hours: number): cloudwatch.Alarm {
    const { endpoint, name, measures, topic, transform = {} } = props;
    const above = 'above' in asked;
    const threshold = above ? asked.above : asked.below;
    const { GREATER_THAN_THRESHOLD, LESS_THAN_THRESHOLD } = cloudwatch.ComparisonOperator;
    return tellingAlarm(
      this,
      'Violated',
      {
        alarmName: physicalName('alarm', endpoint.endpointName, name, 'violated'),
        alarmDescription: `${asked.metric} of ${endpoint.endpointName} is ${above ? 'above' : 'below'} ${threshold}, says Model Monitor`,
        metric: new cloudwatch.Metric({
          namespace: `aws/sagemaker/Endpoints/${measures.kind === 'data-quality' ? 'data' : 'model'}-metrics`,
          metricName: asked.metric,
          dimensionsMap: { Endpoint: endpoint.endpointName, MonitoringSchedule: this.scheduleName },
          statistic: above ? 'Maximum' : 'Minimum',
          period: Duration.hours(hours),
        }),
        threshold,
        comparisonOperator: above ? GREATER_THAN_THRESHOLD : LESS_THAN_THRESHOLD,
        evaluationPeriods: 1,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      },
      { topic, transform: transform.alarm },
    );
  }
}
