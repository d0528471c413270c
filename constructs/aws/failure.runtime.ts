/** Why a run of a SageMaker pipeline failed, in words that lead to the log. */
import {
  paginateListPipelineExecutionSteps,
  type PipelineExecutionStep,
  type PipelineExecutionSummary,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';

const LOG_GROUP = '/aws/sagemaker/TrainingJobs';
/** It stands in notices and in lines of text. */
const LONGEST = 1000;

export async function whyFailed(client: SageMakerClient, run: PipelineExecutionSummary): Promise<string> {
  if (run.PipelineExecutionStatus === 'Stopped') return 'it was stopped';
  const failed: PipelineExecutionStep[] = [];
  const pages = paginateListPipelineExecutionSteps({ client }, { PipelineExecutionArn: run.PipelineExecutionArn });
  for await (const { PipelineExecutionSteps = [] } of pages)
    failed.push(...PipelineExecutionSteps.filter(({ StepStatus }) => StepStatus === 'Failed'));
  // Those that failed later were stopped because of the first, as a rule.
  const first = failed.sort((a, b) => timeOf(a) - timeOf(b))[0];
  return first ? ofStep(first) : shorten(run.PipelineExecutionFailureReason ?? 'SageMaker gives no reason');
}

const timeOf = ({ EndTime }: PipelineExecutionStep): number => EndTime?.getTime() ?? Infinity;

function ofStep({ StepName, FailureReason, Metadata }: PipelineExecutionStep): string {
  const job = Metadata?.TrainingJob?.Arn?.split('/').at(-1);
  const log = job ? `; its log: ${LOG_GROUP}, streams ${job}/…` : '';
  return `${StepName}: ${shorten(FailureReason ?? 'SageMaker gives no reason')}${log}`;
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
