/** A replay that is killed at any moment: the same command, given again, comes to the same end. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplaySummary } from '../../replay/summary';
import { temporaryFolders } from '../local/temporary';
import { mlops, processesOf, seeded, stateFolder, until, writeSpec, type Ended } from './commands';

const ROUNDS = Number(process.env.MLOPS_FAULT_ROUNDS ?? 30);
/** Every third round trains anew. */
const COLD = 3;
const folder = temporaryFolders();

/** Sixty days: four trainings and three canaries. */
const ARGV = ['replay', '--until', '2011-03-02', '--json'] as const;

/** All that must be the same: not how long it took, nor what the cache had already. */
function resultOf({ code, out, err }: Ended): object {
  if (code !== 0) throw new Error(`exit code ${code}\n${err}`);
  const { seconds, jobs, tasks, ...same } = JSON.parse(out) as ReplaySummary;
  expect(seconds.wall).toBeGreaterThan(0);
  return { ...same, jobs: jobs.count, tasks: tasks.count };
}

it(`comes to the same end after each of ${ROUNDS} kills`, async () => {
  const root = folder();
  const [spec, state] = [writeSpec(join(root, 'spec')), stateFolder(join(root, 'state'))];
  const undisturbed = mlops({ argv: ARGV, spec, state });
  const expected = resultOf(await undisturbed.ended);
  const { steps } = undisturbed;
  expect(expected).toMatchObject({ trainings: { count: 4 }, rollouts: { canaries: 3 }, requests: { failed: 0 } });

  const random = seeded(20_110_101);
  for (let round = 0; round < ROUNDS; round += 1) {
    const killAt = Math.ceil(random() * steps);
    if (round % COLD === 0) rmSync(join(state, 'cache'), { recursive: true, force: true });
    const killed = await mlops({ argv: ARGV, spec, state, killAt }).ended;
    const again = resultOf(await mlops({ argv: ARGV, spec, state }).ended);
    await until(() => processesOf(state).length === 0);
    expect({ round, killAt, by: killed.signal, ...again }).toEqual({ round, killAt, by: 'SIGKILL', ...expected });
  }
});
