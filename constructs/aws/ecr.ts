/** References of images in Amazon ECR, the only ones that SageMaker's jobs pull without a VPC of one's own. */
import { Stack } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { show, when, type Problem } from '../spec/problem';
import { allow } from './access';

const REFERENCE =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+)(@sha256:[0-9a-f]{64}|:[\w.-]+)$/;

export function checkEcrReference(reference: string, path: string): Problem[] {
  const digest = REFERENCE.exec(reference)?.[4]?.startsWith('@') ?? false;
  return when(!digest, {
    path,
    got: show(reference),
    expected: 'an image in Amazon ECR by its digest: ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:…',
    fix: 'push it to ECR, and name it by the digest that docker push prints: a tag may mean another image tomorrow',
  });
}

/** To pull from one repository. The token that ECR hands out knows no resource. */
export function mayPull(...repositories: readonly string[]): iam.PolicyStatement[] {
  return [
    allow('EcrToken', ['ecr:GetAuthorizationToken'], ['*']),
    allow(
      'PullImage',
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      repositories,
    ),
  ];
}

/** The ARN of the repository that a reference names. */
export function repositoryArn(scope: Construct, reference: string): string {
  const [, account, region, name] = REFERENCE.exec(reference)!;
  return Stack.of(scope).formatArn({
    service: 'ecr',
    resource: 'repository',
    account: account!,
    region: region!,
    resourceName: name!,
  });
}
