/** The command line: every command with its options, its help and an example. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { EventsOptions } from './events';
import type { InitOptions } from './init/init';
import type { CommonOptions, Io } from './io';
import type { LabelsOptions } from './labels';
import type { LogsOptions } from './logs';
import type { ReplayCommandOptions } from './replay';
import type { RequestOptions, Wish } from './request';
import type { UpOptions } from './up';

/* eslint-disable @typescript-eslint/no-require-imports --
   Each command is loaded when it is asked for: the others' libraries would make every one of them slow to start. */
const commands = {
  check: () => (require('./check') as typeof import('./check')).check,
  down: () => (require('./down') as typeof import('./down')).down,
  events: () => (require('./events') as typeof import('./events')).events,
  init: () => (require('./init/init') as typeof import('./init/init')).init,
  labels: () => (require('./labels') as typeof import('./labels')).addLabelsCommand,
  logs: () => (require('./logs') as typeof import('./logs')).logs,
  replay: () => (require('./replay') as typeof import('./replay')).replayCommand,
  request: () => (require('./request') as typeof import('./request')).requestCommand,
  status: () => (require('./status') as typeof import('./status')).status,
  up: () => (require('./up') as typeof import('./up')).up,
};

const HELP = `
Exit codes:
  0    done
  1    failed
  64   the command line, the spec, the model code, the data or the credentials are wrong
  69   nothing is running or can be reached, or another process holds the state or the port
  130  interrupted

Examples:
  mlops init shop --csv sales.csv  a new project from a table of your own
  mlops check                      are spec and data right, and what does this machine do with them?
  mlops replay                     how would this policy have done on the data you have?
  mlops up                         run the system here, until Ctrl-C
  mlops status                     what serves, what runs, what is being waited for
  mlops events --since '1 day'     what was seen and done, and why
  mlops logs train-1               what the tasks of a run printed
  mlops approve v2 --wait          let a version serve that waits for it
  mlops reject v2                  never let it serve
  mlops rollback v2                take a version's traffic back, for good
  mlops train                      train now
  mlops labels add labels.csv      tell what the right answers were
  mlops down                       stop it and take it down

What is deployed to a cloud is asked in the same words, with the credentials of its own tools:
  mlops status --target aws        of the stack that is called like the spec, or --stack NAME
  mlops status --target gcp        of your project and region; --stack names its environment
  mlops down --target aws          let nothing serve, until mlops up --target aws undoes it`;

export function program(io: Io): Command {
  const mlops = new Command('mlops')
    .description('One typed spec of an ML system, and the loop that keeps it well.')
    .version((require('mlops-constructs/package.json') as { version: string }).version)
    .addHelpText('after', HELP)
    .configureOutput({ writeOut: (text) => io.print(text.trimEnd()), writeErr: (text) => io.error(text.trimEnd()) })
    .exitOverride()
    .showHelpAfterError('Run mlops --help for the commands.');
  addLocalCommands(mlops, io);
  addRecordCommands(mlops, io);
  addRequests(mlops, io);
  return mlops;
}
/* eslint-enable @typescript-eslint/no-require-imports */

/** A command of a system: each says which one in the same way. */
function command(of: Command, name: string, description: string, example: string): Command {
  return of
    .command(name)
    .description(description)
    .addOption(new Option('--spec <file>', 'the spec: .ts, .js, .yaml or .json (default: the only one in sight)'))
    .option('--state <folder>', 'where the system keeps its record (default: .mlops in this folder)')
    .option('--target <name>', 'where the system runs: local, aws or gcp (default: local)')
    .option(
      '--stack <name>',
      'of what is deployed: with aws its stack (default: the name of the spec), with gcp its environment',
    )
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', `\nExample:\n  ${example}`);
}

