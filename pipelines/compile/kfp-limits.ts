/** What Kubeflow Pipelines and Vertex AI Pipelines allow, checked where the spec decides. */
import { STEP_NAME, type Graph } from '../../constructs/spec/component';
import { show, when, type Problem } from '../../constructs/spec/problem';
import { argumentsOf } from './kfp-container';
import { importerName, taskName, uriParameter } from './kfp-names';
import type { Plan, PlanTask } from './plan';

/** Vertex AI's: https://docs.cloud.google.com/gemini-enterprise-agent-platform/machine-learning/quotas */
export const MOST = {
  /** Of a run, importers included. */
  tasks: 10_000,
  /** Of a task, inputs and outputs together. */
  taskArtifacts: 100,
  /** Of a run: each output of each task is one. */
  artifacts: 10_000,
  /** That a task may take: 7 days. */
  seconds: 7 * 86_400,
  /**
   * Of an argument, in UTF-8: Linux takes 128 KiB with the byte that ends it.
   * https://man7.org/linux/man-pages/man2/execve.2.html
   */
  argumentBytes: 131_071,
} as const;

/** All limits that the graph breaks, but for those that no graph written by people comes near: checkIr knows them. */
export const checkLimits = (graph: Graph, plan: Plan): Problem[] => [
  ...checkParameters(graph),
  ...plan.tasks.flatMap((task) => checkTask(graph, task)),
];

function checkTask(graph: Graph, task: PlanTask): Problem[] {
  const path = `tasks.${task.name}`;
  const artifacts = Object.keys(task.inputs).length + task.outputs.length;
  const longest = tooLong(argumentsOf(task));
  const external = Object.keys(graph.externals).find((name) => importerName(name) === taskName(task.name));
  return [
    ...when(task.name.endsWith('_'), {
      path,
      got: `the name ${show(task.name)}`,
      expected: 'a letter or a digit at its end: a hyphen would stand there, which no name may end with',
      fix: 'rename it',
    }),
    ...when(external !== undefined, {
      path,
      got: `the task ${taskName(task.name)} of the pipeline, which imports externals.${external} already`,
      expected: 'a name of its own',
      fix: 'rename it',
    }),
    ...when(artifacts > MOST.taskArtifacts, {
      path,
      got: `${artifacts} inputs and outputs`,
      expected: `at most ${MOST.taskArtifacts} together`,
      fix: 'gather some of them in a task before it, or outputs in one',
    }),
    ...when(longest !== undefined, {
      path: `${path}.parameters`,
      got: `an argument of ${longest} bytes`,
      expected: `at most ${MOST.argumentBytes}`,
      fix: 'hand the longest values over as files, through an input',
    }),
    ...when(task.timeoutSeconds > MOST.seconds, {
      path: `${path}.component.timeout`,
      got: `${task.timeoutSeconds} seconds`,
      expected: 'at most 7 days, the longest that a task runs on Vertex AI',
      fix: 'shorten it, or split the task',
    }),
  ];
}

/** Bytes of the longest word, where that is too long: a UTF-16 unit is at most three. */
export function tooLong(words: readonly string[]): number | undefined {
  const long = words.filter((word) => word.length * 3 > MOST.argumentBytes);
  const longest = Math.max(0, ...long.map((word) => new TextEncoder().encode(word).length));
  return longest > MOST.argumentBytes ? longest : undefined;
}

/** Externals and the graph's own parameters become parameters of one pipeline. */
function checkParameters(graph: Graph): Problem[] {
  const named = [
    ...Object.keys(graph.externals).map((name) => ({ name, path: `externals.${name}`, called: uriParameter(name) })),
    ...Object.keys(graph.parameters).map((name) => ({ name, path: `parameters.${name}`, called: name })),
  ];
  return named.flatMap(({ name, path, called }, i) => {
    const other = named.slice(0, i).find((before) => before.called === called);
    return [
      ...when(!STEP_NAME.test(name) || (path.startsWith('externals') && name.endsWith('_')), {
        path,
        got: `the name ${show(name)}`,
        expected:
          'a lower-case letter, then lower-case letters, digits or underscores, none at the end; at most 31 characters',
        fix: 'rename it',
      }),
      ...when(other !== undefined, {
        path,
        got: `the parameter ${called} of the pipeline, which is ${other?.path} already`,
        expected: 'a name of its own',
        fix: 'rename it',
      }),
    ];
  });
}
