/** Training: the pipeline that makes versions, and the model code that it runs. */
import { resolve } from 'node:path';
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import { batchGraph } from '../../pipelines/batch';
import { trainingGraph } from '../../pipelines/training';
import { Room } from '../pulumi/room';
import { codeDigest } from '../spec/code-digest';
import { layout } from '../spec/layout';
import type { ResolvedMlops, ResolvedPipeline } from '../spec/mlops';
import { JobAccount } from './job-account';
import { Pipeline, type JobOptions, type PipelineTransform, type TaskNeeds } from './pipeline';
import { Upload } from './upload';

export interface TrainingPipelineProps extends JobOptions {
  readonly spec: ResolvedMlops;
  /** Its name in the spec. */
  readonly pipeline: string;
  /** Folder that relative paths of the spec start at. */
  readonly root: string;
  readonly transform?: PipelineTransform;
}

/**
 * A run is given the folders of its inputs, by the parameters `data_uri`, `code_uri` and `champion_uri`, and a folder of its own, where
 * it leaves a model and `decision.json`; registering what was decided is the loop's.
 */
export class TrainingPipeline extends Room {
  readonly pipeline: Pipeline;
  /** The jobs run as it. */
  readonly account: JobAccount;
  /** Digest of the model code, which lies in the bucket under it. */
  readonly code: string;
  /** It can be run once these are there. */
  readonly ready: readonly Resource[];

  constructor(name: string, props: TrainingPipelineProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:TrainingPipeline', name, options);
    const { spec, pipeline, root, place, storage } = props;
    const noun = spec.pipelines[pipeline]!;
    const from = resolve(root, noun.code);
    this.code = codeDigest(from);
    const code = new Upload(
      this.named('code'),
      { storage, from, to: layout.code(this.code), path: `pipelines.${pipeline}.code` },
      { parent: this },
    );
    this.account = new JobAccount(
      this.named('jobs'),
      {
        ...{ place, storage, parts: ['train', pipeline], description: `Jobs of ${pipeline}: make versions` },
        reads: [layout.data(noun.dataset), 'code', layout.noChampion],
        writes: [`artifacts/${pipeline}`],
      },
      { parent: this },
    );
    this.pipeline = new Pipeline(
      this.named('pipeline'),
      { ...props, account: this.account, name: pipeline, graph: trainingGraph(spec, pipeline), tasks: needsOf(noun) },
      { parent: this },
    );
    this.ready = [...code.objects, ...this.pipeline.ready];
  }
}

export interface BatchPipelineProps extends Omit<TrainingPipelineProps, 'root'> {
  /** Part of the pipeline's name. */
  readonly batch: string;
}

/**
 * Scores rows of the pipeline's dataset with one of its versions, started by whoever needs it with the parameters `data_uri` (below
 * `data/`) and `model_uri` (of a version), and an output folder below `artifacts/PIPELINE/`.
 */
export class BatchPipeline extends Room {
  readonly pipeline: Pipeline;

  constructor(name: string, props: BatchPipelineProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:BatchPipeline', name, options);
    const { spec, pipeline, batch, place, storage } = props;
    const account = new JobAccount(
      this.named('jobs'),
      {
        ...{ place, storage, parts: ['batch', pipeline, batch], description: `Jobs of ${batch}: score rows` },
        reads: [layout.data(spec.pipelines[pipeline]!.dataset)],
        writes: [`artifacts/${pipeline}`],
      },
      { parent: this },
    );
    this.pipeline = new Pipeline(
      this.named('pipeline'),
      { ...props, account, name: `${pipeline}-${batch}`, graph: batchGraph(spec, pipeline) },
      { parent: this },
    );
  }
}

function needsOf(noun: ResolvedPipeline): Readonly<Record<string, TaskNeeds>> {
  if (noun.kind !== 'graph') return {};
  return Object.fromEntries(
    Object.entries(noun.tasks).map(([name, { component }]) => [
      name,
      { image: component.image, memory: component.compute.memory },
    ]),
  );
}
