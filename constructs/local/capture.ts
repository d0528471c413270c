/** What was asked and answered, kept as Parquet files beside the traffic, never in its way. */
import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaptureManifest } from '../spec/capture';
import type { ModelSchema } from '../spec/artifact';
import { layout } from '../spec/layout';
import type { Window } from '../../runtime/loop/platform';
import { identifier, literal, type Database } from '../../runtime/steps/database';
import type { Prediction } from './gateway';
import { linkFile, writeAtomically } from './disk';
import { SCRATCH, type Storage } from './storage';

export interface CaptureOptions {
  readonly storage: Storage;
  readonly db: Database;
  /** What an instance looks like to a version. */
  readonly schema: (endpoint: string, version: string) => ModelSchema;
  readonly log: (line: string) => void;
  /** Bytes that may wait; what comes when it is full is not captured. @default 64 MiB */
  readonly room?: number;
}

const ROOM_BYTES = 64 * 1024 * 1024;
/** A batch is written when it has this many requests, or is this old: what a crash may lose. */
const BATCH = 10_000;
const BATCH_AGE_MS = 60_000;
/** Larger than any request with its answer. */
const LARGEST_OBJECT = 256 * 1024 * 1024;

export class Captures {
  captured = 0;
  dropped = 0;
  private waiting: Prediction[] = [];
  private bytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: CaptureOptions) {}

  add(prediction: Prediction): void {
    const size = prediction.request.length + prediction.response.length;
    if (this.bytes + size > (this.options.room ?? ROOM_BYTES)) {
      this.dropped += 1;
      return;
    }
    this.bytes += size;
    this.waiting.push(prediction);
    if (this.waiting.length >= BATCH) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), BATCH_AGE_MS).unref();
  }

  /** Resolves when all that was added before is on disk. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const batch = this.waiting.splice(0);
    this.writing = this.writing.then(() => this.write(batch));
    return this.writing;
  }

  /** Makes a directory with a manifest and the files that hold the window. Whatever was answered before is in them. */
  async window(endpoint: string, version: string, { from, to }: Window, directory: string): Promise<void> {
    await this.flush();
    const folder = layout.captures(endpoint, version);
    const files = (await this.options.storage.list(folder)).filter((name) => {
      const span = spanOf(name);
      return span && span.first < to && span.last >= from;
    });
    await mkdir(directory, { recursive: true });
    for (const file of files) await linkFile(this.options.storage.path(folder, file), join(directory, file));
    const window = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const manifest: CaptureManifest = { format: 1, dialect: 'parquet', files, window };
    await writeAtomically(join(directory, 'manifest.json'), JSON.stringify(manifest));
  }

  private async write(batch: readonly Prediction[]): Promise<void> {
    for (const group of byVersion(batch)) {
      try {
        await this.writeFile(group);
        this.captured += group.length;
      } catch (error) {
        // Traffic goes on without its capture; the counter and the log say so.
        this.dropped += group.length;
        this.options.log(`${group.length} requests are not captured: ${(error as Error).message}`);
      }
    }
    this.bytes -= batch.reduce((sum, { request, response }) => sum + request.length + response.length, 0);
  }

  private async writeFile(batch: readonly Prediction[]): Promise<void> {
    const { storage, db, schema } = this.options;
    const { endpoint, version } = batch[0]!;
    const folder = storage.path(layout.captures(endpoint, version));
    const draft = storage.path(SCRATCH, randomUUID());
    await mkdir(folder, { recursive: true });
    await mkdir(storage.path(SCRATCH), { recursive: true });
    try {
      await writeFile(`${draft}.json`, batch.map(asJson).join('\n'));
      await db.writeParquet(rowsQuery(`${draft}.json`, schema(endpoint, version)), `${draft}.parquet`);
      await rename(`${draft}.parquet`, join(folder, await this.name(endpoint, version, batch)));
    } finally {
      await rm(`${draft}.json`, { force: true });
      await rm(`${draft}.parquet`, { force: true });
    }
  }

  /** `<first>-<last>.parquet`, in milliseconds: a window's files are found without opening any. */
  private async name(endpoint: string, version: string, batch: readonly Prediction[]): Promise<string> {
    const [first, last] = batch.reduce(([a, b], { at }) => [Math.min(a, at), Math.max(b, at)], [Infinity, -Infinity]);
    const span = `${String(first).padStart(13, '0')}-${String(last).padStart(13, '0')}`;
    const taken = await this.options.storage.list(layout.captures(endpoint, version));
    const count = taken.filter((name) => name.startsWith(span)).length;
    return count === 0 ? `${span}.parquet` : `${span}.${count}.parquet`;
  }
}

function byVersion(batch: readonly Prediction[]): Prediction[][] {
  const groups = new Map<string, Prediction[]>();
  for (const prediction of batch) {
    const key = `${prediction.endpoint}/${prediction.version}`;
    const group = groups.get(key);
    if (group) group.push(prediction);
    else groups.set(key, [prediction]);
  }
  return [...groups.values()];
}

function spanOf(name: string): { readonly first: number; readonly last: number } | undefined {
  const span = /^(\d+)-(\d+)(\.\d+)?\.parquet$/.exec(name);
  return span ? { first: Number(span[1]), last: Number(span[2]) } : undefined;
}

/** The bodies stand in it as they are: DuckDB reads them, so that no number is bent on its way. */
function asJson({ id, at, version, request, response }: Prediction): string {
  return `{"id":${JSON.stringify(id)},"at":${at},"version":${JSON.stringify(version)},"request":${request.toString()},"response":${response.toString()}}`;
}

function rowsQuery(file: string, { key, time, features }: ModelSchema): string {
  const names = [...new Set([...key, time, ...Object.keys(features)])];
  const typeOf = (name: string) => (features[name]?.kind === 'number' ? 'DOUBLE' : 'VARCHAR');
  const instance = names.map((name) => `${identifier(name)} ${typeOf(name)}`).join(', ');
  // A key may have the name of a column of ours that only tells rows apart; the key is worth more.
  const id = names.includes('id') ? '' : 'id, ';
  const columns = `columns = {id: 'VARCHAR', "at": 'BIGINT', version: 'VARCHAR', request: ${literal(`STRUCT(instances STRUCT(${instance})[])`)}, response: 'STRUCT(predictions DOUBLE[])'}`;
  const read = `read_json(${literal(file)}, format = 'unstructured', maximum_object_size = ${LARGEST_OBJECT}, ${columns})`;
  return `SELECT ${id}make_timestamp("at" * 1000) AS "at", version, instance.*, prediction FROM (
    SELECT id AS request_id, id, "at", version, unnest(request.instances) AS instance,
      unnest(response.predictions) AS prediction, unnest(range(len(response.predictions))) AS place
    FROM ${read}) ORDER BY "at", request_id, place`;
}
