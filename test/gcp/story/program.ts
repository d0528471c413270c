/**
 * The loop's service as a process: the bundle that is deployed, unmodified, with its settings in the environment, a token from a
 * metadata server, Google's addresses replaced by the fake's, and a clock that weeks may pass on.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../../constructs/packaging/bundle';
import type { Cloud } from '../runtime/cloud';
import { urlsOf } from '../runtime/shop';

const SHIM = join(__dirname, '../../emulators/shifted-clock.js');
/** The fake's clock follows the program's in such steps, milliseconds. */
const FOLLOWS = 20;

export class Program {
  private readonly folder = mkdtempSync(join(tmpdir(), 'mlops-story-'));
  private readonly following: NodeJS.Timeout;
  private ahead = 0;
  private child: ChildProcess | undefined;
  private port = 0;
  readonly lines: string[] = [];
  /** How often it was started. */
  starts = 0;

  private constructor(
    private readonly cloud: Cloud,
    private readonly metadata: Server,
  ) {
    this.shift(cloud.shop.now - Date.now());
    this.following = setInterval(() => this.follow(), FOLLOWS);
  }

  static async of(cloud: Cloud): Promise<Program> {
    const metadata = createServer((_request, response) => {
      response.writeHead(200, { 'metadata-flavor': 'Google', 'content-type': 'application/json' });
      response.end(JSON.stringify({ access_token: 'of the machine', expires_in: 3600, token_type: 'Bearer' }));
    });
    await once(metadata.listen(0, '127.0.0.1'), 'listening');
    return new Program(cloud, metadata);
  }

  /** As whoever wakes it: answers with the status. Starts it where it does not run, as Cloud Run does. */
  async wake(body: object = { message: {} }): Promise<number> {
    if (!this.child) await this.start();
    this.follow();
    const url = `http://127.0.0.1:${this.port}/`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) }).catch(() => undefined);
    return answer?.status ?? 0;
  }

  /** In the middle of whatever it does. */
  kill(): void {
    const { child } = this;
    this.child = undefined;
    child?.kill('SIGKILL');
  }

  /** Time passes. */
  pass(milliseconds: number): void {
    this.shift(milliseconds);
    this.follow();
  }

  async close(): Promise<void> {
    clearInterval(this.following);
    this.kill();
    this.metadata.closeAllConnections();
    this.metadata.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async start(): Promise<void> {
    this.starts += 1;
    const { port } = this.metadata.address() as AddressInfo;
    const child = spawn(process.execPath, ['--require', SHIM, join(bundle('gcp-loop'), 'index.js')], {
      cwd: this.folder,
      env: {
        ...{ PATH: process.env['PATH'], HOME: this.folder, PORT: '0', STORY_CLOCK: join(this.folder, 'ahead') },
        ...{ METADATA_SERVER_DETECTION: 'assume-present', GCE_METADATA_HOST: `127.0.0.1:${port}` },
        MLOPS_SETTINGS: JSON.stringify(this.cloud.settings),
        MLOPS_GOOGLE_URLS: JSON.stringify(urlsOf(this.cloud.shop.fake.url)),
      },
    });
    this.child = child;
    const heard = new Promise<number>((listens, failed) => {
      child.once('exit', (code) => {
        if (this.child === child) this.child = undefined;
        failed(new Error(`the program ended with ${code}: ${this.lines.slice(-5).join('\n')}`));
      });
      const hear = (chunk: Buffer): void => {
        for (const line of chunk.toString('utf8').trim().split('\n')) {
          this.lines.push(line);
          const told = /"port":(\d+)/.exec(line)?.[1];
          if (told) listens(Number(told));
        }
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
    });
    this.port = await heard;
    heard.catch(() => undefined);
  }

  /** Whoever reads meanwhile reads either the old time or the new one. */
  private shift(milliseconds: number): void {
    this.ahead += milliseconds;
    const file = join(this.folder, 'ahead');
    writeFileSync(`${file}.next`, String(this.ahead));
    renameSync(`${file}.next`, file);
  }

  private follow(): void {
    const { clock } = this.cloud.shop.fake;
    const now = Date.now() + this.ahead;
    if (now > clock.now) clock.advance(now - clock.now);
  }
}
