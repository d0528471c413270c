import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from '../../constructs/local/lock';
import { bornAt, isAlive } from '../../constructs/local/processes';
import { temporaryFolders } from './temporary';

const folder = temporaryFolders();

/** Writes the lock as a process with that number would have. */
function leaveLock(state: string, holder: { readonly pid: number; readonly born: string }): void {
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, 'lock-0'), JSON.stringify({ ...holder, since: '2026-01-01T00:00:00.000Z' }));
}

it('is free again after its release', async () => {
  const state = folder();
  await (await lock(state)).release();
  await (await lock(state)).release();
  expect(readdirSync(state)).toEqual([]);
});

it('refuses a second holder and says who the first one is', async () => {
  const state = folder();
  const held = await lock(state);
  await expect(lock(state)).rejects.toThrow(/held by this process since .*; expected nobody. Stop it first/);
  await held.release();
});

it('refuses while another process holds it, and not after that one was killed', async () => {
  const state = folder();
  const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await once(other, 'spawn');
  leaveLock(state, { pid: other.pid!, born: bornAt(other.pid!) });
  await expect(lock(state)).rejects.toThrow(`held by process ${other.pid}`);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await (await lock(state)).release();
});

it('is free where its holder has ended, and only the parent of that one does not know yet', async () => {
  const state = folder();
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = Number(String((await once(parent.stdout, 'data'))[0]));
  while (bornAt(pid) !== '') await new Promise((later) => setTimeout(later, 5));
  expect(isAlive(pid)).toBe(true);
  leaveLock(state, { pid, born: '12345' });
  await (await lock(state)).release();
  parent.kill('SIGKILL');
});

it('takes over the lock of a process whose number belongs to another one now', async () => {
  const state = folder();
  leaveLock(state, { pid: process.pid, born: 'long ago' });
  await (await lock(state)).release();
});

it('has never two holders, however many find it stale at the same time', async () => {
  for (let round = 0; round < 20; round += 1) {
    const state = folder();
    leaveLock(state, { pid: process.pid, born: 'long ago' });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => lock(state)));
    const holders = outcomes.filter(({ status }) => status === 'fulfilled').length;
    expect(holders).toBeLessThanOrEqual(1);
    expect(readdirSync(state)).toHaveLength(holders);
  }
});
