/**
 * The nouns one by one, without GcpMlops, around what exists already: a bucket, a key, an image, a topic, a channel that people are told
 * by. With `main: stacks/examples/gcp/by-hand.ts` in Pulumi.yaml, in a project whose services are on (`APIS` tells which).
 *
 * Nothing that exists is changed but for the bucket's rights, by folder. The key must be open to Google's agents that `keyUsers` names.
 */
import { join } from 'node:path';
import { Config } from '@pulumi/pulumi';
import * as pubsub from '@pulumi/gcp/pubsub';
import { resolve } from '../../..';
import {
  Caller,
  Dashboard,
  Datasets,
  Endpoint,
  ModelImage,
  Monitor,
  MonitoringAccount,
  placeOf,
  RetrainLoop,
  Signals,
  Storage,
  support,
  TrainingPipeline,
  TrialPipeline,
  type Registry,
} from '../../../constructs/gcp';
import { bikeRentals } from '../../bike-rentals/spec';

const root = join(__dirname, '../../bike-rentals');
const gcp = new Config('gcp');
const project = gcp.require('project');
const location = gcp.require('region');
const place = placeOf({
  ...{ project, projectNumber: new Config().require('projectNumber'), location },
  prefix: 'rentals-care',
  labels: { team: 'mobility' },
});
const channels = [`projects/${project}/notificationChannels/1234567890`];

const spec = resolve(bikeRentals, { root, target: { name: 'gcp', support } });
const { model, monitors, replicas, rollout } = spec.endpoints['online']!;

const storage = new Storage('storage', {
  place,
  bucket: 'models-of-the-company',
  encryption: { key: `projects/${project}/locations/${location}/keyRings/company/cryptoKeys/models` },
});
const topic = pubsub.Topic.get('on-call', `projects/${project}/topics/on-call`);
const datasets = new Datasets('datasets', { spec, storage, root });
const image = new ModelImage('image', {
  ...{ place, storage, name: model, requirements: join(root, 'model') },
  source: {
    kind: 'digest',
    reference: `${location}-docker.pkg.dev/${project}/company/rentals@sha256:${'5f'.repeat(32)}`,
  },
});
const registry: Registry = { modelId: 'rentals' };

const jobs = { place, storage, image, spec };
const training = new TrainingPipeline('training', { ...jobs, pipeline: model, root });

const signals = new Signals('online/signals', { place, endpoint: 'online', key: storage.key });
const served = new Endpoint('online/endpoint', {
  ...{ place, storage, image, replicas, rollout, channels },
  endpointId: 'rentals-online',
  endpoint: 'online',
  models: [`artifacts/${model}`],
});
const watching = { ...jobs, endpoint: 'online' };
const account = new MonitoringAccount('online/monitoring', watching);
const monitor = (name: string) =>
  new Monitor(`online/monitors/${name}`, {
    ...{ ...watching, account, monitor: name },
    // The loop hears of it as soon as people do.
    channels: [...channels, signals.channel.name],
  });
const watched = Object.fromEntries(Object.keys(monitors).map((name) => [name, monitor(name)]));
const trial = new TrialPipeline('online/trial', { ...watching, account });

const loop = new RetrainLoop('online/loop', {
  ...{ place, spec, storage, image, registry, training, served, signals, topic, channels },
  endpoint: 'online',
  monitors: watched,
  monitoring: account,
  trial: trial.pipeline,
  caller: new Caller('wake', { place }),
  after: datasets.rows['rentals'] ?? [],
});
new Dashboard('online/dashboard', {
  ...{ place, endpoint: 'online', endpointId: served.endpointId, monitors: Object.keys(monitors) },
  alerts: [...served.alerts, ...Object.values(watched).map(({ alert }) => alert), ...loop.alerts].map(
    ({ name }) => name,
  ),
});

export const endpoint = served.endpointId;
export const loops = { online: loop.service.name };
