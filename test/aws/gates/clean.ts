/** A small system as a plain template, in which no rule finds anything: what faults are planted into. */

const sub = (text: string) => ({ 'Fn::Sub': text });
const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const ref = (id: string) => ({ Ref: id });

type Statement = Readonly<Record<string, unknown>>;

const document = (...statements: readonly Statement[]) => ({ Version: '2012-10-17', Statement: statements });

const allow = (Action: string | readonly string[], Resource: unknown, Condition?: Statement): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...(Condition && { Condition }),
});

const ours = { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } };

function role(service: string, ...statements: readonly Statement[]) {
  const trust = {
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: `${service}.amazonaws.com` },
    ...(service !== 'lambda' && { Condition: ours }),
  };
  const Policies = [{ PolicyName: 'access', PolicyDocument: document(...statements) }];
  return { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: document(trust), Policies } };
}

const tls = (resource: unknown, action: string): Statement => ({
  Effect: 'Deny',
  Action: action,
  Principal: { AWS: '*' },
  Resource: resource,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

const bucket = (properties: Statement) => ({
  Type: 'AWS::S3::Bucket',
  ...kept,
  Properties: {
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    ...properties,
  },
});

const bucketPolicy = (id: string) => ({
  Type: 'AWS::S3::BucketPolicy',
  Properties: { Bucket: ref(id), PolicyDocument: document(tls([arn(id), sub(`\${${id}.Arn}/*`)], 's3:*')) },
});

const image = `\${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/models@sha256:${'ab'.repeat(32)}`;

// As CDK writes it: a text with references in it.
const definition = {
  'Fn::Join': [
    '',
    [
      '{"Version":"2020-12-01","Steps":[{"Name":"train","Type":"Training","Arguments":{"RoleArn":"',
      arn('TrainRole'),
      '","AlgorithmSpecification":{"TrainingImage":"',
      ref('AWS::AccountId'),
      `.dkr.ecr.eu-west-1.amazonaws.com/models@sha256:${'ab'.repeat(32)}"},"EnableNetworkIsolation":true,`,
      '"ResourceConfig":{"InstanceType":"ml.m5.large","InstanceCount":1,"VolumeKmsKeyId":"',
      arn('Key'),
      '"},"OutputDataConfig":{"KmsKeyId":"',
      arn('Key'),
      '"}}}]}',
    ],
  ],
};

const settings = {
  'Fn::Join': [
    '',
    [
      `{"serving":{"kind":"real-time","isolation":true},"image":"models@sha256:${'ab'.repeat(32)}","serveRole":"`,
      arn('ServeRole'),
      '","key":"',
      arn('Key'),
      '"}',
    ],
  ],
};

const logGroup = { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 90, KmsKeyId: arn('Key') } };

const root = { AWS: sub('arn:${AWS::Partition}:iam::${AWS::AccountId}:root') };

const storage = {
  Key: {
    Type: 'AWS::KMS::Key',
    ...kept,
    Properties: {
      EnableKeyRotation: true,
      KeyPolicy: document(
        { ...allow('kms:*', '*'), Principal: root },
        { ...allow(['kms:Decrypt'], '*', ours), Principal: { Service: 'cloudwatch.amazonaws.com' } },
      ),
    },
  },
  AccessLogs: bucket({}),
  AccessLogsPolicy: bucketPolicy('AccessLogs'),
  Bucket: bucket({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: arn('Key') } },
      ],
    },
    LoggingConfiguration: { DestinationBucketName: ref('AccessLogs') },
  }),
  BucketPolicy: bucketPolicy('Bucket'),
  Group: {
    Type: 'AWS::SageMaker::ModelPackageGroup',
    ...kept,
    Properties: { ModelPackageGroupName: 'clean-training' },
  },
};

