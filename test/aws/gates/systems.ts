/** What the gates run over: the example, every field and option, each kind of endpoint, and nouns by themselves. */
import { join } from 'node:path';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Template as Assertions } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  AwsMlops,
  Endpoint,
  ModelImage,
  NativeMonitor,
  Notices,
  Storage,
  type EndpointKind,
} from '../../../constructs/aws';
import { jsDistance, type MlopsSpec } from '../../..';
import { bikeRentalsOnAws } from '../../../stacks/aws';
import { bikeRentals } from '../../../stacks/bike-rentals/spec';
import { existingEndpoint } from '../../../stacks/examples/aws/existing-endpoint';
import { givenVersion } from '../../../stacks/examples/aws/given-version';
import { pipelineOnly } from '../../../stacks/examples/aws/pipeline-only';
import { minimal } from '../../cases/minimal';
import { aws } from '../../targets/aws';
import { caseFolder } from '../../targets/files';
import { whole } from '../../targets/targets';
import { ACCOUNT, REGION } from './concrete';
import { readTemplate, type Template } from './template';

// CDK's validator takes seconds; it is a gate of its own.
process.env['CDK_VALIDATION'] = 'false';

export interface System {
  readonly name: string;
  /** Its spec says that data go with the stack. */
  readonly deletes?: true;
  readonly make: (app: App) => Stack;
}

const root = caseFolder();
/** As long as a name in a spec may be; an environment’s may have 15. */
const LONG = 'a-name-of-thirty-characters-yz';
const STACKS = join(__dirname, '../../../stacks');
const env = { account: ACCOUNT, region: REGION };
const image = {
  kind: 'digest',
  reference: `${ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/models@sha256:${'0b'.repeat(32)}`,
} as const;

/** The smallest spec with another kind of endpoint, whose traffic changes all at once. */
function withKind(name: string, replicas: { readonly min: number; readonly max: number }, kind: EndpointKind): System {
  const rollout = { steps: [], bake: '10 minutes' } as const;
  const spec = { ...minimal, name, endpoints: { online: { model: 'training', replicas, rollout } } };
  return {
    name,
    make: (app) => {
      const stack = new Stack(app, name, { env });
      new AwsMlops(stack, 'Mlops', spec, { root, image, endpoints: { online: { kind } } });
      return stack;
    },
  };
}

/** Every field of the spec and every option, with a network of the user's own. */
function everything(app: App): Stack {
  const stack = new Stack(app, 'Everything', { env });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  });
  new AwsMlops(stack, 'Mlops', aws.adapt(whole), {
    root,
    environment: 'test',
    network: { vpc },
    pipelines: { training: { spot: true }, own: { machines: { train: 'ml.g5.xlarge' } } },
    endpoints: {
      online: {
        webhook: secretsmanager.Secret.fromSecretNameV2(stack, 'Webhook', 'full-webhook'),
        retrainOn: {
          revenue: cloudwatch.Alarm.fromAlarmArn(
            stack,
            'Revenue',
            `arn:aws:cloudwatch:${REGION}:${ACCOUNT}:alarm:revenue`,
          ),
        },
      },
    },
    batch: { scored: { pipeline: 'training' } },
    emails: ['people@example.com'],
    permissionsBoundary: iam.ManagedPolicy.fromManagedPolicyName(stack, 'Boundary', 'boundary'),
    tags: { team: 'models' },
    budget: { monthly: 500 },
  });
  return stack;
}

