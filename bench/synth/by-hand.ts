/**
 * The example as somebody who knows the CDK well would write it by hand: the same template from its own constructs, without a spec
 * that is checked and without a compiler. Definitions of pipelines and digests are pasted, folders to upload are built already.
 */
import { readFileSync } from 'node:fs';
import { CfnOutput, RemovalPolicy, Stack, Tags, type App } from 'aws-cdk-lib/core';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct } from 'constructs';
import { encryptDisks, newRole, pull, read, write, writeLog } from './by-hand/access';
import { gauge, newAlarm, newDashboard, newHealthAlarms } from './by-hand/alarms';
import { Uploads } from './by-hand/functions';
import { newImage } from './by-hand/image';
import { newLoop } from './by-hand/loop';
import { pasted } from './by-hand/pasted';
import { newPipeline } from './by-hand/pipelines';
import { newRecord, newTopic } from './by-hand/storage';

/** Ids as in the stack that this one is compared with, so that the resources are called the same. */
const room = (scope: Construct, ...ids: string[]): Construct =>
  ids.reduce((at, id) => (at.node.tryFindChild(id) as Construct | undefined) ?? new Construct(at, id), scope);

export function build(app: App): Stack {
  const stack = new Stack(app, 'bike-rentals', { description: 'How many bikes are rented in an hour?' });
  const all = new Construct(stack, 'Mlops');
  Tags.of(all).add('mlops:system', 'bike-rentals');
  const storage = room(all, 'Storage');
  const record = newRecord(storage);
  const uploads = new Uploads(storage, record, pasted.assets.upload);
  const launcher = uploads.put(room(storage, 'Launcher'), {
    texts: {
      [`code/${pasted.launcher}/launch.sh`]: readFileSync(pasted.assets.launcher, 'utf8'),
      'artifacts/none/none.json': '{}\n',
    },
  });
  uploads.put(room(all, 'Datasets', 'rentals'), {
    files: { 'data/rentals/bike-rentals.parquet': pasted.assets.rows },
  });
  const topic = newTopic(room(all, 'Notices'), record.key);

  const model = room(all, 'Pipelines', 'training');
  const build = room(model, 'Image', 'Build');
  const image = newImage(build, record.key);
  const group = new sagemaker.CfnModelPackageGroup(room(model, 'Registry'), 'Resource', {
    modelPackageGroupName: 'bike-rentals-training',
    modelPackageGroupDescription: 'Versions of one model',
  });
  group.applyRemovalPolicy(RemovalPolicy.RETAIN);
  const code = uploads.put(room(model, 'Training', 'Code'), {
    files: Object.fromEntries(
      ['model.py', 'requirements.txt'].map((file) => [`code/${pasted.code}/${file}`, `${pasted.assets.code}/${file}`]),
    ),
  });
  const parts = { record, image, launcher };
  const trainingRoom = room(model, 'Training', 'Pipeline');
  const training = newPipeline(
    trainingRoom,
    'bike-rentals-training',
    parts,
    ['data/rentals', 'code', 'artifacts/training', 'artifacts/none'],
    ['artifacts/training'],
  );
  trainingRoom.node.addDependency(code);

  const online = room(all, 'Endpoints', 'online');
  const health = newHealthAlarms(room(online, 'Endpoint', 'Health'), topic);
  const serveRole = newRole(
    room(online, 'Endpoint'),
    'ServeRole',
    'sagemaker',
    'Models of bike-rentals-online: read the model, write what is captured',
    [
      ...read(record, ['artifacts/training']),
      ...write(record, ['captures/online']),
      encryptDisks(record.key),
      ...writeLog('/aws/sagemaker/Endpoints/bike-rentals-online'),
      ...pull(image.repositoryArn),
    ],
  );
  const measuring = (at: Construct, name: string, monitor: string) =>
    newPipeline(
      at,
      `bike-rentals-online-${name}`,
      parts,
      [`windows/online/${monitor}`, 'artifacts/training', `reports/online/${monitor}`],
      [`reports/online/${monitor}`],
    );
  const monitor = (name: string, what: string) => {
    const at = room(online, 'Monitors', name);
    const pipeline = measuring(room(at, 'Pipeline'), name, name);
    const alarm = newAlarm(
      at,
      'Degraded',
      topic,
      `${name}-degraded`,
      `${what} windows of 7 days are violated. What the loop does about it: mlops status --target aws`,
      gauge('Degraded', 15, name),
    );
    return { pipeline, alarm };
  };
  const inputs = monitor('inputs', 'data-drift of online: 1 of the last 1');
  const quality = monitor('quality', 'model-quality of online: 2 of the last 3');
  const trial = measuring(room(online, 'Trial', 'Pipeline'), 'trial', 'quality');
  const pipelines = [training, inputs.pipeline, quality.pipeline, trial];
  const loop = newLoop(room(online, 'Loop'), {
    ...{ record, image, topic, serveRole, pipelines },
    group: group.ref,
    degraded: { inputs: inputs.alarm, quality: quality.alarm },
  });
  const release = uploads.put(room(online, 'Loop', 'Release', 'Upload'), {
    texts: { 'loop/online/release.json': `${JSON.stringify({ deployment: pasted.deployment })}\n` },
  });
  release.node.addDependency(loop.fn, ...pipelines.map(({ scope }) => scope), build, room(all, 'Datasets', 'rentals'));
  newDashboard(room(online, 'Dashboard'), [...health, inputs.alarm, quality.alarm, ...loop.alarms]);

  const outputs = {
    Bucket: record.bucket.bucketName,
    Topic: topic.topicArn,
    'pipelines-training': training.name,
    'registries-training': 'bike-rentals-training',
    'endpoints-online': 'bike-rentals-online',
    'loops-online': loop.fn.functionName,
  };
  for (const [id, value] of Object.entries(outputs)) new CfnOutput(room(all, 'Outputs'), id, { value });
  return stack;
}