const training = {
  TrainRole: role(
    'sagemaker',
    allow('s3:GetObject', sub('${Bucket.Arn}/data/*')),
    allow('s3:PutObject', sub('${Bucket.Arn}/artifacts/*')),
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], arn('Key')),
    allow('ecr:GetAuthorizationToken', '*'),
  ),
  PipelineRole: role(
    'sagemaker',
    allow(
      'sagemaker:CreateTrainingJob',
      sub('arn:${AWS::Partition}:sagemaker:${AWS::Region}:${AWS::AccountId}:training-job/pipelines-*'),
    ),
    allow('iam:PassRole', arn('TrainRole'), { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }),
  ),
  Pipeline: {
    Type: 'AWS::SageMaker::Pipeline',
    Properties: {
      PipelineName: 'clean-training',
      RoleArn: arn('PipelineRole'),
      PipelineDefinition: { PipelineDefinitionBody: definition },
    },
  },
};

const loop = {
  ServeRole: role(
    'sagemaker',
    allow('s3:GetObject', sub('${Bucket.Arn}/artifacts/*')),
    allow('kms:Decrypt', arn('Key')),
  ),
  LoopRole: role(
    'lambda',
    allow(
      'sagemaker:UpdateModelPackage',
      sub('arn:aws:sagemaker:${AWS::Region}:${AWS::AccountId}:model-package/clean-training/*'),
    ),
    allow('cloudwatch:PutMetricData', '*', { StringEquals: { 'cloudwatch:namespace': 'MlopsConstructs' } }),
    allow('iam:PassRole', arn('ServeRole'), { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } }),
  ),
  Loop: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Role: arn('LoopRole'),
      LoggingConfig: { LogGroup: ref('LoopLogs') },
      Environment: { Variables: { MLOPS_SETTINGS: settings } },
    },
  },
  LoopLogs: logGroup,
  Tick: { Type: 'AWS::Events::Rule', Properties: { Targets: [{ Id: 'loop', Arn: arn('Loop') }] } },
  TickMayCall: {
    Type: 'AWS::Lambda::Permission',
    Properties: { Principal: 'events.amazonaws.com', SourceArn: arn('Tick'), FunctionName: arn('Loop') },
  },
  Topic: { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: arn('Key') } },
  TopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: { Topics: [ref('Topic')], PolicyDocument: document(tls(ref('Topic'), 'sns:Publish')) },
  },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { KmsMasterKeyId: arn('Key') } },
  QueuePolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: [ref('Queue')], PolicyDocument: document(tls(arn('Queue'), 'sqs:*')) },
  },
};

const serving = {
  Model: {
    Type: 'AWS::SageMaker::Model',
    Properties: {
      ExecutionRoleArn: arn('ServeRole'),
      EnableNetworkIsolation: true,
      Containers: [{ Image: sub(image) }],
    },
  },
  Config: {
    Type: 'AWS::SageMaker::EndpointConfig',
    Properties: {
      KmsKeyId: arn('Key'),
      ProductionVariants: [{ InstanceType: 'ml.m5.large' }],
      DataCaptureConfig: { KmsKeyId: arn('Key') },
    },
  },
  WatchRole: role('sagemaker', allow('s3:GetObject', sub('${Bucket.Arn}/captures/*'))),
  Watch: {
    Type: 'AWS::SageMaker::DataQualityJobDefinition',
    Properties: {
      RoleArn: arn('WatchRole'),
      JobResources: { ClusterConfig: { InstanceType: 'ml.m5.xlarge', VolumeKmsKeyId: arn('Key') } },
      DataQualityJobOutputConfig: { KmsKeyId: arn('Key') },
      NetworkConfig: { EnableNetworkIsolation: true, EnableInterContainerTrafficEncryption: true },
    },
  },
  BuildRole: role('codebuild', allow('ecr:PutImage', arn('Repository'))),
  Build: {
    Type: 'AWS::CodeBuild::Project',
    Properties: {
      ServiceRole: arn('BuildRole'),
      EncryptionKey: arn('Key'),
      LogsConfig: { CloudWatchLogs: { GroupName: ref('BuildLogs') } },
    },
  },
  BuildLogs: logGroup,
  Repository: {
    Type: 'AWS::ECR::Repository',
    ...kept,
    Properties: { EncryptionConfiguration: { EncryptionType: 'KMS', KmsKey: arn('Key') } },
  },
};

export const clean = { Resources: { ...storage, ...training, ...loop, ...serving } };
