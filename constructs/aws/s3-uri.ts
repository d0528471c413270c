/** S3 URIs that users hand in: of buckets that are not ours. */
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { allow } from './access';
import { show, when, type Problem } from '../spec/problem';

export function checkS3Uri(uri: string, path: string): Problem[] {
  return when(!/^s3:\/\/[^/]+\/.*[^/]$/.test(uri), {
    path,
    got: show(uri),
    expected: 's3://BUCKET/PATH, without a slash at its end',
    fix: 'correct it: a slash too many is another name on S3',
  });
}

/** To read one object, or all below a folder. `name` tells the statements apart: in a policy no two have the same. */
export function mayReadUri(
  scope: Construct,
  name: string,
  uri: string,
  what: 'object' | 'folder',
): iam.PolicyStatement[] {
  const [bucket, ...path] = uri.slice('s3://'.length).split('/') as [string, ...string[]];
  const key = path.join('/');
  const arn = (resource: string, resourceName?: string) =>
    Stack.of(scope).formatArn({
      service: 's3',
      region: '',
      account: '',
      resource,
      ...(resourceName === undefined
        ? { arnFormat: ArnFormat.NO_RESOURCE_NAME }
        : { resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME }),
    });
  if (what === 'object') return [allow(`Read${name}`, ['s3:GetObject'], [arn(bucket, key)])];
  return [
    allow(`Read${name}`, ['s3:GetObject'], [arn(bucket, `${key}/*`)]),
    allow(`List${name}`, ['s3:ListBucket'], [arn(bucket)], { StringLike: { 's3:prefix': [key, `${key}/*`] } }),
  ];
}
