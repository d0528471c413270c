/** A dataset on this machine: whether there is enough of it to train on, and what a run is given of it. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { ResolvedDataset } from '../spec/mlops';
import type { Observed } from '../../runtime/loop/platform';
import { unite, valueOf } from '../../runtime/steps/column';
import type { Database } from '../../runtime/steps/database';
import { openSource } from '../../runtime/steps/source';
import { StepError } from '../../runtime/steps/step';
import { GrowingFolder, type FileFacts } from './growing-folder';

/** Of rows with a time and a label; times in milliseconds. */
interface Extent {
  readonly oldest: number;
  readonly newest: number;
  readonly rows: number;
}
const NOTHING: Extent = { oldest: Infinity, newest: -Infinity, rows: 0 };

export interface DatasetOptions {
  readonly dataset: ResolvedDataset;
  /** Folder, or one file. */
  readonly path: string;
  readonly db: Database;
  /** Folder for short-lived files. */
  readonly scratch: string;
  readonly log: (line: string) => void;
}

export class Dataset {
  private readonly folder: GrowingFolder;
  private files: readonly FileFacts[] = [];
  private extent: Promise<Extent> = Promise.resolve(NOTHING);

  constructor(private readonly options: DatasetOptions) {
    this.folder = new GrowingFolder(options.path);
  }

  /**
   * `false` until the labelled rows span `history` milliseconds, where the last row stands for one typical step: 24 rows, one an
   * hour, span a day.
   */
  async look(history: number): Promise<Observed['data']> {
    const { oldest, newest, rows } = await this.measured();
    if (rows < 2) return false;
    const span = newest - oldest;
    return span + span / (rows - 1) >= history ? { newest } : false;
  }

  get path(): string {
    return this.options.path;
  }

  /** There is no file. */
  get isEmpty(): boolean {
    return this.folder.files().length === 0;
  }

  /** The files as they are now, so that a run reads what it was started on. */
  snapshot(directory: string): Promise<void> {
    return this.folder.snapshot(directory);
  }

  private measured(): Promise<Extent> {
    const files = this.folder.files();
    if (files === this.files) return this.extent;
    const known = new Map(this.files.map((file) => [file.path, file]));
    const added = files.filter((file) => !same(known.get(file.path), file));
    // A file that changed or went away takes its rows along: then all are counted anew.
    const onlyAdded = files.length - added.length === this.files.length;
    const [before, news] = onlyAdded ? [this.extent, added] : [Promise.resolve(NOTHING), files];
    this.files = files;
    this.extent = before.then(async (extent) => (news.length === 0 ? extent : join(extent, await this.read(news))));
    return this.extent;
  }

  /** Files that cannot be read count for nothing: the training run that meets them says so, and the loop goes on. */
  private async read(files: readonly FileFacts[]): Promise<Extent> {
    const directory = `${this.options.scratch}/look-${randomUUID()}`;
    const paths = new Set(files.map(({ path }) => path));
    try {
      await this.folder.snapshot(directory, (file) => paths.has(file.path));
      return await this.query(directory);
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      this.options.log(error.print(this.options.path));
      return NOTHING;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  private async query(directory: string): Promise<Extent> {
    const { dataset, db, path } = this.options;
    const { parts } = await openSource(db, directory, path);
    const rows = unite(
      parts,
      (part) =>
        `epoch_ms(${valueOf(part, dataset.time, 'time')}) AS t, ${valueOf(part, dataset.label, 'label')} AS label`,
    );
    const found = await db.row<{ oldest: number | null; newest: number | null; rows: number }>(
      `SELECT min(t) AS oldest, max(t) AS newest, count(t) AS "rows" FROM ${rows} WHERE label IS NOT NULL`,
    );
    return { oldest: found.oldest ?? Infinity, newest: found.newest ?? -Infinity, rows: found.rows };
  }
}

const same = (a: FileFacts | undefined, b: FileFacts): boolean => a?.size === b.size && a.modified === b.modified;

const join = (a: Extent, b: Extent): Extent => ({
  oldest: Math.min(a.oldest, b.oldest),
  newest: Math.max(a.newest, b.newest),
  rows: a.rows + b.rows,
});
