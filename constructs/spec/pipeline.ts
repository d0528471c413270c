/** A training pipeline of the user's own: a graph of tasks, each one use of a component, wired by artifacts. */
import type { ArtifactKind, Graph, Source, Task } from './component';
import type { ComputeSpec } from './compute';
import { checkGraph, checkSource } from './graph';
import type { Metric } from './metric';
import type { ResolvedGraph, ResolvedMlops, ResolvedPipeline } from './mlops';
import { dangling, show, when, type Problem } from './problem';
import type { Parameter, Parameters, ScheduleSpec } from './training';
import { milliseconds, type Duration } from './units';

export interface GraphSpec {
  readonly kind: 'graph';
  /** Name of the dataset. */
  readonly dataset: string;
  /**
   * The folder with the programs and the model code; relative to the spec's own folder. The `load` and `predict` of its
   * `model.py` serve what the graph makes; its fully pinned `requirements.txt` is what `python` has.
   */
  readonly code: string;
  /** Nothing is trained before the labelled rows span it. */
  readonly history: Duration;
  /** What a version's score is measured by. */
  readonly metric: Metric;
  /** By name: lower-case letters, digits and underscores; at most 31. */
  readonly tasks: Readonly<Record<string, TaskSpec>>;
  readonly register: RegisterSpec;
  /**
   * Trains at these times too.
   * @default false
   */
  readonly schedule?: ScheduleSpec | false;
}

/** One use of a component. */
export interface TaskSpec {
  readonly component: ComponentSpec;
  /**
   * Where each input of the component comes from: `TASK.OUTPUT`, or `data` (the rows), `code` or `champion` (the model that
   * serves, or a folder with `none.json`).
   * @default {}
   */
  readonly inputs?: Readonly<Record<string, string>>;
  /**
   * Values that differ from the component's own.
   * @default {}
   */
  readonly parameters?: Parameters;
}

/** A program with a typed interface, run as `COMMAND --in.<name> DIR … --out.<name> DIR … --param.<name> VALUE …`. */
export interface ComponentSpec {
  /**
   * A program on the image's PATH, such as `python`, `node`, `mlops-model` or `mlops-step`, and its first arguments.
   * `{in.NAME}` at the beginning of an argument stands for the directory of that input: `{in.code}/train.py`. It exits with 0
   * when done, 64 for an error that only its author can mend, 75 to be run again.
   */
  readonly command: readonly [string, ...string[]];
  /**
   * Reference of the image that it runs in; off: the system's own.
   * @default false
   */
  readonly image?: ImageReference | false;
  /**
   * Directories that it reads.
   * @default {}
   */
  readonly inputs?: Readonly<Record<string, ArtifactKind>>;
  /** Directories that it writes, empty when it begins. */
  readonly outputs: Readonly<Record<string, ArtifactKind>>;
  /**
   * Each parameter with its own value, whose type is the parameter's. `{schema}` stands for the dataset's schema as JSON,
   * `{pipeline}` for the pipeline's name, `{history}` for `history` in seconds.
   * @default {}
   */
  readonly parameters?: Parameters;
  /** @default {} */
  readonly compute?: ComputeSpec;
  /**
   * Longest time that it may take.
   * @default "1 hour"
   */
  readonly timeout?: Duration;
  /**
   * How often it is run again after exit code 75; no other failure is tried again.
   * @default 3
   * @minimum 0
   * @maximum 10
   * @asType integer
   */
  readonly retries?: number;
}

/**
 * An image, such as `ghcr.io/me/trainer@sha256:…`.
 * @pattern ^\S+$
 */
export type ImageReference = string;

/**
 * An output of a task: `TASK.OUTPUT`.
 * @pattern ^[^.\s]+\.[^.\s]+$
 */
export type OutputName = string;

/** What of a run becomes a version. */
export interface RegisterSpec {
  /** The output, as `TASK.OUTPUT`, with the model artifact: `model.json`, `reference.json` and the model's files. */
  readonly model: OutputName;
  /**
   * The output with `decision.json`: `{"decision": "register" | "keep", "why": "…"}`; off: each run that succeeds is registered.
   * @default false
   */
  readonly decision?: OutputName | false;
}

