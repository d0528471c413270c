/**
 * Compiles a graph for SageMaker: the definition document of a pipeline.
 *
 * A task becomes a Training step, whatever it does: a processing job has room for 10 inputs, a training job for 20.
 * It reads channels: one for each task before it, with all outputs of that task, one for each external, and one with
 * `launch.sh`, which runs the task's program. What the program writes goes uncompressed below the parameter `Output`,
 * to `<Output>/<task>/<job>/output/model/<output>`, with a file `_SUCCESS` beside the outputs. A job that failed
 * leaves none.
 *
 * The channels order the steps. There is no CacheConfig: its key holds the URIs of the inputs and not their contents,
 * and as each run has prefixes of its own, a hit could only be wrong. RetryPipelineExecution keeps what succeeded
 * anyway.
 */
import type { Graph } from '../../constructs/spec/component';
import { SpecError } from '../../constructs/spec/problem';
import { compilePlan, type Plan } from './plan';
import type { PipelineDefinition, RetryPolicy } from './sagemaker-definition';
import { trainingJob, type SagemakerSettings } from './sagemaker-job';
import { checkLimits } from './sagemaker-limits';
import { OUTPUT_PARAMETER, parameterName } from './sagemaker-names';

export type { PipelineDefinition } from './sagemaker-definition';
export type { JobMachine, JobNetwork, SagemakerSettings } from './sagemaker-job';

/**
 * All parameters are given at each start, named in PascalCase: `Output` (an S3 URI without a slash at its end), one
 * for each external (an S3 URI with one, as everything is read that begins with it, and with an object below it), one
 * for each parameter of the graph (at most 512 characters). Throws a SpecError where the graph cannot run, or not on
 * SageMaker.
 */
export function compileSagemaker(graph: Graph, settings: SagemakerSettings): PipelineDefinition {
  const plan = compilePlan(graph);
  const problems = checkLimits(graph, plan, JSON.stringify(define(plan, NOTHING_KNOWN)));
  if (problems.length > 0) throw new SpecError(graph.name, problems);
  return define(plan, settings);
}

function define(plan: Plan, settings: SagemakerSettings): PipelineDefinition {
  const parameters = [OUTPUT_PARAMETER, ...[...plan.externals, ...plan.parameters].map(parameterName)];
  return {
    Version: '2020-12-01',
    Metadata: {},
    Parameters: parameters.sort().map((name) => ({ Name: name, Type: 'String' })),
    Steps: plan.tasks.map((task) => ({
      Name: task.name,
      Type: 'Training',
      Arguments: trainingJob(task, settings),
      RetryPolicies: RETRIES,
    })),
  };
}

/**
 * A shortage of capacity passes with a day's peak: nine waits, from one minute to four hours. A quota is free again
 * when jobs of one's own have ended; where it is zero, somebody must be told within the hour. The service's own
 * faults pass in minutes. A program that asks for another try gets it in the same job.
 */
const RETRIES: readonly RetryPolicy[] = [
  { ExceptionType: ['SageMaker.CAPACITY_ERROR'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 9 },
  { ExceptionType: ['SageMaker.RESOURCE_LIMIT'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 6 },
  { ExceptionType: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 6 },
  { ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 2 },
];

const NOTHING_KNOWN: SagemakerSettings = {
  image: () => '',
  machine: () => ({ type: '', takesVolumeKey: true }),
  role: '',
  key: '',
  launcher: '',
  network: false,
  isolation: true,
  spot: false,
};
