/** A run on Vertex AI, task by task. */
import type { RunRecord } from '../../runtime/cloud/parts';
import type { JobTask } from '../../runtime/cloud/why-ended';
import type { Google } from './google.runtime';
import { customJob, graphName, taskDetails } from './task-detail.runtime';

/** In the order in which they began; those that have not begun come last. */
export async function tasksOf(google: Google, { resource }: Pick<RunRecord, 'resource'>): Promise<readonly JobTask[]> {
  const tasks = (await taskDetails(google, resource)).map((task): JobTask => {
    const job = customJob(task);
    const error = task.error?.message;
    return {
      name: graphName(task),
      state: (task.state ?? 'unknown').toLowerCase(),
      ...(job !== undefined && { job }),
      ...(task.startTime !== undefined && { started: Date.parse(task.startTime) }),
      ...(error && { error }),
    };
  });
  return tasks.sort((a, b) => (a.started ?? Infinity) - (b.started ?? Infinity) || 0);
}
