/** Emulators as processes of this machine: each on a free loopback port, ready before it is used, and never left behind. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { until } from './waiting';

/**
 * Runs the program in a process group that is killed as soon as its standard input is closed: when it is stopped, and also
 * when this process is killed, whichever way. The program's own children go with it.
 */
const LEASH = 'exec 3<&0; (cat <&3 >/dev/null; kill -KILL 0) & exec "$@" </dev/null 3<&-';

export interface Program {
  readonly name: string;
  /** With its arguments. */
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Answers as soon as the program can be used. */
  readonly ready: string;
  /** Receives what it prints. */
  readonly log: string;
}

export interface Running {
  stop(): Promise<void>;
}

export async function start({ name, command, variables, ready, log }: Program): Promise<Running> {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'w');
  const child = spawn('sh', ['-c', LEASH, 'sh', ...command], {
    detached: true,
    stdio: ['pipe', output, output],
    env: { ...withoutAws(process.env), ...variables },
  });
  closeSync(output);
  const over = once(child, 'exit');
  const stop = async () => {
    child.stdin!.end();
    await over;
  };
  try {
    await until(`${name} to answer at ${ready}`, async () => {
      const end = child.exitCode ?? child.signalCode;
      if (end !== null) throw new Error(`${name} ended with ${end}:\n${readFileSync(log, 'utf8')}`);
      return answers(ready);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}

/** The variables of this process but for those that lead to a real account. */
export function withoutAws(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(AWS|CDK|PYTHON)/.test(name)));
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return address.port;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).status < 500;
  } catch {
    return false;
  }
}
