/** Where SageMaker's jobs leave what a run's tasks wrote: each job has a folder of its own. */
import type { FoldersOf } from '../../runtime/cloud/output';

export const jobFolders: FoldersOf = async (store, prefix, task, output) => {
  const jobs = await store.folders(`${prefix}/${task}`);
  return jobs.map((job) => `${prefix}/${task}/${job}/output/model/${output}`);
};
