/** Pipeline: a graph as a document of Vertex AI Pipelines, which lies in the bucket under the digest of its contents. */
import { createHash } from 'node:crypto';
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import * as storage from '@pulumi/gcp/storage';
import { canonical, checkIr, compileKfp, type KfpMachine, type PipelineSpec } from '../../pipelines/compile/kfp';
import { unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import type { Graph } from '../spec/component';
import { dangling, SpecError } from '../spec/problem';
import type { Size } from '../spec/units';
import { checkReference } from './artifact-registry';
import type { JobAccount } from './job-account';
import { machineFor, type MachineSize } from './machines';
import type { Place } from './place';
import type { Storage } from './storage';

/** An image that jobs and models run from: `ModelImage`, or one that exists. */
export interface Image {
  /** Reference; known while the program runs. */
  readonly uri: string;
  /** Changes when what is in the image does. */
  readonly digest: string;
  /** Resource name of the tag that is there once Cloud Build has built it. @default false: it is there once `ready` is */
  readonly awaited?: string | false;
  /** Id of the repository that it is awaited in. @default - it is not awaited */
  readonly repository?: string | undefined;
  /** What is made of the image must depend on these. @default [] */
  readonly ready?: readonly Resource[];
}

/** What all jobs need, whatever they compute. */
export interface JobOptions {
  readonly place: Place;
  readonly storage: Storage;
  readonly image: Image;
  /**
   * Cores and memory by task, such as `{ candidate_boosting: { cores: 8, memory: '32 GiB' } }`; Vertex AI picks the machine.
   * @default - what the task asks for
   */
  readonly machines?: Readonly<Record<string, MachineSize>>;
}

export interface PipelineProps extends JobOptions {
  /** Below `pipelines/` in the bucket. */
  readonly name: string;
  readonly graph: Graph;
  /** Images and memory that tasks ask for themselves, by task. @default {} */
  readonly tasks?: Readonly<Record<string, TaskNeeds>>;
  /** Who the jobs run as. */
  readonly account: JobAccount;
  readonly transform?: PipelineTransform;
}

/** What of a task only a platform can give. */
export interface TaskNeeds {
  readonly image: string | false;
  readonly memory: Size | false;
}

export interface PipelineTransform {
  /** What the loop sends to Vertex AI, before it is written into the bucket. What comes back is checked again. */
  readonly document?: Transform<PipelineSpec>;
}

export class Pipeline extends Room {
  readonly name: string;
  /** The jobs run as it. */
  readonly account: JobAccount;
  /** Path in the bucket; known while the program runs. */
  readonly document: string;
  readonly object: storage.BucketObject;
  /** It can be run once these are there. */
  readonly ready: readonly Resource[];

  /** Throws a SpecError for what cannot run on Vertex AI. */
  constructor(name: string, props: PipelineProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Pipeline', name, options);
    const { storage: record, account } = props;
    this.name = props.name;
    this.account = account;
    const content = canonical(compiled(props));
    const digest = createHash('sha256').update(content).digest('hex');
    this.document = `pipelines/${props.name}/${digest}.json`;
    this.object = new storage.BucketObject(
      this.named('document'),
      { bucket: record.bucket, name: this.document, content, contentType: 'application/json' },
      // A loop that does not know of the new one yet starts the old one.
      { parent: this, retainOnDelete: true, dependsOn: [...record.ready] },
    );
    this.ready = [this.object, ...account.ready];
  }
}

function compiled(props: PipelineProps): PipelineSpec {
  const { graph, tasks = {}, image, transform: { document = unchanged } = {} } = props;
  const machines = machinesOf(props);
  const sized: Graph = {
    ...graph,
    // Programs learn from it how many cores they have.
    tasks: Object.fromEntries(
      Object.entries(graph.tasks).map(([name, task]) => [name, { ...task, cores: machines[name]!.cores }]),
    ),
  };
  const changed = document(
    compileKfp(sized, { image: (task) => tasks[task]?.image || image.uri, machine: (task) => machines[task]! }),
  );
  const problems = checkIr(changed).map((problem) => ({ ...problem, path: `document.${problem.path}` }));
  if (problems.length > 0) throw new SpecError(graph.name, problems);
  return changed;
}

/** Throws a SpecError for those that there are none of, and for images that jobs are not given by digest. */
function machinesOf({ graph, tasks = {}, machines = {} }: PipelineProps): Readonly<Record<string, KfpMachine>> {
  const found = Object.entries(graph.tasks).map(([task, { cores: asked = 1 }]) => {
    const { cores = asked, memory = tasks[task]?.memory ?? false } = machines[task] ?? {};
    const path = machines[task] ? `machines.${task}` : `tasks.${task}.component.compute`;
    return { task, ...machineFor({ cores, memory }, path) };
  });
  const problems = [
    ...found.flatMap((each) => each.problems),
    ...Object.keys(machines).flatMap((task) =>
      dangling(`machines.${task}`, task, graph.tasks, 'task of this pipeline'),
    ),
    ...Object.entries(tasks).flatMap(([task, { image }]) =>
      image ? checkReference(image, `tasks.${task}.component.image`) : [],
    ),
  ];
  if (problems.length > 0) throw new SpecError(graph.name, problems);
  return Object.fromEntries(found.map(({ task, machine }) => [task, machine]));
}
