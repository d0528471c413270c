/** Faults, each in one place of the clean template, by the rule that must find it. */
import type { RULES } from './posture/rules';

/** `R.X.Properties.Y` is a path; a value of `undefined` removes what is there. */
type Fault = readonly [rule: keyof typeof RULES, path: string, value: unknown];

const statement = (role: string, nth = 0) => `${role}.Properties.Policies.0.PolicyDocument.Statement.${nth}`;
const body = 'Pipeline.Properties.PipelineDefinition.PipelineDefinitionBody';
const job = (extra: object) =>
  JSON.stringify({
    Steps: [
      {
        Name: 'train',
        Type: 'Training',
        Arguments: {
          RoleArn: 'arn:aws:iam::111122223333:role/other',
          EnableNetworkIsolation: true,
          AlgorithmSpecification: { TrainingImage: `models@sha256:${'ab'.repeat(32)}` },
          ResourceConfig: { InstanceType: 'ml.m5.large', VolumeKmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k' },
          OutputDataConfig: { KmsKeyId: 'arn:aws:kms:eu-west-1:111122223333:key/k' },
          ...extra,
        },
      },
    ],
  });
const everybody = { Effect: 'Allow', Action: 's3:GetObject', Principal: '*', Resource: '*' };

export const FAULTS: readonly Fault[] = [
  ['ownKey', 'Bucket.Properties.BucketEncryption', undefined],
  ['ownKey', 'Topic.Properties.KmsMasterKeyId', 'alias/aws/sns'],
  ['ownKey', 'Queue.Properties.KmsMasterKeyId', undefined],
  ['ownKey', 'LoopLogs.Properties.KmsKeyId', undefined],
  ['ownKey', 'Build.Properties.EncryptionKey', undefined],
  ['ownKey', 'Repository.Properties.EncryptionConfiguration', { EncryptionType: 'KMS' }],
  ['ownKey', 'Config.Properties.KmsKeyId', undefined],
  ['ownKey', 'Config.Properties.DataCaptureConfig.KmsKeyId', undefined],
  ['ownKey', body, job({ OutputDataConfig: {} })],
  ['ownKey', body, job({ ResourceConfig: { InstanceType: 'ml.m5.large' } })],
  ['ownKey', 'Watch.Properties.DataQualityJobOutputConfig.KmsKeyId', undefined],
  ['ownKey', 'Watch.Properties.JobResources.ClusterConfig.VolumeKmsKeyId', undefined],
  ['isolated', 'Watch.Properties.NetworkConfig', undefined],
  ['isolated', body, job({ EnableNetworkIsolation: false })],
  ['isolated', body, job({ ResourceConfig: { InstanceCount: 2 } })],
  ['isolated', 'Model.Properties.EnableNetworkIsolation', undefined],
  ['isolated', 'Loop.Properties.Environment.Variables.MLOPS_SETTINGS', '{"serving":{"isolation":false}}'],
  ['privateBuckets', 'Bucket.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy', false],
  ['privateBuckets', 'AccessLogs.Properties.PublicAccessBlockConfiguration', undefined],
  ['tlsOnly', 'BucketPolicy', undefined],
  ['tlsOnly', 'TopicPolicy.Properties.PolicyDocument.Statement.0.Effect', 'Allow'],
  ['tlsOnly', 'QueuePolicy.Properties.Queues', []],
  ['nothingPublic', 'Url', { Type: 'AWS::Lambda::Url', Properties: { AuthType: 'NONE' } }],
  ['nothingPublic', 'TickMayCall.Properties.SourceArn', undefined],
  ['nothingPublic', 'TickMayCall.Properties.Principal', '*'],
  [
    'nothingPublic',
    'Open',
    { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupIngress: [{ CidrIp: '0.0.0.0/0' }] } },
  ],
  ['narrowTrust', 'TrainRole.Properties.AssumeRolePolicyDocument.Statement.0.Condition', undefined],
  ['narrowTrust', 'TrainRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal', { AWS: '*' }],
  [
    'narrowTrust',
    'LoopRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal.Service',
    ['lambda.amazonaws.com', 'sagemaker.amazonaws.com'],
  ],
  ['separateRoles', 'Pipeline.Properties.RoleArn', { 'Fn::GetAtt': ['TrainRole', 'Arn'] }],
  ['separateRoles', 'Model.Properties.ExecutionRoleArn', { 'Fn::GetAtt': ['TrainRole', 'Arn'] }],
  ['separateRoles', 'Watch.Properties.RoleArn', { 'Fn::GetAtt': ['TrainRole', 'Arn'] }],
  ['separateRoles', 'Build', undefined],
  ['noWildcardAction', `${statement('TrainRole')}.Action`, 's3:Get*'],
  ['noWildcardAction', `${statement('TrainRole')}.NotAction`, 's3:PutObject'],
  ['noWildcardResource', `${statement('TrainRole')}.Resource`, '*'],
  ['noWildcardResource', `${statement('TrainRole')}.Resource`, 'arn:aws:s3:::*/data/*'],
  [
    'noWildcardResource',
    `${statement('LoopRole')}.Resource`,
    'arn:aws:sagemaker:eu-west-1:111122223333:model-package/*',
  ],
  ['noWildcardResource', `${statement('LoopRole', 1)}.Condition`, undefined],
  ['passesRolesOnly', `${statement('PipelineRole', 1)}.Condition`, undefined],
  [
    'passesRolesOnly',
    `${statement('PipelineRole', 1)}.Resource`,
    { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/x*' },
  ],
  ['noManagedPolicy', 'LoopRole.Properties.ManagedPolicyArns', ['arn:aws:iam::aws:policy/AmazonSageMakerFullAccess']],
  ['approvedFirst', `${statement('TrainRole')}.Action`, 'sagemaker:UpdateModelPackage'],
  ['approvedFirst', `${statement('ServeRole')}.Action`, ['s3:GetObject', 'sagemaker:UpdateEndpoint']],
  [
    'approvedFirst',
    'Beside',
    {
      Type: 'AWS::IAM::Policy',
      Properties: {
        Roles: [{ Ref: 'PipelineRole' }],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sagemaker:CreateEndpoint', Resource: 'arn:x' }] },
      },
    },
  ],
  ['approvedFirst', 'V1', { Type: 'AWS::SageMaker::ModelPackage', Properties: { ModelApprovalStatus: 'Approved' } }],
  ['knownPrincipals', 'BucketPolicy.Properties.PolicyDocument.Statement.1', everybody],
  ['knownPrincipals', 'Key.Properties.KeyPolicy.Statement.0.Principal', '*'],
  ['knownPrincipals', 'Key.Properties.KeyPolicy.Statement.1.Condition', undefined],
  ['kept', 'Bucket.DeletionPolicy', 'Delete'],
  ['kept', 'Key.UpdateReplacePolicy', undefined],
  ['kept', 'Group.DeletionPolicy', undefined],
  ['logsEnd', 'LoopLogs.Properties.RetentionInDays', undefined],
  ['logsEnd', 'Loop.Properties.LoggingConfig', undefined],
  ['logsEnd', 'Build.Properties.LogsConfig', undefined],
  ['fixedImages', body, job({ AlgorithmSpecification: { TrainingImage: 'models:latest' } })],
  ['fixedImages', 'Model.Properties.Containers.0.Image', 'models'],
  ['noSecrets', 'Loop.Properties.Environment.Variables.NOTE', `id ${'AKIA'}${'A'.repeat(16)}`],
  ['noSecrets', 'Loop.Properties.Environment.Variables.WEBHOOK', 'https://hooks.slack.com/services/T0/B0/abc'],
  ['noSecrets', 'Loop.Properties.Environment.Variables.DB_PASSWORD', 'correct horse battery'],
  ['noSecrets', 'Loop.Properties.Environment.Variables.DB', 'postgres://me:hunter2@db/x'],
  ['loopKnowsKey', 'Loop.Properties.Environment.Variables.MLOPS_SETTINGS', '{"serving":{"isolation":true}}'],
];
