/** Outputs of tasks by what they were made from: the same program on the same inputs need not run again. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContentDigests } from './content';
import { isAlive } from './processes';
import { codeOf, listFolder, unlessMissing } from './storage';

/** A directory and the digest of what is in it. */
export interface Artifact {
  readonly directory: string;
  readonly digest: string;
}
export type Artifacts = Readonly<Record<string, Artifact>>;

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

  /** The outputs kept under a key. They are never changed afterwards. */
  async find(key: string): Promise<Artifacts | undefined> {
    const text = await unlessMissing(readFile(join(this.folder, key, 'digests.json'), 'utf8'));
    if (text === undefined) return undefined;
    const digests = Object.entries(JSON.parse(text) as Record<string, string>);
    return Object.fromEntries(
      digests.map(([name, digest]) => [name, { directory: join(this.folder, key, name), digest }]),
    );
  }

  /** Runs `work` on empty directories, one an output, and keeps what it wrote unless it throws. */
  async make(
    key: string,
    outputs: readonly string[],
    work: (directories: Readonly<Record<string, string>>) => Promise<void>,
  ) {
    const draft = join(this.folder, `draft-${process.pid}-${randomUUID()}`);
    try {
      const directories = Object.fromEntries(outputs.map((name) => [name, join(draft, name)]));
      for (const directory of Object.values(directories)) await mkdir(directory, { recursive: true });
      await work(directories);
      const digests = await Promise.all(outputs.map(async (name) => [name, await this.digests.of(directories[name]!)]));
      await writeFile(join(draft, 'digests.json'), JSON.stringify(Object.fromEntries(digests)));
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
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  }
}
