/**
 * Training and its versions, and nothing that serves: a pipeline of SageMaker and a registry.
 *
 *     npx cdk deploy --app "node --require tsx/cjs stacks/examples/aws/pipeline-only.ts"
 *     aws sagemaker start-pipeline-execution --pipeline-name rentals-research-training --pipeline-parameters \
 *       Name=Data,Value=s3://BUCKET/data/rentals Name=Code,Value=s3://BUCKET/code/DIGEST \
 *       Name=Champion,Value=s3://BUCKET/artifacts/none Name=Output,Value=s3://BUCKET/artifacts/training/run-1
 *
 * A run leaves the winner and `decision.json` below Output; which of them become versions is yours to say.
 */
import { join } from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib/core';
import { resolve } from '../../..';
import { Datasets, ModelImage, Registry, Storage, support, TrainingPipeline } from '../../../constructs/aws';
import { bikeRentals } from '../../bike-rentals/spec';

const root = join(__dirname, '../../bike-rentals');
const prefix = 'rentals-research';

export function pipelineOnly(app: App): Stack {
  const stack = new Stack(app, prefix, { description: 'Bike rentals: training and versions' });
  const spec = resolve({ ...bikeRentals, endpoints: {} }, { root, target: { name: 'aws', support } });
  const storage = new Storage(stack, 'Storage');
  const { key } = storage;
  new Datasets(stack, 'Datasets', { spec, storage, root });
  const image = new ModelImage(stack, 'Image', {
    source: { kind: 'codebuild' },
    requirements: join(root, 'model'),
    key,
  });
  const registry = new Registry(stack, 'Registry', { name: `${prefix}-training` });
  const training = new TrainingPipeline(stack, 'Training', {
    spec,
    pipeline: 'training',
    prefix,
    root,
    storage,
    image,
  });
  new CfnOutput(stack, 'Bucket', { value: storage.bucket.bucketName });
  new CfnOutput(stack, 'Pipeline', { value: training.pipeline.name });
  new CfnOutput(stack, 'Code', { value: training.code });
  new CfnOutput(stack, 'Versions', { value: registry.groupName });
  return stack;
}

if (require.main === module) pipelineOnly(new App());
