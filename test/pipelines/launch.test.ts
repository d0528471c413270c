/** The launcher of SageMaker jobs, run for real by every POSIX shell that is here. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LAUNCHER = join(__dirname, '../../pipelines/compile/launch.sh');
const SHELLS: readonly (readonly [string, ...string[]])[] = [['/bin/sh'], ['bash', '--posix'], ['busybox', 'sh']];
const here = SHELLS.filter(([program, ...words]) => spawnSync(program, [...words, '-c', 'exit 0']).status === 0);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'launch-'));
  mkdirSync(join(root, 'model'));
  mkdirSync(join(root, 'input/data'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a POSIX shell is here', () => expect(here).toContainEqual(['/bin/sh']));

describe.each(here.map((shell) => [shell.join(' '), shell] as const))('by %s', (_name, shell) => {
  /** A program of the user's, in shell. */
  const program = (text: string): string => {
    const file = join(root, 'program');
    writeFileSync(file, `#!/bin/sh\n${text}`);
    chmodSync(file, 0o755);
    return file;
  };
  const start = (words: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess =>
    spawn(shell[0], [...shell.slice(1), LAUNCHER, ...words], {
      env: { PATH: process.env['PATH'], MLOPS_ROOT: root, MLOPS_PAUSE: '0', TMPDIR: root, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const end = async (job: ChildProcess) => {
    let printed = '';
    for (const stream of [job.stdout!, job.stderr!]) stream.on('data', (part: Buffer) => (printed += part.toString()));
    const [code] = (await once(job, 'close')) as [number];
    return { code, printed };
  };
  const launch = (words: readonly string[], environment?: Readonly<Record<string, string>>) =>
    end(start(words, environment));
  /** Once it prints. A shell that just begins to wait may sleep through a signal, until the next one wakes it. */
  const stop = async (job: ChildProcess) => {
    await once(job.stdout!, 'data');
    job.kill('SIGTERM');
    const again = setInterval(() => job.kill('SIGTERM'), 500);
    job.once('close', () => clearInterval(again));
  };
  const failure = () => readFileSync(join(root, 'output/failure'), 'utf8');
  const written = () => readdirSync(join(root, 'model'), { recursive: true }).sort();

  test('the program gets the words as they are', async () => {
    const words = [
      'it\'s "quoted"',
      '$HOME `id` $(id) \\',
      '*',
      '-n',
      '--',
      '',
      ' two  spaces ',
      'größer 🚲',
      '{"a": 1}',
      '%s',
    ];
    const dump = program('for word do printf "%s\\0" "$word"; done >"$MLOPS_ROOT/words"');
    const { code } = await launch([dump, ...words]);
    expect(code).toBe(0);
    expect(readFileSync(join(root, 'words'), 'utf8').split('\0').slice(0, -1)).toEqual(words);
  });

  test('values from the environment come back whole', async () => {
    const dump = program('for word do printf "%s\\0" "$word"; done >"$MLOPS_ROOT/words"');
    const { code } = await launch(
      [dump, '{env.MLOPS_PARAM_A}', '{empty}', '{env.MLOPS_PARAM_A_1}', '{env.EMPTY}', '{a}'],
      {
        MLOPS_PARAM_A_0: "-e '$x' \"\n",
        MLOPS_PARAM_A_1: '\n${MLOPS_ROOT} größer\n',
        MLOPS_PARAM_A_2: '\\n$(touch oops)\n\n',
        MLOPS_PARAM_A_4: 'is not reached',
        MLOPS_PARAM_A_1_0: 'another',
        EMPTY_0: '',
      },
    );
    expect(code).toBe(0);
    expect(readFileSync(join(root, 'words'), 'utf8').split('\0').slice(0, -1)).toEqual([
      "-e '$x' \"\n\n${MLOPS_ROOT} größer\n\\n$(touch oops)\n\n",
      '',
      'another',
      '',
      '{a}',
    ]);
  });

  test('refuses a value that did not come', async () => {
    const { code } = await launch([program('touch "$MLOPS_ROOT/ran"'), '{env.MLOPS_PARAM_A}']);
    expect(code).toBe(1);
    expect(failure()).toBe('launch.sh: the environment variable MLOPS_PARAM_A_0 is missing\n');
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });

  test('refuses a name that is none', async () => {
    const { code } = await launch([program(''), '{env.A$(touch "$MLOPS_ROOT/ran")}']);
    expect(code).toBe(1);
    expect(failure()).toContain('is no name of a value');
    expect(existsSync(join(root, 'ran'))).toBe(false);
  });

  test('its folders are there, its outputs stay, and a mark beside them', async () => {
    mkdirSync(join(root, 'input/data/task-a/rows'), { recursive: true });
    const inputs = ['rows', 'empty'].flatMap((name) => [`--in.${name}`, join(root, 'input/data/task-a', name)]);
    const write = program('[ -d "$2" ] && [ -d "$4" ] && echo 1 >"$6/file"');
    const { code } = await launch([write, ...inputs, '--out.report', join(root, 'model/report')]);
    expect(code).toBe(0);
    expect(written()).toEqual(['_SUCCESS', 'report', 'report/file']);
    expect(existsSync(join(root, 'output'))).toBe(false);
    expect(readdirSync(root).sort()).toEqual(['input', 'model', 'program']);
  });

  test('all that it prints is passed on, and the exit code', async () => {
    const lines = program('i=0; while [ $i -lt 3000 ]; do echo "line $i"; i=$((i + 1)); done; echo wrong >&2; exit 3');
    const { code, printed } = await launch([lines]);
    expect(code).toBe(3);
    expect(printed.split('\n')).toHaveLength(3002);
    expect(failure()).toHaveLength(1000);
    expect(failure()).toMatch(/line 2999\nwrong\n$/);
  });

  test('a failure without a word says so, and leaves no outputs', async () => {
    const half = program('echo half >"$2/file"; exit 64');
    const { code } = await launch([half, '--out.report', join(root, 'model/report')]);
    expect(code).toBe(64);
    expect(failure()).toBe('ended with exit code 64 and printed nothing\n');
    expect(written()).toEqual([]);
  });

  test('a program that does not exist is a failure', async () => {
    const { code } = await launch(['no-such-program']);
    expect(code).toBe(127);
    expect(failure()).toContain('no-such-program');
  });

  test('exit code 75 is tried again, in fresh folders, as often as it may', async () => {
    const fickle = program(
      'cd "$2" || exit 1; [ -e old ] && exit 9; touch old; echo x >>"$MLOPS_ROOT/tries"; echo busy; exit 75',
    );
    const { code } = await launch([fickle, '--out.report', join(root, 'model/report')], { MLOPS_RETRIES: '2' });
    expect(code).toBe(75);
    expect(readFileSync(join(root, 'tries'), 'utf8')).toBe('x\nx\nx\n');
    expect(failure()).toBe('busy\n');
  });

  /** The environment in which `sleep` is another program. */
  const withSleep = (text: string) => {
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin/sleep'), `#!/bin/sh\n${text}`);
    chmodSync(join(root, 'bin/sleep'), 0o755);
    return { PATH: `${join(root, 'bin')}:${process.env['PATH']}`, MLOPS_PAUSE: '1', MLOPS_LINGER: '9' };
  };

  test('the pause between tries grows', async () => {
    const environment = withSleep('echo "$1" >>"$MLOPS_ROOT/pauses-$1"; [ "$1" != 9 ]');
    const { code } = await launch([program('exit 75')], { MLOPS_RETRIES: '4', ...environment });
    expect(code).toBe(75);
    const pauses = ['1', '5', '25', '125'].map((pause) => join(root, `pauses-${pause}`));
    expect(pauses.map((file) => existsSync(file) && readFileSync(file, 'utf8'))).toEqual([
      '1\n',
      '5\n',
      '25\n25\n',
      false,
    ]);
  });

  test('a later try that succeeds is a success', async () => {
    const { code } = await launch(
      [program('[ -e "$MLOPS_ROOT/tried" ] && exit 0; touch "$MLOPS_ROOT/tried"; exit 75')],
      { MLOPS_RETRIES: '1' },
    );
    expect(code).toBe(0);
    expect(written()).toEqual(['_SUCCESS']);
    expect(existsSync(join(root, 'output'))).toBe(false);
  });

  test.each([
    ['with its own code', 'exit 7', 7, []],
    ['done in time', 'echo 1 >"$2/file"; exit 0', 0, ['_SUCCESS', 'report', 'report/file']],
    ['to be run again, which it is not', 'exit 75', 75, []],
  ])('SIGTERM reaches the program, which ends %s', async (_how, then, expected, files) => {
    const slow = program(
      `tail -f /dev/null & held=$!; trap 'kill "$held"; echo stopping; ${then}' TERM; echo ready; wait`,
    );
    const job = start([slow, '--out.report', join(root, 'model/report')], { MLOPS_RETRIES: '3' });
    const ended = end(job);
    await stop(job);
    const { code, printed } = await ended;
    expect({ code, printed }).toEqual({ code: expected, printed: 'ready\nstopping\n' });
    expect(written()).toEqual(files);
  });

  test('a program that SIGTERM ends is a failure with its code', async () => {
    const job = start([program('echo ready; exec tail -f /dev/null')]);
    const ended = end(job);
    await stop(job);
    expect((await ended).code).toBe(143);
    expect(failure()).toBe('ready\n');
  });

  test('SIGTERM ends the pause', async () => {
    const job = start([program('exit 75')], { MLOPS_RETRIES: '1', MLOPS_PAUSE: '600' });
    const ended = end(job);
    await stop(job);
    expect((await ended).code).toBe(143);
  });

  test('a process that the program leaves behind does not hold the job', async () => {
    const { code } = await launch([program('tail -f /dev/null & echo "$!" >"$MLOPS_ROOT/left"; echo last; exit 2')], {
      MLOPS_LINGER: '1',
    });
    process.kill(Number(readFileSync(join(root, 'left'), 'utf8')));
    expect(code).toBe(2);
    expect(failure()).toBe('last\n');
  });
});
