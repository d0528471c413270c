/** What the tests of endpoints share: a stack, a bucket and a key that exist, and an image by digest. */
import { App, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { join } from 'node:path';
import { mayPull } from '../../constructs/aws/ecr';
import type { EndpointProps } from '../../constructs/aws/endpoint';
import type { NetworkOptions } from '../../constructs/aws/network';
import type { Image } from '../../constructs/aws/pipeline';
import { Storage } from '../../constructs/aws/storage';
import { SpecError, type Problem } from '../../constructs/spec/problem';
import { snapshotOf } from '../../testing';
import { expectGolden } from '../golden';

// CDK's own validator looks at each template for seconds; the gates look with it.
process.env['CDK_VALIDATION'] = 'false';

export const newStack = (region = 'eu-west-1'): Stack =>
  new Stack(new App(), 'test', { env: { account: '111122223333', region } });

/** In no account and region yet. */
export const anywhere = (): Stack => new Stack(new App(), 'test');

export const storageOf = (stack: Stack): Storage =>
  new Storage(stack, 'Storage', {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'the-bucket'),
    encryptionKey: kms.Key.fromKeyArn(
      stack,
      'Key',
      'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555',
    ),
  });

export const image: Image = {
  uri: `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models@sha256:${'a'.repeat(64)}`,
  digest: 'a'.repeat(64),
  pullStatements: () => mayPull('arn:aws:ecr:eu-west-1:111122223333:repository/models'),
};

export const networkIn = (stack: Stack): NetworkOptions => ({
  vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef1', 'subnet-0123456789abcdef2'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef1', 'rtb-0123456789abcdef2'],
  }),
});

export const propsIn = (stack: Stack): EndpointProps => ({
  storage: storageOf(stack),
  name: 'shop-online',
  endpoint: 'online',
  image,
  models: ['artifacts/training'],
});

export const version = { name: 'v3', artifact: 'artifacts/training/train-3/select/model' };
export const archive = { name: 'v3', artifact: 'artifacts/training/train-3/model.tar.gz' };

export function expectTemplate(stack: Stack, name: string): void {
  expectGolden(join(__dirname, 'golden', `${name}.yaml`), `# ${name}\n${snapshotOf(Template.fromStack(stack))}`);
}

export function problemsOf(make: () => unknown): readonly Problem[] {
  try {
    make();
  } catch (error) {
    if (error instanceof SpecError) return error.problems;
    throw error;
  }
  return [];
}
