/** Functions behind custom resources, and what they are used for. */
import { Aws, CustomResource, Duration, Fn, RemovalPolicy } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { allow, newRole, write, type Record_ } from './access';

export const newLog = (scope: Construct, key: kms.Key) =>
  new logs.LogGroup(scope, 'Log', {
    encryptionKey: key,
    retention: logs.RetentionDays.ONE_YEAR,
    removalPolicy: RemovalPolicy.DESTROY,
  });

export class Handler extends Construct {
  readonly role: iam.Role;
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    key: kms.Key,
    folder: string,
    description: string,
    statements: iam.PolicyStatement[],
  ) {
    super(scope, id);
    const logGroup = newLog(this, key);
    this.role = newRole(this, 'Role', 'lambda', description, [
      allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      ...statements,
    ]);
    this.arn = new lambda.Function(this, 'Resource', {
      description,
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(folder),
      role: this.role,
      logGroup,
      timeout: Duration.minutes(15),
      memorySize: 256,
    }).functionArn;
  }
}

/** Puts files and texts into the bucket. */
export class Uploads extends Handler {
  constructor(
    scope: Construct,
    private readonly record: Record_,
    folder: string,
  ) {
    super(scope, 'Uploads', record.key, folder, 'Copies files and texts into the bucket at a deployment', [
      ...write(record, ['data', 'code', 'artifacts', 'loop']),
    ]);
    const assets = Fn.sub('cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}');
    this.role.addToPrincipalPolicy(allow('ReadAssets', ['s3:GetObject'], [`arn:${Aws.PARTITION}:s3:::${assets}/*`]));
  }

  put(
    scope: Construct,
    { files = {}, texts = {} }: { files?: Record<string, string>; texts?: Record<string, string> },
  ): CustomResource {
    const copies = Object.entries(files).map(([key, path], i) => {
      const asset = new Asset(scope, `File${i}`, { path });
      return { SourceBucket: asset.s3BucketName, SourceKey: asset.s3ObjectKey, Key: key };
    });
    const resource = new CustomResource(scope, 'Resource', {
      serviceToken: this.arn,
      resourceType: 'Custom::Upload',
      serviceTimeout: Duration.minutes(15),
      properties: { Bucket: this.record.bucket.bucketName, Copies: copies, Texts: texts },
    });
    resource.node.addDependency(this);
    return resource;
  }
}
