/** How the program of a task is run: ours in this process, the model's by its Python, any other as it is. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { EXIT, runStep } from '../../runtime/steps/main';

export interface ProgramContext {
  /** A line that the program printed. */
  readonly print: (line: string) => void;
  /** Ends the program: at once where it runs in this process, else by SIGTERM and, 30 seconds later, SIGKILL. */
  readonly signal: AbortSignal;
  /** How many are kept for it. */
  readonly cores: number;
}

/** A program that takes the arguments of a task. Resolves to the exit code; rejects where it cannot be run or was ended. */
export type Program = (args: readonly string[], context: ProgramContext) => Promise<number>;

const GRACE_MS = 30_000;

/** Steps run in this process: starting Node for each would cost more than most of them. What one writes after its end is not kept. */
export const stepProgram: Program = async (args, { print, signal }) => {
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return await Promise.race([runStep(args, (text) => text.split('\n').forEach(print)), ended]);
};

/** A program of its own, found on PATH. `stdin`: nothing, or open until we are gone. */
export const spawnProgram =
  (
    command: readonly [string, ...string[]],
    env: NodeJS.ProcessEnv = process.env,
    stdin: 'ignore' | 'pipe' = 'ignore',
  ): Program =>
  (args, { print, signal, cores }) =>
    new Promise((resolve, reject) => {
      const child = spawn(command[0], [...command.slice(1), ...args], {
        env: { ...env, OMP_NUM_THREADS: String(cores), OPENBLAS_NUM_THREADS: String(cores) },
        stdio: [stdin, 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', print);
      let kill: NodeJS.Timeout | undefined;
      const end = () => {
        child.kill('SIGTERM');
        kill = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
      };
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
      const leave = () => {
        clearTimeout(kill);
        signal.removeEventListener('abort', end);
      };
      child.on('error', (error) => {
        leave();
        reject(new Error(`${command[0]} cannot be run: ${error.message}`));
      });
      child.on('close', (code, killedBy) => {
        leave();
        if (signal.aborted) reject(signal.reason as Error);
        else if (code === null) reject(new Error(`${command[0]} was ended by ${killedBy}`));
        else resolve(code);
      });
    });

/** What exit codes mean. */
export const EXIT_CODE = { done: EXIT.done, userError: EXIT.userError, tryAgain: 75 } as const;
