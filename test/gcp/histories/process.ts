/**
 * One process of the loop's service, unmodified, with Google's answers from the fake. Ours: what goes wrong in between, drawn from the
 * fake's faults; calls that wait while others act; and the death of the process between any two calls. A pause is over at once, and
 * the world's clock has moved on by it.
 */
import { GCP, platformFor, type AssembleOptions } from '../../../constructs/gcp/assemble.runtime';
import { Google } from '../../../constructs/gcp/google.runtime';
import { GcsStore } from '../../../constructs/gcp/store.runtime';
import { LoopHost } from '../../../runtime/cloud/loop-host';
import type { Action, Time } from '../../../runtime/loop/platform';
import { carryOut } from './effects';
import { BUCKET, type Deployed } from './settings';
import { connect, refused, type Heard, type Sent } from './wire';
import type { World } from './world';

/** What one look of a loop knew: what it does is judged by what it could see. */
export interface Look {
  /** When it first read, by the world's events and by its clock. */
  readonly seq: number;
  readonly at: Time;
  /** Generation of the memory that it read. */
  readonly memory: string | undefined;
  /** The alarms that rang when it asked. */
  alarms: readonly string[];
  /** What it does just now. */
  action?: Action;
}

export type Parts = ReturnType<typeof platformFor> & { readonly store: GcsStore };

/** What a test puts into a process. */
export interface Lab {
  /** Changes a part of the adapter. */
  readonly plant?: (parts: Parts, world: World) => void;
  /** Changes what is sent. */
  readonly request?: (sent: Sent, world: World) => Sent;
  /** Changes what is answered. */
  readonly answer?: (sent: Sent, heard: Heard, world: World) => Heard;
  /** So many looks after the world calmed down it must have come to rest. @default 150 */
  readonly mostLooks?: number;
  /** After each event: whether enough was seen. */
  readonly isOver?: (world: World) => boolean;
}

/** What happens before each call: nothing, or a wait. */
export type Gate = () => Promise<void>;

/** Cloud Run ends the request then. */
export const TIMEOUT = 10 * 60_000;

let tokens = 0;

export class Process {
  look: Look | undefined;
  /** When the looks that are under way began. */
  begun: Time | undefined;
  /** When they did, by the world's events. */
  since = 0;
  private readonly host: LoopHost;
  private gate: Gate | undefined;
  private callsLeft = Infinity;
  private die: () => void = () => undefined;
  private isDead = false;

  constructor(
    private readonly world: World,
    readonly deployed: Deployed,
    clock: () => Time,
    private readonly lab: Lab = {},
  ) {
    const google = this.connected();
    const options: AssembleOptions = { ...deployed, google, clock, log: () => undefined };
    const store = new GcsStore(google, BUCKET);
    const parts = platformFor(options, store);
    lab.plant?.({ ...parts, store }, world);
    const act = parts.platform.act.bind(parts.platform);
    parts.platform.act = async (action) => {
      const { look } = this;
      if (look) look.action = action;
      await act(action).finally(() => delete look?.action);
    };
    this.host = new LoopHost({ ...options, ...parts, store, target: GCP });
  }

  get isAlive(): boolean {
    return !this.isDead;
  }

  /** Looks as often as the host wants to. Resolves with what it threw, or when the process has died. */
  async run({ gate, calls = Infinity }: { readonly gate?: Gate; readonly calls?: number } = {}): Promise<unknown> {
    const { world } = this;
    this.gate = gate;
    this.callsLeft = calls;
    const begun = (this.begun = world.now);
    this.since = ++world.seq;
    const death = new Promise<undefined>((resolve) => {
      this.die = () => resolve(undefined);
    });
    const looks = this.host
      .run(() => TIMEOUT - (world.now - begun))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    return Promise.race([looks, death]).finally(() => (this.begun = undefined));
  }

  /** In the middle of whatever it does: nothing of it goes on, not even what cleans up. */
  kill(): void {
    this.isDead = true;
    this.die();
  }

  private connected(): Google {
    const token = `p${(tokens += 1)}`;
    connect(token, this.world.routes, (sent) => this.answer(sent));
    return new Google({
      auth: { getRequestHeaders: async () => new Headers({ authorization: `Bearer ${token}` }) },
      location: 'europe-west4',
      pace: { sleep: async (ms) => this.world.advance(ms), now: () => this.world.now, random: () => 0 },
    });
  }

  private async answer(given: Sent): Promise<Heard> {
    const { world, lab } = this;
    await this.alive(this.gate?.());
    if (this.callsLeft <= 0) {
      this.kill();
      await this.alive();
    }
    this.callsLeft -= 1;
    const sent = lab.request?.(given, world) ?? given;
    const fault = world.google.faults.draw(sent.call, sent.method);
    if (fault) world.umpire.count(`fault: ${fault.kind}`);
    const broken = fault && (fault.error ? refused(fault.error) : undefined);
    if (fault?.when === 'before') return broken;
    this.notice(sent);
    const heard = carryOut(world, sent, this);
    if (fault) return broken;
    return lab.answer ? lab.answer(sent, heard, world) : heard;
  }

  /** A look begins by reading the memory. */
  private notice({ call, method, params }: Sent): void {
    const { world } = this;
    if (method !== 'GET') return;
    if (call === 'alerts.list' && this.look) this.look.alarms = world.ringing();
    if (call !== 'objects.get' || !Object.values(params).includes(MEMORY)) return;
    const { objects } = world.google;
    const memory = objects.has(BUCKET, MEMORY) ? objects.generationOf(BUCKET, MEMORY) : undefined;
    this.look = { seq: ++world.seq, at: world.now, memory, alarms: [] };
  }

  /** Never goes on in a process that is dead. */
  private async alive(work: Promise<void> = Promise.resolve()): Promise<void> {
    await work;
    if (this.isDead) await new Promise<never>(() => undefined);
  }
}

const MEMORY = 'loop/online/memory.json';
