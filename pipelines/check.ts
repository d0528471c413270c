/** What no platform's own tools catch in a graph, checked once for every compiler. */
import { STEP_NAME, type Graph, type Task } from '../constructs/spec/component';
import type { Problem } from '../constructs/spec/problem';

/** All problems of a graph: names, wiring, kinds, parameters and cycles. */
export function checkGraph(graph: Graph): Problem[] {
  const problems = Object.entries(graph.tasks).flatMap(([name, task]) => [
    ...checkNames(name, task),
    ...checkInputs(graph, name, task),
    ...checkParameters(graph, name, task),
  ]);
  const cycle = findCycle(graph);
  if (!cycle) return problems;
  return [
    ...problems,
    {
      path: `${graph.name}.tasks.${cycle[0]!}`,
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

function checkNames(name: string, { component }: Task): Problem[] {
  const all = { ...component.inputs, ...component.outputs, ...component.parameters };
  return [name, ...Object.keys(all)]
    .filter((word) => !STEP_NAME.test(word))
    .map((word) => ({
      path: `tasks.${name}`,
      got: `the name ${JSON.stringify(word)}`,
      expected: 'a lower-case letter, then lower-case letters, digits or underscores; at most 31',
      fix: 'rename it',
    }));
}

function checkInputs(graph: Graph, name: string, task: Task): Problem[] {
  return Object.entries(task.component.inputs).flatMap(([input, kind]): Problem[] => {
    const path = `tasks.${name}.inputs.${input}`;
    const source = task.inputs[input];
    if (!source)
      return [
        { path, got: 'nothing', expected: `a source of kind ${kind}`, fix: 'wire it to an output or an external' },
      ];
    const [from, found] =
      'task' in source
        ? [`tasks.${source.task}.outputs.${source.output}`, graph.tasks[source.task]?.component.outputs[source.output]]
        : [`externals.${source.external}`, graph.externals[source.external]];
    if (!found)
      return [
        { path, got: `${from}, which does not exist`, expected: `a source of kind ${kind}`, fix: 'correct the name' },
      ];
    if (found === kind) return [];
    return [{ path, got: `${from} of kind ${found}`, expected: `kind ${kind}`, fix: 'wire it to another output' }];
  });
}

function checkParameters(graph: Graph, name: string, task: Task): Problem[] {
  const missing = Object.keys(task.component.parameters)
    .filter((key) => !(key in task.parameters) && !(key in graph.parameters))
    .map((key) => ({
      path: `tasks.${name}.parameters.${key}`,
      got: 'nothing',
      expected: 'a value',
      fix: 'set it, or make it a parameter of the graph',
    }));
  const surplus = [
    ...Object.keys(task.parameters)
      .filter((key) => !(key in task.component.parameters))
      .map((key) => `parameters.${key}`),
    ...Object.keys(task.inputs)
      .filter((key) => !(key in task.component.inputs))
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
    const task = graph.tasks[name];
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
