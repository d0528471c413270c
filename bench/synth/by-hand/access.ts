/** Roles, written by hand: what a person would put into a file of helpers before the fourth role. */
import { Aws } from 'aws-cdk-lib/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

export interface Record_ {
  readonly bucket: s3.Bucket;
  readonly key: kms.Key;
}

export const arn = (service: string, rest: string) =>
  `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${rest}`;

export const allow = (sid: string, actions: string[], resources: string[], conditions?: Record<string, unknown>) =>
  new iam.PolicyStatement({ sid, actions, resources, ...(conditions && { conditions }) });

export function newRole(
  scope: Construct,
  id: string,
  service: 'sagemaker' | 'lambda' | 'codebuild',
  description: string,
  statements: iam.PolicyStatement[],
): iam.Role {
  return new iam.Role(scope, id, {
    description,
    assumedBy: new iam.ServicePrincipal(`${service}.amazonaws.com`, {
      ...(service !== 'lambda' && { conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } } }),
    }),
    inlinePolicies: { access: new iam.PolicyDocument({ statements, minimize: false }) },
  });
}

export const read = ({ bucket, key }: Record_, folders: string[]) => [
  allow(
    'ReadObjects',
    ['s3:GetObject'],
    folders.map((folder) => bucket.arnForObjects(`${folder}/*`)),
  ),
  allow('ListObjects', ['s3:ListBucket'], [bucket.bucketArn], {
    StringLike: { 's3:prefix': folders.flatMap((folder) => [folder, `${folder}/*`]) },
  }),
  allow('Decrypt', ['kms:Decrypt'], [key.keyArn]),
];

export const write = ({ bucket, key }: Record_, folders: string[]) => [
  allow(
    'WriteObjects',
    ['s3:PutObject', 's3:AbortMultipartUpload'],
    folders.map((folder) => bucket.arnForObjects(`${folder}/*`)),
  ),
  allow('Encrypt', ['kms:GenerateDataKey', 'kms:Decrypt'], [key.keyArn]),
];

export const writeLog = (group: string) => [
  allow('CreateLog', ['logs:CreateLogGroup'], [arn('logs', `log-group:${group}`)]),
  allow(
    'WriteLog',
    ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    [arn('logs', `log-group:${group}:*`)],
  ),
];

export const encryptDisks = (key: kms.Key) =>
  allow('EncryptDisks', ['kms:CreateGrant', 'kms:DescribeKey'], [key.keyArn], {
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
  });

export const pull = (repositoryArn: string) => [
  allow('EcrToken', ['ecr:GetAuthorizationToken'], ['*']),
  allow(
    'PullImage',
    ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
    [repositoryArn],
  ),
];

export const pass = (sid: string, role: iam.Role) =>
  allow(sid, ['iam:PassRole'], [role.roleArn], {
    StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
  });
