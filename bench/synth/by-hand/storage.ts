/** Key, buckets and topic. */
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY } from 'aws-cdk-lib/cx-api';
import type { Construct } from 'constructs';
import type { Record_ } from './access';

const services = (...names: string[]) => names.map((name) => new iam.ServicePrincipal(`${name}.amazonaws.com`));
const thisAccount = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };

export function newRecord(scope: Construct): Record_ {
  scope.node.setContext(S3_SERVER_ACCESS_LOGS_USE_BUCKET_POLICY, true);
  const key = newKey(scope);
  const privately = {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    removalPolicy: RemovalPolicy.RETAIN,
  };
  const logs = new s3.Bucket(scope, 'AccessLogs', {
    ...privately,
    encryption: s3.BucketEncryption.S3_MANAGED,
    lifecycleRules: [{ expiration: Duration.days(365), noncurrentVersionExpiration: Duration.days(30) }],
  });
  const bucket = new s3.Bucket(scope, 'Bucket', {
    ...privately,
    encryption: s3.BucketEncryption.KMS,
    encryptionKey: key,
    bucketKeyEnabled: true,
    serverAccessLogsBucket: logs as s3.IBucket,
    lifecycleRules: [
      { abortIncompleteMultipartUploadAfter: Duration.days(7), noncurrentVersionExpiration: Duration.days(90) },
      { prefix: 'windows/', expiration: Duration.days(7), noncurrentVersionExpiration: Duration.days(1) },
    ],
  });
  (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride(
    'NotificationConfiguration.EventBridgeConfiguration.EventBridgeEnabled',
    true,
  );
  return { bucket, key };
}

function newKey(scope: Construct): kms.Key {
  const key = new kms.Key(scope, 'Key', {
    description: 'Data, models, logs and messages of one ML system',
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'Logs',
      principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.amazonaws.com`)],
      actions: ['Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'ReEncryptFrom', 'ReEncryptTo'].map(
        (name) => `kms:${name}`,
      ),
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:*`,
        },
      },
    }),
  );
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AlarmsAndEvents',
      principals: services('cloudwatch', 'events', 'budgets'),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: thisAccount,
    }),
  );
  return key;
}

export function newTopic(scope: Construct, key: kms.Key): sns.Topic {
  const topic = new sns.Topic(scope, 'Resource', { masterKey: key, enforceSSL: true });
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      sid: 'AlarmsAndBudgets',
      principals: services('cloudwatch', 'budgets'),
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: thisAccount,
    }),
  );
  return topic;
}
