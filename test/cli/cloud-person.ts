/** A person with a spec in a folder and credentials of a faked cloud: commands in this process, at the time of the fakes. */
import { stringify } from 'yaml';
import type { MlopsSpec } from '../..';
import { Folder, type Answer } from './command';

export type Online = Partial<NonNullable<MlopsSpec['endpoints']>[string]>;

/** What tests that are the same for all clouds may touch of the record. */
export interface Objects {
  /** In order. */
  keys(prefix?: string): readonly string[];
  json<T>(key: string): T;
  bytes(key: string): Buffer;
  put(key: string, body: string | Buffer | object): void;
  delete(key: string): void;
}

export abstract class CloudPerson {
  /** As `--target` names it. */
  abstract readonly target: string;
  abstract readonly region: string;
  /** First line of `mlops status`. */
  abstract readonly heading: string;
  /** What says which endpoints there are. */
  abstract readonly holder: string;
  /** The command that shows what the loop printed. */
  abstract readonly log: string;
  /** What stands in the way of being down, once v1 serves. */
  abstract readonly left: string;
  /** In the URI of an object of the record. */
  abstract readonly bucket: string;
  abstract readonly objects: Objects;
  readonly folder = new Folder();
  private readonly original = { ...process.env };

  protected abstract openCloud(): Promise<void>;
  protected abstract closeCloud(): Promise<void>;
  abstract readonly spec: MlopsSpec;
  abstract get now(): number;
  /** As deployed just now, with changes of the endpoint in the spec; nothing has happened. */
  abstract renew(online?: Online): Promise<void> | void;
  abstract wait(minutes: number): void;
  /** The loop looks. */
  abstract look(): Promise<void>;
  /** Training run n ends, and leaves a model; five minutes pass. */
  abstract trained(n: number): void;
  /** What was asked of the endpoint is done; five minutes pass. */
  abstract changed(): void;
  /** What is being stopped has stopped. */
  abstract stopped(): void;
  /** A run of the monitor `inputs` on v1 ends, and leaves a report that nobody has seen yet. */
  abstract monitored(id: string): Promise<void>;
  /** Time passes until then, and the loop tells that it looks, but nothing comes of it. */
  abstract looksAt(time: number): void;
  /** The loop has not looked for so long that nobody knows how long. */
  abstract silence(): void;
  /** The alarm of the monitor `quality` rings. */
  abstract ring(): void;
  /** Requests that v1 has answered just now. */
  abstract traffic(requests: number, failed: number): void;
  abstract addRows(days: number): void;
  /** A deployment of the program. */
  abstract release(deployment: string): void;
  /** The loop looks, and its program is that of a deployment. */
  abstract lookAs(deployment: string, code: string): Promise<void>;
  /** Of runs, oldest first, whether they are over. */
  abstract runs(): readonly { readonly id: string; readonly isOver: boolean }[];
  /** Whether something serves, or is about to. */
  abstract get serves(): boolean;
  /** Of v1, in a word of the registry's. */
  abstract approval(): 'approved' | 'rejected' | 'pending';

  async open(): Promise<void> {
    await this.openCloud();
    this.write(this.spec);
    // Only the day is faked: whatever waits for an answer really waits.
    jest.useFakeTimers({
      doNotFake: [
        'clearImmediate',
        'clearInterval',
        'clearTimeout',
        'hrtime',
        'nextTick',
        'performance',
        'queueMicrotask',
        'setImmediate',
        'setInterval',
        'setTimeout',
      ],
    });
  }

  write(spec: MlopsSpec): void {
    this.folder.write({ 'mlops.yaml': stringify(spec) });
  }

  /** A command with `--target`. */
  mlops(...argv: readonly string[]): Promise<Answer> {
    jest.setSystemTime(this.now);
    return this.folder.mlops(...argv, '--target', this.target);
  }

  /** What a command prints that succeeds. */
  async printed(...argv: readonly string[]): Promise<string> {
    const { code, out, err } = await this.mlops(...argv);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return out;
  }

  /** A command is refused, in words and without a stack trace. */
  async refuses(argv: readonly string[], code: number, message: string | RegExp): Promise<void> {
    const answer = await this.mlops(...argv);
    if (typeof message === 'string') expect(answer.err).toContain(message);
    else expect(answer.err).toMatch(message);
    expect(answer.err).not.toMatch(/^\s+at .*:\d+/m);
    expect(answer.err).not.toContain('not your fault');
    expect(answer.err.split('\n')).toHaveLength(1);
    expect(answer.code).toBe(code);
  }

  /** While a command waits: the loop looks, and what it asked for is done. */
  live(): void {
    this.folder.pause = async () => {
      await this.look();
      this.stopped();
      this.wait(2);
    };
  }

  /** v1 was trained, and serves. */
  async serve(): Promise<void> {
    await this.look();
    this.trained(1);
    await this.look();
    this.changed();
    await this.look();
  }

  async close(): Promise<void> {
    jest.useRealTimers();
    await this.closeCloud();
    this.folder.remove();
    this.restore();
  }

  /** The environment as it was before, or as it is then. */
  restore(environment: NodeJS.ProcessEnv = this.original): void {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    Object.assign(process.env, environment);
  }
}
