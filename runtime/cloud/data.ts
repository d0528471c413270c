/** A dataset in the bucket: whether there is enough of it to train on, told from the ends and the statistics of its files. */
import { layout } from '../../constructs/spec/layout';
import type { ResolvedDataset } from '../../constructs/spec/mlops';
import { Refused, type Observed } from '../loop/platform';
import type { FileExtent } from './extent';
import { linesExtent } from './lines';
import { parquetExtent } from './parquet';
import type { Store, StoredObject } from './store';
import { together } from './together';

export interface DatasetOptions {
  readonly store: Store;
  /** The dataset's name, and what it is. */
  readonly name: string;
  readonly dataset: ResolvedDataset;
  /** In the spec: whose loop asks. */
  readonly endpoint: string;
  /** Files that one look reads, at one or two small reads each; the next look goes on. @default 2000 */
  readonly filesALook?: number;
}

/** Of an object, by its etag. */
interface KnownFile {
  readonly etag: string;
  readonly extent: FileExtent;
}

interface DataFile extends StoredObject {
  /** Relative to the dataset. */
  readonly path: string;
}

interface Written {
  readonly format: 1;
  /** The columns that the extents are about. */
  readonly time: string;
  readonly label: string;
  /** By path, relative to the dataset. */
  readonly files: Readonly<Record<string, KnownFile>>;
}

const FILES_A_LOOK = 2000;
const AT_ONCE = 16;

export class Dataset {
  private known: Readonly<Record<string, KnownFile>> | undefined;

  constructor(private readonly options: DatasetOptions) {}

  /**
   * `false` until the labelled rows span `history` milliseconds, where the last row stands for one typical step: 24 rows, one an
   * hour, span a day. Of large files the number of rows is a guess, and so are their times where they are in no order. A file
   * that does not say when its rows happened is taken for enough: the training says what is missing.
   */
  async look(history: number): Promise<Observed['data']> {
    const objects = await this.objects();
    await this.learn(objects);
    const found = objects.flatMap((object) => {
      const known = this.known![object.path];
      return known?.etag === object.etag ? [{ ...object, extent: known.extent }] : [];
    });
    const unknown = found.flatMap(({ extent, modified }) => (extent === 'unknown' ? [modified] : []));
    const known = found.flatMap(({ extent }) => (typeof extent === 'object' ? [extent] : []));
    const newest = Math.max(...unknown, ...known.map((extent) => extent.newest));
    if (unknown.length > 0) return { newest };
    const rows = known.reduce((sum, extent) => sum + extent.rows, 0);
    if (rows < 2) return false;
    const span = newest - known.reduce((oldest, extent) => Math.min(oldest, extent.oldest), Infinity);
    return span + span / (rows - 1) >= history ? { newest } : false;
  }

  /** All files of rows. As the steps read a folder: what begins with a dot or an underscore is no data. */
  private async objects(): Promise<readonly DataFile[]> {
    const folder = `${layout.data(this.options.name)}/`;
    const objects: DataFile[] = [];
    for await (const object of this.options.store.list(folder)) {
      const path = object.key.slice(folder.length);
      if (!path.split('/').some((part) => /^[._]/.test(part)) && kindOf(path)) objects.push({ ...object, path });
    }
    return objects;
  }

  private async learn(objects: readonly DataFile[]): Promise<void> {
    const { store, endpoint, filesALook = FILES_A_LOOK } = this.options;
    const { time, label } = this.options.dataset;
    this.known ??= await this.written();
    const before = this.known;
    const news = objects.filter(({ path, etag }) => before[path]?.etag !== etag).slice(0, filesALook);
    const learned = await together(news, AT_ONCE, async (object): Promise<[string, KnownFile][]> => {
      const extent = await this.read(object);
      return extent === undefined ? [] : [[object.path, { etag: object.etag, extent }]];
    });
    const there = new Set(objects.map(({ path }) => path));
    const kept = Object.entries(before).filter(([path]) => there.has(path));
    if (news.length === 0 && kept.length === Object.keys(before).length) return;
    this.known = Object.fromEntries([...kept, ...learned.flat()]);
    const written: Written = { format: 1, time, label, files: this.known };
    await store.write(layout.known(endpoint, 'data'), written);
  }

  private async written(): Promise<Readonly<Record<string, KnownFile>>> {
    const { store, endpoint, dataset } = this.options;
    const written = (await store.read<Written>(layout.known(endpoint, 'data')))?.value;
    return written?.time === dataset.time && written.label === dataset.label ? written.files : {};
  }

  /** Undefined where the object is another by now: the next look sees it. */
  private async read(object: DataFile): Promise<FileExtent | undefined> {
    const { store, dataset } = this.options;
    const bytes = (from: number, to: number) => store.bytes(object, from, to);
    const kind = kindOf(object.path)!;
    try {
      return kind === 'parquet'
        ? await parquetExtent(object.size, bytes, dataset)
        : await linesExtent(kind, object.size, bytes, dataset);
    } catch (error) {
      if (error instanceof Refused) return undefined;
      throw error;
    }
  }
}

function kindOf(path: string): 'parquet' | 'csv' | 'jsonLines' | undefined {
  const ending = path.slice(path.lastIndexOf('.') + 1).toLowerCase();
  if (ending === 'parquet' || ending === 'csv') return ending;
  return ending === 'jsonl' || ending === 'ndjson' ? 'jsonLines' : undefined;
}
