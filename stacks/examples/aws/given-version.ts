/**
 * An endpoint that serves one given version, with alarms on its health and autoscaling, and without training: the model was made
 * elsewhere. Its folder lies in the bucket when this is deployed; a new version is another folder here, and another deployment.
 *
 *     npx cdk deploy --app "node --require tsx/cjs stacks/examples/aws/given-version.ts"
 */
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib/core';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Endpoint, ModelImage, Notices, Storage } from '../../../constructs/aws';

const root = join(__dirname, '../../bike-rentals');

export function givenVersion(app: App): Stack {
  const stack = new Stack(app, 'rentals-given', { description: 'Bike rentals: one version, served' });
  const storage = new Storage(stack, 'Storage', {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'models-of-the-company'),
    encryptionKey: kms.Key.fromKeyArn(
      stack,
      'Key',
      'arn:aws:kms:eu-west-1:111122223333:key/0f8a3c1e-5b7d-4e2a-9c6f-1d2e3f4a5b6c',
    ),
  });
  const { topic } = new Notices(stack, 'Notices', { key: storage.key, emails: ['on-call@example.com'] });
  const image = new ModelImage(stack, 'Image', {
    source: { kind: 'codebuild' },
    requirements: join(root, 'model'),
    key: storage.key,
  });
  const endpoint = new Endpoint(stack, 'Endpoint', {
    name: 'rentals-given',
    endpoint: 'online',
    version: { name: 'v7', artifact: 'artifacts/rentals/v7' },
    replicas: { min: 1, max: 4 },
    rollout: { rollBackOn: { errorRate: 0.01, p99: '250 ms' } },
    storage,
    image,
    topic,
  });
  new CfnOutput(stack, 'EndpointName', { value: endpoint.endpointName });
  return stack;
}

if (require.main === module) givenVersion(new App());
