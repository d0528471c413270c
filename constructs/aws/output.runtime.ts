/** Where SageMaker's jobs leave what a run's tasks wrote. */
import { sourceOf } from '../spec/pipeline';
import type { Document, Store } from './store.runtime';

export interface Output<T> extends Document<T> {
  /** Of the output that the document is in, without a slash at the end. */
  readonly folder: string;
}

/**
 * A JSON document in an output, `TASK.OUTPUT`, below a run's prefix. A task that was tried several times has a folder for each
 * job: the newest that wrote the document counts.
 */
export async function readOutput<T>(
  store: Store,
  prefix: string,
  output: string,
  file: string,
): Promise<Output<T> | undefined> {
  const source = sourceOf(output);
  if (!('task' in source)) throw new Error(`got ${output}, expected TASK.OUTPUT`);
  const task = `${prefix}/${source.task}`;
  const folders = (await store.folders(task)).map((job) => `${task}/${job}/output/model/${source.output}`);
  const found = await Promise.all(
    folders.map(async (folder) => {
      const document = await store.read<T>(`${folder}/${file}`);
      return document ? [{ ...document, folder }] : [];
    }),
  );
  return found.flat().sort((a, b) => b.modified - a.modified)[0];
}
