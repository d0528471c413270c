/** Keeps one server of a deployment running: a process that ends by itself is started again, later after each failure. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type Launch } from './worker';

export interface ReplicaOptions {
  readonly launch: () => Promise<Launch>;
  readonly log: (line: string) => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;

export class Replica {
  /** The server that answers now; none while it is being started again. */
  worker: Worker | undefined;
  private readonly stopped = new AbortController();
  private starting: Promise<unknown> = Promise.resolve();
  private supervision: Promise<void> = Promise.resolve();
  private waiting: (() => void)[] = [];

  constructor(private readonly options: ReplicaOptions) {}

  /** Rejects with the server's own words where it does not start. */
  async start(): Promise<void> {
    this.keep(await this.launch());
  }

  /** Like `start`, but for a server that has been fine before: what goes wrong is tried again until it is stopped. */
  async recover(): Promise<void> {
    try {
      await this.start();
    } catch (error) {
      this.options.log(`does not start: ${(error as Error).message}`);
      this.supervision = this.startAgain(1);
    }
  }

  /** Resolves when there is a server other than `not`, or the replica is stopped. */
  async next(not: Worker | undefined): Promise<void> {
    while ((!this.worker || this.worker === not) && !this.stopped.signal.aborted) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake();
    await Promise.allSettled([this.starting]);
    await this.worker?.stop();
    await this.supervision;
  }

  private launch(): Promise<Worker> {
    const { launch, log } = this.options;
    const starting = launch().then((how) => Worker.start(how, log, this.stopped.signal));
    this.starting = starting;
    return starting;
  }

  private keep(worker: Worker): void {
    this.worker = worker;
    this.options.log(`server ${worker.pid} is ready`);
    this.wake();
    this.supervision = worker.ended.then(async (how) => {
      if (this.stopped.signal.aborted) return;
      this.worker = undefined;
      this.options.log(`server ${worker.pid} went away and is started again: ${how}`);
      await this.startAgain(0);
    });
  }

  private async startAgain(failures: number): Promise<void> {
    for (let failed = failures; !this.stopped.signal.aborted; failed += 1) {
      try {
        if (failed > 0) await sleep(delayAfter(failed), undefined, { signal: this.stopped.signal });
        return this.keep(await this.launch());
      } catch (error) {
        if (!this.stopped.signal.aborted) this.options.log(`does not start: ${(error as Error).message}`);
      }
    }
  }

  private wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

const delayAfter = (failures: number) => Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
