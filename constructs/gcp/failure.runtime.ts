/** Why a run on Vertex AI failed, in words that lead to the log. */
import type { Google } from './google.runtime';
import type { JobSummary } from './pipeline-job.runtime';
import { customJob, graphName, jobLogs, taskDetails, type TaskDetail } from './task-detail.runtime';

/** It stands in notices and in lines of text. */
const LONGEST = 1000;
const NO_REASON = 'Vertex AI gives no reason';

export async function whyFailed(google: Google, { name, state, error }: JobSummary): Promise<string> {
  if (state === 'PIPELINE_STATE_CANCELLED') return 'it was cancelled';
  const failed = (await taskDetails(google, name)).filter((task) => task.state === 'FAILED');
  // Those that failed later had often been waiting for the first.
  const first = failed.sort((a, b) => timeOf(a) - timeOf(b))[0];
  return first ? ofTask(first) : shorten(error?.message || NO_REASON);
}

const timeOf = ({ endTime }: TaskDetail): number => (endTime === undefined ? Infinity : Date.parse(endTime));

function ofTask(task: TaskDetail): string {
  const job = customJob(task);
  const log = job === undefined ? '' : `; its log: gcloud logging read '${jobLogs(job)}'`;
  return `${graphName(task)}: ${shorten(task.error?.message || NO_REASON)}${log}`;
}

const shorten = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
