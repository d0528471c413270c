/** What each role must be able to do, or the system does not work. For the example: one dataset, pipeline and endpoint. */
import type { Act } from './iam';
import { ACCOUNT, ASSETS, REGION } from './concrete';
import type { Names, RoleKind } from './names';

const toSagemaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };
const forDisks = { 'kms:GrantIsForAWSResource': 'true' };

const logs = (name: string) => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`;

export const NEEDED: Readonly<Record<RoleKind, (names: Names) => readonly Act[]>> = {
  train: (names) => [
    ...reads(names, [
      'data/rentals/2011.csv',
      'code/abc/model.py',
      'artifacts/training/1/train/job/output/model/model.json',
    ]),
    ...reads(names, ['artifacts/none/none.json']),
    { action: 's3:ListBucket', resource: names.bucket, context: { 's3:prefix': 'data/rentals/' } },
    ...writes(names, ['artifacts/training/1/train/job/output/model/model.json']),
    ...jobs(names),
  ],
  batch: (names) => [
    ...reads(names, ['data/rentals/2011.csv', 'artifacts/training/1/train/job/output/model/model.json']),
    ...writes(names, ['artifacts/training/batch/rows.parquet']),
    ...jobs(names),
  ],
  monitor: (names) => [
    ...reads(names, [
      `windows/online/${OWN_MONITOR}/1/captures/a.jsonl`,
      `windows/online/${OWN_MONITOR}/1/labels/a.parquet`,
      'artifacts/training/1/x/reference.json',
    ]),
    { action: 's3:ListBucket', resource: names.bucket, context: { 's3:prefix': `windows/online/${OWN_MONITOR}/1/` } },
    ...jobs(names),
  ],
  native: (names) => [
    ...reads(names, [
      'captures/theirs/a.jsonl',
      'artifacts/baseline/statistics.json',
      'artifacts/baseline/constraints.json',
    ]),
    ...writes(names, ['reports/theirs/inputs/constraint_violations.json']),
    { action: 's3:ListBucket', resource: names.bucket, context: { 's3:prefix': 'captures/theirs/AllTraffic' } },
    { action: 'kms:CreateGrant', resource: names.key, context: forDisks },
    {
      action: 'cloudwatch:PutMetricData',
      resource: '*',
      context: { 'cloudwatch:namespace': 'aws/sagemaker/Endpoints/data-metrics' },
    },
  ],
  trial: (names) => [
    ...reads(names, [
      `windows/online/${OWN_MONITOR}/1/captures/a.jsonl`,
      `windows/online/${OWN_MONITOR}/1/labels/a.parquet`,
    ]),
    ...writes(names, [`reports/online/${OWN_MONITOR}/1/report/job/output/model/report/report.json`]),
    ...jobs(names),
  ],
  pipeline: (names) =>
    ['CreateTrainingJob', 'DescribeTrainingJob', 'StopTrainingJob', 'AddTags'].map((action) => ({
      action: `sagemaker:${action}`,
      resource: names.sagemaker('training-job', 'pipelines-a1b2c3-train-x'),
    })),
  serve: (names) => [
    ...reads(names, ['artifacts/training/1/train/job/output/model/model.json']),
    ...writes(names, ['captures/online/blue.v1-r/x/blue/2026/01/01/00/a.jsonl']),
    ...images(names),
    { action: 'logs:CreateLogGroup', resource: logs(`/aws/sagemaker/Endpoints/${names.endpoint}`) },
  ],
  loop: (names) => [...loopRuns(names), ...loopReleases(names), ...loopRecords(names), ...loopTells(names)],
  teardown: (names) => [
    { action: 'sagemaker:DeleteEndpoint', resource: names.sagemaker('endpoint', names.endpoint) },
    { action: 'sagemaker:DeleteEndpointConfig', resource: names.sagemaker('endpoint-config', `${names.endpoint}-abc`) },
    { action: 'sagemaker:DeleteModel', resource: names.sagemaker('model', `${names.endpoint}-v1-abc`) },
    { action: 'sagemaker:ListPipelineExecutions', resource: names.sagemaker('pipeline', names.pipelines.training) },
    { action: 'sagemaker:StopPipelineExecution', resource: execution(names, names.pipelines.training) },
  ],
  upload: (names) => [
    ...writes(names, [
      'data/rentals/2011.csv',
      'code/abc/model.py',
      'artifacts/none/none.json',
      'loop/online/release.json',
    ]),
    { action: 's3:GetObject', resource: `arn:aws:s3:::${ASSETS}/abc.csv` },
  ],
  build: (names) => [
    { action: 'ecr:GetAuthorizationToken', resource: '*' },
    ...['BatchGetImage', 'InitiateLayerUpload', 'UploadLayerPart', 'CompleteLayerUpload', 'PutImage'].map((action) => ({
      action: `ecr:${action}`,
      resource: names.first('AWS::ECR::Repository'),
    })),
  ],
  builder: (names) =>
    ['StartBuild', 'BatchGetBuilds'].map((action) => ({
      action: `codebuild:${action}`,
      resource: names.first('AWS::CodeBuild::Project'),
    })),
};

/** Stands for the monitor whose role it is. */
export const OWN_MONITOR = '{monitor}';

/** Whoever runs pipelines hands them a role: to SageMaker, and to nobody else. */
export const mayPass = (resource: string): Act => ({ action: 'iam:PassRole', resource, context: toSagemaker });

export const execution = (names: Names, pipeline: string): string =>
  names.sagemaker('pipeline', `${pipeline}/execution/abc`);

function reads(names: Names, paths: readonly string[]): Act[] {
  return [
    ...paths.map((path) => ({ action: 's3:GetObject', resource: names.object(path) })),
    { action: 'kms:Decrypt', resource: names.key },
  ];
}

function writes(names: Names, paths: readonly string[]): Act[] {
  return [
    ...paths.map((path) => ({ action: 's3:PutObject', resource: names.object(path) })),
    { action: 'kms:GenerateDataKey', resource: names.key },
  ];
}

const images = (names: Names): Act[] => [
  { action: 'ecr:GetAuthorizationToken', resource: '*' },
  ...['BatchGetImage', 'GetDownloadUrlForLayer', 'BatchCheckLayerAvailability'].map((action) => ({
    action: `ecr:${action}`,
    resource: names.first('AWS::ECR::Repository'),
  })),
];

const jobs = (names: Names): Act[] => [
  ...images(names),
  { action: 'kms:CreateGrant', resource: names.key, context: forDisks },
  { action: 'logs:CreateLogGroup', resource: logs('/aws/sagemaker/TrainingJobs') },
  ...['CreateLogStream', 'PutLogEvents'].map((action) => ({
    action: `logs:${action}`,
    resource: logs('/aws/sagemaker/TrainingJobs:log-stream:job/algo-1'),
  })),
];

const loopRuns = (names: Names): Act[] =>
  [names.pipelines.training, ...Object.values(names.pipelines.monitors)].flatMap((pipeline) => [
    { action: 'sagemaker:StartPipelineExecution', resource: names.sagemaker('pipeline', pipeline) },
    { action: 'sagemaker:ListPipelineExecutions', resource: names.sagemaker('pipeline', pipeline) },
    { action: 'sagemaker:DescribePipelineExecution', resource: execution(names, pipeline) },
    { action: 'sagemaker:ListPipelineExecutionSteps', resource: execution(names, pipeline) },
    { action: 'sagemaker:StopPipelineExecution', resource: execution(names, pipeline) },
  ]);

function loopReleases(names: Names): Act[] {
  const version = names.sagemaker('model-package', `${names.group}/3`);
  const endpoint = names.sagemaker('endpoint', names.endpoint);
  return [
    { action: 'sagemaker:CreateModelPackage', resource: version },
    { action: 'sagemaker:UpdateModelPackage', resource: version },
    { action: 'sagemaker:DescribeModelPackage', resource: version },
    { action: 'sagemaker:CreateModel', resource: names.sagemaker('model', `${names.endpoint}-v1-abc`) },
    {
      action: 'sagemaker:CreateEndpointConfig',
      resource: names.sagemaker('endpoint-config', `${names.endpoint}-abc`),
    },
    ...['CreateEndpoint', 'UpdateEndpoint', 'UpdateEndpointWeightsAndCapacities', 'DescribeEndpoint'].map((action) => ({
      action: `sagemaker:${action}`,
      resource: endpoint,
    })),
    ...['DescribeEndpointConfig', 'DeleteEndpointConfig'].map((action) => ({
      action: `sagemaker:${action}`,
      resource: names.sagemaker('endpoint-config', `${names.endpoint}-abc`),
    })),
    { action: 'sagemaker:DeleteModel', resource: names.sagemaker('model', `${names.endpoint}-v1-abc`) },
    { action: 'sagemaker:DeleteEndpoint', resource: endpoint },
    { action: 'sagemaker:ListModels', resource: '*' },
    { action: 'sagemaker:ListEndpointConfigs', resource: '*' },
    { action: 'sagemaker:ListModelPackages', resource: names.sagemaker('model-package', `${names.group}/3`) },
    mayPass(names.role('serve')),
    ...scaling,
  ];
}

const SCALABLE = `arn:aws:application-autoscaling:${REGION}:${ACCOUNT}:scalable-target/0ab1c2`;

const scaling: readonly Act[] = [
  { action: 'application-autoscaling:DescribeScalableTargets', resource: '*' },
  ...['RegisterScalableTarget', 'PutScalingPolicy', 'DeregisterScalableTarget'].map((action) => ({
    action: `application-autoscaling:${action}`,
    resource: SCALABLE,
    context: { 'application-autoscaling:service-namespace': 'sagemaker' },
  })),
];

const loopRecords = (names: Names): Act[] => [
  ...reads(names, ['loop/online/memory.json', 'loop/online/requests/a.json', 'reports/online/quality/1/report.json']),
  ...['loop/online/', 'reports/online/', 'captures/online/', 'data/rentals/', 'labels/rentals/'].map((prefix) => ({
    action: 's3:ListBucket',
    resource: names.bucket,
    context: { 's3:prefix': prefix },
  })),
  ...writes(names, [
    'loop/online/memory.json',
    'loop/online/events.jsonl',
    'reports/online/quality/1/captures/a.jsonl',
  ]),
  { action: 's3:DeleteObject', resource: names.object('loop/online/requests/a.json') },
  { action: 's3:DeleteObject', resource: names.object('loop/online/notices/a.json') },
];

const loopTells = (names: Names): Act[] => [
  { action: 'cloudwatch:PutMetricData', resource: '*', context: { 'cloudwatch:namespace': 'MlopsConstructs' } },
  { action: 'cloudwatch:GetMetricData', resource: '*' },
  { action: 'cloudwatch:DescribeAlarms', resource: names.alarm },
  { action: 'sns:Publish', resource: names.topic },
];
