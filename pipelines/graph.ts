/** The training pipeline of the user's own: the graph of the spec, with values in the place of what stands in braces. */
import type { Graph, Task } from '../constructs/spec/component';
import type { ResolvedGraph, ResolvedMlops } from '../constructs/spec/mlops';
import { graphOf, type PARAMETER_VALUES } from '../constructs/spec/pipeline';
import { modelSchema, seconds } from './schema';

export function ownGraph(spec: ResolvedMlops, pipeline: string, noun: ResolvedGraph): Graph {
  const values: Readonly<Record<(typeof PARAMETER_VALUES)[number], string>> = {
    '{schema}': JSON.stringify(modelSchema(spec.datasets[noun.dataset]!)),
    '{pipeline}': pipeline,
    '{history}': seconds(noun.history),
  };
  const valueOf = (text: string): string => (Object.hasOwn(values, text) ? values[text as keyof typeof values] : text);
  const withValues = (task: Task): Task => ({
    ...task,
    parameters: Object.fromEntries(Object.entries(task.parameters).map(([name, text]) => [name, valueOf(text)])),
  });
  const graph = graphOf(`${spec.name}-${pipeline}`, noun);
  return {
    ...graph,
    tasks: Object.fromEntries(Object.entries(graph.tasks).map(([name, task]) => [name, withValues(task)])),
  };
}
