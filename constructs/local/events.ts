/** The event log of an endpoint, for whoever reads it while the system runs or after. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { layout } from '../spec/layout';
import type { LoopEvent } from '../../runtime/loop/platform';
import { unlessMissing } from './storage';

/** Oldest first; none where nothing has happened yet. */
export async function readEvents(stateDir: string, endpoint: string): Promise<readonly LoopEvent[]> {
  const text = await unlessMissing(readFile(join(stateDir, layout.events(endpoint)), 'utf8'));
  const lines = text?.split('\n') ?? [];
  // What stands after the last line feed is a line that is being written, or that a crash cut off.
  return lines.slice(0, -1).map((line) => JSON.parse(line) as LoopEvent);
}
