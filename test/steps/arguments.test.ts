/** The command line of the steps: every message, all at once, and the exit codes. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { runStep } from '../../runtime/steps';
import { Scratch } from './scratch';

async function say(...argv: string[]): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const code = await runStep(argv, (line) => lines.push(line));
  return { code, said: lines.join('\n') };
}

test('refuses a step that does not exist, and says which one was meant', async () => {
  expect(await say('prepar')).toEqual({
    code: 64,
    said: `prepar: 1 problem
  step
    got "prepar", expected one of prepare, select, drift, quality, trial_rows, trial
    fix: did you mean prepare?`,
  });
  expect((await say()).said).toContain('fix: name the step first');
  expect((await say('constructor')).code).toBe(64);
});

test('refuses unknown, missing, doubled and empty flags, and values of the wrong kind, all at once', async () => {
  const scratch = new Scratch();
  const { code, said } = await say(
    'prepare',
    ...['--in.dta', scratch.root],
    ...['--in.data', scratch.path('nowhere')],
    ...['--out.rows', scratch.path('rows')],
    ...['--out.rows', scratch.path('rows')],
    ...['--param.schema', '{"time"'],
    ...['--param.history', 'long'],
    '--param.test',
  );
  expect(code).toBe(64);
  expect(said.replaceAll(scratch.root, 'ROOT')).toBe(`prepare: 7 problems
  --in.dta
    got an unknown flag, expected one of --in.data, --out.rows, --out.report, --param.schema, --param.history, --param.test
    fix: remove it, or did you mean --in.data?
  --out.rows
    got the flag twice, expected one value
    fix: remove one of them
  --param.test
    got no value, expected a value
    fix: give the value after --param.test
  --out.report
    got nothing, expected a directory
    fix: add --out.report and its value
  --in.data
    got "ROOT/nowhere", expected a directory that exists
    fix: correct the path
  --param.schema
    got "{\\"time\\"", expected JSON
    fix: correct the value
  --param.history
    got "long", expected a number
    fix: correct the value`);
});

test('a fault of ours is no user error: it says where it happened', async () => {
  const scratch = new Scratch();
  writeFileSync(scratch.path('manifest.json'), '{"dialect": "parquet"}');
  const { code, said } = await say(
    'drift',
    ...['--in.captures', scratch.root, '--in.model', scratch.write('model/reference.json', { format: 1 })],
    ...['--out.report', scratch.path('report'), '--param.monitor', '{}', '--param.subject', '{}'],
  );
  expect(code).toBe(1);
  expect(said).toMatch(/^drift: TypeError: .*\n +at /);
});

test('run as a program, it exits with the code and prints to stdout', () => {
  const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', 'runtime/steps/main.ts', 'prepare'], {
    encoding: 'utf8',
  });
  expect(status).toBe(64);
  expect(stdout).toMatch(/^prepare: 6 problems\n/);
}, 30_000);
