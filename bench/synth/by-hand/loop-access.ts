/** What the loop may do, and what is left of it for the teardown. */
import { Aws } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { allow, arn, encryptDisks, pass, read, write } from './access';
import type { LoopParts } from './loop';
import type { Pipeline } from './pipelines';

const NAME = 'bike-rentals-online';
const sagemaker = (rest: string) => arn('sagemaker', rest);
const LINKED = 'sagemaker.application-autoscaling.amazonaws.com';
const SCALABLE = { StringEquals: { 'application-autoscaling:service-namespace': 'sagemaker' } };
const actions = (service: string, ...names: string[]) => names.map((name) => `${service}:${name}`);

export function loopStatements(parts: LoopParts, failed: sqs.Queue, log: logs.LogGroup): iam.PolicyStatement[] {
  const { record, serveRole, pipelines, group, degraded, topic } = parts;
  const arns = pipelines.map((pipeline) => pipeline.arn);
  return [
    allow('StartPipelines', actions('sagemaker', 'ListPipelineExecutions', 'StartPipelineExecution'), arns),
    allow(
      'WatchRuns',
      actions('sagemaker', 'DescribePipelineExecution', 'ListPipelineExecutionSteps', 'StopPipelineExecution'),
      arns.map((each) => `${each}/execution/*`),
    ),
    allow('ListVersions', ['sagemaker:ListModelPackages'], ['*']),
    allow('KeepVersions', actions('sagemaker', 'CreateModelPackage', 'DescribeModelPackage', 'UpdateModelPackage'), [
      group,
      sagemaker('model-package/bike-rentals-training/*'),
    ]),
    allow('Models', actions('sagemaker', 'AddTags', 'CreateModel', 'DeleteModel'), [sagemaker(`model/${NAME}-*`)]),
    allow(
      'Endpoint',
      actions(
        'sagemaker',
        'AddTags',
        'CreateEndpoint',
        'CreateEndpointConfig',
        'DeleteEndpoint',
        'DeleteEndpointConfig',
        'DescribeEndpoint',
        'DescribeEndpointConfig',
        'UpdateEndpoint',
        'UpdateEndpointWeightsAndCapacities',
      ),
      [sagemaker(`endpoint/${NAME}`), sagemaker(`endpoint-config/${NAME}-*`)],
    ),
    allow('FindOldOnes', actions('sagemaker', 'ListEndpointConfigs', 'ListModels'), ['*']),
    pass('ServeRole', serveRole),
    encryptDisks(record.key),
    allow(
      'Scale',
      actions('application-autoscaling', 'DeregisterScalableTarget', 'PutScalingPolicy', 'RegisterScalableTarget'),
      [arn('application-autoscaling', 'scalable-target/*')],
      SCALABLE,
    ),
    allow('SeeScaling', actions('application-autoscaling', 'DescribeScalableTargets', 'DescribeScalingPolicies'), [
      '*',
    ]),
    allow(
      'ScalingRole',
      ['iam:CreateServiceLinkedRole'],
      [
        `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/${LINKED}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
      ],
      { StringLike: { 'iam:AWSServiceName': LINKED } },
    ),
    ...read(record, [
      'loop/online',
      'artifacts/training',
      'reports/online',
      'captures/online',
      'windows/online',
      'data/rentals',
      'labels/rentals',
    ]),
    ...write(record, ['loop/online', 'reports/online', 'windows/online']),
    allow('SeeAbsence', ['s3:ListBucket'], [record.bucket.bucketArn]),
    allow(
      'RemoveDone',
      ['s3:DeleteObject'],
      ['requests', 'notices'].map((folder) => record.bucket.arnForObjects(`loop/online/${folder}/*`)),
    ),
    allow('Gauges', ['cloudwatch:PutMetricData'], ['*'], {
      StringEquals: { 'cloudwatch:namespace': 'MlopsConstructs' },
    }),
    allow('Health', ['cloudwatch:GetMetricData'], ['*']),
    allow('Alarms', ['cloudwatch:DescribeAlarms'], [degraded.inputs.alarmArn, degraded.quality.alarmArn]),
    allow('Notices', ['sns:Publish'], [topic.topicArn]),
    allow('Failed', ['sqs:SendMessage'], [failed.queueArn]),
    allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]),
  ];
}

export function teardownStatements(pipelines: Pipeline[]): iam.PolicyStatement[] {
  const arns = pipelines.map((pipeline) => pipeline.arn);
  return [
    allow('ListRuns', ['sagemaker:ListPipelineExecutions'], arns),
    allow(
      'StopRuns',
      ['sagemaker:StopPipelineExecution'],
      arns.map((each) => `${each}/execution/*`),
    ),
    allow('Models', ['sagemaker:DeleteModel'], [sagemaker(`model/${NAME}-*`)]),
    allow('Endpoint', actions('sagemaker', 'DeleteEndpoint', 'DeleteEndpointConfig', 'DescribeEndpoint'), [
      sagemaker(`endpoint/${NAME}`),
      sagemaker(`endpoint-config/${NAME}-*`),
    ]),
    allow('FindOldOnes', actions('sagemaker', 'ListEndpointConfigs', 'ListModels'), ['*']),
    allow(
      'Scale',
      ['application-autoscaling:DeregisterScalableTarget'],
      [arn('application-autoscaling', 'scalable-target/*')],
      SCALABLE,
    ),
    allow('SeeScaling', ['application-autoscaling:DescribeScalableTargets'], ['*']),
  ];
}
