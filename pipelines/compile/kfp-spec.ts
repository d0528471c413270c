/**
 * The language of Kubeflow Pipelines and Vertex AI Pipelines, the intermediate representation 2.1.0, as much of it as both
 * take: https://github.com/kubeflow/pipelines/blob/master/api/v2alpha1/pipeline_spec.proto
 * Unknown fields are errors there, so that nothing else is written.
 */

export interface PipelineSpec {
  readonly schemaVersion: '2.1.0';
  /** Vertex AI asks for the prefix. [unverified: whether it reads more than that] */
  readonly sdkVersion: `kfp-${string}`;
  readonly pipelineInfo: { readonly name: string };
  /** Folder that outputs go below: a URI, which the start of a run may replace. */
  readonly defaultPipelineRoot?: string;
  readonly root: RootSpec;
  /** By name. */
  readonly components: Readonly<Record<string, ComponentSpec>>;
  readonly deploymentSpec: { readonly executors: Readonly<Record<string, ExecutorSpec>> };
}

export interface RootSpec {
  readonly inputDefinitions?: Pick<InputDefinitions, 'parameters'>;
  readonly dag: { readonly tasks: Readonly<Record<string, TaskSpec>> };
}

export interface ComponentSpec {
  readonly executorLabel: string;
  readonly inputDefinitions?: InputDefinitions;
  readonly outputDefinitions?: { readonly artifacts: Readonly<Record<string, ArtifactDefinition>> };
}

export interface InputDefinitions {
  readonly parameters?: Readonly<Record<string, ParameterDefinition>>;
  readonly artifacts?: Readonly<Record<string, ArtifactDefinition>>;
}

/** Without a default: it must be given. What is no text travels as text, and the program reads it. */
export interface ParameterDefinition {
  readonly parameterType: 'STRING';
}

export interface ArtifactDefinition {
  readonly artifactType: ArtifactType;
}

export interface ArtifactType {
  readonly schemaTitle: 'system.Artifact' | 'system.Dataset' | 'system.Metrics' | 'system.Model';
  readonly schemaVersion: '0.0.1';
}

export interface TaskSpec {
  readonly taskInfo: { readonly name: string };
  readonly componentRef: { readonly name: string };
  readonly cachingOptions: { readonly enableCache: false };
  /** Sorted; all whose outputs it reads. */
  readonly dependentTasks?: readonly string[];
  readonly inputs?: TaskInputs;
}

export interface TaskInputs {
  readonly parameters?: Readonly<Record<string, { readonly componentInputParameter: string }>>;
  readonly artifacts?: Readonly<Record<string, TaskOutputArtifact>>;
}

export interface TaskOutputArtifact {
  readonly taskOutputArtifact: { readonly producerTask: string; readonly outputArtifactKey: string };
}

export type ExecutorSpec = { readonly container: ContainerSpec } | { readonly importer: ImporterSpec };

export interface ContainerSpec {
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly resources: ResourceSpec;
}

/**
 * Each size twice: older servers read the numbers only, and drop a limit without a word where its number is missing;
 * newer ones read the texts: https://github.com/kubeflow/pipelines/pull/11390
 */
export interface ResourceSpec {
  readonly cpuLimit: number;
  /** In GB of 10^9 bytes. */
  readonly memoryLimit: number;
  readonly resourceCpuLimit: string;
  readonly resourceMemoryLimit: string;
}

export interface ImporterSpec {
  readonly artifactUri: { readonly runtimeParameter: string };
  readonly typeSchema: ArtifactType;
  /** A new artifact each time, whatever was imported from that URI before: what stands there may be another. */
  readonly reimport: true;
}
