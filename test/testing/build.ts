/** One small system, as different machines and builds synthesize it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import { CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import { App, Aws, Fn, Stack } from 'aws-cdk-lib/core';

export interface Build {
  /** Contents of the two assets. */
  readonly code: readonly [string, string];
  readonly qualifier?: string;
  /** Whether CDK notes the assets' paths, as its CLI makes it do. */
  readonly notesPaths?: boolean;
}

process.env['CDK_VALIDATION'] = 'false';

/** The parsed template. */
export function synthesize({ code, qualifier = 'hnb659fds', notesPaths = false }: Build): Record<string, unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-template-'));
  try {
    const app = new App({
      outdir: join(folder, 'out'),
      context: { 'aws:cdk:enable-asset-metadata': notesPaths, '@aws-cdk/core:bootstrapQualifier': qualifier },
    });
    const stack = new Stack(app, 'Small');
    mkdirSync(join(folder, 'program'));
    writeFileSync(join(folder, 'program', 'asset.js'), code[0]);
    writeFileSync(join(folder, 'document.json'), code[1]);
    addTo(stack, folder);
    return Template.fromStack(stack).toJSON();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function addTo(stack: Stack, folder: string): void {
  const asset = new s3assets.Asset(stack, 'Document', { path: join(folder, 'document.json') });
  const loop = new lambda.Function(stack, 'Loop', {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'loop.handler',
    code: lambda.Code.fromInline('// a loop'),
    environment: { SETTINGS: JSON.stringify({ bucket: asset.s3BucketName, key: asset.s3ObjectKey, list: [1, 2] }) },
  });
  const packaged = new lambda.Function(stack, 'Packaged', {
    runtime: lambda.Runtime.NODEJS_22_X,
    handler: 'asset.handler',
    code: lambda.Code.fromAsset(join(folder, 'program')),
  });
  new lambda.CfnAlias(stack, 'Live', {
    name: 'live',
    functionName: packaged.functionName,
    functionVersion: packaged.currentVersion.version,
  });
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
  new CfnPipeline(stack, 'Pipeline', {
    pipelineName: 'small-training',
    roleArn: role.roleArn,
    pipelineDefinition: {
      PipelineDefinitionBody: stack.toJsonString({
        Steps: [{ Role: role.roleArn, Code: asset.s3ObjectUrl, Zone: Fn.select(0, Fn.getAzs()) }],
        Image: `${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.amazonaws.com/serve@sha256:${'ab'.repeat(32)}`,
        Loop: loop.functionArn,
      }),
    },
  });
}
