/** Takes the system on this machine down for good: `mlops down`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalOptions } from './mlops';
import { lock } from './lock';
import type { RunRecord } from './run';
import { listFolder } from './disk';
import { Storage } from './storage';

/**
 * `retain` keeps data, registry, artifacts, captures, labels, reports and events; `delete` removes all that is in the state
 * folder. Throws where a process holds it. Returns the names of what is kept.
 */
export async function destroy(
  { stateDir }: Pick<LocalOptions, 'stateDir'>,
  onDestroy: 'retain' | 'delete',
): Promise<readonly string[]> {
  const held = await lock(stateDir);
  try {
    if (onDestroy === 'delete') await rm(stateDir, { recursive: true, force: true });
    else await takeDown(new Storage(stateDir));
    return (await listFolder(stateDir)).filter((name) => !name.startsWith('lock'));
  } finally {
    await held.release();
  }
}

/** What would start again by itself: deployments, alarms, requests, notices, and runs that a closed process left. */
async function takeDown(storage: Storage): Promise<void> {
  for (const endpoint of await storage.list('loop')) {
    for (const name of ['endpoint.json', 'alarms.json', 'requests', 'notices'])
      await storage.remove(join('loop', endpoint, name));
  }
  for (const owner of await storage.list('runs')) {
    for (const id of await storage.list(join('runs', owner))) await endRun(storage, join('runs', owner, id));
  }
}

async function endRun(storage: Storage, folder: string): Promise<void> {
  const file = join(folder, 'run.json');
  const run = (await storage.read<RunRecord>(file))?.value;
  if (run?.state !== 'running') return;
  await storage.write(file, { ...run, state: 'failed', error: 'the system was taken down' } satisfies RunRecord);
  for (const name of ['in', 'plan.json']) await storage.remove(join(folder, name));
}
