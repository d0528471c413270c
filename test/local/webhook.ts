/** A webhook for tests: it keeps what is posted. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notification } from '../../constructs/spec/notify';

/** Answers as it is told, one answer after the other, then 204. */
export class Webhook {
  readonly posted: Notification[] = [];
  private waiting: { readonly count: number; readonly done: () => void } | undefined;

  private constructor(
    private readonly server: Server,
    private readonly answers: (number | 'cut')[],
  ) {}

  static async open(...answers: (number | 'cut')[]): Promise<Webhook> {
    const server = createServer();
    const webhook = new Webhook(server, answers);
    server.on('request', (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        webhook.take(JSON.parse(body) as Notification);
        const answer = webhook.answers.shift() ?? 204;
        if (answer === 'cut') request.socket.destroy();
        else response.writeHead(answer, { location: '/elsewhere' }).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return webhook;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/secret`;
  }

  /** Resolves when so many posts have come. */
  async got(count: number): Promise<void> {
    if (this.posted.length < count) await new Promise<void>((done) => (this.waiting = { count, done }));
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(notification: Notification): void {
    this.posted.push(notification);
    if (this.waiting && this.posted.length >= this.waiting.count) this.waiting.done();
  }
}
