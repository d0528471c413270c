/**
 * Any document of the intermediate representation whose fields are spelt right (kfp-check-shape.ts): what others wrote, or
 * changed. What the compiler writes itself is narrower (kfp-spec.ts).
 */

export type Named<T> = Readonly<Record<string, T>>;

export interface Ir {
  readonly schemaVersion: string;
  readonly sdkVersion: string;
  readonly pipelineInfo: { readonly name: string };
  readonly components?: Named<IrComponent>;
  readonly deploymentSpec: { readonly executors: Named<IrExecutor> };
  readonly root: IrComponent;
}

/** Either a program's, by the label of its executor, or made of tasks. */
export interface IrComponent {
  readonly inputDefinitions?: { readonly parameters?: Named<IrParameter>; readonly artifacts?: Named<IrArtifact> };
  readonly outputDefinitions?: { readonly parameters?: Named<IrParameter>; readonly artifacts?: Named<IrArtifact> };
  readonly executorLabel?: string;
  readonly dag?: IrDag;
}

export interface IrParameter {
  readonly parameterType?: string;
  readonly defaultValue?: unknown;
  readonly isOptional?: boolean;
}

export interface IrArtifact {
  readonly artifactType: { readonly schemaTitle?: string };
  readonly isOptional?: boolean;
}

export interface IrDag {
  readonly tasks: Named<IrTask>;
  readonly outputs?: { readonly parameters?: Named<IrParameterOutput>; readonly artifacts?: Named<IrArtifactOutput> };
}

export interface IrTask {
  readonly componentRef: { readonly name: string };
  readonly dependentTasks?: readonly string[];
  readonly inputs?: { readonly parameters?: Named<IrParameterSource>; readonly artifacts?: Named<IrArtifactSource> };
  readonly triggerPolicy?: { readonly condition?: string };
  readonly parameterIterator?: { readonly itemInput: string };
  readonly artifactIterator?: { readonly itemInput: string };
}

export interface IrParameterSource {
  readonly componentInputParameter?: string;
  readonly runtimeValue?: { readonly constant?: unknown };
  readonly taskOutputParameter?: { readonly producerTask: string; readonly outputParameterKey: string };
  readonly taskFinalStatus?: { readonly producerTask: string };
  readonly parameterExpressionSelector?: string;
}

export interface IrArtifactSource {
  readonly componentInputArtifact?: string;
  readonly taskOutputArtifact?: { readonly producerTask: string; readonly outputArtifactKey: string };
}

export interface IrParameterSelector {
  readonly producerSubtask: string;
  readonly outputParameterKey: string;
}

export interface IrParameterOutput {
  readonly valueFromParameter?: IrParameterSelector;
  readonly valueFromOneof?: { readonly parameterSelectors: readonly IrParameterSelector[] };
}

export interface IrArtifactOutput {
  readonly artifactSelectors: readonly { readonly producerSubtask: string; readonly outputArtifactKey: string }[];
}

export interface IrExecutor {
  readonly container?: IrContainer;
  readonly importer?: IrImporter;
}

export interface IrContainer {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: IrResources;
}

export interface IrResources {
  readonly cpuLimit?: number;
  readonly memoryLimit?: number;
  readonly cpuRequest?: number;
  readonly memoryRequest?: number;
  readonly resourceCpuLimit?: string;
  readonly resourceMemoryLimit?: string;
  readonly resourceCpuRequest?: string;
  readonly resourceMemoryRequest?: string;
}

export interface IrImporter {
  readonly artifactUri: { readonly constant?: unknown; readonly runtimeParameter?: string };
  readonly typeSchema: { readonly schemaTitle?: string };
}

/** A name in a document may be called `constructor`. */
export const own = <T>(record: Named<T>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
