/** AwsMlops: the whole system on AWS, composed of what each noun is by itself. */
import { Tags } from 'aws-cdk-lib/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { resolve as absolute } from 'node:path';
import type { MlopsSpec, ResolvedMlops } from '../spec/mlops';
import { resolve } from '../spec/resolve';
import { Budget } from './budget';
import { checkOptions } from './check-options';
import { Dashboard } from './dashboard';
import { Datasets } from './datasets';
import { Endpoint } from './endpoint';
import { ModelImage } from './image';
import { RetrainLoop } from './loop';
import { Monitor } from './monitor';
import { physicalName } from './names';
import { securityGroupOf } from './network';
import type { AwsOptions } from './options';
import { StackOutputs, type AwsOutputs } from './outputs';
import type { JobOptions } from './pipeline';
import { given, inOrder } from '../packaging/records';
import { Registry } from './registry';
import { Storage } from './storage';
import { support } from './support';
import { Notices } from './topic';
import { BatchPipeline, TrainingPipeline } from './training-pipeline';
import { TrialPipeline } from './trial-pipeline';

interface Model {
  readonly image: ModelImage;
  readonly registry: Registry;
  readonly training: TrainingPipeline;
}

interface Online {
  readonly endpoint: Endpoint;
  readonly monitors: Readonly<Record<string, Monitor>>;
  readonly loop: RetrainLoop;
}

export class AwsMlops extends Construct {
  /** The constructs behind it, to reach what no option changes. */
  readonly nodes: {
    readonly storage: Storage;
    readonly topic: sns.Topic;
    readonly pipelines: Readonly<Record<string, Model>>;
    readonly endpoints: Readonly<Record<string, Online>>;
    readonly batch: Readonly<Record<string, BatchPipeline>>;
  };
  readonly outputs: AwsOutputs;
  private readonly spec: ResolvedMlops;
  private readonly prefix: string;

  /** Throws a SpecError with all that is wrong with the spec and the options. */
  constructor(
    scope: Construct,
    id: string,
    spec: MlopsSpec,
    private readonly options: AwsOptions,
  ) {
    super(scope, id);
    this.spec = resolve(spec, { target: { name: 'aws', support }, root: options.root });
    checkOptions(this.spec, options);
    this.prefix = options.environment === undefined ? spec.name : `${spec.name}-${options.environment}`;
    if (options.permissionsBoundary) iam.PermissionsBoundary.of(this).apply(options.permissionsBoundary);
    Object.entries({ ...options.tags, 'mlops:system': this.prefix }).forEach(([key, value]) =>
      Tags.of(this).add(key, value),
    );

    const { root, bucket, encryptionKey, datasets, emails, transform } = options;
    const storage = new Storage(this, 'Storage', {
      onDestroy: this.spec.onDestroy,
      ...given({ bucket, encryptionKey, transform }),
    });
    new Datasets(this, 'Datasets', { spec: this.spec, storage, root, ...given({ options: datasets }) });
    const { topic } = new Notices(this, 'Notices', { key: storage.key, ...given({ emails, transform }) });
    const pipelines = this.each('pipelines', (room, name) => this.newModel(room, name, storage));
    const batch = this.newBatches(storage, pipelines);
    const endpoints = this.each('endpoints', (room, name) => this.newOnline(room, name, storage, topic, pipelines));
    if (options.budget) new Budget(this, 'Budget', { ...options.budget, prefix: this.prefix, topic });
    this.nodes = { storage, topic, pipelines, endpoints, batch };
    this.outputs = this.output();
  }

  private newModel(room: Construct, pipeline: string, storage: Storage): Model {
    const { spec, prefix } = this;
    const { root, transform, image: everywhere = { kind: 'codebuild' } } = this.options;
    const { image: own, machines, spot } = this.options.pipelines?.[pipeline] ?? {};
    const image = new ModelImage(room, 'Image', {
      source: own ?? everywhere,
      requirements: absolute(root, spec.pipelines[pipeline]!.code),
      key: storage.key,
      ...given({ transform }),
    });
    const registry = new Registry(room, 'Registry', {
      name: physicalName('packageGroup', prefix, pipeline),
      onDestroy: spec.onDestroy,
      ...given({ transform }),
    });
    const jobs = this.jobs(storage, image);
    const training = new TrainingPipeline(room, 'Training', {
      ...jobs,
      ...given({ machines, spot, transform }),
      spec,
      pipeline,
      prefix,
      root,
    });
    return { image, registry, training };
  }

