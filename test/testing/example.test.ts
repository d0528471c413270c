/** How a user tests a system: whole against a snapshot, and the one thing that must never be lost by name. */
import { App, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { snapshotOf } from '../../testing';

// CDK's validator takes seconds; it is a gate of its own.
process.env['CDK_VALIDATION'] = 'false';

function records(): Template {
  const stack = new Stack(new App(), 'Records');
  const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  new s3.Bucket(stack, 'Bucket', { encryptionKey: key, enforceSSL: true });
  return Template.fromStack(stack);
}

test('the system is what was reviewed', () => {
  expect(snapshotOf(records())).toMatchSnapshot();
});

test('the bucket outlives its stack', () => {
  records().hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', Properties: Match.anyValue() });
});
