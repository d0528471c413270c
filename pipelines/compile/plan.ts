/** Compiles a graph for the local runner: the tasks in an order in which they can run, each with its command line. */
import type { Graph, Source } from '../../constructs/spec/component';
import { checkGraph, INPUT_IN_COMMAND, upstream } from '../../constructs/spec/graph';
import { SpecError } from '../../constructs/spec/problem';

export interface Plan {
  readonly name: string;
  /** Directories that the run is given. */
  readonly externals: readonly string[];
  /** Parameters that the run is given. */
  readonly parameters: readonly string[];
  /** Each after all that it needs; neighbours in order of their names. */
  readonly tasks: readonly PlanTask[];
}

export interface PlanTask {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly inputs: Readonly<Record<string, Source>>;
  readonly outputs: readonly string[];
  /** Fixed values. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Names of the run's parameters that this task gets. */
  readonly takes: readonly string[];
  readonly after: readonly string[];
  readonly timeoutSeconds: number;
  readonly retries: number;
  readonly cores: number;
}

/** Throws a SpecError where the graph cannot run. */
export function compilePlan(graph: Graph): Plan {
  const problems = checkGraph(graph);
  if (problems.length > 0) throw new SpecError(graph.name, problems);
  return {
    name: graph.name,
    externals: Object.keys(graph.externals),
    parameters: Object.keys(graph.parameters),
    tasks: order(graph).map((name) => planTask(graph, name)),
  };
}

function planTask(graph: Graph, name: string): PlanTask {
  const { component, inputs, parameters, timeoutSeconds, retries = 3, cores = 1 } = graph.tasks[name]!;
  return {
    name,
    command: component.command,
    inputs,
    outputs: Object.keys(component.outputs),
    parameters,
    takes: Object.keys(component.parameters).filter((key) => !Object.hasOwn(parameters, key)),
    after: upstream(graph.tasks[name]!),
    timeoutSeconds,
    retries,
    cores,
  };
}

function order(graph: Graph): string[] {
  const ordered: string[] = [];
  const waiting = new Set(Object.keys(graph.tasks).sort());
  while (waiting.size > 0) {
    const ready = [...waiting].filter((name) =>
      upstream(graph.tasks[name]!).every((before) => ordered.includes(before)),
    );
    for (const name of ready) waiting.delete(name);
    ordered.push(...ready);
  }
  return ordered;
}

/** The arguments of a task, once its directories are known. */
export function taskArguments(
  task: PlanTask,
  directories: {
    readonly inputs: Readonly<Record<string, string>>;
    readonly outputs: Readonly<Record<string, string>>;
  },
  given: Readonly<Record<string, string>>,
): string[] {
  const flags = (kind: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [`--${kind}.${name}`, value]);
  const taken = Object.fromEntries(task.takes.map((name) => [name, given[name]!]));
  return [
    ...task.command
      .slice(1)
      .map((word) => word.replace(INPUT_IN_COMMAND, (_all, name: string) => directories.inputs[name]!)),
    ...flags('in', directories.inputs),
    ...flags('out', directories.outputs),
    ...flags('param', { ...task.parameters, ...taken }),
  ];
}