  private newOnline(
    room: Construct,
    name: string,
    storage: Storage,
    topic: sns.Topic,
    models: Readonly<Record<string, Model>>,
  ): Online {
    const { spec, prefix } = this;
    const { transform } = this.options;
    const { kind, retrainOn, webhook } = this.options.endpoints?.[name] ?? {};
    const noun = spec.endpoints[name]!;
    const { image, registry, training } = models[noun.model]!;
    const jobs = this.jobs(storage, image);
    const endpoint = new Endpoint(room, 'Endpoint', {
      ...jobs,
      ...given({ kind, transform }),
      name: physicalName('endpoint', prefix, name),
      endpoint: name,
      models: [`artifacts/${noun.model}`],
      replicas: noun.replicas,
      rollout: noun.rollout,
      topic,
    });
    const monitors = inOrder(noun.monitors, (monitor) => {
      const monitorRoom =
        (room.node.tryFindChild('Monitors') as Construct | undefined) ?? new Construct(room, 'Monitors');
      return new Monitor(monitorRoom, monitor, {
        ...jobs,
        ...given({ transform }),
        spec,
        endpoint: name,
        monitor,
        prefix,
        topic,
      });
    });
    const trial =
      noun.rollout.rollBackOn.quality === false
        ? undefined
        : new TrialPipeline(room, 'Trial', { ...jobs, ...given({ transform }), spec, endpoint: name, prefix }).pipeline;
    const loop = new RetrainLoop(room, 'Loop', {
      spec,
      endpoint: name,
      prefix,
      storage,
      registry,
      training,
      served: endpoint,
      image: image.uri,
      monitors,
      topic,
      ...given({ trial, retrainOn, webhook, transform }),
    });
    const rows = this.node.findChild('Datasets').node.tryFindChild(spec.pipelines[noun.model]!.dataset);
    loop.release.node.addDependency(image.dependable, ...(rows ? [rows] : []));
    // One for each, so that a new endpoint changes nobody else's.
    new Dashboard(room, 'Dashboard', {
      name: physicalName('dashboard', prefix, name),
      prefix,
      endpoints: {
        [name]: {
          served: endpoint,
          monitors: Object.keys(monitors),
          alarms: [...endpoint.alarms, ...Object.values(monitors).map(({ alarm }) => alarm), ...loop.alarms],
          p99: noun.rollout.rollBackOn.p99,
          errorRate: noun.rollout.rollBackOn.errorRate,
        },
      },
    });
    return { endpoint, monitors, loop };
  }

  private newBatches(
    storage: Storage,
    models: Readonly<Record<string, Model>>,
  ): Readonly<Record<string, BatchPipeline>> {
    const { batch = {}, transform } = this.options;
    if (Object.keys(batch).length === 0) return {};
    const room = new Construct(this, 'Batch');
    return inOrder(batch, (name) => {
      const { pipeline, machine } = batch[name]!;
      return new BatchPipeline(room, name, {
        ...this.jobs(storage, models[pipeline]!.image),
        ...given({ transform, machines: machine === undefined ? undefined : { score: machine } }),
        spec: this.spec,
        pipeline,
        prefix: this.prefix,
        batch: name,
      });
    });
  }

  private jobs(storage: Storage, image: ModelImage): JobOptions {
    const { network, isolation } = this.options;
    // One security group for all jobs and models.
    const joined = network && {
      ...network,
      securityGroups: network.securityGroups ?? [securityGroupOf(this, network.vpc)],
    };
    return { storage, image, ...given({ network: joined, isolation }) };
  }

  /** A room for each noun of one kind, so that adding one adds its subtree and touches no other. */
  private each<T>(
    kind: 'pipelines' | 'endpoints',
    make: (room: Construct, name: string) => T,
  ): Readonly<Record<string, T>> {
    const house = new Construct(this, kind === 'pipelines' ? 'Pipelines' : 'Endpoints');
    return inOrder(this.spec[kind], (name) => make(new Construct(house, name), name));
  }

  private output(): AwsOutputs {
    const { storage, topic, pipelines, endpoints } = this.nodes;
    const outputs: AwsOutputs = {
      bucket: storage.bucket.bucketName,
      topic: topic.topicArn,
      pipelines: inOrder(pipelines, (name) => pipelines[name]!.training.pipeline.name),
      registries: inOrder(pipelines, (name) => pipelines[name]!.registry.groupName),
      endpoints: inOrder(endpoints, (name) => endpoints[name]!.endpoint.endpointName),
      loops: inOrder(endpoints, (name) => endpoints[name]!.loop.function.functionName),
    };
    new StackOutputs(this, 'Outputs', outputs);
    return outputs;
  }
}
