/** Pipeline: a graph as a SageMaker pipeline, the role that its jobs run as, and the role that starts those jobs. */
import { ArnFormat, Stack } from 'aws-cdk-lib/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import { Construct, type IDependable } from 'constructs';
import type { Graph } from '../spec/component';
import { dangling, SpecError } from '../spec/problem';
import { compileSagemaker, type PipelineDefinition } from '../../pipelines/compile/sagemaker';
import { allow, mayEncryptDisks, mayJoin, mayLog, mayRead, mayWrite, serviceRole } from './access';
import { checkEcrReference, mayPull, repositoryArn } from './ecr';
import { launcherFolder } from './launcher';
import { checkMachine, machineFor, takesVolumeKey } from './machines';
import { networkOf, type NetworkOptions } from './network';
import type { Storage } from './storage';

/** An image that jobs and models run from: `ModelImage`, or one that exists. */
export interface Image {
  readonly uri: string;
  /** Changes when what is in the image does. */
  readonly digest: string;
  /** It is there once this is. @default - it is there before the stack is deployed */
  readonly dependable?: IDependable;
  pullStatements(): iam.PolicyStatement[];
}

/** What all jobs need, whatever they compute. */
export interface JobOptions {
  readonly storage: Storage;
  readonly image: Image;
  /** @default - jobs run in SageMaker's network */
  readonly network?: NetworkOptions;
  /**
   * Containers reach nothing but their inputs and outputs.
   * @default true
   */
  readonly isolation?: boolean;
  /**
   * Jobs run on spare capacity, for less, and may have to wait for it.
   * @default false
   */
  readonly spot?: boolean;
  /**
   * Instance types by task, such as `{ candidate_boosting: 'ml.m5.4xlarge' }`.
   * @default - the cheapest with the cores and the memory that the task asks for
   */
  readonly machines?: Readonly<Record<string, string>>;
}

export interface PipelineProps extends JobOptions {
  readonly name: string;
  readonly graph: Graph;
  /** Images and memory that tasks ask for themselves, by task. @default {} */
  readonly tasks?: Readonly<Record<string, TaskNeeds>>;
  /** Folders of the bucket. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly transform?: PipelineTransform;
}

/** What of a task only a platform can give. */
export interface TaskNeeds {
  readonly image: string | false;
  readonly memory: `${number} ${'MiB' | 'GiB'}` | false;
}

export interface PipelineTransform {
  /** What is sent to SageMaker, before it is written into the template. */
  readonly definition?: (definition: PipelineDefinition) => PipelineDefinition;
  readonly pipeline?: (props: sagemaker.CfnPipelineProps) => sagemaker.CfnPipelineProps;
}

export class Pipeline extends Construct {
  readonly name: string;
  readonly arn: string;
  /** The jobs run as it: it reads and writes folders of the bucket, and that is all. */
  readonly jobRole: iam.Role;
  /** The pipeline runs as it: it starts jobs and hands them `jobRole`. */
  readonly role: iam.Role;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    const { name, storage, transform = {} } = props;
    const machines = machinesOf(props);
    this.name = name;
    this.arn = Stack.of(this).formatArn({ service: 'sagemaker', resource: 'pipeline', resourceName: name });
    this.jobRole = this.newJobRole(props);
    this.role = this.newRole();
    const { definition = (unchanged) => unchanged, pipeline = (unchanged) => unchanged } = transform;
    const document = definition(this.compile(props, machines));
    const resource = new sagemaker.CfnPipeline(
      this,
      'Resource',
      pipeline({
        pipelineName: name,
        pipelineDefinition: { PipelineDefinitionBody: Stack.of(this).toJsonString(document) },
        roleArn: this.role.roleArn,
      }),
    );
    resource.node.addDependency(launcherFolder(storage).upload);
  }

  private compile(props: PipelineProps, machines: Readonly<Record<string, string>>): PipelineDefinition {
    const { graph, tasks = {}, storage, image, network, isolation = true, spot = false } = props;
    return compileSagemaker(graph, {
      image: (task) => tasks[task]?.image || image.uri,
      machine: (task) => ({ type: machines[task]!, takesVolumeKey: takesVolumeKey(machines[task]!) }),
      role: this.jobRole.roleArn,
      key: storage.key.keyArn,
      launcher: launcherFolder(storage).uri,
      network: networkOf(this, network),
      isolation,
      spot,
    });
  }

  private newJobRole({ storage, image, network, reads, writes, tasks = {} }: PipelineProps): iam.Role {
    const ownImages = Object.values(tasks).flatMap((needs) => (needs.image ? [repositoryArn(this, needs.image)] : []));
    return serviceRole(this, 'JobRole', 'sagemaker', `Jobs of ${this.name}: read and write folders of one bucket`, [
      ...mayRead(storage, [...reads, launcherFolder(storage).folder]),
      ...mayWrite(storage, writes),
      ...mayLog(this, '/aws/sagemaker/TrainingJobs'),
      mayEncryptDisks(storage.key),
      ...image.pullStatements(),
      ...(ownImages.length > 0 ? mayPull(...ownImages) : []),
      ...mayJoin(this, network),
    ]);
  }

  private newRole(): iam.Role {
    const arn = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({
        service: 'sagemaker',
        resource,
        resourceName,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      });
    return serviceRole(this, 'Role', 'sagemaker', `${this.name}: starts jobs, and may give them one role`, [
      allow(
        'Jobs',
        [
          'sagemaker:AddTags',
          'sagemaker:CreateTrainingJob',
          'sagemaker:DescribeTrainingJob',
          'sagemaker:StopTrainingJob',
        ],
        // SageMaker names a pipeline's jobs, all of them with this beginning.
        [arn('training-job', 'pipelines-*')],
      ),
      allow('JobRole', ['iam:PassRole'], [this.jobRole.roleArn], {
        StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' },
      }),
    ]);
  }
}

/** The machine of each task. Throws a SpecError for those that do not exist, and for images that jobs cannot pull. */
function machinesOf({ graph, tasks = {}, machines = {} }: PipelineProps): Readonly<Record<string, string>> {
  const found = Object.entries(graph.tasks).map(([task, { cores = 1 }]) => {
    const named = machines[task];
    if (named !== undefined) return { task, machine: named, problems: checkMachine(named, `machines.${task}`) };
    const fitting = machineFor(cores, tasks[task]?.memory ?? false, `tasks.${task}.component.compute`);
    return { task, ...fitting };
  });
  const problems = [
    ...found.flatMap((each) => each.problems),
    ...Object.keys(machines).flatMap((task) =>
      dangling(`machines.${task}`, task, graph.tasks, 'task of this pipeline'),
    ),
    ...Object.entries(tasks).flatMap(([task, { image }]) =>
      image ? checkEcrReference(image, `tasks.${task}.component.image`) : [],
    ),
  ];
  if (problems.length > 0) throw new SpecError(graph.name, problems);
  return Object.fromEntries(found.map(({ task, machine }) => [task, machine]));
}
