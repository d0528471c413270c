/** A run of a SageMaker pipeline, task by task, and why it ended as it did. */
import { paginateListPipelineExecutionSteps, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { Decision } from '../spec/decision';
import { layout } from '../spec/layout';
import type { ResolvedMlops } from '../spec/mlops';
import { registerOf } from '../spec/pipeline';
import type { Report } from '../spec/report';
import type { Time } from '../../runtime/loop/platform';
import { trainingPrefix } from './given.runtime';
import { readOutput } from './output.runtime';
import type { RunRecord } from './pipeline.runtime';
import type { Store } from './store.runtime';

export interface JobTask {
  /** As the pipeline's graph calls it. */
  readonly name: string;
  /** In SageMaker's word: `executing`, `succeeded`, `failed`. */
  readonly state: string;
  /** Of its last training job. Nothing before it has one. */
  readonly job?: string;
  readonly started?: Time;
  readonly error?: string;
}

/** Log group of all training jobs. */
export const JOBS = '/aws/sagemaker/TrainingJobs';

/** In the order in which they began. */
export async function tasksOf(client: SageMakerClient, { arn }: Pick<RunRecord, 'arn'>): Promise<readonly JobTask[]> {
  const tasks: JobTask[] = [];
  const pages = paginateListPipelineExecutionSteps({ client }, { PipelineExecutionArn: arn, SortOrder: 'Ascending' });
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

/** In the words of the task that decided, or of the monitor; nothing where it has not said. */
export async function whyEnded(
  store: Store,
  spec: ResolvedMlops,
  endpoint: string,
  { id, kind, tags }: Pick<RunRecord, 'id' | 'kind' | 'tags'>,
): Promise<string | undefined> {
  if (kind === 'monitor') {
    const folder = layout.report(endpoint, tags.monitor!, id);
    const report = (await store.read<Report>(`${folder}/report.json`))?.value;
    return report && `${report.verdict}: ${report.why}`;
  }
  const { model: pipeline } = spec.endpoints[endpoint]!;
  const { decision } = registerOf(spec.pipelines[pipeline]!);
  if (decision === false) return undefined;
  const made = await readOutput<Decision>(store, trainingPrefix(pipeline, id), decision, 'decision.json');
  return made?.value.why;
}
