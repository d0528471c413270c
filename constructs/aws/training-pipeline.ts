/** Training: the pipeline that makes versions, and the model code that it runs. */
import { resolve } from 'node:path';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { codeDigest } from '../spec/code-digest';
import { layout } from '../spec/layout';
import type { ResolvedMlops, ResolvedPipeline } from '../spec/mlops';
import { batchGraph } from '../../pipelines/batch';
import { trainingGraph } from '../../pipelines/training';
import { physicalName } from './names';
import { Pipeline, type JobOptions, type PipelineTransform, type TaskNeeds } from './pipeline';
import { Upload } from './upload';

export interface TrainingPipelineProps extends JobOptions {
  readonly spec: ResolvedMlops;
  /** Its name in the spec. */
  readonly pipeline: string;
  /** What all names begin with. */
  readonly prefix: string;
  /** Folder that relative paths of the spec start at. */
  readonly root: string;
  readonly transform?: PipelineTransform;
}

/**
 * A run is given the folders of its inputs and a folder of its own, and leaves a model and `decision.json` there; registering
 * what was decided is the loop's. By hand: `aws sagemaker start-pipeline-execution` with the parameters Data, Code, Champion, Output.
 */
export class TrainingPipeline extends Construct {
  readonly pipeline: Pipeline;
  /** Digest of the model code, which lies in the bucket under it. */
  readonly code: string;

  constructor(scope: Construct, id: string, props: TrainingPipelineProps) {
    super(scope, id);
    const { spec, pipeline, prefix, root, storage } = props;
    const noun = spec.pipelines[pipeline]!;
    const folder = resolve(root, noun.code);
    this.code = codeDigest(folder);
    const upload = new Upload(this, 'Code', {
      storage,
      files: { from: folder, to: layout.code(this.code) },
      path: `pipelines.${pipeline}.code`,
    });
    this.pipeline = new Pipeline(this, 'Pipeline', {
      ...props,
      name: physicalName('pipeline', prefix, pipeline),
      graph: trainingGraph(spec, pipeline),
      tasks: needsOf(noun),
      reads: [layout.data(noun.dataset), 'code', `artifacts/${pipeline}`, layout.noChampion],
      writes: [`artifacts/${pipeline}`],
    });
    this.pipeline.node.addDependency(upload);
  }

  get jobRole(): iam.Role {
    return this.pipeline.jobRole;
  }
}

export interface BatchPipelineProps extends Omit<TrainingPipelineProps, 'root'> {
  /** Part of the pipeline's name. */
  readonly batch: string;
}

/**
 * Scores rows of the pipeline's dataset with one of its versions, started by whoever needs it with the parameters Data (below
 * `data/`), Model (of a version) and Output (below `artifacts/PIPELINE/`).
 */
export class BatchPipeline extends Construct {
  readonly pipeline: Pipeline;

  constructor(scope: Construct, id: string, props: BatchPipelineProps) {
    super(scope, id);
    const { spec, pipeline, prefix, batch } = props;
    const { dataset } = spec.pipelines[pipeline]!;
    this.pipeline = new Pipeline(this, 'Pipeline', {
      ...props,
      name: physicalName('pipeline', prefix, pipeline, batch),
      graph: batchGraph(spec, pipeline),
      reads: [layout.data(dataset), `artifacts/${pipeline}`],
      writes: [`artifacts/${pipeline}`],
    });
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
