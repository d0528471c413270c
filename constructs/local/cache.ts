/** Outputs of tasks by what they were made from: the same program on the same inputs need not run again. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentDigests } from './content';
import { isAlive } from './processes';
import { errorCode, listFolder, unlessMissing } from './disk';

/** A directory and the digest of what is in it. */
export interface Artifact {
  readonly directory: string;
  readonly digest: string;
}
export type Artifacts = Readonly<Record<string, Artifact>>;

export interface Made {
  readonly outputs: Artifacts;
  /** How long the work took, when it was done. */
  readonly seconds: number;
}

/** made.json, beside the outputs. */
interface MadeDocument {
  readonly seconds: number;
  /** Digests by output. */
  readonly outputs: Readonly<Record<string, string>>;
}

export class Cache {
  constructor(
    private readonly folder: string,
    private readonly digests: ContentDigests,
  ) {}

  /** Removes what processes that are gone were making. */
  async sweep(): Promise<void> {
    for (const name of await listFolder(this.folder)) {
      const pid = /^draft-(\d+)-/.exec(name)?.[1];
      if (pid && !isAlive(Number(pid))) await rm(join(this.folder, name), { recursive: true, force: true });
    }
  }

  /** What is kept under a key. It is never changed afterwards. */
  async find(key: string): Promise<Made | undefined> {
    const text = await unlessMissing(readFile(join(this.folder, key, 'made.json'), 'utf8'));
    if (text === undefined) return undefined;
    const { seconds, outputs } = JSON.parse(text) as MadeDocument;
    const artifact = (name: string, digest: string) => ({ directory: join(this.folder, key, name), digest });
    return {
      seconds,
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, digest]) => [name, artifact(name, digest)])),
    };
  }

  /** Runs `work` on empty directories, one an output, and keeps what it wrote unless it throws. */
  async make(
    key: string,
    outputs: readonly string[],
    work: (directories: Readonly<Record<string, string>>) => Promise<void>,
  ): Promise<Made> {
    const draft = join(this.folder, `draft-${process.pid}-${randomUUID()}`);
    try {
      const directories = Object.fromEntries(outputs.map((name) => [name, join(draft, name)]));
      for (const directory of Object.values(directories)) await mkdir(directory, { recursive: true });
      const start = performance.now();
      await work(directories);
      const seconds = (performance.now() - start) / 1000;
      const digests = await Promise.all(outputs.map(async (name) => [name, await this.digests.of(directories[name]!)]));
      const made: MadeDocument = { seconds, outputs: Object.fromEntries(digests) as MadeDocument['outputs'] };
      await writeFile(join(draft, 'made.json'), JSON.stringify(made));
      await keep(draft, join(this.folder, key));
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return (await this.find(key))!;
  }
}

/** Where another process was faster, its outputs are as good as these. */
async function keep(draft: string, target: string): Promise<void> {
  try {
    await rename(draft, target);
  } catch (error) {
    if (errorCode(error) !== 'ENOTEMPTY' && errorCode(error) !== 'EEXIST') throw error;
  }
}
