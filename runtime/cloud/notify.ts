/** Tells people what they want to know of an endpoint, by a topic and by a webhook: beside the loop, never in its way. */
import { randomUUID } from 'node:crypto';
import { layout } from '../../constructs/spec/layout';
import type { Notice, Notification } from '../../constructs/spec/notify';
import { noticeOfRun, type NoticeOf } from '../loop/notice';
import type { Run, Time } from '../loop/platform';
import type { Store } from './store';
import type { Webhook } from './webhook';

/** What people subscribe to. */
export interface Topic {
  publish(notification: Notification): Promise<void>;
}

export interface NotifierOptions {
  readonly system: string;
  readonly endpoint: string;
  readonly on: readonly Notice[];
  readonly store: Store;
  readonly topic: Topic;
  readonly webhook: Webhook | undefined;
  readonly clock: () => Time;
  readonly log: (line: string) => void;
}

type Destination = 'topic' | 'webhook';

/** A notice as it waits in the record, with those that it still has to reach. */
interface Waiting {
  readonly notification: Notification;
  readonly left: readonly Destination[];
}

/** `loop/<endpoint>/told.json` */
interface Told {
  /** Failed runs that a notice was made of. */
  readonly runs: readonly string[];
  /** What failed last, while it keeps failing. */
  readonly failure: string;
}

/** A look comes every five minutes; what nobody took for so long is given up, and the log says so. */
const GIVE_UP_MS = 3_600_000;

/**
 * Each notice is an object before it is posted, and is gone when it has arrived everywhere or is given up. So what a crash or an
 * outage left is posted by a later look; a notice may come twice, with the same id.
 */
export class Notifier {
  constructor(private readonly options: NotifierOptions) {}

  /** Resolves when the notice is in the record. The loop tries again at each look what fails: people are told once. */
  async keep(about: NoticeOf, at: Time): Promise<void> {
    const told = about.notice === 'failed' ? await this.told() : undefined;
    const failure = withoutIds(about.text);
    if (told?.failure === failure) return;
    await this.wait(about, at, `${String(at).padStart(13, '0')}-${randomUUID().slice(0, 8)}`);
    if (told) await this.write({ ...told, failure });
  }

  /** A look was free of failures, and saw these runs: those that failed are told of, each once. */
  async noticeRuns(runs: readonly Run[]): Promise<void> {
    const told = await this.told();
    const failed = runs.filter(({ state }) => state === 'failed').sort((a, b) => a.tags.at - b.tags.at);
    // Their ids tell them apart for ever, so that a notice that is made twice is one.
    for (const run of failed) {
      const notice = told.runs.includes(run.id) ? undefined : noticeOfRun(run);
      if (notice) await this.wait(notice, this.options.clock(), `run-${run.id}`);
    }
    const now: Told = { runs: failed.map(({ id }) => id).sort(), failure: '' };
    if (JSON.stringify(now) !== JSON.stringify(told)) await this.write(now);
  }

  /** Posts what waits, the oldest first. Never throws: what goes wrong is logged, and tried again at the next look. */
  async post(): Promise<void> {
    const { store, endpoint, log } = this.options;
    try {
      for await (const { key } of store.list(`${layout.notices(endpoint)}/`)) {
        const waiting = await store.read<Waiting>(key);
        if (waiting) await this.postOne(key, waiting.value);
      }
    } catch (error) {
      log(`${endpoint}: notices cannot be read: ${(error as Error).message}`);
    }
  }

  private async wait({ notice, ...about }: NoticeOf, at: Time, id: string): Promise<void> {
    const { on, system, endpoint, store, webhook } = this.options;
    if (!on.includes(notice)) return;
    const notification: Notification = {
      format: 1,
      id,
      notice,
      system,
      endpoint,
      at: new Date(at).toISOString(),
      ...about,
    };
    const left: readonly Destination[] = webhook ? ['topic', 'webhook'] : ['topic'];
    await store.write(`${layout.notices(endpoint)}/${id}.json`, { notification, left } satisfies Waiting);
  }

  private async postOne(key: string, { notification, left }: Waiting): Promise<void> {
    const { store, endpoint, log, clock } = this.options;
    const still: Destination[] = [];
    for (const destination of left) {
      const failure = await this.postTo(destination, notification);
      if (!failure) continue;
      const late = clock() - Date.parse(notification.at) > GIVE_UP_MS;
      log(`${endpoint}: the ${destination} was not told "${notification.text}": ${failure.why}`);
      if (failure.tryAgain && !late) still.push(destination);
    }
    if (still.length === 0) await store.remove(key);
    else if (still.length < left.length) await store.write(key, { notification, left: still } satisfies Waiting);
  }

  private async postTo(destination: Destination, notification: Notification): Promise<Failure | undefined> {
    if (destination === 'webhook') return this.options.webhook?.post(notification);
    try {
      await this.options.topic.publish(notification);
      return undefined;
    } catch (error) {
      return { why: (error as Error).message, tryAgain: true };
    }
  }

  private async told(): Promise<Told> {
    return (await this.options.store.read<Told>(this.path))?.value ?? { runs: [], failure: '' };
  }

  private async write(told: Told): Promise<void> {
    await this.options.store.write(this.path, told);
  }

  private get path(): string {
    return `loop/${this.options.endpoint}/told.json`;
  }
}

/** Why a notice did not arrive. */
export interface Failure {
  readonly why: string;
  readonly tryAgain: boolean;
}

/** Ids of requests differ each time: the failure is the same. */
const withoutIds = (text: string): string => text.replace(/[0-9a-f-]{16,}/gi, '');
