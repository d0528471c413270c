/**
 * Compiles a graph for Kubeflow Pipelines and Vertex AI Pipelines: one document of their intermediate representation.
 *
 * A task becomes a container task, whatever it does, with an importer for each external that one reads. Candidates are
 * tasks of their own, written out: loops and conditions differ between the two platforms. Task names have hyphens.
 * Nothing of it is for one platform alone, so that there is no platform document beside it.
 *
 * The cache is off: its key holds the URIs of the inputs and not their contents, nothing in it expires, and a hit could
 * only be wrong: https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/pipelines/configure-caching
 *
 * There is no retryPolicy: both platforms apply it to any failure, the user's own errors (exit code 64) included, which
 * must not be tried again:
 * https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/pipelines/configure-retries
 * A program that asks for another try gets it in the same container; faults of its own machines Vertex AI meets by
 * itself (`disableRetries` of a job's scheduling is off); after anything else the next run starts anew, as the loop decides.
 */
import type { Graph } from '../../constructs/spec/component';
import { SpecError } from '../../constructs/spec/problem';
import { containerOf, type KfpSettings } from './kfp-container';
import { checkLimits } from './kfp-limits';
import {
  artifactType,
  componentName,
  executorName,
  IMPORTER_INPUT,
  IMPORTER_OUTPUT,
  importerName,
  producerOf,
  taskName,
  uriParameter,
} from './kfp-names';
import type { ComponentSpec, ExecutorSpec, PipelineSpec, TaskOutputArtifact, TaskSpec } from './kfp-spec';
import { compilePlan, type PlanTask } from './plan';

export { canonical } from './kfp-canonical';
export { checkIr } from './kfp-check';
export type { KfpMachine, KfpSettings } from './kfp-container';
export { taskName, uriParameter } from './kfp-names';
export type { PipelineSpec } from './kfp-spec';

/** A task of the document, with what it refers to. */
interface Part {
  readonly name: string;
  readonly task: TaskSpec;
  readonly component: ComponentSpec;
  readonly executor: ExecutorSpec;
}

/**
 * All parameters are given at each start, as text: `<external>_uri` for each external (a URI of a folder, without a slash
 * at its end) and one for each parameter of the graph. Throws a SpecError where the graph cannot run, or not on these
 * platforms.
 */
export function compileKfp(graph: Graph, settings: KfpSettings): PipelineSpec {
  const plan = compilePlan(graph);
  const problems = checkLimits(graph, plan);
  if (problems.length > 0) throw new SpecError(graph.name, problems);
  const parts = [
    ...externalsRead(plan.tasks).map((external) => importerPart(graph, external)),
    ...plan.tasks.map((task) => taskPart(graph, task, settings)),
  ];
  const parameters = [...plan.externals.map(uriParameter), ...plan.parameters];
  return {
    schemaVersion: '2.1.0',
    sdkVersion: 'kfp-2.17.0',
    pipelineInfo: { name: graph.name },
    ...(settings.pipelineRoot !== undefined && { defaultPipelineRoot: settings.pipelineRoot }),
    root: {
      ...(parameters.length > 0 && { inputDefinitions: { parameters: byName(parameters, text) } }),
      dag: { tasks: Object.fromEntries(parts.map(({ name, task }) => [name, task])) },
    },
    components: Object.fromEntries(parts.map(({ name, component }) => [componentName(name), component])),
    deploymentSpec: {
      executors: Object.fromEntries(parts.map(({ name, executor }) => [executorName(name), executor])),
    },
  };
}

/** Objects of their own throughout: who changes one in a document does not change others. */
const text = () => ({ parameterType: 'STRING' }) as const;

function importerPart(graph: Graph, external: string): Part {
  const name = importerName(external);
  const type = () => artifactType(graph.externals[external]!);
  return {
    name,
    task: {
      ...taskBasics(name),
      inputs: { parameters: { [IMPORTER_INPUT]: { componentInputParameter: uriParameter(external) } } },
    },
    component: {
      executorLabel: executorName(name),
      inputDefinitions: { parameters: { [IMPORTER_INPUT]: text() } },
      outputDefinitions: { artifacts: { [IMPORTER_OUTPUT]: { artifactType: type() } } },
    },
    executor: {
      importer: { artifactUri: { runtimeParameter: IMPORTER_INPUT }, typeSchema: type(), reimport: true },
    },
  };
}

function taskPart(graph: Graph, task: PlanTask, settings: KfpSettings): Part {
  const name = taskName(task.name);
  const { inputs, outputs } = graph.tasks[task.name]!.component;
  const artifacts = byName(Object.keys(inputs), (input) => ({ artifactType: artifactType(inputs[input]!) }));
  const made = byName(task.outputs, (output) => ({ artifactType: artifactType(outputs[output]!) }));
  const dependentTasks = [...new Set(Object.values(task.inputs).map(producerOf))].sort();
  return {
    name,
    task: {
      ...taskBasics(name),
      ...(dependentTasks.length > 0 && { dependentTasks }),
      ...unlessEmpty('inputs', {
        ...unlessEmpty(
          'parameters',
          byName(task.takes, (taken) => ({ componentInputParameter: taken })),
        ),
        ...unlessEmpty(
          'artifacts',
          byName(Object.keys(inputs), (input) => sourceOf(task, input)),
        ),
      }),
    },
    component: {
      executorLabel: executorName(name),
      ...unlessEmpty('inputDefinitions', {
        ...unlessEmpty('parameters', byName(task.takes, text)),
        ...unlessEmpty('artifacts', artifacts),
      }),
      ...(task.outputs.length > 0 && { outputDefinitions: { artifacts: made } }),
    },
    executor: { container: containerOf(task, settings) },
  };
}

const taskBasics = (name: string) =>
  ({
    taskInfo: { name },
    componentRef: { name: componentName(name) },
    cachingOptions: { enableCache: false },
  }) as const;

function sourceOf(task: PlanTask, input: string): TaskOutputArtifact {
  const source = task.inputs[input]!;
  const outputArtifactKey = 'task' in source ? source.output : IMPORTER_OUTPUT;
  return { taskOutputArtifact: { producerTask: producerOf(source), outputArtifactKey } };
}

/** An external that nobody reads is given all the same, and not imported. */
const externalsRead = (tasks: readonly PlanTask[]): string[] =>
  [
    ...new Set(
      tasks.flatMap(({ inputs }) =>
        Object.values(inputs).flatMap((source) => ('external' in source ? [source.external] : [])),
      ),
    ),
  ].sort();

const byName = <T>(names: readonly string[], valueOf: (name: string) => T): Readonly<Record<string, T>> =>
  Object.fromEntries([...names].sort().map((name) => [name, valueOf(name)]));

const unlessEmpty = <K extends string, T extends object>(key: K, value: T): { readonly [P in K]?: T } =>
  Object.keys(value).length > 0 ? ({ [key]: value } as { readonly [P in K]: T }) : {};
