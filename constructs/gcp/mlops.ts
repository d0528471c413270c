/** GcpMlops: the whole system on Google Cloud, composed of what each noun is by itself. */
import { mergeOptions, type ComponentResourceOptions, type Resource } from '@pulumi/pulumi';
import { resolve as absolute } from 'node:path';
import { given, inOrder } from '../packaging/records';
import { Room } from '../pulumi/room';
import type { MlopsSpec, ResolvedMlops } from '../spec/mlops';
import { resolve } from '../spec/resolve';
import { Apis } from './apis';
import { Caller } from './caller';
import { checkOptions } from './check-options';
import { Datasets } from './datasets';
import { apisOf, behind, type Gate } from './gate';
import { ModelImage } from './image';
import { physicalName } from './names';
import { makeOnline, type Model, type Online } from './online';
import type { GcpOptions } from './options';
import type { GcpOutputs } from './outputs';
import { placeOf, type Place } from './place';
import { Storage } from './storage';
import { support } from './support';
import { Notices } from './topic';
import { BatchPipeline, TrainingPipeline } from './training-pipeline';

/** What all nouns need that is made once. */
interface Common {
  readonly storage: Storage;
  readonly datasets: Datasets;
  readonly notices: Notices;
  readonly caller: Caller;
}

export class GcpMlops extends Room {
  /** The constructs behind it, to reach what no option changes. */
  readonly nodes: {
    readonly storage: Storage;
    readonly notices: Notices;
    readonly pipelines: Readonly<Record<string, Model>>;
    readonly endpoints: Readonly<Record<string, Online>>;
    readonly batch: Readonly<Record<string, BatchPipeline>>;
  };
  readonly outputs: GcpOutputs;
  private readonly spec: ResolvedMlops;
  private readonly place: Place;
  private readonly options: GcpOptions;
  /** Channels of one project want to be changed one at a time. */
  private lastChannel: Resource;

  /** Throws a SpecError with all that is wrong with the spec and the options. */
  constructor(name: string, spec: MlopsSpec, options: GcpOptions, resourceOptions: ComponentResourceOptions = {}) {
    const gate: Gate = {};
    super('mlops:gcp:GcpMlops', name, mergeOptions(resourceOptions, behind(gate)));
    this.spec = resolve(spec, { target: { name: 'gcp', support }, root: options.root });
    checkOptions(this.spec, options);
    this.options = options;
    this.place = placeIn(this.spec, options);
    gate.apis = new Apis(this.named('apis'), { place: this.place, more: apisOf(options) }, { parent: this });
    const common = this.newCommon();
    this.lastChannel = common.notices.last;
    const pipelines = inOrder(this.spec.pipelines, (pipeline) => this.newModel(pipeline, common));
    const batch = this.newBatches(common, pipelines);
    const endpoints = inOrder(this.spec.endpoints, (endpoint) => this.newOnline(endpoint, common, pipelines));
    this.nodes = { storage: common.storage, notices: common.notices, pipelines, endpoints, batch };
    this.outputs = {
      bucket: common.storage.bucket,
      topic: common.notices.topic.id,
      pipelines: inOrder(pipelines, (each) => pipelines[each]!.training.pipeline.object.name),
      registries: inOrder(pipelines, (each) => pipelines[each]!.registry.modelId),
      endpoints: inOrder(endpoints, (each) => endpoints[each]!.endpoint.endpointId),
      loops: inOrder(endpoints, (each) => endpoints[each]!.loop.service.name),
    };
    this.registerOutputs(this.outputs);
  }

  private newCommon(): Common {
    const { spec, place } = this;
    const { root, bucket, encryption, datasets: rows, emails, transform } = this.options;
    const storage = new Storage(
      this.named('storage'),
      { place, onDestroy: spec.onDestroy, ...given({ bucket, encryption, transform }) },
      { parent: this },
    );
    const datasets = new Datasets(
      this.named('datasets'),
      { spec, storage, root, ...given({ options: rows }) },
      { parent: this },
    );
    const notices = new Notices(
      this.named('notices'),
      { place, key: storage.key, dependsOn: storage.ready, ...given({ emails, transform }) },
      { parent: this },
    );
    const caller = new Caller(this.named('wake'), { place }, { parent: this });
    return { storage, datasets, notices, caller };
  }

  private newModel(pipeline: string, { storage }: Common): Model {
    const { spec, place } = this;
    const { root, transform, image: everywhere = { kind: 'cloud-build' } } = this.options;
    const { image: own, machines } = this.options.pipelines?.[pipeline] ?? {};
    const named = (part: string) => this.named(`pipelines/${pipeline}/${part}`);
    const image = new ModelImage(
      named('image'),
      {
        ...{ place, storage, name: pipeline, source: own ?? everywhere },
        requirements: absolute(root, spec.pipelines[pipeline]!.code),
        ...given({ transform }),
      },
      { parent: this },
    );
    const training = new TrainingPipeline(
      named('training'),
      { place, storage, image, spec, pipeline, root, ...given({ machines, transform }) },
      { parent: this },
    );
    return { image, registry: { modelId: physicalName('model', place.prefix, pipeline) }, training };
  }

  private newOnline(name: string, common: Common, models: Readonly<Record<string, Model>>): Online {
    const { spec, place, options } = this;
    const model = models[spec.endpoints[name]!.model]!;
    const online = makeOnline({
      ...{ parent: this, named: (part) => this.named(`endpoints/${name}/${part}`), place, spec, name, options },
      ...{ ...common, model, after: this.lastChannel },
    });
    this.lastChannel = online.signals.channel;
    return online;
  }

  private newBatches({ storage }: Common, models: Readonly<Record<string, Model>>) {
    const { batch = {}, transform } = this.options;
    const { spec, place } = this;
    return inOrder(batch, (name) => {
      const { pipeline, machine } = batch[name]!;
      const { image } = models[pipeline]!;
      return new BatchPipeline(
        this.named(`batch/${name}`),
        {
          place,
          storage,
          image,
          spec,
          pipeline,
          batch: name,
          ...given({ transform, machines: machine && { score: machine } }),
        },
        { parent: this },
      );
    });
  }
}

function placeIn(spec: ResolvedMlops, { project, projectNumber, location, environment, labels }: GcpOptions): Place {
  const prefix = environment === undefined ? spec.name : `${spec.name}-${environment}`;
  return placeOf({ project, projectNumber, location, prefix, ...given({ labels }) });
}
