/** The command `mlops`: reads the command line, runs one command, turns what happens into an exit code. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { EXIT, explain } from './exit';
import type { Io } from './io';

/* eslint-disable @typescript-eslint/no-require-imports --
   Each command is loaded when it is asked for: the others' libraries would make every one of them slow to start. */
const commands = {
  check: () => (require('./check') as typeof import('./check')).check,
  down: () => (require('./down') as typeof import('./down')).down,
  events: () => (require('./events') as typeof import('./events')).events,
  replay: () => (require('./replay') as typeof import('./replay')).replayCommand,
  status: () => (require('./status') as typeof import('./status')).status,
  up: () => (require('./up') as typeof import('./up')).up,
};

const EXIT_CODES = `
Exit codes:
  0    done
  1    failed
  64   the command line, the spec, the model code or the data is wrong
  69   nothing is running, or another process holds the state
  130  interrupted

Examples:
  mlops check                      is the spec right, and what does this machine do with it?
  mlops replay                     how would this policy have done on the data you have?
  mlops up                         run the system here, until Ctrl-C
  mlops status                     what serves, what runs, what is being waited for
  mlops events --since '1 day'     what was seen and done, and why
  mlops down                       stop it and take it down`;

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

function program(io: Io): Command {
  const mlops = new Command('mlops')
    .description('One typed spec of an ML system, and the loop that keeps it well.')
    .version((require('mlops-constructs/package.json') as { version: string }).version)
    .addHelpText('after', EXIT_CODES)
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: (text) => io.error(text.trimEnd()) })
    .exitOverride()
    .showHelpAfterError('Run mlops --help for the commands.');
  const command = (name: string, description: string, example: string): Command =>
    mlops
      .command(name)
      .description(description)
      .addOption(new Option('--spec <file>', 'the spec: .ts, .js, .yaml or .json (default: the only one in sight)'))
      .option('--state <folder>', 'where the system keeps its record (default: .mlops in this folder)')
      .option('--json', 'print JSON instead of text')
      .addHelpText('after', `\nExample:\n  ${example}`);

  command('check', 'check the spec, and say what this machine does with it', 'mlops check --spec mlops.yaml').action(
    (options) => commands.check()(options, io),
  );
  command('up', 'run the system on this machine, until Ctrl-C', 'mlops up --port 8080')
    .option('--port <number>', 'of the endpoints, on 127.0.0.1', wholeNumber, 8080)
    .action((options) => commands.up()(options, io));
  command('status', 'what serves, what runs, what is being waited for', 'mlops status --json').action((options) =>
    commands.status()(options, io),
  );
  command('events', 'what was seen and done, and why', "mlops events --since '1 day'")
    .option('--since <duration>', "only the last of it, such as '1 day'")
    .option('--endpoint <name>', 'of one endpoint only')
    .action((options) => commands.events()(options, io));
  command('replay', 'rehearse the policy on the data you have, on a virtual clock', 'mlops replay --until 2012-01-01')
    .option('--endpoint <name>', 'the endpoint (default: the only one)')
    .option('--from <date>', 'ignore rows before this day (default: the first row)')
    .option('--until <date>', 'stop before this day (default: after the last row)')
    .option('--report <file>', 'where the HTML report goes (default: in the state folder)')
    .action((options) => commands.replay()(options, io));
  command(
    'down',
    'stop the system and take it down; data and models are kept unless the spec says otherwise',
    'mlops down',
  ).action((options) => commands.down()(options, io));
  return mlops;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError(`got ${text}, expected a port from 0 to 65535`);
  return value;
}
