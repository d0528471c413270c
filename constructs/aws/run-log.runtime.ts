/** A run of a SageMaker pipeline, task by task. */
import { paginateListPipelineExecutionSteps, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { RunRecord } from '../../runtime/cloud/parts';
import type { JobTask } from '../../runtime/cloud/why-ended';

/** Log group of all training jobs. */
export const JOBS = '/aws/sagemaker/TrainingJobs';

/** In the order in which they began. */
export async function tasksOf(
  client: SageMakerClient,
  { resource }: Pick<RunRecord, 'resource'>,
): Promise<readonly JobTask[]> {
  const tasks: JobTask[] = [];
  const pages = paginateListPipelineExecutionSteps(
    { client },
    { PipelineExecutionArn: resource, SortOrder: 'Ascending' },
  );
  for await (const { PipelineExecutionSteps = [] } of pages)
    for (const { StepName, StepStatus, StartTime, FailureReason, Metadata } of PipelineExecutionSteps) {
      const job = Metadata?.TrainingJob?.Arn?.split('/').at(-1);
      tasks.push({
        name: StepName!,
        state: (StepStatus ?? 'unknown').toLowerCase(),
        ...(job !== undefined && { job }),
        ...(StartTime && { started: StartTime.getTime() }),
        ...(FailureReason !== undefined && { error: FailureReason }),
      });
    }
  return tasks;
}
