/** The function that hosts the loop: its queue, log, role, teardown, wake-ups and alarms. */
import { Aws, CustomResource, Duration, Stack } from 'aws-cdk-lib/core';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Record_ } from './access';
import { newRole } from './access';
import { gauge, newAlarm } from './alarms';
import { Handler, newLog } from './functions';
import type { Image } from './image';
import { loopStatements, teardownStatements } from './loop-access';
import { pasted } from './pasted';
import type { Pipeline } from './pipelines';

export interface LoopParts {
  readonly record: Record_;
  readonly image: Image;
  readonly topic: sns.Topic;
  readonly group: string;
  readonly serveRole: iam.Role;
  readonly pipelines: Pipeline[];
  readonly degraded: Readonly<Record<'inputs' | 'quality', cloudwatch.Alarm>>;
}

export function newLoop(scope: Construct, parts: LoopParts): { fn: lambda.Function; alarms: cloudwatch.Alarm[] } {
  const { record, topic } = parts;
  const failed = new sqs.Queue(scope, 'Failed', {
    encryption: sqs.QueueEncryption.KMS,
    encryptionMasterKey: record.key,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  const logGroup = newLog(scope, record.key);
  const description = 'The loop of online: starts pipelines, registers, deploys';
  const role = newRole(scope, 'Role', 'lambda', description, loopStatements(parts, failed, logGroup));
  const teardown = newTeardown(new Construct(scope, 'Teardown'), parts, role);
  const fn = new lambda.Function(scope, 'Function', {
    description: 'Looks at bike-rentals-online, decides and acts',
    runtime: lambda.Runtime.NODEJS_22_X,
    architecture: lambda.Architecture.ARM_64,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(pasted.assets.loop),
    memorySize: 512,
    timeout: Duration.minutes(2),
    role,
    logGroup,
    environment: { MLOPS_SETTINGS: settings(scope, parts) },
  });
  fn.node.addDependency(teardown);
  new lambda.EventInvokeConfig(scope, 'Retries', {
    function: fn,
    retryAttempts: 2,
    maxEventAge: Duration.hours(1),
    onFailure: { bind: () => ({ destination: failed.queueArn }) },
  });
  wakeUp(scope, parts, fn);
  return { fn, alarms: newLoopAlarms(scope, topic, fn, failed) };
}

function newTeardown(scope: Construct, { record, serveRole, pipelines }: LoopParts, role: iam.Role): Construct {
  const description = 'Removes what the loop made when the stack is deleted';
  const folder = pasted.assets.teardown;
  const removes = new Handler(scope, 'Function', record.key, folder, description, teardownStatements(pipelines));
  new CustomResource(scope, 'Resource', {
    serviceToken: removes.arn,
    resourceType: 'Custom::Teardown',
    serviceTimeout: Duration.minutes(15),
    properties: {
      EndpointName: 'bike-rentals-online',
      Pipelines: pipelines.map(({ name }) => name),
      Region: Aws.REGION,
    },
  }).node.addDependency(removes, role, serveRole, ...pipelines.map((pipeline) => pipeline.scope));
  return scope;
}

const settings = (scope: Construct, { record, image, serveRole, degraded, topic }: LoopParts) =>
  Stack.of(scope).toJsonString({
    system: 'bike-rentals',
    endpoint: 'online',
    endpointName: 'bike-rentals-online',
    revision: pasted.revision,
    code: pasted.code,
    bucket: record.bucket.bucketName,
    key: record.key.keyArn,
    pipelines: {
      training: 'bike-rentals-training',
      monitors: { inputs: 'bike-rentals-online-inputs', quality: 'bike-rentals-online-quality' },
      trial: 'bike-rentals-online-trial',
    },
    packageGroup: 'bike-rentals-training',
    image: image.uri,
    serveRole: serveRole.roleArn,
    serving: {
      kind: 'real-time',
      machine: 'ml.m5.large',
      replicas: { max: 4, min: 1 },
      isolation: true,
      volumeKey: true,
      invocationsPerReplica: 3000,
      capture: 100,
      guardrails: false,
    },
    network: false,
    alarms: { inputs: degraded.inputs.alarmName, quality: degraded.quality.alarmName },
    topic: topic.topicArn,
    webhook: false,
    deployment: pasted.deployment,
  });

function wakeUp(scope: Construct, { record, pipelines, degraded }: LoopParts, fn: lambda.Function): void {
  const targets = [new LambdaFunction(fn, { event: events.RuleTargetInput.fromObject({ look: 'now' }) })];
  const on = (id: string, description: string, source: string, detailType: string[], detail: Record<string, unknown>) =>
    new events.Rule(scope, id, { description, targets, eventPattern: { source: [source], detailType, detail } });
  new events.Rule(scope, 'Tick', {
    description: 'Looks again, whatever was lost',
    schedule: events.Schedule.rate(Duration.minutes(5)),
    targets,
  });
  for (const [id, name] of [
    ['OnAlarmInputs', 'inputs'],
    ['OnAlarmQuality', 'quality'],
  ] as const)
    on(id, `The alarm of ${name} rings, or is over`, 'aws.cloudwatch', ['CloudWatch Alarm State Change'], {
      alarmName: [degraded[name].alarmName],
    });
  on('OnRun', 'A run ended', 'aws.sagemaker', ['SageMaker Model Building Pipeline Execution Status Change'], {
    pipelineArn: pipelines.map((pipeline) => pipeline.arn),
    currentPipelineExecutionStatus: ['Succeeded', 'Failed', 'Stopped'],
  });
  on(
    'OnVersion',
    'A version was registered, approved or rejected',
    'aws.sagemaker',
    ['SageMaker Model Package State Change'],
    { ModelPackageGroupName: ['bike-rentals-training'] },
  );
  on(
    'OnEndpoint',
    'The endpoint changed',
    'aws.sagemaker',
    ['SageMaker Endpoint State Change', 'SageMaker Endpoint Deployment State Change'],
    { EndpointName: ['bike-rentals-online'] },
  );
  on('OnDeployed', 'This stack was deployed', 'aws.cloudformation', ['CloudFormation Stack Status Change'], {
    'stack-id': [Aws.STACK_ID],
    'status-details': { status: ['CREATE_COMPLETE', 'UPDATE_COMPLETE'] },
  });
  on('OnObject', 'New rows, new labels, or somebody asked for something', 'aws.s3', ['Object Created'], {
    bucket: { name: [record.bucket.bucketName] },
    object: {
      key: ['data/rentals/', 'labels/rentals/', 'loop/online/requests/', 'loop/online/switch.json'].map((prefix) => ({
        prefix,
      })),
    },
  });
}

function newLoopAlarms(scope: Construct, topic: sns.Topic, fn: lambda.Function, failed: sqs.Queue): cloudwatch.Alarm[] {
  const period = Duration.minutes(5);
  const alarm = (
    id: string,
    name: string,
    text: string,
    metric: cloudwatch.IMetric,
    more?: Partial<cloudwatch.AlarmProps>,
  ) => newAlarm(scope, id, topic, name, text, metric, more);
  return [
    alarm(
      'RunFailed',
      'run-failed',
      'A training failed. The loop tries again, ever more slowly, and gives up after five: mlops logs --target aws',
      gauge('RunFailed', 15),
    ),
    alarm(
      'MonitorFailed',
      'monitor-failed',
      'A run of a monitor failed: this endpoint is not watched',
      gauge('MonitorFailed', 15),
    ),
    alarm(
      'LoopFailed',
      'loop-failed',
      'Looks fail: what they say is in the log of the function',
      fn.metricErrors({ statistic: 'Sum', period }),
      { evaluationPeriods: 3, datapointsToAlarm: 3 },
    ),
    alarm(
      'Lost',
      'loop-lost',
      'Looks failed three times and were given up: the messages in the queue say why',
      failed.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period }),
    ),
    alarm('Heartbeat', 'heartbeat', 'The loop has stopped looking', gauge('Looked', 5), {
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 6,
      datapointsToAlarm: 6,
      treatMissingData: TreatMissingData.BREACHING,
    }),
  ];
}
