/** Who may do what: statements by verb, on exactly what a use needs. Written by hand, because CDK's grants bring wildcards. */
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { networkOf, type NetworkOptions } from './network';

/** The bucket that is the record, and the key that all of it is encrypted with. */
export interface BucketAndKey {
  readonly bucket: s3.IBucket;
  readonly key: kms.IKey;
}

export const allow = (
  sid: string,
  actions: readonly string[],
  resources: readonly string[],
  conditions?: Readonly<Record<string, unknown>>,
): iam.PolicyStatement =>
  new iam.PolicyStatement({ sid, actions: [...actions], resources: [...resources], ...(conditions && { conditions }) });

/** Objects below folders of the bucket's layout, such as `data/rentals`. */
export function mayRead({ bucket, key }: BucketAndKey, folders: readonly string[]): iam.PolicyStatement[] {
  return [
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
}

export function mayWrite({ bucket, key }: BucketAndKey, folders: readonly string[]): iam.PolicyStatement[] {
  return [
    allow(
      'WriteObjects',
      ['s3:PutObject', 's3:AbortMultipartUpload'],
      folders.map((folder) => bucket.arnForObjects(`${folder}/*`)),
    ),
    // An upload in parts is decrypted to be put together.
    allow('Encrypt', ['kms:GenerateDataKey', 'kms:Decrypt'], [key.keyArn]),
  ];
}

/** What every job and every model needs of its own: a log. Its name is SageMaker's. */
export function mayLog(scope: Construct, ...groups: readonly string[]): iam.PolicyStatement[] {
  const group = (name: string) =>
    Stack.of(scope).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  return [
    allow('CreateLog', ['logs:CreateLogGroup'], groups.map(group)),
    allow(
      'WriteLog',
      ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      groups.map((name) => `${group(name)}:*`),
    ),
  ];
}

/** The disks of jobs and models are encrypted by SageMaker in the role's name. */
export const mayEncryptDisks = (key: kms.IKey): iam.PolicyStatement =>
  allow('EncryptDisks', ['kms:CreateGrant', 'kms:DescribeKey'], [key.keyArn], {
    Bool: { 'kms:GrantIsForAWSResource': 'true' },
  });

/**
 * Network interfaces in the user's own subnets; none without a network. The describing actions know no resources.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
 */
export function mayJoin(scope: Construct, options: NetworkOptions | undefined): iam.PolicyStatement[] {
  const network = networkOf(scope, options);
  if (!network) return [];
  const arn = (resource: string, resourceName: string) =>
    Stack.of(scope).formatArn({ service: 'ec2', resource, resourceName });
  const interfaces = arn('network-interface', '*');
  return [
    allow(
      'CreateInterfaces',
      ['ec2:CreateNetworkInterface'],
      [
        interfaces,
        ...network.subnets.map((subnet) => arn('subnet', subnet)),
        ...network.securityGroups.map((group) => arn('security-group', group)),
      ],
    ),
    allow(
      'KeepInterfaces',
      ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission'],
      [interfaces],
    ),
    allow(
      'DescribeNetwork',
      [
        'ec2:DescribeDhcpOptions',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      ['*'],
    ),
  ];
}

/** A role that one service takes on, for this account only, with all that it may do in one place. */
export function serviceRole(
  scope: Construct,
  id: string,
  service: 'sagemaker' | 'lambda' | 'codebuild',
  description: string,
  statements: readonly iam.PolicyStatement[],
): iam.Role {
  return new iam.Role(scope, id, {
    description,
    assumedBy: new iam.ServicePrincipal(`${service}.amazonaws.com`, {
      // Lambda takes its role on without a source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
      ...(service !== 'lambda' && { conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } } }),
    }),
    inlinePolicies: { access: new iam.PolicyDocument({ statements: merged(statements), minimize: false }) },
  });
}

/** Statements of one name and condition become one: a use that needs the same thing twice says it once. */
function merged(statements: readonly iam.PolicyStatement[]): iam.PolicyStatement[] {
  const kept: iam.PolicyStatement[] = [];
  for (const statement of statements) {
    const namesakes = kept.filter(({ sid }) => sid?.replace(/\d+$/, '') === statement.sid);
    const same = namesakes.find(
      ({ conditions }) => JSON.stringify(conditions) === JSON.stringify(statement.conditions),
    );
    if (same) {
      same.addActions(...statement.actions.filter((action) => !same.actions.includes(action)));
      same.addResources(...statement.resources.filter((resource) => !same.resources.includes(resource)));
    } else {
      // A policy's statements must have names of their own.
      kept.push(
        namesakes.length === 0 ? statement : statement.copy({ sid: `${statement.sid}${namesakes.length + 1}` }),
      );
    }
  }
  return kept;
}
