/**
 * An endpoint that somebody else made, monitored and retrained: with its own bucket, key, image, versions and people.
 *
 *     npx cdk deploy --app "node --require tsx/cjs stacks/examples/aws/existing-endpoint.ts"
 *
 * What it serves keeps its traffic as version `v0` until the loop has rolled out a version of its own beside it. From its first
 * deployment on the endpoint belongs to this stack: deleting the stack deletes it.
 */
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { resolve } from '../../..';
import {
  Endpoint,
  ModelImage,
  Monitor,
  Registry,
  RetrainLoop,
  Storage,
  support,
  TrainingPipeline,
  TrialPipeline,
} from '../../../constructs/aws';
import { bikeRentals } from '../../bike-rentals/spec';

const root = join(__dirname, '../../bike-rentals');
/** Names of pipelines and alarms begin with it. */
const prefix = 'rentals-care';

const REFERENCE = `111122223333.dkr.ecr.eu-west-1.amazonaws.com/rentals@sha256:${'5f'.repeat(32)}`;

export function existingEndpoint(app: App): Stack {
  const stack = new Stack(app, prefix, { description: 'Bike rentals: an endpoint that exists, kept well' });
  const spec = resolve(bikeRentals, { root, target: { name: 'aws', support } });
  const { model, replicas, rollout, monitors } = spec.endpoints['online']!;

  const storage = new Storage(stack, 'Storage', {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'models-of-the-company'),
    encryptionKey: kms.Key.fromKeyArn(
      stack,
      'Key',
      'arn:aws:kms:eu-west-1:111122223333:key/0f8a3c1e-5b7d-4e2a-9c6f-1d2e3f4a5b6c',
    ),
  });
  const topic = sns.Topic.fromTopicArn(stack, 'Topic', 'arn:aws:sns:eu-west-1:111122223333:on-call');
  const image = new ModelImage(stack, 'Image', {
    source: { kind: 'digest', reference: REFERENCE },
    requirements: join(root, 'model'),
    key: storage.key,
  });
  const registry = Registry.fromExisting(stack, 'rentals-versions');

  const jobs = { spec, storage, image, prefix };
  const training = new TrainingPipeline(stack, 'Training', { ...jobs, pipeline: model, root });
  const served = new Endpoint(stack, 'Endpoint', {
    name: 'rentals',
    endpoint: 'online',
    models: [`artifacts/${model}`],
    ...{ replicas, rollout, storage, image, topic },
  });
  const room = new Construct(stack, 'Monitors');
  const watched = Object.keys(monitors).map((monitor) => [
    monitor,
    new Monitor(room, monitor, { ...jobs, endpoint: 'online', monitor, topic }),
  ]);
  const trial = new TrialPipeline(stack, 'Trial', { ...jobs, endpoint: 'online' });
  new RetrainLoop(stack, 'Loop', {
    ...{ spec, prefix, storage, registry, training, served, topic },
    endpoint: 'online',
    image: image.uri,
    monitors: Object.fromEntries(watched) as Record<string, Monitor>,
    trial: trial.pipeline,
  });
  return stack;
}

if (require.main === module) existingEndpoint(new App());
