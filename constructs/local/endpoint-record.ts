/** What is on record of an endpoint: its two slots, the share of each, and how the last change ended. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Refused, type Deployment, type Endpoint } from '../../runtime/loop/platform';
import type { Storage } from './storage';

export interface Slot extends Deployment {
  readonly replicas: number;
  /** Of a deployment that failed: what its server said. */
  readonly error?: string;
}

/** `loop/<endpoint>/endpoint.json` */
interface EndpointDocument {
  /** Grows with each change: the etag. */
  readonly change: number;
  readonly slots: readonly Slot[];
  readonly last?: NonNullable<Endpoint['last']>;
}

/** The slots after a change; the same array where nothing is to be done. Throws where it is refused. */
export type Change = (slots: readonly Slot[]) => readonly Slot[];

const WRITE_AGAIN_MS = 1_000;

export class EndpointRecord {
  private document: EndpointDocument = { change: 0, slots: [] };
  private changing: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly storage: Storage,
    private readonly endpoint: string,
  ) {}

  async open(): Promise<void> {
    const kept = await this.storage.read<EndpointDocument>(this.path);
    if (kept) this.document = kept.value;
  }

  get slots(): readonly Slot[] {
    return this.document.slots;
  }

  view(): Endpoint {
    const { slots, change, last } = this.document;
    return {
      exists: slots.length > 0,
      busy: slots.some(({ state }) => state === 'creating' || state === 'deleting'),
      etag: String(change),
      deployments: slots.map(({ id, version, revision, state, share }) => ({ id, version, revision, state, share })),
      ...(last && { last }),
    };
  }

  refuseUnless(ifMatch: string): void {
    const { busy, etag } = this.view();
    if (busy) throw new Refused(`${this.endpoint} is changing`);
    if (etag !== ifMatch) throw new Refused(`${this.endpoint} has changed: got etag ${ifMatch}, expected ${etag}`);
  }

  /**
   * One change after the other, each on disk before it takes effect: what cannot be written has not happened. False where
   * nothing was to be done.
   */
  change(of: Change, last?: EndpointDocument['last']): Promise<boolean> {
    const changed = this.changing.then(async () => {
      const { change, slots: before, last: lastBefore } = this.document;
      const slots = of(before);
      if (slots === before) return false;
      const outcome = last ?? lastBefore;
      const document: EndpointDocument = { change: change + 1, slots, ...(outcome && { last: outcome }) };
      await this.storage.write(this.path, document);
      this.document = document;
      return true;
    });
    this.changing = changed.catch(() => undefined);
    return changed;
  }

  /** For what has happened already, and nobody will ask for again: tried until the disk takes it, or `signal` is aborted. */
  async insist(
    of: Change,
    { signal, log, last }: { signal: AbortSignal; log: (line: string) => void; last?: EndpointDocument['last'] },
  ): Promise<void> {
    for (;;) {
      try {
        return void (await this.change(of, last));
      } catch (error) {
        log(`${(error as Error).message}; tried again in ${WRITE_AGAIN_MS / 1000} s`);
        if (signal.aborted) return;
        await sleep(WRITE_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private get path(): string {
    return `loop/${this.endpoint}/endpoint.json`;
  }
}
