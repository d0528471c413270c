/**
 * Findings of cdk-nag and of the posture rules that are meant, each with its reason. An entry that covers nothing fails the
 * gate, and so does a finding that no entry covers. A user's app with cdk-nag in it meets the same findings, and decides itself.
 */

export interface Acknowledged {
  /** Of the whole id, from `^` to `$`; cdk-nag puts the part of a policy that it means in brackets. */
  readonly finding: RegExp;
  /** Of the whole construct path. */
  readonly path: RegExp;
  readonly because: string;
}

/** A rule that NIST 800-53 and HIPAA share. */
const shared = (rule: string) => new RegExp(`^(?:NIST\\.800\\.53\\.R5|HIPAA\\.Security)-${rule}$`);

/** A resource with a wildcard in it; `resource` is a pattern. */
const wildcard = (resource: string) => new RegExp(`^AwsSolutions-IAM5\\[Resource::${resource}\\]$`);
/** The system's own, by its ARN or its name, and the one that the examples bring along. */
const BUCKET =
  '(?:<\\w*StorageBucket\\w+\\.Arn>|arn:<AWS::Partition>:s3:::(?:<\\w*StorageBucket\\w+>|models-of-the-company))';
const folder = (path: string) => wildcard(`${BUCKET}/${path}/\\*`);
const OURS = '(?:<AWS::Region>|[\\w-]+):(?:<AWS::AccountId>|\\d{12})';
const sagemaker = (resource: string) => wildcard(`arn:<AWS::Partition>:sagemaker:${OURS}:${resource}`);

const JOB_ROLE = /\/(?:(?:Training|Batch\/[\w-]+|Monitors\/[\w-]+|Trial)\/Pipeline|Monitor)\/JobRole\/Resource$/;
const PIPELINE_ROLE = /\/Pipeline\/Role\/Resource$/;
const SERVE_ROLE = /\/Endpoint\/ServeRole\/Resource$/;
const LOOP_ROLE = /\/Loop\/Role\/Resource$/;
const TEARDOWN_ROLE = /\/Loop\/Teardown\/Function\/Role\/Resource$/;
const UPLOAD_ROLE = /\/Storage\/Uploads\/Role\/(?:DefaultPolicy\/)?Resource$/;
const BUILD_ROLE = /\/Image\/Build\/Role\/Resource$/;

const either = (...paths: readonly RegExp[]) =>
  new RegExp(`^(?:${paths.map(({ source }) => `.*${source.replace(/\$$/, '')}`).join('|')})$`);
const at = (path: RegExp) => either(path);

const FUNCTIONS = either(
  /\/Loop\/Function\/Resource$/,
  /\/(?:Uploads|Teardown\/Function|Image\/Build\/Function)\/Resource\/Resource$/,
);

const folders: readonly Acknowledged[] = [
  {
    finding: folder('(?:data/[\\w-]+|code|artifacts/[\\w-]+|code/[0-9a-f]{64})'),
    path: at(/\/(?:Training|Batch\/[\w-]+)\/Pipeline\/JobRole\/Resource$/),
    because:
      'A training reads its dataset, model code and versions, and writes what it made: files whose names nobody knows yet.',
  },
  {
    finding: folder(
      '(?:windows/[\\w-]+/[\\w-]+|artifacts/[\\w-]+|reports/[\\w-]+/[\\w-]+|code/[0-9a-f]{64}|captures/[\\w-]+)',
    ),
    path: at(/\/(?:(?:Monitors\/[\w-]+|Trial)\/Pipeline|Monitor)\/JobRole\/Resource$/),
    because:
      'A monitor reads copies of what was captured and labelled in a window, and writes its own reports: files without known names.',
  },
  {
    finding: folder('(?:artifacts/[\\w/-]+|captures/[\\w-]+|responses/[\\w-]+/(?:requests|answers|failures))'),
    path: at(SERVE_ROLE),
    because:
      'A server reads the versions of one model, and writes what SageMaker captures or answers: files without known names.',
  },
  {
    finding: folder(
      '(?:data/[\\w-]+|labels/[\\w-]+|artifacts/[\\w-]+|captures/[\\w-]+|windows/[\\w-]+|reports/[\\w-]+|loop/[\\w-]+(?:/requests|/notices)?)',
    ),
    path: at(LOOP_ROLE),
    because:
      'The loop looks what data, labels and reports there are, and keeps its own record: one endpoint’s folders, no others.',
  },
  {
    finding: folder('(?:data|code|artifacts|loop)'),
    path: at(UPLOAD_ROLE),
    because: 'At a deployment, files of any name are copied into these four folders, and into no other.',
  },
  {
    finding: wildcard('arn:<AWS::Partition>:s3:::cdk-\\w+-assets-(?:<AWS::AccountId>-<AWS::Region>|[\\w-]+)/\\*'),
    path: at(UPLOAD_ROLE),
    because:
      'CDK keeps assets in one bucket of the account, under digests that change with each asset; they are read only.',
  },
];

