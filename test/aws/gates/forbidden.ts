/** What no role, or none of a kind, may ever do. For the example: one dataset, pipeline and endpoint. */
import { ACCOUNT, REGION } from './concrete';
import type { Act } from './iam';
import type { Names, RoleKind } from './names';
import { execution } from './needed';

const act = (action: string, resource: string, context: Act['context'] = {}): Act => ({ action, resource, context });

const SOMEBODYS = 'arn:aws:s3:::somebody-elses-bucket';
const FOREIGN_KEY = `arn:aws:kms:${REGION}:444455556666:key/1`;
const OTHER_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/other`;
const ADMIN = `arn:aws:iam::${ACCOUNT}:role/Admin`;
const toSagemaker = { 'iam:PassedToService': 'sagemaker.amazonaws.com' };

/** To lose the record, to widen its own rights, or to reach another system. */
export const toNobody = (names: Names): readonly Act[] => [
  act('s3:DeleteBucket', names.bucket),
  act('s3:PutBucketPolicy', names.bucket),
  act('s3:DeleteBucketPolicy', names.bucket),
  act('s3:PutEncryptionConfiguration', names.bucket),
  act('s3:PutLifecycleConfiguration', names.bucket),
  act('s3:PutBucketVersioning', names.bucket),
  act('s3:DeleteObject', names.object('data/rentals/2011.csv')),
  act('s3:DeleteObjectVersion', names.object('loop/online/memory.json')),
  act('s3:GetObject', `${SOMEBODYS}/data/rentals/2011.csv`),
  act('s3:PutObject', `${SOMEBODYS}/a`),
  act('s3:ListBucket', SOMEBODYS),
  act('kms:ScheduleKeyDeletion', names.key),
  act('kms:DisableKey', names.key),
  act('kms:PutKeyPolicy', names.key),
  act('kms:CreateGrant', names.key),
  act('kms:Decrypt', FOREIGN_KEY),
  act('kms:Decrypt', OTHER_KEY),
  act('iam:CreateRole', `arn:aws:iam::${ACCOUNT}:role/new`),
  act('iam:PutRolePolicy', names.role('loop')),
  act('iam:AttachRolePolicy', names.role('loop')),
  act('iam:PassRole', ADMIN, toSagemaker),
  act('sts:AssumeRole', ADMIN),
  act('sagemaker:DeleteModelPackageGroup', names.sagemaker('model-package-group', names.group)),
  act('sagemaker:DeletePipeline', names.sagemaker('pipeline', names.pipelines.training)),
  act('sagemaker:UpdatePipeline', names.sagemaker('pipeline', names.pipelines.training)),
  act('sagemaker:StartPipelineExecution', names.sagemaker('pipeline', 'other-system-training')),
  act('sagemaker:StopPipelineExecution', execution(names, 'other-system-training')),
  act('sagemaker:UpdateModelPackage', names.sagemaker('model-package', 'other-system-training/1')),
  act('sagemaker:UpdateEndpoint', names.sagemaker('endpoint', 'other-system-online')),
  act('sagemaker:DeleteEndpoint', names.sagemaker('endpoint', 'other-system-online')),
  act('sagemaker:CreateNotebookInstance', names.sagemaker('notebook-instance', 'n')),
  act('lambda:UpdateFunctionCode', names.first('AWS::Lambda::Function')),
  act('lambda:InvokeFunction', names.first('AWS::Lambda::Function')),
  act('cloudwatch:DeleteAlarms', names.first('AWS::CloudWatch::Alarm')),
  act('cloudwatch:PutMetricData', '*', { 'cloudwatch:namespace': 'SomebodyElse' }),
  act('cloudformation:DeleteStack', `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/gates/1`),
  act('logs:DeleteLogGroup', `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/aws/sagemaker/TrainingJobs`),
  act('sns:DeleteTopic', names.topic),
  act('sns:Subscribe', names.topic),
  act('secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:other-AbCdEf`),
  act('ecr:DeleteRepository', names.first('AWS::ECR::Repository')),
  act('ecr:BatchDeleteImage', names.first('AWS::ECR::Repository')),
];

/** What brings a version before users. */
const releasing = (names: Names): Act[] => [
  act('sagemaker:CreateModelPackage', names.sagemaker('model-package', `${names.group}/3`)),
  act('sagemaker:UpdateModelPackage', names.sagemaker('model-package', `${names.group}/3`)),
  act('sagemaker:CreateModel', names.sagemaker('model', `${names.endpoint}-v1-abc`)),
  act('sagemaker:CreateEndpoint', names.sagemaker('endpoint', names.endpoint)),
  act('sagemaker:UpdateEndpoint', names.sagemaker('endpoint', names.endpoint)),
  act('sagemaker:UpdateEndpointWeightsAndCapacities', names.sagemaker('endpoint', names.endpoint)),
];

const starting = (names: Names): Act[] => [
  act('sagemaker:StartPipelineExecution', names.sagemaker('pipeline', names.pipelines.training)),
  act('sagemaker:CreateTrainingJob', names.sagemaker('training-job', 'pipelines-a1b2c3-train-x')),
];

const passing = (names: Names): Act[] =>
  (['train', 'serve', 'pipeline', 'loop'] as const).map((kind) => act('iam:PassRole', names.role(kind), toSagemaker));

const reading = (names: Names, ...paths: readonly string[]): Act[] =>
  paths.map((path) => act('s3:GetObject', names.object(path)));

const writing = (names: Names, ...paths: readonly string[]): Act[] =>
  paths.map((path) => act('s3:PutObject', names.object(path)));

