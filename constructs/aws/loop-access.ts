/** What the loop may do: start its own pipelines, keep its own versions, change its own endpoint, and write its own record. */
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as logs from 'aws-cdk-lib/aws-logs';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { layout } from '../spec/layout';
import { allow, mayRead } from './access';
import { pipelinesOf, type RetrainLoopProps } from './loop-props';
import { releasePrefix, wakeUpName } from './release-names';
import { GAUGE_NAMESPACE } from './settings';

interface Own {
  readonly failed: sqs.IQueue;
  readonly logGroup: logs.ILogGroup;
}

export function loopStatements(scope: Construct, props: RetrainLoopProps, own: Own): iam.PolicyStatement[] {
  return [
    ...mayRunPipelines(props),
    ...mayKeepVersions(props),
    ...mayChangeEndpoint(scope, props),
    ...mayScale(scope, props),
    ...mayKeepRecord(props),
    ...mayTell(props, own),
  ];
}

function mayRunPipelines(props: RetrainLoopProps): iam.PolicyStatement[] {
  const arns = pipelinesOf(props).map(({ arn }) => arn);
  return [
    allow('StartPipelines', ['sagemaker:ListPipelineExecutions', 'sagemaker:StartPipelineExecution'], arns),
    allow(
      'WatchRuns',
      [
        'sagemaker:DescribePipelineExecution',
        'sagemaker:ListPipelineExecutionSteps',
        'sagemaker:StopPipelineExecution',
      ],
      arns.map((arn) => `${arn}/execution/*`),
    ),
  ];
}

function mayKeepVersions({ registry }: RetrainLoopProps): iam.PolicyStatement[] {
  return [
    allow('ListVersions', ['sagemaker:ListModelPackages'], ['*']),
    allow(
      'KeepVersions',
      ['sagemaker:CreateModelPackage', 'sagemaker:DescribeModelPackage', 'sagemaker:UpdateModelPackage'],
      [registry.groupArn, registry.versionArns],
    ),
  ];
}

export function mayChangeEndpoint(
  scope: Construct,
  { served, storage }: Pick<RetrainLoopProps, 'served' | 'storage'>,
): iam.PolicyStatement[] {
  const { endpointName, serveRole, serving } = served;
  const isStepped = serving.kind === 'real-time' && !serving.guardrails;
  const beginning = releasePrefix(endpointName);
  const arn = (resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'sagemaker', resource, resourceName: resourceName.toLowerCase() });
  return [
    allow('Models', ['sagemaker:CreateModel', 'sagemaker:DeleteModel'], [arn('model', `${beginning}-*`)]),
    allow(
      'Endpoint',
      [
        'sagemaker:CreateEndpoint',
        'sagemaker:CreateEndpointConfig',
        'sagemaker:DeleteEndpoint',
        'sagemaker:DeleteEndpointConfig',
        'sagemaker:DescribeEndpoint',
        'sagemaker:DescribeEndpointConfig',
        'sagemaker:UpdateEndpoint',
        // Elsewhere there is one variant, and SageMaker moves the traffic.
        ...(isStepped ? ['sagemaker:UpdateEndpointWeightsAndCapacities'] : []),
      ],
      [arn('endpoint', endpointName), arn('endpoint-config', `${beginning}-*`)],
    ),
    // Neither knows resources.
    allow('FindOldOnes', ['sagemaker:ListEndpointConfigs', 'sagemaker:ListModels'], ['*']),
    allow('ServeRole', ['iam:PassRole'], [serveRole.roleArn], {
      StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
    }),
    allow('EncryptDisks', ['kms:CreateGrant', 'kms:DescribeKey'], [storage.key.keyArn], {
      Bool: { 'kms:GrantIsForAWSResource': 'true' },
    }),
  ];
}

/**
 * Also where nothing scales: what scaled before the spec was changed must be let go.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
 */
