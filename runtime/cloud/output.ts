/** What a run's tasks wrote: documents in outputs that lie wherever the platform's jobs put them. */
import { sourceOf } from '../../constructs/spec/pipeline';
import type { Document, Store } from './store';

export interface Output<T> extends Document<T> {
  /** Of the output that the document is in, without a slash at the end. */
  readonly folder: string;
}

/** Folders that may hold an output of a task, below a run's prefix: one for each time that the task was tried. */
export type FoldersOf = (store: Store, prefix: string, task: string, output: string) => Promise<readonly string[]>;

export class Outputs {
  constructor(
    readonly store: Store,
    private readonly foldersOf: FoldersOf,
  ) {}

  /** A JSON document in an output, `TASK.OUTPUT`, below a run's prefix. The newest counts, where a task was tried several times. */
  async read<T>(prefix: string, output: string, file: string): Promise<Output<T> | undefined> {
    const source = sourceOf(output);
    if (!('task' in source)) throw new Error(`got ${output}, expected TASK.OUTPUT`);
    const folders = await this.foldersOf(this.store, prefix, source.task, source.output);
    const found = await Promise.all(
      folders.map(async (folder) => {
        const document = await this.store.read<T>(`${folder}/${file}`);
        return document ? [{ ...document, folder }] : [];
      }),
    );
    return found.flat().sort((a, b) => b.modified - a.modified)[0];
  }
}
