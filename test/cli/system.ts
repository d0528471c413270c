/** The system as a person runs it: `mlops up` in one terminal, the other commands and a client in another. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const ROOT = join(__dirname, '../..');
const COMMAND = join(ROOT, 'bin/mlops.js');

export interface Answer {
  readonly code: number;
  /** What was printed, on either stream. */
  readonly out: string;
}

/** Links what this checkout has made before into a folder for records: an environment and outputs of tasks are made once. */
export function shareMade(records: string): void {
  for (const name of ['python', 'cache']) {
    mkdirSync(join(ROOT, '.mlops', name), { recursive: true });
    mkdirSync(records, { recursive: true });
    symlinkSync(join(ROOT, '.mlops', name), join(records, name));
  }
}

export class RunningSystem {
  private readonly printed: string[] = [];
  private readonly waiting: { readonly line: RegExp; readonly done: (line: string) => void }[] = [];
  private up: ChildProcess | undefined;

  /** `options` name the spec and the records, for every command. */
  constructor(
    readonly folder: string,
    private readonly options: readonly string[],
  ) {}

  static folder(): string {
    return mkdtempSync(join(tmpdir(), 'mlops-up-'));
  }

  get pid(): number {
    return this.up!.pid!;
  }

  /** Resolves when a line matches; rejects where `up` ends before that. */
  async start(ready: RegExp): Promise<void> {
    const up = spawn(process.execPath, [COMMAND, 'up', '--port', '0', ...this.options], { cwd: this.folder });
    this.up = up;
    for (const stream of [up.stdout, up.stderr]) createInterface(stream).on('line', (line) => this.hear(line));
    const ended = once(up, 'close').then(() => Promise.reject(new Error(this.printed.join('\n'))));
    await Promise.race([this.says(ready), ended]);
    // Later the end is what a test waits for.
    ended.catch(() => undefined);
  }

  /** Resolves with the first line of `up` that matches. */
  says(line: RegExp): Promise<string> {
    const found = this.printed.find((text) => line.test(text));
    return found !== undefined ? Promise.resolve(found) : new Promise((done) => this.waiting.push({ line, done }));
  }

  /** Another command on the same system. */
  mlops(...argv: readonly string[]): Promise<Answer> {
    return run([COMMAND, ...argv, ...this.options], this.folder);
  }

  /** Exit code of `up`, when it has ended. */
  async ended(): Promise<number | null> {
    const up = this.up!;
    if (up.exitCode === null && up.signalCode === null) await once(up, 'close');
    return up.exitCode;
  }

  async cleanUp(): Promise<void> {
    if (this.up && this.up.exitCode === null && this.up.signalCode === null) {
      this.up.kill('SIGKILL');
      await this.ended();
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private hear(line: string): void {
    this.printed.push(line);
    this.waiting.filter((one) => one.line.test(line)).forEach((one) => one.done(line));
  }
}

async function run(argv: readonly string[], cwd: string): Promise<Answer> {
  const child = spawn(process.execPath, argv, { cwd });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, out };
}
