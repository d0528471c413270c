/** The `mlops up` that runs on a state: where it listens, and how another command finds it. */
import { writeAtomically } from '../constructs/local/disk';
import { Unavailable } from '../constructs/spec';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import type { Overview } from './up';

interface Address {
  readonly pid: number;
  readonly url: string;
}

const fileOf = (stateDir: string): string => join(stateDir, 'up.json');

/** Says where this process listens, which holds the state. */
export const announce = (stateDir: string, url: string): Promise<void> =>
  writeAtomically(fileOf(stateDir), `${JSON.stringify({ pid: process.pid, url })}\n`);

/** Takes it back. */
export const withdraw = (stateDir: string): void => rmSync(fileOf(stateDir), { force: true });

/** What the running system says of itself. Throws Unavailable where none runs. */
export async function askRunning(stateDir: string): Promise<Address & { readonly overview: Overview }> {
  const file = fileOf(stateDir);
  if (!existsSync(file)) throw new Unavailable(`Nothing runs on ${stateDir}. Start it with mlops up.`);
  const address = JSON.parse(readFileSync(file, 'utf8')) as Address;
  try {
    const { body } = await request(address.url, { headersTimeout: 10_000 });
    return { ...address, overview: (await body.json()) as Overview };
  } catch (error) {
    const why = (error as Error).message;
    throw new Unavailable(
      `Nothing answers at ${address.url} (${why}): the last mlops up did not end by itself. Start it again.`,
    );
  }
}
