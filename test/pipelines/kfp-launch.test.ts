/** The launcher of Kubeflow's and Vertex AI's containers, run for real by every POSIX shell that is here. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LAUNCH } from '../../pipelines/compile/kfp-launch';
import { argumentsOf } from '../../pipelines/compile/kfp-container';

const SHELLS: readonly (readonly [string, ...string[]])[] = [['/bin/sh'], ['bash', '--posix'], ['busybox', 'sh']];
const here = SHELLS.filter(([program, ...words]) => spawnSync(program, [...words, '-c', 'exit 0']).status === 0);

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'launch-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a POSIX shell is here', () => expect(here).toContainEqual(['/bin/sh']));

test('nothing in it is a variable of Kubernetes or a placeholder of a pipeline', () => {
  expect(LAUNCH).not.toMatch(/\$\(|\$\$|\{\{/);
});

describe.each(here.map((shell) => [shell.join(' '), shell] as const))('by %s', (_name, shell) => {
  /** A program of the user's, in shell. */
  const program = (text: string): string => {
    const file = join(root, 'program');
    writeFileSync(file, `#!/bin/sh\n${text}`);
    chmodSync(file, 0o755);
    return file;
  };
  const start = (words: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess =>
    spawn(shell[0], [...shell.slice(1), '-c', LAUNCH, 'launch', ...words], {
      env: {
        PATH: process.env['PATH'],
        ROOT: root,
        MLOPS_RETRIES: '0',
        MLOPS_TIMEOUT: '600',
        MLOPS_PAUSE: '0',
        ...environment,
      },
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
  const read = (path: string) => readFileSync(join(root, path), 'utf8');
  const out = () => join(root, 'made/report');

  test('the program gets the words as they were meant', async () => {
    const words = [
      'it\'s "quoted"',
      '$HOME `id` $(id) $$ \\ \\n \\c',
      '{{$.inputs}}',
      '{text}',
      '*',
      '-n',
      '--',
      '',
      ' two  spaces ',
      'größer 🚲$',
      '{"a": 1}',
      '%s',
      '%s$',
      '\n$\n\n',
      '$1',
      '--out.report',
    ];
    const dump = program('for word do printf "%s\\0" "$word"; done >"$ROOT/words"');
    const task = { inputs: {}, outputs: [], parameters: {}, takes: [], after: [] };
    const limits = { name: 'task', timeoutSeconds: 1, retries: 0, cores: 1 };
    const { code, printed } = await launch(argumentsOf({ ...task, ...limits, command: [dump, ...words] }));
    expect({ code, printed }).toEqual({ code: 0, printed: '' });
    expect(read('words').split('\0').slice(0, -1)).toEqual(words);
  });

  test('its folders are there, its outputs empty, and they stay', async () => {
    const inputs = ['rows', 'empty'].flatMap((name) => [`--in.${name}`, join(root, 'in', name)]);
    mkdirSync(join(root, 'in/rows'), { recursive: true });
    writeFileSync(join(root, 'in/rows/file'), '');
    mkdirSync(out(), { recursive: true });
    writeFileSync(join(out(), '.old'), '');
    const write = program('[ -e "$2/file" ] && [ -d "$4" ] && [ ! -e "$6/.old" ] && echo 1 >"$6/file"');
    const ended = await launch([write, ...inputs, '--out.report', out(), '--param.x', '--out.y', '--param.z', '1']);
    // The value of a parameter is no output, whatever it looks like.
    expect(ended).toEqual({ code: 0, printed: '' });
    expect(read('made/report/file')).toBe('1\n');
  });

  test('all that it prints is passed on, and the exit code; half an output does not stay', async () => {
    const lines = program('echo half >"$2/file"; echo right; echo wrong >&2; exit 3');
    expect(await launch([lines, '--out.report', out()])).toEqual({ code: 3, printed: 'right\nwrong\n' });
    expect(existsSync(out())).toBe(false);
  });

  test("the user's error is not tried again", async () => {
    const wrong = program('echo x >>"$ROOT/tries"; exit 64');
    expect((await launch([wrong], { MLOPS_RETRIES: '3' })).code).toBe(64);
    expect(read('tries')).toBe('x\n');
  });

  test('a program that does not exist is a failure', async () => {
    const { code, printed } = await launch(['no-such-program']);
    expect(code).toBe(127);
    expect(printed).toContain('no-such-program');
  });

  test('exit code 75 is tried again, in fresh folders, as often as it may', async () => {
    const fickle = program('cd "$2" || exit 1; [ -e old ] && exit 9; touch old; echo x >>"$ROOT/tries"; exit 75');
    const { code, printed } = await launch([fickle, '--out.report', out()], { MLOPS_RETRIES: '2' });
    expect(code).toBe(75);
    expect(read('tries')).toBe('x\nx\nx\n');
    expect(printed).toBe(
      'the program asked to be run again; waiting 0 s\nthe program asked to be run again; waiting 0 s\n',
    );
  });

  test('a later try that succeeds is a success', async () => {
    const second = program('[ -e "$ROOT/tried" ] && exit 0; touch "$ROOT/tried"; exit 75');
    expect((await launch([second, '--out.report', out()], { MLOPS_RETRIES: '1' })).code).toBe(0);
    expect(existsSync(out())).toBe(true);
  });

  /** The environment in which `sleep` is another program. */
  const withSleep = (text: string) => {
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin/sleep'), `#!/bin/sh\n${text}`);
    chmodSync(join(root, 'bin/sleep'), 0o755);
    return { PATH: `${join(root, 'bin')}:${process.env['PATH']}` };
  };

  test('the pause between tries grows', async () => {
    const environment = withSleep('[ "$1" = 3 ] && exec /bin/sleep 3; echo "$1" >>"$ROOT/pauses"');
    const limits = { MLOPS_RETRIES: '4', MLOPS_PAUSE: '1', MLOPS_TIMEOUT: '3' };
    const { code } = await launch([program('exit 75')], { ...limits, ...environment });
    expect(code).toBe(75);
    expect(read('pauses')).toBe('1\n5\n25\n25\n');
  });

  test('a program that takes too long is told to end, and has failed', async () => {
    const slow = program(
      `tail -f /dev/null & held=$!; trap 'kill "$held"; echo half >"$2/file"; exit 0' TERM; echo ready; wait`,
    );
    const { code, printed } = await launch([slow, '--out.report', out()], { MLOPS_TIMEOUT: '1', MLOPS_RETRIES: '3' });
    expect(code).toBe(124);
    expect(printed).toBe('ready\ntook longer than 1 s, its timeout, and is ended\n');
    expect(existsSync(out())).toBe(false);
  });

  test('a program that does not end then is killed', async () => {
    const deaf = program('trap "" TERM; exec tail -f /dev/null');
    const { code } = await launch([deaf], { MLOPS_TIMEOUT: '1', MLOPS_GRACE: '1' });
    expect(code).toBe(124);
  });

  test('what keeps the time is gone with the program, but for a sleep of seconds', async () => {
    const environment = withSleep('echo "$1 $PPID" >"$ROOT/sleeping"; exec /bin/sleep 2');
    const patient = program('until [ -s "$ROOT/sleeping" ]; do :; done');
    expect((await launch([patient], environment)).code).toBe(0);
    const [seconds, guard] = read('sleeping').split(' ').map(Number);
    expect(seconds).toBe(5);
    expect(() => process.kill(guard!, 0)).toThrow('ESRCH');
  });

  test.each([
    ['with its own code', 'exit 7', 7, false],
    ['done in time', 'echo 1 >"$2/file"; exit 0', 0, true],
    ['to be run again, which it is not', 'exit 75', 75, false],
  ])('SIGTERM reaches the program, which ends %s', async (_how, then, expected, stays) => {
    const slow = program(
      `tail -f /dev/null & held=$!; trap 'kill "$held"; echo stopping; ${then}' TERM; echo ready; wait`,
    );
    const job = start([slow, '--out.report', out()], { MLOPS_RETRIES: '3' });
    const ended = end(job);
    await stop(job);
    expect(await ended).toEqual({ code: expected, printed: 'ready\nstopping\n' });
    expect(existsSync(join(out(), 'file'))).toBe(stays);
  });

  test('a program that SIGTERM ends is a failure with its code', async () => {
    const job = start([program('echo ready; exec tail -f /dev/null')]);
    const ended = end(job);
    await stop(job);
    expect((await ended).code).toBe(143);
  });

  test('SIGTERM ends the pause', async () => {
    const job = start([program('exit 75')], { MLOPS_RETRIES: '1', MLOPS_PAUSE: '600' });
    const ended = end(job);
    await stop(job);
    expect((await ended).code).toBe(143);
  });
});