/** Endpoints that serve a version from elsewhere, on machines and without, and SageMaker's own monitor on one. */
function nounsAlone(app: App): Stack {
  const stack = new Stack(app, 'Alone', { env });
  const storage = new Storage(stack, 'Storage');
  const { topic } = new Notices(stack, 'Notices', { key: storage.key });
  const models = new ModelImage(stack, 'Image', { source: image, requirements: `${root}/model`, key: storage.key });
  const served = { storage, image: models, topic };
  const endpoint = new Endpoint(stack, 'Endpoint', {
    ...served,
    name: 'alone',
    endpoint: 'online',
    version: { name: 'v3', artifact: 'artifacts/training/train-1/select/model' },
    replicas: { min: 2, max: 4 },
  });
  new Endpoint(new Construct(stack, 'Serverless'), 'Endpoint', {
    ...served,
    name: 'now-and-then',
    endpoint: 'rare',
    kind: { kind: 'serverless' },
    version: { name: 'v3', artifact: 'artifacts/training/train-1/select/model.tar.gz' },
    replicas: { min: 0, max: 5 },
  });
  new NativeMonitor(stack, 'Monitor', {
    endpoint,
    topic,
    name: 'inputs',
    modelMonitor: 'available',
    storage,
    measures: {
      kind: 'data-quality',
      statistics: storage.uri('reports/online/baseline/statistics.json'),
      constraints: storage.uri('reports/online/baseline/constraints.json'),
    },
    alarm: { metric: 'feature_baseline_drift_price', above: 0.2 },
  });
  return stack;
}

/** Every name as long as it may be, so that what AWS would not take is cut. */
function longestNames(app: App): Stack {
  const stack = new Stack(app, 'Longest');
  const { datasets, pipelines } = minimal;
  const monitors = {
    [LONG]: { kind: 'data-drift', every: '1 day', metric: { number: jsDistance(0.2), category: jsDistance(0.2) } },
  } as const;
  const spec: MlopsSpec = {
    name: LONG,
    datasets: { [LONG]: datasets!['rows']! },
    pipelines: { [LONG]: { ...pipelines!['training']!, dataset: LONG } },
    endpoints: { [LONG]: { model: LONG, monitors, replicas: { min: 1, max: 2 } } },
  };
  new AwsMlops(stack, 'Mlops', spec, { root, image, environment: 'fifteen-letters' });
  return stack;
}

export const LONGEST: System = { name: 'the longest names', make: longestNames };

/** The example's spec with a role of every kind: a batch pipeline beside it, and SageMaker's monitor on an endpoint of others. */
function everyRole(app: App): Stack {
  const stack = new Stack(app, 'Roles');
  const { nodes } = new AwsMlops(stack, 'Mlops', bikeRentals, {
    root: join(STACKS, 'bike-rentals'),
    batch: { scored: { pipeline: 'training' } },
  });
  const { storage, topic } = nodes;
  const captures = { bucket: storage.bucket, folder: 'captures/theirs', key: storage.key };
  new NativeMonitor(stack, 'Monitor', {
    endpoint: Endpoint.fromExisting(stack, 'Theirs', { endpointName: 'theirs', captures }),
    topic,
    name: 'inputs',
    modelMonitor: 'available',
    storage,
    measures: {
      kind: 'data-quality',
      statistics: storage.uri('artifacts/baseline/statistics.json'),
      constraints: storage.uri('artifacts/baseline/constraints.json'),
    },
  });
  return stack;
}

export const EVERY_ROLE: System = { name: 'every role', make: everyRole };

export const SYSTEMS: readonly System[] = [
  { name: 'the example', make: (app) => bikeRentalsOnAws(app) },
  { name: 'an endpoint that exists', make: existingEndpoint },
  { name: 'a given version', make: givenVersion },
  { name: 'only a pipeline', make: pipelineOnly },
  EVERY_ROLE,
  LONGEST,
  { name: 'everything', deletes: true, make: everything },
  { name: 'nouns alone', make: nounsAlone },
  withKind('guarded', { min: 2, max: 4 }, { kind: 'real-time', guardrails: {} }),
  withKind('asynchronous', { min: 0, max: 5 }, { kind: 'asynchronous' }),
];

export interface Synthesized {
  readonly app: App;
  /** As CDK writes it. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly template: Template;
}

const made = new Map<System, Synthesized>();

/** Once a test file: nobody changes what it reads. */
export function synthesized(system: System): Synthesized {
  const known = made.get(system);
  if (known) return known;
  const app = new App({
    outdir: join(root, 'out', system.name),
    analyticsReporting: false,
    context: { 'aws:cdk:enable-path-metadata': true },
  });
  const json = Assertions.fromStack(system.make(app)).toJSON() as Readonly<Record<string, unknown>>;
  const whole = { app, json, template: readTemplate(json) };
  made.set(system, whole);
  return whole;
}
