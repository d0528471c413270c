/**
 * The example as somebody who knows Pulumi and Google Cloud well would write it by hand: the same resources, without a spec that is
 * checked and without a compiler. Documents of pipelines and digests are given, folders to upload are built already.
 */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import * as serviceaccount from '@pulumi/gcp/serviceaccount';
import { newAccount, newJobs, newRole } from './by-hand/access';
import { ASK, gauge, newAlert } from './by-hand/alerts';
import { enableApis } from './by-hand/apis';
import { newDashboard } from './by-hand/dashboard';
import { newEndpoint } from './by-hand/endpoint';
import { given } from './by-hand/given';
import { newImage } from './by-hand/image';
import { newLoop } from './by-hand/loop';
import { agents, endpoint, system } from './by-hand/place';
import { newBucket, newTopic, put, tellsOf } from './by-hand/record';
import { newSignals } from './by-hand/signals';

export function build() {
  const apis = enableApis();
  const bucket = newBucket(apis);
  const objects = newTopic(apis, 'objects');
  tellsOf(apis, bucket, objects, 'objects', ['data', 'labels', 'loop']);
  put(apis, bucket, 'no-champion', { path: 'artifacts/none/none.json', text: '{}\n', kept: true });
  const rows = put(apis, bucket, 'rows', { path: 'data/rentals/bike-rentals.parquet', file: given.rows, kept: true });
  const notices = newTopic(apis, 'notices', [bucket]);
  const caller = newAccount(apis, 'wake', 'Wakes the loops');
  new serviceaccount.IAMMember(
    'wake-tokens',
    { serviceAccountId: caller.name, role: 'roles/iam.serviceAccountTokenCreator', member: agents.pubsub },
    { dependsOn: [apis.on.iam, apis.agents.pubsub] },
  );

  const image = newImage(apis, bucket);
  const role = newRole(apis, 'jobs', 'jobs', {
    'notes which job read and wrote what': ['aiplatform.metadataStores.get'],
    'makes the place for these notes, at the first run in a project': ['aiplatform.metadataStores.create'],
  });
  const code = readdirSync(given.model).map((file) =>
    put(apis, bucket, `code-${file}`, {
      path: `code/${given.code}/${file}`,
      file: `${given.model}/${file}`,
      kept: true,
    }),
  );
  const train = newJobs(
    apis,
    bucket,
    role,
    'train training',
    'Jobs of training: make versions',
    ['artifacts/none', 'artifacts/training', 'code', 'data/rentals'],
    ['artifacts/training'],
  );
  const document = (name: keyof typeof given.pipelines) => {
    const text = given.pipelines[name];
    const path = `pipelines/${name}/${createHash('sha256').update(text).digest('hex')}.json`;
    return { path, object: put(apis, bucket, `pipeline-${name}`, { path, text, kept: true }) };
  };
  const documents = {
    training: document('training'),
    'online-inputs': document('online-inputs'),
    'online-quality': document('online-quality'),
    'online-trial': document('online-trial'),
  };

  const signals = newSignals(apis, bucket, notices);
  const served = newEndpoint(apis, bucket);
  const monitor = newJobs(
    apis,
    bucket,
    role,
    `monitor ${endpoint}`,
    `Monitors of ${endpoint}: read windows and models, write reports`,
    ['artifacts/training', `reports/${endpoint}`, `windows/${endpoint}`],
    [`reports/${endpoint}`],
  );
  const degradedBy = (name: string, what: string) =>
    newAlert(apis, {
      what: `${name} is degraded`,
      says: `${what} windows of 7 days are violated. ${ASK}`,
      query: `max(max_over_time(${gauge('degraded', name)}[15m])) >= 1`,
      severity: 'WARNING',
      channels: [signals.channel.name],
    });
  const degraded = {
    inputs: degradedBy('inputs', `data-drift of ${endpoint}: 1 of the last 1`),
    quality: degradedBy('quality', `model-quality of ${endpoint}: 2 of the last 3`),
  };
  const loop = newLoop(apis, {
    ...{ bucket, notices, served, objects, signals: signals.topic, degraded, caller },
    train: train.account,
    monitor: monitor.account,
    documents: {
      training: documents.training.path,
      'online-inputs': documents['online-inputs'].path,
      'online-quality': documents['online-quality'].path,
      'online-trial': documents['online-trial'].path,
    },
    after: [
      ...[
        ...image,
        ...code,
        rows,
        ...train.ready,
        ...monitor.ready,
        ...signals.all,
        ...Object.values(degraded),
        ...served.alerts,
      ],
      ...[served.resource, served.account, served.reads, served.requests, served.logs, train.account, monitor.account],
      ...Object.values(documents).map(({ object }) => object),
    ],
  });
  newDashboard(apis, served.resource.name, [...served.alerts, ...Object.values(degraded), ...loop.alerts]);
  return {
    bucket: bucket.name,
    topic: notices.id,
    pipelines: { training: documents.training.object.name },
    registries: { training: `${system}-training` },
    endpoints: { [endpoint]: served.resource.name },
    loops: { [endpoint]: loop.service.name },
  };
}
