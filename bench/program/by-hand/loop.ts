/** The loop: its service, what wakes it, and alerts about it. */
import { createHash } from 'node:crypto';
import { output, type Output, type Resource } from '@pulumi/pulumi';
import * as cloudrunv2 from '@pulumi/gcp/cloudrunv2';
import * as cloudscheduler from '@pulumi/gcp/cloudscheduler';
import type * as monitoring from '@pulumi/gcp/monitoring';
import * as pubsub from '@pulumi/gcp/pubsub';
import * as storage from '@pulumi/gcp/storage';
import { newAccount, type Account } from './access';
import { gauge, newAlert, told } from './alerts';
import type { Apis } from './apis';
import { given } from './given';
import { archiveOf, awaited, uri } from './image';
import { loopRights, type Reach } from './loop-access';
import { endpoint, labels, location, project, system } from './place';
import { put } from './record';

export interface Parts extends Reach {
  readonly objects: pubsub.Topic;
  readonly signals: pubsub.Topic;
  /** Paths. */
  readonly documents: Readonly<Record<keyof typeof given.pipelines, string>>;
  readonly degraded: Readonly<Record<string, monitoring.AlertPolicy>>;
  readonly caller: Account;
  /** What it waits for before it acts. */
  readonly after: readonly Resource[];
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const named = `${system}-${endpoint}`;
const own = { ...labels, mlops_endpoint: endpoint };
const serving = { machine: 'e2-standard-2', replicas: { max: 4, min: 1 }, cpuTarget: 60 };

export function newLoop(apis: Apis, parts: Parts) {
  const { on } = apis;
  const { bucket, caller } = parts;
  const account = newAccount(apis, `loop ${endpoint}`, `The loop of ${endpoint}: starts pipelines, registers, deploys`);
  const rights = loopRights(apis, account, parts);
  const path = `loop/${endpoint}/specs/${sha256(given.spec).slice(0, 16)}.json`;
  const spec = put(apis, bucket, 'loop spec', { path, text: given.spec });
  const settings = settingsOf(parts, path);
  const service = newService(apis, parts, account, settings, [...rights, spec]);
  const invoker = new cloudrunv2.ServiceIamMember(
    'loop caller',
    { project, location, name: service.name, role: 'roles/run.invoker', member: caller.member },
    { dependsOn: [on.run] },
  );
  const wakes = wakeUps(apis, parts, service, invoker);
  const release = put(apis, bucket, 'loop release', {
    path: `loop/${endpoint}/release.json`,
    text: settings.apply(({ deployment }) => `${JSON.stringify({ deployment })}\n`),
    after: [...rights, invoker, service, ...wakes, ...parts.after],
  });
  return { service, release, alerts: newAlerts(apis, service) };
}

function settingsOf({ bucket, notices, served, train, monitor, documents, degraded }: Parts, spec: string) {
  const settings = {
    system,
    endpoint,
    revision: sha256(JSON.stringify([given.image, serving])).slice(0, 8),
    code: given.code,
    project,
    location,
    bucket: bucket.name,
    spec,
    key: false,
    endpointId: served.resource.name,
    modelId: `${system}-training`,
    pipelines: {
      training: documents.training,
      monitors: { inputs: documents['online-inputs'], quality: documents['online-quality'] },
      trial: documents['online-trial'],
    },
    accounts: { train: train.email, monitor: monitor.email, serve: served.account.email },
    image: uri,
    awaited,
    serving,
    networkAttachment: false,
    requestLog: served.table,
    alarms: Object.fromEntries(Object.entries(degraded).map(([name, alert]) => [name, alert.name])),
    topic: notices.id,
    webhook: false,
  };
  return output(settings).apply((known) => ({
    ...known,
    deployment: sha256(given.loop + given.spec + JSON.stringify(known)).slice(0, 16),
  }));
}

function newService(
  { on }: Apis,
  { bucket }: Parts,
  account: Account,
  settings: Output<object>,
  after: readonly Resource[],
): cloudrunv2.Service {
  const program = new storage.BucketObject(
    'loop program',
    {
      bucket: bucket.name,
      name: `builds/loop/${endpoint}-${given.loop}.zip`,
      source: archiveOf(given.program),
    },
    { dependsOn: [on.storage] },
  );
  const generation = program.generation.apply(String);
  return new cloudrunv2.Service(
    'loop',
    {
      project,
      location,
      name: `${named}-loop`,
      description: `Looks at the endpoint ${endpoint}, decides and acts`,
      labels: own,
      ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
      deletionProtection: false,
      template: {
        serviceAccount: account.email,
        labels: own,
        timeout: '300s',
        maxInstanceRequestConcurrency: 1,
        scaling: { minInstanceCount: 0, maxInstanceCount: 2 },
        containers: [
          {
            image: 'scratch',
            baseImageUri: `${location}-docker.pkg.dev/serverless-runtimes/google-24-full/runtimes/nodejs24`,
            commands: ['node'],
            args: ['index.js'],
            sourceCode: { cloudStorageSource: { bucket: bucket.name, object: program.name, generation } },
            envs: [{ name: 'MLOPS_SETTINGS', value: settings.apply((known) => JSON.stringify(known)) }],
            resources: { limits: { cpu: '1', memory: '512Mi' }, cpuIdle: true, startupCpuBoost: true },
          },
        ],
      },
    },
    { dependsOn: [...after, on.run] },
  );
}

function wakeUps(
  { on }: Apis,
  { objects, signals, caller }: Parts,
  { uri: url }: cloudrunv2.Service,
  invoker: Resource,
): readonly Resource[] {
  const oidcToken = { serviceAccountEmail: caller.email, audience: url };
  const tick = new cloudscheduler.Job(
    'loop tick',
    {
      project,
      region: location,
      name: `${named}-tick`,
      description: `The loop of ${endpoint} looks again, whatever was lost`,
      schedule: '*/5 * * * *',
      timeZone: 'Etc/UTC',
      attemptDeadline: '320s',
      retryConfig: { retryCount: 0 },
      httpTarget: { uri: url, httpMethod: 'POST', oidcToken },
    },
    { dependsOn: [on.cloudscheduler, invoker] },
  );
  const push = (what: string, topic: pubsub.Topic, prefix?: string) =>
    new pubsub.Subscription(
      `loop on ${what}`,
      {
        project,
        name: `${named}-${what}`,
        topic: topic.name,
        labels,
        ...(prefix !== undefined && { filter: `hasPrefix(attributes.objectId, "${prefix}")` }),
        ackDeadlineSeconds: 330,
        messageRetentionDuration: '600s',
        expirationPolicy: { ttl: '' },
        retryPolicy: { minimumBackoff: '10s', maximumBackoff: '600s' },
        pushConfig: { pushEndpoint: url, oidcToken },
      },
      { dependsOn: [on.pubsub, invoker] },
    );
  const prefixes = {
    data: 'data/rentals/',
    labels: 'labels/rentals/',
    requests: `loop/${endpoint}/requests/`,
    switch: `loop/${endpoint}/switch.json`,
    release: `loop/${endpoint}/release.json`,
  };
  const onObjects = Object.entries(prefixes).map(([what, prefix]) => push(what, objects, prefix));
  return [tick, push('signals', signals), ...onObjects];
}

function newAlerts(apis: Apis, service: cloudrunv2.Service): readonly monitoring.AlertPolicy[] {
  const failures = (name: string) =>
    `sum(increase(run_googleapis_com:request_count{monitored_resource="cloud_run_revision", service_name="${name}", response_code_class="5xx"}[15m])) >= 3`;
  return [
    newAlert(apis, {
      what: 'a training failed',
      says: 'A training failed. The loop tries again, ever more slowly, and gives up after five: `mlops logs --target gcp`',
      query: told('run_failed'),
      severity: 'ERROR',
    }),
    newAlert(apis, {
      what: 'a monitor failed',
      says: 'A run of a monitor failed: this endpoint is not watched. `mlops logs --target gcp`',
      query: told('monitor_failed'),
      severity: 'ERROR',
    }),
    newAlert(apis, {
      what: 'looks fail',
      says: 'Looks fail: what they say is in the log of the service',
      query: service.name.apply(failures),
      severity: 'ERROR',
    }),
    newAlert(apis, {
      what: 'the loop is silent',
      says: 'The loop has stopped looking',
      query: `absent_over_time(${gauge('looked')}[30m]) == 1`,
      severity: 'CRITICAL',
    }),
  ];
}
