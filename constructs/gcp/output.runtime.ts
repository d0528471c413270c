/** Where Vertex AI's jobs leave what a run's tasks wrote: `PROJECT NUMBER/JOB/TASK_NUMBER/OUTPUT` below the run's folder. */
import { taskName } from '../../pipelines/compile/kfp-names';
import type { FoldersOf } from '../../runtime/cloud/output';
import type { Store } from '../../runtime/cloud/store';
import { together } from '../../runtime/cloud/together';

/** Folders between a run's and its tasks'; one more than Vertex AI has now, which promises nothing. */
const DEEPEST = 3;
const AT_ONCE = 8;

export const taskFolders: FoldersOf = async (store, prefix, task, output) => {
  // The number is one of 64 bits, with its sign.
  const found = await foldersCalled(new RegExp(`^${taskName(task)}_-?\\d+$`), store, prefix, DEEPEST);
  return found.map((folder) => `${folder}/${output}`);
};

async function foldersCalled(name: RegExp, store: Store, folder: string, depth: number): Promise<readonly string[]> {
  const names = await store.folders(folder);
  const found = names.filter((one) => name.test(one)).map((one) => `${folder}/${one}`);
  if (found.length > 0 || depth === 0) return found;
  const deeper = (one: string) => foldersCalled(name, store, `${folder}/${one}`, depth - 1);
  return (await together(names, AT_ONCE, deeper)).flat();
}