export function mayScale(scope: Construct, { served }: Pick<RetrainLoopProps, 'served'>): iam.PolicyStatement[] {
  const { partition, account } = Stack.of(scope);
  const linked = 'sagemaker.application-autoscaling.amazonaws.com';
  return [
    allow(
      'Scale',
      [
        'application-autoscaling:DeregisterScalableTarget',
        'application-autoscaling:PutScalingPolicy',
        'application-autoscaling:RegisterScalableTarget',
      ],
      [
        Stack.of(scope).formatArn({
          service: 'application-autoscaling',
          resource: 'scalable-target',
          resourceName: '*',
        }),
      ],
      { StringEquals: { 'application-autoscaling:service-namespace': 'sagemaker' } },
    ),
    allow(
      'SeeScaling',
      ['application-autoscaling:DescribeScalableTargets', 'application-autoscaling:DescribeScalingPolicies'],
      ['*'],
    ),
    // Wakes an asynchronous endpoint from zero.
    ...(served.serving.kind === 'asynchronous'
      ? [
          allow(
            'WakeUp',
            ['cloudwatch:DeleteAlarms', 'cloudwatch:PutMetricAlarm'],
            [
              Stack.of(scope).formatArn({
                service: 'cloudwatch',
                resource: 'alarm',
                resourceName: wakeUpName(served.endpointName),
                arnFormat: ArnFormat.COLON_RESOURCE_NAME,
              }),
            ],
          ),
        ]
      : []),
    // Once an account, the first time that anything of SageMaker scales.
    allow(
      'ScalingRole',
      ['iam:CreateServiceLinkedRole'],
      [
        `arn:${partition}:iam::${account}:role/aws-service-role/${linked}/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint`,
      ],
      { StringLike: { 'iam:AWSServiceName': linked } },
    ),
  ];
}

function mayKeepRecord({ spec, endpoint, storage, monitors }: RetrainLoopProps): iam.PolicyStatement[] {
  const { model } = spec.endpoints[endpoint]!;
  const { dataset } = spec.pipelines[model]!;
  const own = `loop/${endpoint}`;
  const { bucket, key } = storage;
  // A run of a monitor, or a trial by it, is given what was captured and labelled in a window, and leaves a report.
  const ifWatched = (...folders: readonly string[]) => (Object.keys(monitors).length > 0 ? folders : []);
  const written = [own, ...ifWatched(`reports/${endpoint}`, `windows/${endpoint}`)];
  return [
    ...mayRead(storage, [
      own,
      `artifacts/${model}`,
      ...ifWatched(`reports/${endpoint}`, `captures/${endpoint}`),
      layout.data(dataset),
      ...ifWatched(layout.labels(dataset)),
    ]),
    // Nothing is uploaded in parts, so there is nothing to abort, or to decrypt in order to put it together.
    allow(
      'WriteObjects',
      ['s3:PutObject'],
      written.map((folder) => bucket.arnForObjects(`${folder}/*`)),
    ),
    allow('Encrypt', ['kms:GenerateDataKey'], [key.keyArn]),
    // For a key that is not there S3 answers "absent" only to who may list the bucket, and "forbidden" to others: no condition
    // on a prefix can hold where no prefix is asked for.
    allow('SeeAbsence', ['s3:ListBucket'], [bucket.bucketArn]),
    allow(
      'RemoveDone',
      ['s3:DeleteObject'],
      [layout.requests(endpoint), layout.notices(endpoint)].map((folder) => bucket.arnForObjects(`${folder}/*`)),
    ),
  ];
}

function mayTell(props: RetrainLoopProps, { failed, logGroup }: Own): iam.PolicyStatement[] {
  const { monitors, retrainOn = {}, topic, webhook } = props;
  const alarms = [...Object.values(monitors).map(({ alarm }) => alarm), ...Object.values(retrainOn)];
  return [
    allow('Gauges', ['cloudwatch:PutMetricData'], ['*'], { StringEquals: { 'cloudwatch:namespace': GAUGE_NAMESPACE } }),
    // Health is read by metric, which knows no resources.
    allow('Health', ['cloudwatch:GetMetricData'], ['*']),
    ...(alarms.length > 0
      ? [
          allow(
            'Alarms',
            ['cloudwatch:DescribeAlarms'],
            alarms.map(({ alarmArn }) => alarmArn),
          ),
        ]
      : []),
    allow('Notices', ['sns:Publish'], [topic.topicArn]),
    allow('Failed', ['sqs:SendMessage'], [failed.queueArn]),
    allow('Log', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
    ...(webhook ? mayReadSecret(webhook) : []),
  ];
}

/** A secret that is known by its name has six more characters at the end of its ARN. */
function mayReadSecret({ secretArn, secretFullArn, encryptionKey }: secretsmanager.ISecret): iam.PolicyStatement[] {
  return [
    allow('Webhook', ['secretsmanager:GetSecretValue'], [secretFullArn ?? `${secretArn}-??????`]),
    ...(encryptionKey ? [allow('Decrypt', ['kms:Decrypt'], [encryptionKey.keyArn])] : []),
  ];
}
