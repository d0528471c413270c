/** The local target: the whole system in one process of this machine, without daemon and without Docker. */
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Plan } from '../../pipelines/compile/plan';
import type { Platform, Time } from '../../runtime/loop/platform';
import type { ResolvedMlops } from '../spec/mlops';
import type { LocalFacts } from './facts';
import type { Given, PlanOutputs } from './plan.runtime';
import type { RunRecord } from './run';
import { openSystem, type System } from './system';

export type { LocalFacts } from './facts';
export type { Given, PlanOutputs } from './plan.runtime';
export type { RunRecord, TaskRecord } from './run';

export interface LocalOptions {
  /** Folder that relative paths of the spec start at. */
  readonly root: string;
  /** The record: data/ artifacts/ captures/ labels/ reports/ loop/ registry/ runs/. One process at a time. */
  readonly stateDir: string;
  /** Outputs of tasks by what they were made from; kept when the state is deleted. */
  readonly cacheDir: string;
  /** Python environments. */
  readonly pythonDir: string;
  /** Milliseconds since the epoch. @default Date.now */
  readonly clock?: () => Time;
  /** When a request happened. @default the clock, when the request arrives */
  readonly arrival?: (request: IncomingMessage) => Time;
  /** Folder of a dataset, by its name, in place of the spec's source. @default {} */
  readonly data?: Readonly<Record<string, string>>;
  /** Of the gateway, on 127.0.0.1; 0 is any free one. @default 0 */
  readonly port?: number;
  /** What `GET /` of the gateway answers, as JSON. @default name, generation and deployments */
  readonly overview?: () => unknown;
  /** What happens, a line each. @default nothing is printed */
  readonly log?: (line: string) => void;
  /**
   * Milliseconds that a request may take, from its arrival to its answer: after that the client gets 504, and a server that
   * has been silent for so long is ended and started again. @default 30_000
   */
  readonly answerWithin?: number;
  /** Closes the target. */
  readonly signal?: AbortSignal;
}

export interface Counters {
  /** Requests that were answered below 500. */
  readonly served: number;
  /** Requests that got 5xx. */
  readonly failed: number;
  /** Requests that were sent a second time because a server could not be reached. */
  readonly retried: number;
  /** Predictions written to captures/, by request. */
  readonly captured: number;
  /** Predictions that were not captured: the buffer was full, or they could not be written. */
  readonly dropped: number;
}

export class LocalMlops {
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly system: System,
    private readonly changes: EventEmitter,
  ) {}

  /**
   * Takes the lock, finds Python, takes up what a crash left, and listens. Throws where another process holds the state, a
   * `SpecError` where there is no Python or the model's requirements cannot be installed.
   */
  static async open(spec: ResolvedMlops, options: LocalOptions): Promise<LocalMlops> {
    options.signal?.throwIfAborted();
    const changes = new EventEmitter().setMaxListeners(0);
    const { clock = Date.now, log = () => undefined } = options;
    const system = await openSystem(spec, { ...options, clock, log, onChange: () => changes.emit('change') });
    const local = new LocalMlops(system, changes);
    options.signal?.addEventListener('abort', () => void local.close(), { once: true });
    if (options.signal?.aborted) await local.close();
    options.signal?.throwIfAborted();
    return local;
  }

  /** `http://127.0.0.1:PORT`; `POST {url}/{endpoint}/predict`. */
  get url(): string {
    return this.system.url;
  }

  get facts(): LocalFacts {
    return this.system.facts;
  }

  /** The port between the loop and this machine. Throws for an endpoint that the spec does not have. */
  platform(endpoint: string): Platform {
    const found = this.system.platforms.get(endpoint);
    if (found) return found;
    throw new Error(
      `got the endpoint ${endpoint}, expected one of ${[...this.system.platforms.keys()].join(', ') || 'none'}`,
    );
  }

  /** Called when a run ended, a deployment became ready or died, a request was filed, data or labels came: look now. */
  onChange(listener: () => void): void {
    this.system.watch();
    this.changes.on('change', listener);
  }

  /** Resolves when no run is in flight and no deployment starts or stops. */
  async idle(): Promise<void> {
    while (this.system.busy()) await new Promise((resolve) => this.changes.once('change', resolve));
  }

  /** Writes what is buffered. */
  async settle(): Promise<void> {
    await this.system.captures.flush();
    await this.system.storage.settle();
  }

  get counters(): Counters {
    const { gateway, captures } = this.system;
    const { served, failed, retried } = gateway;
    return { served, failed, retried, captured: captures.captured, dropped: captures.dropped };
  }

  /** Oldest first. */
  runs(): readonly RunRecord[] {
    return this.system.runs.list();
  }

  /**
   * Runs a plan that belongs to no run of the loop; its outputs are cached like any other's. `at` names its folder of logs
   * below runs/. Throws with the program's own message where one fails.
   */
  async runPlan(plan: Plan, given: Given, at: string): Promise<PlanOutputs> {
    const { workshop, storage, signal } = this.system;
    const { error, outputs } = await workshop.run({ plan, given, logs: storage.path('runs', at), signal });
    if (error !== undefined) throw new Error(error);
    return outputs;
  }

  /** Answers what is in flight, stops the servers, lets the lock go. Runs in flight are taken up when the state is opened again. */
  close(): Promise<void> {
    this.closing ??= this.system.close().finally(() => this.changes.emit('change'));
    return this.closing;
  }
}

export { destroy } from './destroy';
