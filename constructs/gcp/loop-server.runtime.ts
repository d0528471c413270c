/** The HTTP server that hosts the loop of one endpoint: a request says only "look now", and what it says is not read. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface ServerOptions {
  /** Looks; throws what a look throws. */
  readonly look: (remainingMs: () => number) => Promise<void>;
  readonly log: (line: string) => void;
  /** Milliseconds; only differences count. */
  readonly now: () => number;
}

/** Of the five minutes that a request has, what a look may take. */
const LOOK_MS = 270_000;

export class LoopServer {
  private readonly server: Server;
  private running: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(private readonly options: ServerOptions) {
    this.server = createServer((request, response) => {
      void this.answer(request, response);
    });
  }

  /** Gives the port that it listens on. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((done, failed) => {
      this.server.once('error', failed).listen(port, done);
    });
    return (this.server.address() as { readonly port: number }).port;
  }

  /** When what is under way has been answered. */
  async close(): Promise<void> {
    const closed = new Promise<void>((done) => this.server.close(() => done()));
    this.server.closeIdleConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const { status, text } = await this.told(request.method);
    // A connection that is kept would hold up the end.
    if (!this.server.listening) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
  }

  private async told(method: string | undefined): Promise<{ readonly status: number; readonly text: string }> {
    if (method === 'GET' || method === 'HEAD') return { status: 200, text: 'ready' };
    if (method !== 'POST') return { status: 405, text: 'POST says: look now' };
    try {
      await this.look();
      return { status: 200, text: 'looked' };
    } catch (error) {
      // Whoever woke the loop tries again.
      this.options.log(JSON.stringify({ severity: 'ERROR', message: (error as Error).stack ?? String(error) }));
      return { status: 500, text: 'the look failed: its log says why' };
    }
  }

  /** One at a time. What comes while one is under way may be news to it: another one follows, for all of them together. */
  private look(): Promise<void> {
    if (!this.running) return this.begin();
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.begin();
      });
    return this.next;
  }

  private begin(): Promise<void> {
    const running = this.lookNow().finally(() => (this.running = undefined));
    this.running = running;
    return running;
  }

  private async lookNow(): Promise<void> {
    const { look, now } = this.options;
    const end = now() + LOOK_MS;
    await look(() => end - now());
  }
}