const names: readonly Acknowledged[] = [
  {
    finding: sagemaker('training-job/pipelines-\\*'),
    path: at(PIPELINE_ROLE),
    because: 'SageMaker itself names the jobs of pipelines, with this beginning and a number of the run.',
  },
  {
    finding: sagemaker('pipeline/[\\w-]+/execution/\\*'),
    path: either(LOOP_ROLE, TEARDOWN_ROLE),
    because: 'Runs are numbered by SageMaker; these are those of one pipeline of this system.',
  },
  {
    finding: sagemaker('(?:model|endpoint-config)/[\\w-]+-\\*'),
    path: either(LOOP_ROLE, TEARDOWN_ROLE),
    because:
      'The loop names models and configurations after the version and their contents; all begin with the endpoint’s name.',
  },
  {
    finding: sagemaker('model-package/[\\w-]+/\\*'),
    path: at(LOOP_ROLE),
    because: 'The versions of one model package group, numbered by SageMaker.',
  },
  {
    finding: wildcard(`arn:<AWS::Partition>:application-autoscaling:${OURS}:scalable-target/\\*`),
    path: either(LOOP_ROLE, TEARDOWN_ROLE),
    because:
      'A scalable target has an id that nobody knows before it is there; a condition keeps to those of SageMaker.',
  },
  {
    finding: wildcard(`arn:<AWS::Partition>:logs:${OURS}:log-group:/aws/sagemaker/[\\w/-]+:\\*`),
    path: either(JOB_ROLE, SERVE_ROLE),
    because: 'Streams of a log have names that SageMaker makes up.',
  },
  {
    finding: wildcard(`arn:<AWS::Partition>:ec2:${OURS}:network-interface/\\*`),
    path: either(JOB_ROLE, SERVE_ROLE),
    because: 'In a network of the user’s own, SageMaker makes and removes network interfaces in the role’s name.',
  },
  {
    finding: wildcard('\\*'),
    path: either(JOB_ROLE, SERVE_ROLE, LOOP_ROLE, TEARDOWN_ROLE, BUILD_ROLE),
    because: 'Actions that know no resource: WIDE in posture/access.ts lists them one by one, with what narrows them.',
  },
];

const buckets: readonly Acknowledged[] = [
  {
    finding: shared('S3BucketReplicationEnabled'),
    path: at(/\/Storage\/(?:AccessLogs|Bucket)\/Resource$/),
    because: 'A copy in a second region costs as much as the first; who needs one adds it by transform.bucket.',
  },
  {
    finding: shared('S3DefaultEncryptionKMS'),
    path: at(/\/Storage\/AccessLogs\/Resource$/),
    because: 'S3 delivers access logs only to a bucket that it encrypts with its own key.',
  },
];

const functions: readonly Acknowledged[] = [
  {
    finding: shared('LambdaConcurrency'),
    path: FUNCTIONS,
    because: 'Reserved concurrency is taken from the whole account; two loops at once do no harm, one claims the turn.',
  },
  {
    finding: shared('LambdaDLQ'),
    path: FUNCTIONS,
    because:
      'What the loop failed at goes to a queue as a destination, which tells more than a dead letter; the others answer CloudFormation.',
  },
  {
    finding: shared('LambdaInsideVPC'),
    path: FUNCTIONS,
    because:
      'They call AWS and the webhook of a spec, and listen to nothing; inside a VPC each service would need an endpoint.',
  },
  {
    finding: /^AwsSolutions-L1$/,
    path: FUNCTIONS,
    because: 'They are built for and tested on Node.js 22, which Lambda supports; a newer one comes with its tests.',
  },
  {
    finding: /^AwsSolutions-SQS3$/,
    path: at(/\/Loop\/Failed\/Resource$/),
    because:
      'It is the queue for what failed, with an alarm on it: a dead letter queue for it would only move that further.',
  },
];

const others: readonly Acknowledged[] = [
  {
    finding: shared('IAMNoInlinePolicy'),
    path: either(
      JOB_ROLE,
      PIPELINE_ROLE,
      SERVE_ROLE,
      LOOP_ROLE,
      TEARDOWN_ROLE,
      UPLOAD_ROLE,
      BUILD_ROLE,
      /\/Build\/Function\/Role\/Resource$/,
    ),
    because:
      'Each policy belongs to one role and goes with it; a managed one could be attached elsewhere, and there are quotas on them.',
  },
  {
    finding: /^HIPAA\.Security-CodeBuildProjectSourceRepoUrl$/,
    path: at(/\/Image\/Build\/Project$/),
    because:
      'The rule is about GitHub and Bitbucket, and cannot read the location of an asset, which is filled in at deployment.',
  },
  {
    finding: shared('SageMakerEndpointConfigurationKMSKeyConfigured'),
    path: at(/\/Serverless\/Endpoint\/Config$/),
    because: 'The key is for the disks of machines, and a serverless endpoint has none that the user could encrypt.',
  },
];

/** Of the posture rules. */
const posture: readonly Acknowledged[] = [
  {
    finding: /^isolated\[EnableNetworkIsolation is not true\]$/,
    path: at(/\/Serverless\/Endpoint\/Model$/),
    because: 'SageMaker has no isolation for serverless endpoints, and refuses a model that asks for it.',
  },
  {
    finding: /^(?:noManagedPolicy|logsEnd)\[.*\]$/,
    path: /^[\w-]+\/Custom::S3AutoDeleteObjectsCustomResourceProvider\/(?:Role|Handler)$/,
    because:
      'CDK’s own function, there only where the spec says that data go with the stack; it offers no other role or log.',
  },
];

export const ACKNOWLEDGED: readonly Acknowledged[] = [
  ...folders,
  ...names,
  ...buckets,
  ...functions,
  ...others,
  ...posture,
];
