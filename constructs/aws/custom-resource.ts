/**
 * The function behind a custom resource. It answers CloudFormation itself: CDK's own framework would bring a second function, and a
 * right to invoke any version of the first.
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { allow, serviceRole } from './access';
import { bundle } from '../packaging/bundle';

export interface CustomResourceFunctionProps {
  /** Whose `handler` runs. */
  readonly handler: 'upload' | 'build' | 'teardown';
  /** What its log is encrypted with. Its policy must let CloudWatch Logs use it. */
  readonly key: kms.IKey;
  /** All that it may do beside writing its log. */
  readonly statements: readonly iam.PolicyStatement[];
  /**
   * After this long a request has failed.
   * @default - 15 minutes, the longest that Lambda allows: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   */
  readonly timeout?: Duration;
}

const DESCRIPTIONS: Readonly<Record<CustomResourceFunctionProps['handler'], string>> = {
  upload: 'Copies files and texts into the bucket at a deployment',
  build: 'Has the image built at a deployment',
  teardown: 'Removes what the loop made when the stack is deleted',
};

/** Used as `new CustomResource(scope, id, { serviceToken: fn.functionArn, … })`, which should depend on it: rights and log come first. */
export class CustomResourceFunction extends Construct {
  readonly functionArn: string;
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: CustomResourceFunctionProps) {
    super(scope, id);
    const { handler, key, statements, timeout = Duration.minutes(15) } = props;
    const logGroup = new logs.LogGroup(this, 'Log', {
      encryptionKey: key,
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = serviceRole(this, 'Role', 'lambda', DESCRIPTIONS[handler], [
      allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]),
      ...statements,
    ]);
    const fn = new lambda.Function(this, 'Resource', {
      description: DESCRIPTIONS[handler],
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(bundle(`aws-${handler}`)),
      role: this.role,
      logGroup,
      timeout,
      memorySize: 256,
    });
    this.functionArn = fn.functionArn;
  }
}
