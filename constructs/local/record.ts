/** The record of a system, for whoever reads it while it runs or after: its events, its versions, its runs and their logs. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LoopEvent } from '../../runtime/loop/platform';
import { layout } from '../spec/layout';
import { listFolder, readLines } from './disk';
import { Registry, type RegisteredVersion } from './registry.runtime';
import type { RunRecord } from './run';
import { Storage } from './storage';

/** Of an endpoint, oldest first; none where nothing has happened yet. */
export const readEvents = (stateDir: string, endpoint: string): Promise<readonly LoopEvent[]> =>
  readLines(join(stateDir, layout.events(endpoint)));

/** Of an endpoint, oldest first. */
export async function readVersions(stateDir: string, endpoint: string): Promise<readonly RegisteredVersion[]> {
  const registry = new Registry(new Storage(stateDir), endpoint);
  await registry.open();
  return registry.list();
}

/** Of all pipelines and monitors, oldest first. Of a run in flight the tasks are not on record yet. */
export const readRuns = (stateDir: string): Promise<readonly RunRecord[]> => runsOn(new Storage(stateDir));

export async function runsOn(storage: Storage): Promise<readonly RunRecord[]> {
  const found: RunRecord[] = [];
  for (const owner of await storage.list('runs')) {
    for (const id of await storage.list(join('runs', owner))) {
      const record = await storage.read<RunRecord>(join('runs', owner, id, 'run.json'));
      if (record) found.push(record.value);
    }
  }
  return found.sort((a, b) => a.started - b.started);
}

/** What the tasks of a run have printed so far: lines by task. A task whose outputs were in the cache printed nothing. */
export async function readRunLog(
  stateDir: string,
  { owner, id }: Pick<RunRecord, 'owner' | 'id'>,
): Promise<Readonly<Record<string, readonly string[]>>> {
  const folder = join(stateDir, 'runs', owner, id);
  const files = (await listFolder(folder)).filter((file) => file.endsWith('.log'));
  const entries = files.map(async (file) => {
    // What stands after the last line feed is a line that is being written.
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n').slice(0, -1);
    return [basename(file, '.log'), lines] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