const pushing = (names: Names): Act[] => [act('ecr:PutImage', names.first('AWS::ECR::Repository'))];

const ROWS = 'data/rentals/2011.csv';
const LABELS = 'labels/rentals/a.parquet';
const CAPTURES = 'captures/online/blue.v1-r/a.jsonl';
const MEMORY = 'loop/online/memory.json';
const MODEL = 'artifacts/training/1/train/job/output/model/model.json';
const REPORT = 'reports/online/quality/1/report.json';
const OTHER_MODEL = 'artifacts/other/1/train/job/output/model/model.json';

/** What runs foreign code: it moves data, and decides nothing. */
const job = (names: Names): Act[] => [
  ...releasing(names),
  ...starting(names),
  ...passing(names),
  ...pushing(names),
  ...writing(names, ROWS, LABELS, CAPTURES, MEMORY, 'code/abc/model.py', OTHER_MODEL),
  ...reading(names, MEMORY, OTHER_MODEL, 'data/other/a.csv'),
  act('s3:ListBucket', names.bucket, { 's3:prefix': '' }),
];

export const FORBIDDEN: Readonly<Record<RoleKind, (names: Names) => readonly Act[]>> = {
  train: (names) => [...job(names), ...reading(names, LABELS, CAPTURES, REPORT), ...writing(names, REPORT)],
  batch: (names) => [...job(names), ...reading(names, LABELS, CAPTURES)],
  monitor: (names) => [
    ...job(names),
    ...writing(names, MODEL),
    ...reading(names, ROWS, LABELS, CAPTURES, 'windows/online/another/1/captures/a.jsonl'),
  ],
  native: (names) => [...job(names), ...reading(names, ROWS, LABELS, MODEL, REPORT), ...writing(names, MODEL, REPORT)],
  trial: (names) => [...job(names), ...writing(names, MODEL), ...reading(names, ROWS, LABELS, CAPTURES)],
  pipeline: (names) => [
    ...releasing(names),
    ...pushing(names),
    ...reading(names, ROWS, LABELS, MODEL, MEMORY),
    ...writing(names, ROWS, MODEL, MEMORY),
    act('sagemaker:CreateTrainingJob', names.sagemaker('training-job', 'somebody-elses')),
    act('iam:PassRole', names.role('pipeline'), toSagemaker),
    act('iam:PassRole', names.role('serve'), toSagemaker),
    act('iam:PassRole', names.role('train'), { 'iam:PassedToService': 'lambda.amazonaws.com' }),
    act('kms:Decrypt', names.key),
  ],
  serve: (names) => [
    ...releasing(names),
    ...starting(names),
    ...passing(names),
    ...pushing(names),
    ...reading(names, ROWS, LABELS, MEMORY, REPORT, CAPTURES, OTHER_MODEL),
    ...writing(names, ROWS, LABELS, MEMORY, REPORT, MODEL, 'captures/other/a.jsonl'),
  ],
  loop: (names) => [
    ...pushing(names),
    act('sagemaker:CreateTrainingJob', names.sagemaker('training-job', 'pipelines-a1b2c3-train-x')),
    act('iam:PassRole', names.role('train'), toSagemaker),
    act('iam:PassRole', names.role('pipeline'), toSagemaker),
    act('iam:PassRole', names.role('serve'), { 'iam:PassedToService': 'ec2.amazonaws.com' }),
    act('sagemaker:CreateModel', names.sagemaker('model', 'other-system-online-v1')),
    act('sagemaker:CreateEndpoint', names.sagemaker('endpoint', 'another')),
    act(
      'application-autoscaling:RegisterScalableTarget',
      `arn:aws:application-autoscaling:${REGION}:${ACCOUNT}:scalable-target/0ab1c2`,
      { 'application-autoscaling:service-namespace': 'ecs' },
    ),
    act('sagemaker:DeleteModelPackage', names.sagemaker('model-package', `${names.group}/3`)),
    ...reading(names, OTHER_MODEL, 'loop/other/memory.json', 'code/abc/model.py'),
    ...writing(names, ROWS, LABELS, CAPTURES, MODEL, 'loop/other/memory.json', 'code/abc/model.py'),
    act('s3:DeleteObject', names.object(MEMORY)),
    act('s3:DeleteObject', names.object(MODEL)),
  ],
  teardown: (names) => [
    ...releasing(names),
    ...starting(names),
    ...passing(names),
    ...reading(names, ROWS, MODEL, MEMORY),
    ...writing(names, ROWS, MODEL, MEMORY),
    act('sagemaker:DeleteModelPackage', names.sagemaker('model-package', `${names.group}/3`)),
    act('sagemaker:DeleteModel', names.sagemaker('model', 'other-system-online-v1')),
  ],
  upload: (names) => [
    ...releasing(names),
    ...starting(names),
    ...passing(names),
    ...reading(names, ROWS, LABELS, MODEL, MEMORY),
    ...writing(names, LABELS, CAPTURES, REPORT),
  ],
  build: (names) => [
    ...releasing(names),
    ...starting(names),
    ...passing(names),
    ...reading(names, ROWS, LABELS, MODEL, MEMORY),
    ...writing(names, ROWS, MODEL, MEMORY),
    act('ecr:PutImage', `arn:aws:ecr:${REGION}:${ACCOUNT}:repository/other`),
  ],
  builder: (names) => [
    ...releasing(names),
    ...passing(names),
    ...reading(names, ROWS, MODEL),
    act('codebuild:StartBuild', `arn:aws:codebuild:${REGION}:${ACCOUNT}:project/other`),
    act('codebuild:UpdateProject', names.first('AWS::CodeBuild::Project')),
  ],
};
