/** Tells a webhook what people want to know of an endpoint: beside the loop, never in its way. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NoticeOf } from '../../runtime/loop/notice';
import type { Time } from '../../runtime/loop/platform';
import { layout } from '../spec/layout';
import type { Notice, Notification } from '../spec/notify';
import type { Storage } from './storage';

export interface NotifierOptions {
  readonly system: string;
  readonly endpoint: string;
  readonly on: readonly Notice[];
  readonly webhook: string;
  readonly storage: Storage;
  readonly log: (line: string) => void;
  /** Milliseconds before each further attempt. @default 1 s, 5 s, 30 s, 2 minutes */
  readonly retryDelays?: readonly number[];
}

const RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 120_000];
const TIMEOUT_MS = 5_000;

/**
 * Each notice is a file before it is posted, and is gone when it was taken or given up. So what a closed or a crashed process
 * left is posted by the next one; only a crash between the answer and the end of the file makes a notice come twice, with
 * the same id.
 */
export class Notifier {
  private readonly stop = new AbortController();
  private posting: Promise<void> = Promise.resolve();
  private kept = 0;
  private lastFailure = '';

  constructor(private readonly options: NotifierOptions) {}

  /** Resolves when the notice is on disk, and posts it afterwards. Never throws: what goes wrong is logged. */
  async tell({ notice, ...about }: NoticeOf, at: Time): Promise<void> {
    const { on, system, endpoint, storage, log } = this.options;
    if (!on.includes(notice) || this.isRepeated(notice, about.text)) return;
    this.kept += 1;
    const count = String(this.kept).padStart(6, '0');
    const id = `${String(at).padStart(13, '0')}-${count}-${randomUUID().slice(0, 8)}`;
    const told: Notification = { format: 1, id, notice, system, endpoint, at: new Date(at).toISOString(), ...about };
    try {
      await storage.write(this.path(`${id}.json`), told);
    } catch (error) {
      log(`${endpoint}: nobody is told "${about.text}": ${(error as Error).message}`);
    }
    this.wake();
  }

  /** Posts what is there, the oldest first. */
  wake(): void {
    this.posting = this.posting
      .then(() => this.postAll())
      .catch((error: Error) => this.options.log(`${this.options.endpoint}: notices cannot be read: ${error.message}`));
  }

  /** Lets a post under way end; what is left is posted by the next process. */
  async close(): Promise<void> {
    this.stop.abort();
    await this.posting;
  }

  /** The loop tries again at each look what the platform fails to do: people are told once. */
  private isRepeated(notice: Notice, text: string): boolean {
    if (notice !== 'failed') return false;
    const repeated = text === this.lastFailure;
    this.lastFailure = text;
    return repeated;
  }

  private async postAll(): Promise<void> {
    const { storage, endpoint } = this.options;
    const names = (await storage.list(layout.notices(endpoint))).filter((name) => name.endsWith('.json'));
    for (const name of names) {
      if (this.stop.signal.aborted) return;
      const document = await storage.read<Notification>(this.path(name));
      if (document && (await this.isOver(document.value))) await storage.remove(this.path(name));
    }
  }

  /** True when the notice was taken or is given up, false when the process closes before. */
  private async isOver(notice: Notification): Promise<boolean> {
    const { endpoint, log, retryDelays = RETRY_DELAYS_MS } = this.options;
    for (const delay of [...retryDelays, undefined]) {
      const failure = await this.post(notice);
      if (!failure) return true;
      if (!failure.tryAgain || delay === undefined) {
        log(`${endpoint}: the webhook was not told "${notice.text}": ${failure.why}`);
        return true;
      }
      if (await this.closesWithin(delay)) return false;
    }
    return true;
  }

  /** What is said of a failure never holds the address: it may be a secret. */
  private async post(notice: Notification): Promise<{ readonly why: string; readonly tryAgain: boolean } | undefined> {
    try {
      const response = await fetch(this.options.webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(notice),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      await response.body?.cancel();
      const { ok, status } = response;
      return ok ? undefined : { why: `it answered ${status}`, tryAgain: status === 429 || status >= 500 };
    } catch (error) {
      const { cause, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
      return { why: cause?.message || cause?.code || message, tryAgain: true };
    }
  }

  private closesWithin(delay: number): Promise<boolean> {
    return sleep(delay, false, { signal: this.stop.signal }).catch(() => true);
  }

  private path(name: string): string {
    return `${layout.notices(this.options.endpoint)}/${name}`;
  }
}
