/** Runs one task of a plan: from the cache where the same was made before, else its program, in fresh directories. */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { taskArguments, type PlanTask } from '../../pipelines/compile/plan';
import type { Artifacts, Cache, Made } from './cache';
import { digestOf } from './content';
import { EXIT_CODE, type Program } from './programs';
import type { Slots } from './slots';

/** A program, and the digest of what it is made of: another digest makes other outputs. */
export interface TaskProgram {
  readonly run: Program;
  readonly digest: string;
}

export interface TaskJob {
  readonly task: PlanTask;
  readonly inputs: Artifacts;
  /** The run's parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  /** File for what the program prints. */
  readonly log: string;
  readonly signal: AbortSignal;
  /** Called when the program starts: not where the outputs are in the cache. */
  readonly onStart: () => void;
}

export interface TaskResult extends Made {
  /** The outputs were there already. */
  readonly cached: boolean;
}

/** Waits before a program that asked for it (exit code 75) is run again; the last one counts for all after it. */
export const RETRY_DELAYS_MS: readonly number[] = [1_000, 5_000, 25_000];
/** How much of what a failed program printed is its message. */
const MESSAGE_LINES = 20;

export class TaskRunner {
  constructor(
    private readonly cache: Cache,
    private readonly slots: Slots,
    private readonly retryDelays: readonly number[] = RETRY_DELAYS_MS,
  ) {}

  /** Throws an error with the program's own message where it fails, and the signal's reason where it is ended. */
  async run(job: TaskJob, program: TaskProgram): Promise<TaskResult> {
    const key = keyOf(job, program.digest);
    const kept = await this.cache.find(key);
    if (kept) return { ...kept, cached: true };
    return await this.slots.use(job.task.cores, async (cores) => {
      job.signal.throwIfAborted();
      job.onStart();
      return { ...(await this.untilDone(job, program.run, key, cores)), cached: false };
    });
  }

  private async untilDone(job: TaskJob, program: Program, key: string, cores: number): Promise<Made> {
    for (let retry = 0; ; retry += 1) {
      try {
        return await this.cache.make(key, job.task.outputs, (outputs) => attempt(job, program, outputs, cores));
      } catch (error) {
        if (!(error instanceof TryAgain) || retry === job.task.retries) throw error;
        await sleep(this.retryDelays[retry] ?? this.retryDelays.at(-1), undefined, { signal: job.signal });
      }
    }
  }
}

class TryAgain extends Error {}

async function attempt(
  job: TaskJob,
  program: Program,
  outputs: Readonly<Record<string, string>>,
  cores: number,
): Promise<void> {
  const { task, log, signal, parameters } = job;
  const inputs = Object.fromEntries(Object.entries(job.inputs).map(([name, { directory }]) => [name, directory]));
  const printed = createWriteStream(log, { flags: 'a' });
  const last: string[] = [];
  const keep = (line: string) => {
    last.push(line);
    if (last.length > MESSAGE_LINES) last.shift();
  };
  const print = (line: string) => {
    printed.write(`${line}\n`);
    keep(line);
  };
  // The program is worth more than its log; where it fails, this stands beside its reason.
  printed.on('error', (error) => keep(`the log cannot be written: ${error.message}`));
  const ending = AbortSignal.any([signal, AbortSignal.timeout(task.timeoutSeconds * 1000)]);
  try {
    const code = await program(taskArguments(task, { inputs, outputs }, parameters), { print, signal: ending, cores });
    if (code === EXIT_CODE.done) return;
    const message = last.join('\n').trim() || `ended with exit code ${code} and printed nothing`;
    throw code === EXIT_CODE.tryAgain ? new TryAgain(message) : new Error(message);
  } catch (error) {
    signal.throwIfAborted();
    if (!ending.aborted) throw error;
    throw new Error(`took longer than ${task.timeoutSeconds} s, its timeout, and was ended`, {
      cause: error,
    });
  } finally {
    await finished(printed.end()).catch(() => undefined);
  }
}

/** Another number for another way of keeping: what was kept the old way is not found. */
const FORMAT = 2;

function keyOf({ task, inputs, parameters }: TaskJob, program: string): string {
  return digestOf({
    format: FORMAT,
    program,
    command: task.command,
    inputs: Object.entries(inputs).map(([name, { digest }]) => [name, digest]),
    outputs: task.outputs,
    parameters: { ...task.parameters, ...Object.fromEntries(task.takes.map((name) => [name, parameters[name]])) },
  });
}