/** Values of a parameter that stand for something of the spec. */
export const PARAMETER_VALUES = ['{schema}', '{pipeline}', '{history}'] as const;

/** Directories from outside that a training run is given. */
export const TRAINING_EXTERNALS = { data: 'dataset', code: 'code', champion: 'model' } as const;

/** A source as it is written in a spec. */
export function sourceOf(name: string): Source {
  const dot = name.indexOf('.');
  return dot < 0 ? { external: name } : { task: name.slice(0, dot), output: name.slice(dot + 1) };
}

/** The outputs of a training run that become a version. */
export function registerOf(pipeline: ResolvedPipeline): { readonly model: string; readonly decision: string | false } {
  return pipeline.kind === 'graph' ? pipeline.register : { model: 'select.model', decision: 'select.decision' };
}

/** What its versions are measured by. */
export const metricOf = (pipeline: ResolvedPipeline): Metric =>
  pipeline.kind === 'graph' ? pipeline.metric : pipeline.choose.metric;

/** The graph as it is written; values such as `{schema}` stand in it as they are. */
export function graphOf(name: string, { tasks }: ResolvedGraph): Graph {
  return {
    name,
    externals: TRAINING_EXTERNALS,
    parameters: {},
    tasks: Object.fromEntries(Object.entries(tasks).map(([task, spec]) => [task, taskOf(spec)])),
  };
}

function taskOf({ component, inputs, parameters }: ResolvedGraph['tasks'][string]): Task {
  const values = Object.entries({ ...component.parameters, ...parameters });
  return {
    component: {
      command: component.command,
      inputs: component.inputs,
      outputs: component.outputs,
      parameters: Object.fromEntries(
        Object.entries(component.parameters).map(([name, value]) => [name, typeOf(value)]),
      ),
    },
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, source]) => [name, sourceOf(source)])),
    parameters: Object.fromEntries(values.map(([name, value]) => [name, String(value)])),
    timeoutSeconds: milliseconds(component.timeout) / 1000,
    retries: component.retries,
    cores: component.compute.cpu,
  };
}

const typeOf = (value: Parameter) => typeof value as 'string' | 'number' | 'boolean';

export function checkOwnGraph(spec: ResolvedMlops, pipeline: ResolvedGraph, path: string): Problem[] {
  const graph = graphOf(path, pipeline);
  const { model, decision } = pipeline.register;
  return [
    ...dangling(`${path}.dataset`, pipeline.dataset, spec.datasets, 'dataset'),
    ...checkGraph(graph).map((problem) => ({ ...problem, path: `${path}.${problem.path}` })),
    ...Object.entries(pipeline.tasks).flatMap(([name, task]) => checkParameters(task, `${path}.tasks.${name}`)),
    ...checkSource({ ...graph, externals: {} }, sourceOf(model), 'model', `${path}.register.model`),
    ...(decision === false
      ? []
      : checkSource({ ...graph, externals: {} }, sourceOf(decision), 'metrics', `${path}.register.decision`)),
  ];
}

/** Types, and what stands in braces. Names are checked with the graph. */
function checkParameters({ component, parameters }: ResolvedGraph['tasks'][string], path: string): Problem[] {
  const problemsAt = (values: Parameters, place: string) =>
    Object.entries(values).flatMap(([name, value]) => [
      ...when(Object.hasOwn(component.parameters, name) && typeOf(value) !== typeOf(component.parameters[name]!), {
        path: `${place}.${name}`,
        got: show(value),
        expected: `a ${typeOf(component.parameters[name]!)}, as in the component (${show(component.parameters[name])})`,
        fix: 'correct the value, or the component',
      }),
      ...when(
        typeof value === 'string' && /^\{\w+\}$/.test(value) && !PARAMETER_VALUES.some((known) => known === value),
        {
          path: `${place}.${name}`,
          got: show(value),
          expected: `one of ${PARAMETER_VALUES.join(', ')}, or text of another form`,
          fix: 'correct it',
        },
      ),
    ]);
  return [
    ...problemsAt(component.parameters, `${path}.component.parameters`),
    ...problemsAt(parameters, `${path}.parameters`),
  ];
}
