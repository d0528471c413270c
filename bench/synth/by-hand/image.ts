/** The image that jobs and models run from: repository, build, and the function that starts it. */
import { Aws, CustomResource, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { allow, newRole, pull } from './access';
import { Handler, newLog } from './functions';
import { pasted } from './pasted';

const COMMANDS = [
  'aws ecr get-login-password | docker login --username AWS --password-stdin "${IMAGE%%/*}"',
  'there() { docker manifest inspect "$IMAGE" > /dev/null 2>&1; }; if there; then echo "$IMAGE is there already"; else docker build --tag "$IMAGE" . && { docker push "$IMAGE" || there; }; fi',
];

export interface Image {
  readonly uri: string;
  readonly repositoryArn: string;
}

export function newImage(scope: Construct, key: kms.Key): Image {
  const repository = new ecr.Repository(scope, 'Repository', {
    encryption: ecr.RepositoryEncryption.KMS,
    encryptionKey: key,
    imageScanOnPush: true,
    imageTagMutability: ecr.TagMutability.IMMUTABLE,
    lifecycleRules: [
      {
        description: 'What a build left without a name',
        tagStatus: ecr.TagStatus.UNTAGGED,
        maxImageAge: Duration.days(1),
      },
      { description: 'The newest', maxImageCount: 20 },
    ],
    removalPolicy: RemovalPolicy.DESTROY,
    emptyOnDelete: true,
  });
  const { repositoryArn } = repository;
  const uri = `${repository.repositoryUri}:${pasted.image}`;
  const project = newProject(scope, key, repositoryArn, uri);
  const starts = new Handler(scope, 'Function', key, pasted.assets.build, 'Has the image built at a deployment', [
    allow('Build', ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'], [project.attrArn]),
  ]);
  new CustomResource(scope, 'Resource', {
    serviceToken: starts.arn,
    resourceType: 'Custom::ImageBuild',
    serviceTimeout: Duration.minutes(16),
    properties: { Project: project.ref, Image: uri },
  }).node.addDependency(starts, repository, project);
  return { uri, repositoryArn };
}

function newProject(scope: Construct, key: kms.Key, repositoryArn: string, uri: string): codebuild.CfnProject {
  const source = new Asset(scope, 'Context', { path: pasted.assets.context });
  const log = newLog(scope, key);
  const role = newRole(scope, 'Role', 'codebuild', 'Builds the image', [
    allow(
      'ReadContext',
      ['s3:GetObject', 's3:GetObjectVersion'],
      [`arn:${Aws.PARTITION}:s3:::${source.s3BucketName}/${source.s3ObjectKey}`],
    ),
    allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]),
    allow('Encrypt', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]),
    ...pull(repositoryArn),
    allow(
      'PushImage',
      ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
      [repositoryArn],
    ),
  ]);
  return new codebuild.CfnProject(scope, 'Project', {
    description: 'Builds the image that jobs and models run from',
    serviceRole: role.roleArn,
    encryptionKey: key.keyArn,
    artifacts: { type: 'NO_ARTIFACTS' },
    source: {
      type: 'S3',
      location: `${source.s3BucketName}/${source.s3ObjectKey}`,
      buildSpec: JSON.stringify({ version: '0.2', phases: { build: { commands: COMMANDS } } }),
    },
    environment: {
      type: 'LINUX_CONTAINER',
      computeType: 'BUILD_GENERAL1_SMALL',
      image: codebuild.LinuxBuildImage.STANDARD_7_0.imageId,
      privilegedMode: true,
      environmentVariables: [
        { name: 'IMAGE', value: uri },
        { name: 'BUILDX_NO_DEFAULT_ATTESTATIONS', value: '1' },
      ],
    },
    logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: log.logGroupName } },
    timeoutInMinutes: 60,
    queuedTimeoutInMinutes: 60,
  });
}
