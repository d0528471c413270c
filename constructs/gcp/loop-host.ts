/** What runs the loop's program: Cloud Run's own Node.js, or an image with one, into which the bucket is mounted. */
import { join } from 'node:path';
import { asset, type Input, type Resource } from '@pulumi/pulumi';
import * as cloudrunv2 from '@pulumi/gcp/cloudrunv2';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import { bundle } from '../packaging/bundle';
import { archiveOf } from '../pulumi/files';
import { unchanged } from '../pulumi/options';
import type { RetrainLoopProps } from './loop-props';
import { physicalName } from './names';

export interface Hosted {
  /** Of the program. */
  readonly digest: string;
  readonly service: (
    account: serviceaccount.Account,
    settings: Input<string>,
    after: readonly Resource[],
  ) => cloudrunv2.Service;
}

interface Host {
  readonly parent: Resource;
  readonly named: (part: string) => string;
  readonly props: RetrainLoopProps;
}

type Template = Plain<cloudrunv2.ServiceArgs['template']>;
type Container = Element<NonNullable<Template['containers']>>;
type Volumes = NonNullable<Template['volumes']>;
type Plain<T> = T extends Input<infer U> ? U : never;
type Element<T> = T extends Input<infer L> ? (L extends readonly Input<infer E>[] ? E : never) : never;

/** Of the bucket: programs that are mounted. */
export const PROGRAMS = 'builds/programs';

const MOUNT = '/mnt/loop';

export function hostOf(of: Host): Hosted {
  const { transform = {}, host = { kind: 'zip' } } = of.props;
  const { archive, digest } = archiveOf(bundle('gcp-loop'));
  const template = () => (host.kind === 'zip' ? fromArchive(of, archive, digest) : mounted(of, host.reference, digest));
  const { service = unchanged } = transform;
  return {
    digest,
    service: (account, settings, after) =>
      new cloudrunv2.Service(of.named('service'), service(serviceArgs(of.props, account, settings, template())), {
        parent: of.parent,
        dependsOn: [...after],
      }),
  };
}

/** Of a template: what the two ways differ in. */
interface Program {
  readonly container: Container;
  readonly volumes?: Volumes;
}

/** https://cloud.google.com/run/docs/deploying-source-code [unverified: that a live project takes it by this resource] */
function fromArchive({ parent, named, props }: Host, source: asset.Archive, digest: string): Program {
  const { place, endpoint, storage: record } = props;
  const object = new storage.BucketObject(
    named('program'),
    { bucket: record.bucket, name: `builds/loop/${endpoint}-${digest}.zip`, source },
    { parent, dependsOn: [...record.ready] },
  );
  const cloudStorageSource = {
    bucket: record.bucket,
    object: object.name,
    generation: object.generation.apply(String),
  };
  return {
    container: {
      image: 'scratch',
      baseImageUri: `${place.location}-docker.pkg.dev/serverless-runtimes/google-24-full/runtimes/nodejs24`,
      commands: ['node'],
      args: ['index.js'],
      sourceCode: { cloudStorageSource },
    },
  };
}

/** https://cloud.google.com/run/docs/configuring/services/cloud-storage-volume-mounts */
function mounted({ parent, named, props }: Host, image: string, digest: string): Program {
  const { endpoint, storage: record } = props;
  const folder = `${PROGRAMS}/${endpoint}-${digest}`;
  const object = new storage.BucketObject(
    named('program'),
    {
      bucket: record.bucket,
      name: `${folder}/index.js`,
      source: new asset.FileAsset(join(bundle('gcp-loop'), 'index.js')),
      contentType: 'text/javascript',
    },
    { parent, dependsOn: [...record.ready] },
  );
  const gcs = { bucket: object.bucket, readOnly: true, mountOptions: [`only-dir=${folder}`] };
  return {
    container: {
      image,
      commands: ['node'],
      args: [`${MOUNT}/index.js`],
      volumeMounts: [{ name: 'program', mountPath: MOUNT }],
    },
    volumes: [{ name: 'program', gcs }],
  };
}

function serviceArgs(
  { place, endpoint }: RetrainLoopProps,
  account: serviceaccount.Account,
  settings: Input<string>,
  { container, volumes }: Program,
): cloudrunv2.ServiceArgs {
  const labels = { ...place.labels, mlops_endpoint: endpoint };
  return {
    project: place.project,
    location: place.location,
    name: physicalName('service', place.prefix, endpoint, 'loop'),
    description: `Looks at the endpoint ${endpoint}, decides and acts`,
    labels,
    // Pub/Sub and Scheduler of the same project are inside. https://cloud.google.com/run/docs/securing/ingress
    ingress: 'INGRESS_TRAFFIC_INTERNAL_ONLY',
    deletionProtection: false,
    template: {
      serviceAccount: account.email,
      labels,
      // A look takes seconds. What a platform delays is taken up at the next one.
      timeout: '300s',
      maxInstanceRequestConcurrency: 1,
      scaling: { minInstanceCount: 0, maxInstanceCount: 2 },
      // Only the newer one mounts volumes.
      ...(volumes && { volumes, executionEnvironment: 'EXECUTION_ENVIRONMENT_GEN2' }),
      containers: [
        {
          ...(container as object),
          envs: [{ name: 'MLOPS_SETTINGS', value: settings }],
          resources: { limits: { cpu: '1', memory: '512Mi' }, cpuIdle: true, startupCpuBoost: true },
        } as unknown as Container,
      ],
    },
  };
}
