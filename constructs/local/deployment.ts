/** A version at a revision on this machine: its servers, what is in flight, and what its clients saw. */
import { setTimeout as sleep } from 'node:timers/promises';
import { HealthRecord } from './health';
import { Replica, type ReplicaOptions } from './replica';
import { errorCode } from './disk';
import { CONNECTION_FAILURES, type Answer, type Worker } from './worker';

export interface Reply extends Answer {
  /** Whether the request was sent a second time. */
  readonly retried: boolean;
}

/** From the arrival of a request to its answer, whatever happens to the servers meanwhile. */
export const ANSWER_WITHIN_MS = 30_000;
/** Timers are not exact. */
const ALMOST = 0.95;
/** A connection breaks a moment before the end of its process is known. */
const END_WAIT_MS = 250;

export class Deployment {
  readonly health = new HealthRecord();
  private readonly replicas: readonly Replica[];
  private inFlight = 0;
  private drained: (() => void)[] = [];

  constructor(
    count: number,
    private readonly options: ReplicaOptions,
    private readonly answerWithin = ANSWER_WITHIN_MS,
  ) {
    this.replicas = Array.from({ length: count }, () => new Replica(options));
  }

  /** Resolves when all servers are ready; rejects, with none left running, where one does not start. */
  async start(): Promise<void> {
    const results = await Promise.allSettled(this.replicas.map((replica) => replica.start()));
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return;
    await this.stop();
    throw failed.reason;
  }

  /** For a deployment that was ready before this process began: servers that do not start are tried again. */
  async recover(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.recover()));
  }

  /**
   * Sends a request, and once more where the server cannot be reached. `at` is when it happened. Where no server is ready in
   * time the answer is 503, where one does not answer in time, 504.
   */
  async answer(body: Buffer, at: number): Promise<Reply> {
    const start = performance.now();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.answerWithin);
    this.inFlight += 1;
    const reply = await this.ask(body, late.signal);
    clearTimeout(timer);
    this.inFlight -= 1;
    if (this.inFlight === 0) for (const resolve of this.drained.splice(0)) resolve();
    this.health.add(at, performance.now() - start, reply.status >= 500);
    return reply;
  }

  /** Resolves when nothing is in flight. */
  async drain(): Promise<void> {
    if (this.inFlight > 0) await new Promise<void>((resolve) => this.drained.push(resolve));
  }

  async stop(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }

  private async ask(body: Buffer, late: AbortSignal): Promise<Reply> {
    const first = await this.worker(undefined, late);
    if (!first) return this.unready(false);
    try {
      return { ...(await first.ask(body, late)), retried: false };
    } catch (error) {
      if (late.aborted || !CONNECTION_FAILURES.has(errorCode(error) ?? ''))
        return this.failed(first, error, late, false);
    }
    const second = await this.worker((await endsNow(first)) || this.replicas.length > 1 ? first : undefined, late);
    if (!second) return this.unready(true);
    try {
      return { ...(await second.ask(body, late)), retried: true };
    } catch (error) {
      return this.failed(second, error, late, true);
    }
  }

  private unready(retried: boolean): Reply {
    return failure(503, `none was ready within ${this.answerWithin / 1000} s`, retried);
  }

  private failed(worker: Worker, error: unknown, late: AbortSignal, retried: boolean): Reply {
    if (!late.aborted) return failure(502, (error as Error).message, retried);
    // A busy server answers somebody; from one that has answered nobody all the time nothing is to be hoped for.
    if (worker.silence >= this.answerWithin * ALMOST) {
      this.options.log(`server ${worker.pid} has answered nothing for ${this.answerWithin / 1000} s, and is ended`);
      worker.kill();
    }
    return failure(504, `it took longer than ${this.answerWithin / 1000} s`, retried);
  }

  /** The least busy server, but not `not`; where there is none, the next one that is ready in time. */
  private async worker(not: Worker | undefined, late: AbortSignal): Promise<Worker | undefined> {
    const choose = () =>
      this.replicas
        .flatMap(({ worker }) => (worker && worker !== not ? [worker] : []))
        .reduce<Worker | undefined>(
          (best, worker) => (best && best.requests <= worker.requests ? best : worker),
          undefined,
        );
    const ready = choose();
    if (ready || late.aborted) return ready;
    const tooLate = new Promise<void>((resolve) => late.addEventListener('abort', () => resolve(), { once: true }));
    await Promise.race([...this.replicas.map((replica) => replica.next(not)), tooLate]);
    return choose();
  }
}

/** Whether the process behind a broken connection is ending, rather than only the connection. */
async function endsNow(worker: Worker): Promise<boolean> {
  const waited = new AbortController();
  const stays = sleep(END_WAIT_MS, false, { signal: waited.signal }).catch(() => false);
  const ends = await Promise.race([worker.ended.then(() => true), stays]);
  waited.abort();
  return ends;
}

const failure = (status: number, why: string, retried: boolean): Reply => ({
  status,
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify({ error: { message: `the model’s server did not answer: ${why}` } })),
  retried,
});
