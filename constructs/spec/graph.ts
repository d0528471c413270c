/** What no platform's own tools catch in a graph, checked once: in a spec, and again before a graph is compiled. */
import { STEP_NAME, type ArtifactKind, type Graph, type Source, type Task } from './component';
import { show, when, type Problem } from './problem';

/** All problems of a graph: names, wiring, kinds, parameters and cycles. */
export function checkGraph(graph: Graph): Problem[] {
  const problems = Object.entries(graph.tasks).flatMap(([name, task]) => [
    ...checkNames(name, task),
    ...checkCommand(name, task),
    ...checkInputs(graph, name, task),
    ...checkParameters(graph, name, task),
  ]);
  const cycle = findCycle(graph);
  if (!cycle) return problems;
  return [
    ...problems,
    {
      path: `tasks.${cycle[0]!}`,
      got: `the cycle ${[...cycle, cycle[0]].join(' → ')}`,
      expected: 'tasks that can be put in an order',
      fix: 'take one of these inputs from somewhere else',
    },
  ];
}

/** The tasks that must end before this one begins, in order of their names. */
export function upstream(task: Task): string[] {
  return [...new Set(Object.values(task.inputs).flatMap((source) => ('task' in source ? [source.task] : [])))].sort();
}

/** What `{in.NAME}` at the beginning of an argument stands for. */
export const INPUT_IN_COMMAND = /^\{in\.([^}]*)\}/;

/** A source as it is written in a spec: `TASK.OUTPUT`, or the name of an external. */
export const sourceName = (source: Source): string =>
  'task' in source ? `${source.task}.${source.output}` : source.external;

/** The kind of a source; nothing where there is no such source. */
export function kindOf(graph: Pick<Graph, 'externals' | 'tasks'>, source: Source): ArtifactKind | undefined {
  return 'task' in source
    ? own(own(graph.tasks, source.task)?.component.outputs, source.output)
    : own(graph.externals, source.external);
}

/** One problem at most: a source that does not exist, or is of another kind. */
export function checkSource(
  graph: Pick<Graph, 'externals' | 'tasks'>,
  source: Source,
  kind: ArtifactKind,
  path: string,
): Problem[] {
  const found = kindOf(graph, source);
  const fitting = [
    ...Object.entries(graph.externals).flatMap(([name, of]) => (of === kind ? [name] : [])),
    ...Object.entries(graph.tasks).flatMap(([task, { component }]) =>
      Object.entries(component.outputs).flatMap(([output, of]) => (of === kind ? [`${task}.${output}`] : [])),
    ),
  ];
  return when(found !== kind, {
    path,
    got: `${show(sourceName(source))}, ${found ? `which is of kind ${found}` : 'which does not exist'}`,
    expected: `a source of kind ${kind}${fitting.length > 0 ? `: ${fitting.join(', ')}` : ', and there is none'}`,
    fix: fitting.length > 0 ? 'use one of them' : `add a task with an output of kind ${kind}`,
  });
}

function checkNames(name: string, { component }: Task): Problem[] {
  const all = { ...component.inputs, ...component.outputs, ...component.parameters };
  return [name, ...Object.keys(all)]
    .filter((word) => !STEP_NAME.test(word))
    .map((word) => ({
      path: `tasks.${name}`,
      got: `the name ${show(word)}`,
      expected: 'a lower-case letter, then lower-case letters, digits or underscores; at most 31',
      fix: 'rename it',
    }));
}

function checkCommand(name: string, { component: { command, inputs } }: Task): Problem[] {
  return command.flatMap((word, i) => {
    const input = INPUT_IN_COMMAND.exec(word)?.[1];
    return when(input !== undefined && (i === 0 || !Object.hasOwn(inputs, input)), {
      path: `tasks.${name}.component.command[${i}]`,
      got: show(word),
      expected: i === 0 ? 'a program' : `an input of the component: ${Object.keys(inputs).join(', ') || 'it has none'}`,
      fix: i === 0 ? 'begin with the program that runs it, such as python' : 'correct it, or add the input',
    });
  });
}

function checkInputs(graph: Graph, name: string, task: Task): Problem[] {
  return Object.entries(task.component.inputs).flatMap(([input, kind]): Problem[] => {
    const path = `tasks.${name}.inputs.${input}`;
    const source = own(task.inputs, input);
    if (source) return checkSource(graph, source, kind, path);
    return [{ path, got: 'nothing', expected: `a source of kind ${kind}`, fix: 'wire it to an output or an external' }];
  });
}

function checkParameters(graph: Graph, name: string, task: Task): Problem[] {
  const missing = Object.keys(task.component.parameters)
    .filter((key) => !Object.hasOwn(task.parameters, key) && !Object.hasOwn(graph.parameters, key))
    .map((key) => ({
      path: `tasks.${name}.parameters.${key}`,
      got: 'nothing',
      expected: 'a value',
      fix: 'set it, or make it a parameter of the graph',
    }));
  const surplus = [
    ...Object.keys(task.parameters)
      .filter((key) => !Object.hasOwn(task.component.parameters, key))
      .map((key) => `parameters.${key}`),
    ...Object.keys(task.inputs)
      .filter((key) => !Object.hasOwn(task.component.inputs, key))
      .map((key) => `inputs.${key}`),
  ].map((key) => ({
    path: `tasks.${name}.${key}`,
    got: 'a value',
    expected: 'a name that the component declares',
    fix: 'remove it, or declare it',
  }));
  return [...missing, ...surplus];
}

function findCycle(graph: Graph): string[] | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return path.slice(path.indexOf(name));
    const task = own(graph.tasks, name);
    if (!task || done.has(name)) return undefined;
    for (const before of upstream(task)) {
      const cycle = visit(before, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of Object.keys(graph.tasks).sort()) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** A name of the user's may be called `constructor`. */
const own = <T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  record && Object.hasOwn(record, key) ? record[key] : undefined;
