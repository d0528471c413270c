import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Runs, type NewRun } from '../../constructs/local/pipeline.runtime';
import { runPlan } from '../../constructs/local/plan.runtime';
import type { RunRecord } from '../../constructs/local/run';
import { Storage } from '../../constructs/local/storage';
import { Bench, type TestTask } from './plan';
import { appear, temporaryFolders } from './temporary';

const folder = temporaryFolders();

/** A process' view of the runs: opened on the same folder again, it is the next process. */
function openProcess(bench: Bench) {
  const storage = new Storage(join(bench.folder, 'state'));
  const tools = bench.tools();
  let wake: (run: RunRecord) => void = () => {};
  const ended = new Promise<RunRecord>((resolve) => (wake = resolve));
  const runs = new Runs({
    storage,
    clock: () => 1000,
    run: (job) => runPlan(job, tools),
    keep: async () => ({}),
    onEnd: (run) => wake(run),
    log: () => {},
  });
  return { runs, ended };
}

const newRun = (bench: Bench, tasks: Readonly<Record<string, TestTask>>): NewRun => ({
  id: 'train-1',
  kind: 'train',
  owner: 'training',
  tags: { n: 1, reason: 'bootstrap', at: 1000, generation: 1 },
  prepare: async () => ({ plan: bench.plan(tasks), given: bench.given }),
});

it('a run is on record as soon as it has been started, and has its tasks when it has ended', async () => {
  const { runs, ended } = openProcess(new Bench(folder()));
  await runs.start(newRun(new Bench(folder()), { first: { act: 'write' } }));
  expect(runs.list()).toMatchObject([{ id: 'train-1', state: 'running', started: 1000 }]);
  expect(await ended).toMatchObject({
    state: 'succeeded',
    ended: 1000,
    tasks: [{ name: 'first', state: 'succeeded' }],
  });
  expect(runs.inFlight).toBe(false);
});

it('starting an id again changes nothing, at the same time or later', async () => {
  const bench = new Bench(folder());
  const { runs, ended } = openProcess(bench);
  const run = newRun(bench, { first: { act: 'write' } });
  await Promise.all([runs.start(run), runs.start(run)]);
  await ended;
  await runs.start(run);
  expect(bench.count('first')).toBe(1);
  expect(runs.list()).toMatchObject([{ state: 'succeeded', tasks: [{ cached: false }] }]);
});

it('a run that fails keeps the message of its program', async () => {
  const bench = new Bench(folder());
  const { runs, ended } = openProcess(bench);
  await runs.start(newRun(bench, { first: { act: 'fail 64', value: 'rentals' } }));
  expect(await ended).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('column "rentals" is missing') as string,
  });
});

it('a run that is cancelled has failed, and says why', async () => {
  const bench = new Bench(folder());
  const { runs } = openProcess(bench);
  const go = join(bench.folder, 'go');
  await runs.start(newRun(bench, { first: { act: `wait ${go}` } }));
  await appear(`${go}.begun-first`);
  await runs.cancel('training', 'train-1', 'the endpoint is taken down');
  expect(runs.list()).toMatchObject([{ state: 'failed', error: 'cancelled: the endpoint is taken down' }]);
});

it('a run that a closed process left is taken up where it stood, by the next one', async () => {
  const bench = new Bench(folder());
  const before = openProcess(bench);
  const go = join(bench.folder, 'go');
  await before.runs.start(
    newRun(bench, {
      first: { act: 'write' },
      second: { act: `wait ${go}`, reads: ['first'] },
      third: { act: 'write', reads: ['second'] },
    }),
  );
  await appear(`${go}.begun-second`);
  await before.runs.close();
  expect(before.runs.list()).toMatchObject([{ state: 'running' }]);

  writeFileSync(go, '');
  const after = openProcess(bench);
  await after.runs.open();
  const run = await after.ended;
  expect(run).toMatchObject({ id: 'train-1', state: 'succeeded' });
  expect(run.tasks.map(({ name, cached }) => [name, cached])).toEqual([
    ['first', true],
    ['second', false],
    ['third', false],
  ]);
  expect(bench.count('first')).toBe(1);
});
