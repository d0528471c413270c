/** What Vertex AI tells of the tasks of one pipeline job: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.pipelineJobs */
import type { Google } from './google.runtime';

export interface TaskDetail {
  /** Hyphens where the graph has underscores. */
  readonly taskName: string;
  /** `RUNNING`, `SUCCEEDED`, `FAILED`, … */
  readonly state?: string;
  readonly startTime?: string;
  readonly endTime?: string;
  readonly error?: { readonly message?: string };
  readonly executorDetail?: { readonly containerDetail?: { readonly mainJob?: string } };
}

interface Numbered extends TaskDetail {
  /** Numbers of 64 bits. */
  readonly taskId?: string;
  readonly parentTaskId?: string;
}

/** A job holds its document and all its artifacts too, which are not asked for. */
const FIELDS =
  'jobDetail(taskDetails(taskId,parentTaskId,taskName,state,startTime,endTime,error(message),executorDetail(containerDetail(mainJob))))';

/** Those that do something: the pipeline itself is told as a task as well, that the others are part of. */
export async function taskDetails(google: Google, job: string): Promise<readonly TaskDetail[]> {
  const found = await google.call<{ readonly jobDetail?: { readonly taskDetails?: readonly Numbered[] } }>(
    'aiplatform',
    'GET',
    job,
    { query: { fields: FIELDS } },
  );
  const all = found.jobDetail?.taskDetails ?? [];
  const wholes = new Set(all.map(({ parentTaskId }) => parentTaskId));
  return all.filter(({ taskId, parentTaskId, executorDetail }) => {
    const isPart = parentTaskId !== undefined && parentTaskId !== '0';
    return executorDetail !== undefined || (isPart && !wholes.has(taskId));
  });
}

/** As the pipeline's graph calls it: no name there has a hyphen. */
export const graphName = ({ taskName }: TaskDetail): string => taskName.replaceAll('-', '_');

/** Of the custom job that ran it: a number, as logs have it. */
export const customJob = ({ executorDetail }: TaskDetail): string | undefined =>
  executorDetail?.containerDetail?.mainJob?.split('/').at(-1);

/** Of what a custom job printed, in Cloud Logging. */
export const jobLogs = (job: string): string => `resource.type="ml_job" AND resource.labels.job_id="${job}"`;
