/** Commands of `mlops` on a small copy of the example, run as a person runs them, and killed as a machine kills them. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bikeRentals } from '../../stacks/bike-rentals/spec';

const ROOT = resolve(__dirname, '../..');
const EXAMPLE = join(ROOT, 'stacks/bike-rentals');

/** Writes the example's spec with one quick candidate and short times, and returns the file. */
export function writeSpec(folder: string, rollout: object = {}): string {
  mkdirSync(folder, { recursive: true });
  const { rentals } = bikeRentals.datasets!;
  const { online } = bikeRentals.endpoints!;
  const spec = {
    name: 'bikes',
    datasets: { rentals: { ...rentals, source: join(EXAMPLE, 'data') } },
    pipelines: {
      training: {
        kind: 'training',
        dataset: 'rentals',
        code: join(EXAMPLE, 'model'),
        history: '20 days',
        test: '5 days',
        candidates: { ridge: { kind: 'ridge', alpha: 1 } },
        choose: { metric: 'wape', atMost: 0.9 },
      },
    },
    endpoints: {
      online: {
        ...online,
        replicas: { min: 1, max: 1 },
        // Without p99: how busy this machine is must decide nothing.
        rollout: { steps: [50], bake: '6 hours', leastRequests: 3, whenIdle: 'advance', hold: '1 day', ...rollout },
        monitors: {
          inputs: { kind: 'data-drift', every: '7 days', leastRows: 20 },
          quality: {
            kind: 'model-quality',
            metric: 'wape',
            worseThanBaseline: 1.1,
            every: '4 days',
            labelsWithin: '1 day',
            violations: { count: 1, of: 1 },
          },
        },
        retrain: { on: ['quality'], cooldown: '4 days' },
      },
    },
  };
  const file = join(folder, 'mlops.json');
  writeFileSync(file, JSON.stringify(spec));
  return file;
}

/** A state folder that uses the environments of this repository: making them is not what is tested here. */
export function stateFolder(folder: string): string {
  const python = join(ROOT, '.mlops/python');
  mkdirSync(python, { recursive: true });
  mkdirSync(folder, { recursive: true });
  symlinkSync(python, join(folder, 'python'));
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export class Running {
  out = '';
  err = '';
  readonly ended: Promise<Ended>;

  constructor(
    readonly child: ChildProcess,
    private readonly stepsFile: string,
  ) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      out: this.out,
      err: this.err,
    }));
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Of one that ended by itself. */
  get steps(): number {
    return existsSync(this.stepsFile) ? Number(readFileSync(this.stepsFile, 'utf8')) : 0;
  }
}

export interface Command {
  readonly argv: readonly string[];
  readonly spec: string;
  readonly state: string;
  /** The step before which it is killed. */
  readonly killAt?: number;
}

export function mlops({ argv, spec, state, killAt }: Command): Running {
  const stepsFile = join(dirname(spec), 'steps');
  rmSync(stepsFile, { force: true });
  const child = spawn(process.execPath, [join(ROOT, 'bin/mlops.js'), ...argv, '--spec', spec, '--state', state], {
    env: {
      ...process.env,
      NODE_OPTIONS: `--require ${join(__dirname, 'kill-at.js')}`,
      STEPS_FILE: stepsFile,
      ...(killAt !== undefined && { KILL_AT: String(killAt) }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Running(child, stepsFile);
}

/** Programs of ours that work for a state folder. */
export function processesOf(state: string): string[] {
  const { stdout, error } = spawnSync('pgrep', ['-af', `mlops_model.*${state}`], { encoding: 'utf8' });
  if (error) throw error;
  return stdout.split('\n').filter((line) => line !== '' && !line.includes('pgrep'));
}

/** Polls, for what happens in other processes; the test's own limit ends it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((later) => setTimeout(later, 20));
}

/** Numbers from 0 to 1 that look random and are the same each time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