/** Commands that do their work on this machine. */
function addLocalCommands(mlops: Command, io: Io): void {
  mlops
    .command('init <name>')
    .description('a new project in a folder of that name: from a table of your own, or from made-up data')
    .option('--csv <file>', 'a table with a header: CSV, JSON lines or Parquet')
    .option('--time <column>', 'when a row happened (default: guessed)')
    .option('--key <columns>', 'what identifies a row, with commas between columns (default: guessed)')
    .option('--label <column>', 'what is predicted (default: guessed)')
    .option('--json', 'print JSON instead of text')
    .addHelpText('after', '\nExample:\n  mlops init shop --csv sales.csv --label amount')
    .action((name: string, options: InitOptions) => commands.init()(name, options, io));
  command(
    mlops,
    'check',
    'check the spec and its data, and say what the target does with it',
    'mlops check --spec mlops.yaml',
  ).action((options: CommonOptions) => commands.check()(options, io));
  command(
    mlops,
    'up',
    'run the system on this machine, until Ctrl-C; with the target of a cloud, undo mlops down',
    'mlops up --port 8080',
  )
    .option('--port <number>', 'of the endpoints, on 127.0.0.1 (default: 8080)', portNumber)
    .action((options: UpOptions) => commands.up()(options, io));
  command(
    mlops,
    'replay',
    'rehearse the policy on the data you have, on a virtual clock',
    'mlops replay --until 2012-01-01',
  )
    .option('--endpoint <name>', 'the endpoint (default: the only one)')
    .option('--from <date>', 'ignore rows before this day (default: the first row)')
    .option('--until <date>', 'stop before this day (default: after the last row)')
    .option('--report <file>', 'where the HTML report goes (default: in the state folder)')
    .option('--policy <file>', 'another policy to compare with, a part of the spec; may be given again', gathered)
    .action((options: ReplayCommandOptions) => commands.replay()(options, io));
  command(
    mlops,
    'down',
    'stop the system and take it down; data and models are kept unless the spec says otherwise',
    'mlops down',
  ).action((options: CommonOptions) => commands.down()(options, io));
}

/** Commands that read the record, or add to it. */
function addRecordCommands(mlops: Command, io: Io): void {
  command(mlops, 'status', 'what serves, what runs, what is being waited for', 'mlops status --json').action(
    (options: CommonOptions) => commands.status()(options, io),
  );
  command(mlops, 'events', 'what was seen and done, and why', "mlops events --since '1 day'")
    .option('--since <duration>', "only the last of it, such as '1 day'")
    .option('--endpoint <name>', 'of one endpoint only')
    .action((options: EventsOptions) => commands.events()(options, io));
  command(
    mlops,
    'logs [run]',
    'the runs there were; what the tasks of one printed; or, of a version such as v1, what its servers printed',
    'mlops logs train-1 --task candidate_ridge',
  )
    .option('--task <name>', 'of one task only')
    .option('--endpoint <name>', 'of one endpoint only, for a version')
    .option('--follow', 'go on until the run ends, or until Ctrl-C')
    .action((run: string | undefined, options: LogsOptions) => commands.logs()(run, options, io));
  const labels = mlops.command('labels').description('labels that come after their rows');
  command(
    labels,
    'add <file>',
    'take in a CSV, JSON lines or Parquet file with the columns of the key, label (or its name in the spec) and, optionally, at',
    'mlops labels add labels.csv --dataset rentals',
  )
    .option('--dataset <name>', 'whose labels they are (default: the only dataset)')
    .action((file: string, options: LabelsOptions) => commands.labels()(file, options, io));
}

/** Commands that ask something of the loop. */
function addRequests(mlops: Command, io: Io): void {
  const request = (name: string, description: string, example: string): Command =>
    command(mlops, name, `${description}; from any process, whether the system runs or not`, example)
      .option('--endpoint <name>', 'the endpoint (default: the only one)')
      .option('--wait', 'until the loop has acknowledged it; prints what happened');
  const ofVersion: readonly (readonly [Exclude<Wish['kind'], 'train'>, string])[] = [
    ['approve', 'let a version serve that waits for it'],
    ['reject', 'never let a version serve'],
    ['rollback', 'take the traffic of a version back, and never try it again'],
  ];
  for (const [kind, description] of ofVersion)
    request(`${kind} <version>`, description, `mlops ${kind} v2 --wait`).action(
      (version: string, options: RequestOptions) => commands.request()({ kind, version }, options, io),
    );
  request('train', 'train now', 'mlops train --wait').action((options: RequestOptions) =>
    commands.request()({ kind: 'train' }, options, io),
  );
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535)
    throw new InvalidArgumentError(`got ${text}, expected a port from 0 to 65535`);
  return value;
}

const gathered = (file: string, before: readonly string[] = []): string[] => [...before, file];
