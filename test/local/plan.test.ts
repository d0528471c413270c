import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runPlan } from '../../constructs/local/plan.runtime';
import { Bench, resultOf } from './plan';
import { appear, temporaryFolders } from './temporary';

const folder = temporaryFolders();

describe('a plan', () => {
  it('hands the outputs of a task to those after it', async () => {
    const result = await new Bench(folder()).run({
      first: { act: 'write' },
      second: { act: 'write', reads: ['first'] },
    });
    expect(result.error).toBeUndefined();
    expect(resultOf(result, 'second').inputs).toEqual([
      '"rows"',
      JSON.stringify({ value: 'first', inputs: ['"rows"'] }),
    ]);
    expect(result.tasks.map(({ name, state, cached }) => [name, state, cached])).toEqual([
      ['first', 'succeeded', false],
      ['second', 'succeeded', false],
    ]);
  });

  it('runs tasks side by side that do not need each other', async () => {
    const bench = new Bench(folder());
    const go = join(bench.folder, 'go');
    const run = bench.run({ a: { act: `wait ${go}` }, b: { act: `wait ${go}` } });
    await appear(`${go}.begun-a`, `${go}.begun-b`);
    writeFileSync(go, '');
    expect((await run).tasks.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
  });

  it('runs no more tasks at a time than there are cores', async () => {
    const bench = new Bench(folder(), 1);
    const go = join(bench.folder, 'go');
    const run = bench.run({ a: { act: `wait ${go}` }, b: { act: 'write' } });
    await appear(`${go}.begun-a`);
    expect(bench.count('b')).toBe(0);
    writeFileSync(go, '');
    await run;
    expect(bench.count('b')).toBe(1);
  });

  it('keeps as many cores for a task as it needs, and tells its program', async () => {
    const bench = new Bench(folder(), 2);
    const go = join(bench.folder, 'go');
    const run = bench.run({ a: { act: `wait ${go}`, cores: 8 }, b: { act: 'cores' } });
    await appear(`${go}.begun-a`);
    expect(bench.count('b')).toBe(0);
    writeFileSync(go, '');
    expect(resultOf(await run, 'b').value).toBe('1');
    expect(resultOf(await bench.run({ c: { act: 'cores', cores: 8 } }), 'c').value).toBe('2');
  });

  it('refuses to start without one of its directories', async () => {
    const bench = new Bench(folder());
    const job = { plan: bench.plan({}), given: { externals: {}, parameters: {} }, logs: join(bench.folder, 'logs') };
    await expect(runPlan({ ...job, signal: new AbortController().signal }, bench.tools())).rejects.toThrow(
      'got no data',
    );
  });
});

describe('the cache', () => {
  it('has what the same program made of the same content, whatever the run and the place', async () => {
    const bench = new Bench(folder());
    const tasks = { first: { act: 'write' }, second: { act: 'write', reads: ['first'] } };
    const before = await bench.run(tasks);
    writeFileSync(join(bench.folder, 'data', 'result.json'), '"rows"');
    const after = await bench.run(tasks);
    expect(after.tasks.map(({ cached, seconds }) => [cached, seconds])).toEqual(
      before.tasks.map(({ seconds }) => [true, seconds]),
    );
    expect(before.tasks.every(({ seconds }) => seconds > 0)).toBe(true);
    expect(after.outputs).toEqual(before.outputs);
    expect(bench.count('first')).toBe(1);
  });

  it('makes anew what depends on changed content, and only that', async () => {
    const bench = new Bench(folder());
    const tasks = (value: string) => ({
      first: { act: 'write', value },
      other: { act: 'write' },
      second: { act: 'write', reads: ['first'] },
    });
    await bench.run(tasks('one'));
    await bench.run(tasks('two'));
    expect(['first', 'other', 'second'].map((name) => bench.count(name))).toEqual([2, 1, 2]);
    writeFileSync(join(bench.folder, 'data', 'result.json'), '"more rows"');
    await bench.run(tasks('two'));
    expect(['first', 'other', 'second'].map((name) => bench.count(name))).toEqual([3, 2, 3]);
  });

  it('makes all anew with another program', async () => {
    const bench = new Bench(folder());
    await bench.run({ first: { act: 'write' } });
    bench.program = 'two';
    await bench.run({ first: { act: 'write' } });
    expect(bench.count('first')).toBe(2);
  });

  it('keeps nothing of a task that failed', async () => {
    const bench = new Bench(folder());
    await bench.run({ first: { act: 'fail 64' } });
    await bench.run({ first: { act: 'fail 64' } });
    expect(bench.count('first')).toBe(2);
  });
});

describe('a program that fails', () => {
  it('is not tried again for the user’s error; the run has its message and the log, and the others finish', async () => {
    const bench = new Bench(folder());
    const result = await bench.run({
      first: { act: 'fail 64', value: 'rentals' },
      other: { act: 'write' },
      second: { act: 'write', reads: ['first'] },
    });
    expect(bench.count('first')).toBe(1);
    expect(result.tasks.map(({ state }) => state)).toEqual(['failed', 'succeeded', 'skipped']);
    const { log } = result.tasks[0]!;
    expect(result.error).toBe(`first: column "rentals" is missing (log: ${log})`);
    expect(readFileSync(log, 'utf8')).toBe('column "rentals" is missing\n');
  });

  it('is tried again, three times at most, where it asks for it', async () => {
    const bench = new Bench(folder());
    const result = await bench.run({ patient: { act: 'fail-first 3' }, hopeless: { act: 'fail-first 9' } });
    expect(result.tasks.map(({ state }) => state)).toEqual(['succeeded', 'failed']);
    expect([bench.count('patient'), bench.count('hopeless')]).toEqual([4, 4]);
    expect(result.error).toContain('hopeless: the disk is busy');
  });

  it('is tried again as often as its component says', async () => {
    const bench = new Bench(folder());
    await bench.run({
      once: { act: 'fail-first 9', retries: 0 },
      often: { act: 'fail-first 9', retries: 5 },
    });
    expect([bench.count('once'), bench.count('often')]).toEqual([1, 6]);
  });

  it('is asked to end when its time is over', async () => {
    const result = await new Bench(folder()).run({ slow: { act: 'hang', timeoutSeconds: 0.5 } });
    expect(result.error).toContain('slow: took longer than 0.5 s, its timeout, and was ended');
  });

  it('is ended with its run, which then has no result', async () => {
    const bench = new Bench(folder());
    const abort = new AbortController();
    const go = join(bench.folder, 'go');
    const run = bench.run({ a: { act: `wait ${go}` }, b: { act: 'write', reads: ['a'] } }, abort.signal);
    await appear(`${go}.begun-a`);
    abort.abort(new Error('cancelled: enough'));
    await expect(run).rejects.toThrow('cancelled: enough');
    expect(bench.count('b')).toBe(0);
  });
});
