/** One process at a time on a state folder. The lock of a process that is gone, however it went, holds nobody up. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bornAt, isAlive } from './processes';
import { listFolder, unlessMissing, writeAtomically } from './disk';
import { Unavailable } from '../spec/problem';

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same number; empty where the system does not say. */
  readonly born: string;
  readonly since: string;
}

export interface Lock {
  release(): Promise<void>;
}

const LOCK = /^lock-[-0-9a-f]+$/;

/**
 * Throws where a living process holds the folder, and says which. Everybody puts up a file of its own first and looks for others
 * then: of two that come together the second to look sees the first, so never do both hold it, and at worst neither does.
 */
export async function lock(folder: string): Promise<Lock> {
  await mkdir(folder, { recursive: true });
  const name = `lock-${randomUUID()}`;
  const mine: Holder = { pid: process.pid, born: bornAt(process.pid), since: new Date().toISOString() };
  await writeAtomically(join(folder, name), JSON.stringify(mine));
  const release = () => rm(join(folder, name), { force: true });
  try {
    for (const other of await listFolder(folder)) if (LOCK.test(other) && other !== name) await clear(folder, other);
  } catch (error) {
    await release();
    throw error;
  }
  return { release };
}

/** Removes the lock of a process that is gone: its name is never used again, so nobody else's can be meant. */
async function clear(folder: string, name: string): Promise<void> {
  const text = await unlessMissing(readFile(join(folder, name), 'utf8'));
  if (text === undefined) return;
  const { pid, born, since } = JSON.parse(text) as Holder;
  if (!isAlive(pid) || bornAt(pid) !== born) return await rm(join(folder, name), { force: true });
  const who = pid === process.pid ? 'this process' : `process ${pid}`;
  throw new Unavailable(
    `${folder}: held by ${who} since ${since}; expected nobody. Stop it first, or use another state folder`,
  );
}
