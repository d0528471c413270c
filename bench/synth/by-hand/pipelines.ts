/** SageMaker pipelines, each with the role of its jobs and the role that starts them. */
import { Stack, type CustomResource } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { allow, arn, encryptDisks, newRole, pass, pull, read, write, writeLog, type Record_ } from './access';
import type { Image } from './image';
import { definitionOf, pasted } from './pasted';

export interface Pipelines {
  readonly record: Record_;
  readonly image: Image;
  readonly launcher: CustomResource;
}

export interface Pipeline {
  readonly name: string;
  readonly arn: string;
  readonly scope: Construct;
}

export function newPipeline(
  scope: Construct,
  name: string,
  { record, image, launcher }: Pipelines,
  reads: string[],
  writes: string[],
): Pipeline {
  const jobRole = newRole(scope, 'JobRole', 'sagemaker', `Jobs of ${name}: read and write folders of one bucket`, [
    ...read(record, [...reads, `code/${pasted.launcher}`]),
    ...write(record, writes),
    ...writeLog('/aws/sagemaker/TrainingJobs'),
    encryptDisks(record.key),
    ...pull(image.repositoryArn),
  ]);
  const role = newRole(scope, 'Role', 'sagemaker', `${name}: starts jobs, and may give them one role`, [
    allow(
      'Jobs',
      [
        'sagemaker:AddTags',
        'sagemaker:CreateTrainingJob',
        'sagemaker:DescribeTrainingJob',
        'sagemaker:StopTrainingJob',
      ],
      [arn('sagemaker', 'training-job/pipelines-*')],
    ),
    pass('JobRole', jobRole),
  ]);
  const resource = new sagemaker.CfnPipeline(scope, 'Resource', {
    pipelineName: name,
    pipelineDefinition: { PipelineDefinitionBody: body(scope, name, record, image, jobRole) },
    roleArn: role.roleArn,
  });
  resource.node.addDependency(launcher);
  return { name, arn: arn('sagemaker', `pipeline/${name}`), scope };
}

const body = (scope: Construct, name: string, { bucket, key }: Record_, image: Image, jobRole: iam.Role) =>
  definitionOf(Stack.of(scope), name, {
    bucket: bucket.bucketName,
    key: key.keyArn,
    image: image.uri,
    role: jobRole.roleArn,
  });
