/** Storage: the bucket that is the record, and the key that everything is encrypted with. */
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY } from 'aws-cdk-lib/cx-api';
import { Construct } from 'constructs';
import type { BucketAndKey } from './access';

export interface StorageProps {
  /**
   * A bucket that exists. It must send its events to EventBridge, or new data and labels wait for the next tick.
   * @default - a private, versioned bucket with access logs
   */
  readonly bucket?: s3.IBucket;
  /**
   * A key that exists. Its policy must let CloudWatch Logs, CloudWatch, EventBridge and SNS of this account use it.
   * @default - a key of its own, rotated each year
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * What happens to bucket and key when the stack is deleted.
   * @default 'retain'
   */
  readonly onDestroy?: 'retain' | 'delete';
  readonly transform?: StorageTransform;
}

export interface StorageTransform {
  readonly key?: (props: kms.KeyProps) => kms.KeyProps;
  readonly bucket?: (props: s3.BucketProps) => s3.BucketProps;
}

export class Storage extends Construct implements BucketAndKey {
  readonly bucket: s3.IBucket;
  readonly key: kms.IKey;

  constructor(scope: Construct, id: string, props: StorageProps = {}) {
    super(scope, id);
    // Whatever flags the app has: without this one CDK lets S3 write access logs by an ACL, which these buckets do not have.
    this.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
    const { onDestroy = 'retain', transform = {} } = props;
    const removalPolicy = onDestroy === 'delete' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN;
    this.key = props.encryptionKey ?? this.newKey(removalPolicy, transform.key);
    this.bucket = props.bucket ?? this.newBucket(removalPolicy, transform.bucket);
  }

  /** `s3://BUCKET/path` */
  uri(path: string): string {
    return `s3://${this.bucket.bucketName}/${path}`;
  }

  private newKey(removalPolicy: RemovalPolicy, transform: StorageTransform['key'] = (props) => props): kms.Key {
    const key = new kms.Key(
      this,
      'Key',
      transform({
        description: 'Data, models, logs and messages of one ML system',
        enableKeyRotation: true,
        removalPolicy,
      }),
    );
    const { region, account, partition } = Stack.of(this);
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Logs',
        principals: [new iam.ServicePrincipal(`logs.${region}.amazonaws.com`)],
        actions: [
          'kms:Decrypt',
          'kms:DescribeKey',
          'kms:Encrypt',
          'kms:GenerateDataKey',
          'kms:ReEncryptFrom',
          'kms:ReEncryptTo',
        ],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:*` },
        },
      }),
    );
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsAndEvents',
        principals: ['cloudwatch', 'events', 'budgets'].map(
          (name) => new iam.ServicePrincipal(`${name}.amazonaws.com`),
        ),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    return key;
  }

  private newBucket(
    removalPolicy: RemovalPolicy,
    transform: StorageTransform['bucket'] = (props) => props,
  ): s3.IBucket {
    const whole = { removalPolicy, ...(removalPolicy === RemovalPolicy.DESTROY && { autoDeleteObjects: true }) };
    const privately = {
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
    };
    // S3 delivers access logs only to a bucket without a key of ours:
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    const logs = new s3.Bucket(this, 'AccessLogs', {
      ...privately,
      ...whole,
      encryption: s3.BucketEncryption.S3_MANAGED,
      lifecycleRules: [{ expiration: Duration.days(365), noncurrentVersionExpiration: Duration.days(30) }],
    });
    const bucket = new s3.Bucket(
      this,
      'Bucket',
      transform({
        ...privately,
        ...whole,
        encryption: s3.BucketEncryption.KMS,
        encryptionKey: this.key,
        bucketKeyEnabled: true,
        serverAccessLogsBucket: logs as s3.IBucket,
        lifecycleRules: [
          {
            abortIncompleteMultipartUploadAfter: Duration.days(7),
            noncurrentVersionExpiration: Duration.days(90),
          },
          // Copies for the runs of monitors, which are over by then.
          { prefix: 'windows/', expiration: Duration.days(7), noncurrentVersionExpiration: Duration.days(1) },
        ],
      }),
    );
    // The L2's own switch brings a Lambda function for what is one property.
    (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride(
      'NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled',
      true,
    );
    // CDK's class and its interface differ where an option may be undefined.
    return bucket as s3.IBucket;
  }
}
