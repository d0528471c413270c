/** One server process of one model: started, asked, stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { errorCode } from './disk';

/** How a server is started. It prints `{"port": N}` when it listens and answers `GET /health/ready` with 200 when it may serve. */
export interface Launch {
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Buffer;
}

/** The request did not reach the server, or its answer got lost with it. */
export const CONNECTION_FAILURES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const START_TIMEOUT_MS = 120_000;
const READY_POLL_MS = 25;
const GRACE_MS = 30_000;
const CONNECTIONS = 64;
const MESSAGE_LINES = 5;

export class Worker {
  /** In flight now. */
  requests = 0;
  /** When it answered last, or was asked after having had nothing to do. */
  private lastSign = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly pool: Pool,
    /** Resolves to how the process ended. */
    readonly ended: Promise<string>,
  ) {}

  get pid(): number {
    return this.child.pid!;
  }

  /** Resolves when the server is ready; rejects with what it printed where it ends before that, or is not wanted any more. */
  static async start({ command, env }: Launch, log: (line: string) => void, signal: AbortSignal): Promise<Worker> {
    signal.throwIfAborted();
    // Its standard input stays open as long as we are there: so it knows.
    const child = spawn(command[0], command.slice(1), { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const printed: string[] = [];
    createInterface(child.stderr).on('line', (line) => {
      log(line);
      printed.push(line);
      if (printed.length > MESSAGE_LINES) printed.shift();
    });
    const ended = new Promise<string>((resolve) => {
      child.on('error', (error) => resolve(`cannot be run: ${error.message}`));
      child.on('close', (code, signal) =>
        resolve(printed.join('\n').trim() || `ended with ${signal ?? `exit code ${code}`}`),
      );
    });
    const died = ended.then((how): never => {
      throw new Error(how);
    });
    const settled = new AbortController();
    try {
      const ready = firstPort(child).then((port) => readyPool(port, settled.signal));
      return new Worker(
        child,
        await Promise.race([ready, died, timedOut(AbortSignal.any([signal, settled.signal]))]),
        ended,
      );
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    } finally {
      settled.abort();
    }
  }

  /** Milliseconds that it has answered nobody, of those in which it had something to do. */
  get silence(): number {
    return performance.now() - this.lastSign;
  }

  /** Rejects where the server cannot be reached, or does not answer before `late`. */
  async ask(body: Buffer, late: AbortSignal): Promise<Answer> {
    if (this.requests === 0) this.lastSign = performance.now();
    this.requests += 1;
    try {
      const response = await this.pool.request({
        method: 'POST',
        path: '/predict',
        headers: { 'content-type': 'application/json' },
        body,
        signal: late,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      this.lastSign = performance.now();
      const contentType = response.headers['content-type'];
      return {
        status: response.statusCode,
        contentType: typeof contentType === 'string' ? contentType : 'application/json',
        body: Buffer.from(await response.body.arrayBuffer()),
      };
    } finally {
      this.requests -= 1;
    }
  }

  /** For one that is stuck: it would not heed anything else. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const kill = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
    await this.ended;
    clearTimeout(kill);
    await this.pool.destroy();
  }
}

function firstPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    createInterface(child.stdout!).on('line', (line) => {
      const port = /^\{"port": ?(\d+)\}$/.exec(line)?.[1];
      if (port) resolve(Number(port));
    });
  });
}

async function readyPool(port: number, settled: AbortSignal): Promise<Pool> {
  const pool = new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS });
  while (!settled.aborted) {
    if (await isReady(pool)) return pool;
    await sleep(READY_POLL_MS);
  }
  await pool.destroy();
  throw new Error('ended before it was ready');
}

/** A broken connection is the end of the process, which says more about itself than the connection does. */
async function isReady(pool: Pool): Promise<boolean> {
  try {
    const { statusCode, body } = await pool.request({ method: 'GET', path: '/health/ready' });
    await body.dump();
    return statusCode === 200;
  } catch (error) {
    if (CONNECTION_FAILURES.has(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function timedOut(settled: AbortSignal): Promise<never> {
  await sleep(START_TIMEOUT_MS, undefined, { signal: settled });
  throw new Error(`was not ready after ${START_TIMEOUT_MS / 1000} s`);
}
