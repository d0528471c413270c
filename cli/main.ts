/** The command `mlops`: reads the command line, runs one command, turns what happens into an exit code. */
import { CommanderError } from 'commander';
import { EXIT, explain } from './exit';
import type { Io } from './io';
import { program } from './program';

/** Returns the exit code; never throws and never ends the process. */
export async function main(argv: readonly string[], io: Io = terminal()): Promise<number> {
  try {
    await program(io).parseAsync(argv, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.user;
    const { code, text } = explain(error);
    io.error(text);
    return code;
  }
}

function terminal(): Io {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort());
  return {
    print: (text) => process.stdout.write(`${text}\n`),
    error: (text) => process.stderr.write(`${text}\n`),
    rewrite: (text) => process.stderr.write(`\r\x1b[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`),
    cwd: process.cwd(),
    interactive: process.stdout.isTTY && process.stderr.isTTY,
    signal: abort.signal,
  };
}
