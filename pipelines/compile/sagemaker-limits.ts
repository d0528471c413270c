/** What SageMaker allows, with its own figures, checked where the spec decides. */
import type { Graph } from '../../constructs/spec/component';
import { STEP_NAME } from '../../constructs/spec/component';
import { show, when, type Problem } from '../../constructs/spec/problem';
import type { Plan, PlanTask } from './plan';
import { jobCommand } from './sagemaker-command';
import { channelOf, OUTPUT_PARAMETER, parameterName } from './sagemaker-names';

/** Names of steps and channels (64 letters, digits, hyphens, underscores) need no check: those of tasks are shorter. */
const MOST = {
  /** In a pipeline; an account's quota can be raised: https://docs.aws.amazon.com/general/latest/gr/sagemaker.html */
  steps: 50,
  /** Of a job: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html */
  channels: 20,
  /** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html */
  arguments: 100,
  /** `Environment`: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html */
  variables: 100,
  /** 28 days: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html */
  seconds: 28 * 86_400,
  /** Characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreatePipeline.html */
  definition: 1_048_576,
} as const;

/** Kept in the definition for what is not known yet: names, ARNs, URIs, subnets. */
const UNKNOWN = 65_536;

/** All limits that the graph breaks; `text` is the definition without what only the platform knows. */
export function checkLimits(graph: Graph, plan: Plan, text: string): Problem[] {
  return [
    ...checkParameters(graph),
    ...when(plan.tasks.length > MOST.steps, {
      path: 'tasks',
      got: `${plan.tasks.length} tasks`,
      expected: `at most ${MOST.steps}, the steps of a SageMaker pipeline`,
      fix: 'do in one task what is done in several',
    }),
    ...plan.tasks.flatMap(checkTask),
    ...when(text.length > MOST.definition - UNKNOWN, {
      path: 'tasks',
      got: `a definition of ${text.length} characters`,
      expected: `at most ${MOST.definition - UNKNOWN}`,
      fix: 'hand the longest parameters over as files, through an input',
    }),
  ];
}

function checkTask(task: PlanTask): Problem[] {
  const path = `tasks.${task.name}`;
  const command = jobCommand(task);
  const variables = Object.keys(command.environment).length;
  const channels = new Set(Object.values(task.inputs).map(channelOf)).size;
  return [
    ...when(channels > MOST.channels - 1, {
      path: `${path}.inputs`,
      got: `inputs from ${channels} tasks and externals`,
      expected: `at most ${MOST.channels - 1}: of a SageMaker job's ${MOST.channels} channels one brings the launcher`,
      fix: 'gather some of them in a task before it',
    }),
    ...when(command.arguments.length > MOST.arguments, {
      path: `${path}.component`,
      got: `a command line of ${command.arguments.length} words`,
      expected: `at most ${MOST.arguments}; each input, output and parameter takes two`,
      fix: 'gather parameters in one of JSON, or read several outputs of a task as one',
    }),
    ...when(variables > MOST.variables, {
      path: `${path}.parameters`,
      got: `values that fill ${variables} environment variables`,
      expected: `at most ${MOST.variables}; a value of more than 256 bytes takes one for each 512 bytes`,
      fix: 'hand the longest values over as files, through an input',
    }),
    ...when(task.timeoutSeconds > MOST.seconds, {
      path: `${path}.component.timeout`,
      got: `${task.timeoutSeconds} seconds`,
      expected: 'at most 28 days, the longest that a SageMaker job may run',
      fix: 'shorten it, or split the task',
    }),
  ];
}

/** Externals and the graph's own parameters become parameters of one pipeline, beside the output's. */
function checkParameters(graph: Graph): Problem[] {
  const named = [
    ...Object.keys(graph.externals).map((name) => ({ name, path: `externals.${name}` })),
    ...Object.keys(graph.parameters).map((name) => ({ name, path: `parameters.${name}` })),
  ];
  return named.flatMap(({ name, path }, i) => {
    const other = named.slice(0, i).find((before) => parameterName(before.name) === parameterName(name));
    const taken = other?.path ?? (parameterName(name) === OUTPUT_PARAMETER ? 'where the outputs go' : undefined);
    return [
      ...when(!STEP_NAME.test(name), {
        path,
        got: `the name ${show(name)}`,
        expected: 'a lower-case letter, then lower-case letters, digits or underscores; at most 31',
        fix: 'rename it',
      }),
      ...when(taken !== undefined, {
        path,
        got: `the parameter ${parameterName(name)} of the pipeline, which is ${taken} already`,
        expected: 'a name of its own',
        fix: 'rename it',
      }),
    ];
  });
}
