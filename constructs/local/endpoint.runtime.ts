/** An endpoint on this machine: two slots for deployments, the division of traffic between them, and what is kept of both. */
import {
  Refused,
  type Action,
  type Deployment as DeploymentView,
  type Endpoint as EndpointView,
  type Health,
  type Shares,
  type Time,
} from '../../runtime/loop/platform';
import { Deployment, type Reply } from './deployment';
import { Router } from './router';
import type { Storage } from './storage';
import type { Launch } from './worker';

export interface EndpointOptions {
  readonly name: string;
  readonly storage: Storage;
  /** Servers of a deployment. */
  readonly replicas: number;
  /** The only revision that can be placed. */
  readonly revision: string;
  readonly launch: (version: string) => Promise<Launch>;
  readonly log: (line: string) => void;
  /** A deployment became ready, failed or is gone. */
  readonly onChange: () => void;
  /** A server process was started. */
  readonly onProcess: (pid: number) => Promise<void>;
}

interface Slot extends DeploymentView {
  readonly replicas: number;
  /** Of a deployment that failed: what its server said. */
  readonly error?: string;
}

/** `loop/<endpoint>/endpoint.json` */
interface EndpointDocument {
  /** Grows with each change: the etag. */
  readonly change: number;
  readonly slots: readonly Slot[];
  readonly last?: NonNullable<EndpointView['last']>;
}

const SLOTS = 2;

export interface RoutedReply extends Reply {
  readonly deployment: DeploymentView;
}

export class Endpoint {
  private document: EndpointDocument = { change: 0, slots: [] };
  private readonly deployments = new Map<string, Deployment>();
  private readonly router = new Router();
  private readonly work = new Set<Promise<void>>();
  private closing = false;

  constructor(private readonly options: EndpointOptions) {}

  /** Starts again what a process before this one left. Resolves when all that has traffic is ready, or is being tried again. */
  async open(): Promise<void> {
    const { storage } = this.options;
    const kept = await storage.read<EndpointDocument>(this.path);
    if (!kept) return;
    this.document = kept.value;
    const gone = this.document.slots.filter((slot) => slot.state === 'deleting');
    if (gone.length > 0) await this.change((slots) => slots.filter((slot) => slot.state !== 'deleting'));
    for (const slot of this.document.slots) if (slot.state === 'creating') this.inBackground(this.create(slot));
    await Promise.all(
      this.document.slots.filter((slot) => slot.state === 'ready').map((slot) => this.deploymentOf(slot).recover()),
    );
    this.route();
  }

  view(): EndpointView {
    const { slots, change, last } = this.document;
    return {
      exists: slots.length > 0,
      busy: slots.some(({ state }) => state === 'creating' || state === 'deleting'),
      etag: String(change),
      deployments: slots.map(({ id, version, revision, state, share }) => ({ id, version, revision, state, share })),
      ...(last && { last }),
    };
  }

  /** What the servers of deployments that failed said, by deployment. */
  errors(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.document.slots.flatMap(({ id, error }) => (error === undefined ? [] : [[id, error]])),
    );
  }

  health(id: string, since: Time): Health {
    return this.deployments.get(id)?.health.since(since) ?? 'unknown';
  }

  /** The answer of the deployment whose turn it is; none while nothing has traffic. */
  async answer(body: Buffer, at: Time): Promise<RoutedReply | undefined> {
    const id = this.router.next();
    const slot = this.document.slots.find((each) => each.id === id);
    if (!slot) return undefined;
    return { ...(await this.deploymentOf(slot).answer(body, at)), deployment: slot };
  }

  async place({ id, version, revision, ifMatch }: Extract<Action, { do: 'place' }>): Promise<void> {
    const { replicas, revision: present } = this.options;
    if (this.document.slots.some((slot) => slot.id === id)) return;
    this.refuseUnless(ifMatch);
    if (this.document.slots.length >= SLOTS) throw new Refused(`both slots are taken: retire one first`);
    if (revision !== present)
      throw new Error(`${id}: got revision ${revision}, expected ${present}, the one this process serves`);
    const slot: Slot = { id, version, revision, replicas, state: 'creating', share: 0 };
    await this.change((slots) => [...slots, slot]);
    this.inBackground(this.create(slot));
  }

  async shift({ shares, ifMatch }: Extract<Action, { do: 'shift' }>): Promise<void> {
    const { slots } = this.document;
    if (sameShares(shares, slots)) return;
    this.refuseUnless(ifMatch);
    refuseUnready(shares, slots);
    const changed = this.change((now) => now.map((slot) => ({ ...slot, share: shares[slot.id] ?? 0 })));
    this.route();
    await changed;
  }

  async retire({ id, ifMatch }: Extract<Action, { do: 'retire' }>): Promise<void> {
    const slot = this.document.slots.find((each) => each.id === id);
    if (!slot || slot.state === 'deleting') return;
    this.refuseUnless(ifMatch);
    if (slot.share > 0) throw new Refused(`${id} has ${slot.share} % of the traffic`);
    await this.change((slots) =>
      slots.map((each) => (each.id === id ? { ...each, state: 'deleting' as const } : each)),
    );
    this.inBackground(this.takeDown(slot));
  }

  /** Takes the whole endpoint down. Requests are answered by 503 from now on; those in flight are still answered. */
  async remove(): Promise<void> {
    const slots = this.document.slots.filter(({ state }) => state !== 'deleting');
    const changed = this.change((all) => all.map((slot) => ({ ...slot, share: 0, state: 'deleting' as const })));
    this.route();
    await changed;
    for (const slot of slots) this.inBackground(this.takeDown(slot));
  }

  get busy(): boolean {
    return this.work.size > 0;
  }

  /** Stops the servers; the next process starts them again. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all(
      [...this.deployments.values()].map((deployment) => deployment.drain().then(() => deployment.stop())),
    );
    await Promise.all(this.work);
  }

  private async create(slot: Slot): Promise<void> {
    try {
      await this.deploymentOf(slot).start();
      await this.finish(slot.id, { state: 'ready' }, 'done');
      this.options.log(`${slot.id} is ready`);
    } catch (error) {
      // Not its fault: it starts again with the next process.
      if (this.closing) return;
      const { message } = error as Error;
      this.options.log(`${slot.id} failed to start: ${message}`);
      await this.finish(slot.id, { state: 'failed', error: message }, 'failed');
    }
  }

  private async takeDown({ id }: Slot): Promise<void> {
    const deployment = this.deployments.get(id);
    await deployment?.drain();
    await deployment?.stop();
    this.deployments.delete(id);
    await this.change((slots) => slots.filter((slot) => slot.id !== id));
  }

  private finish(id: string, state: Pick<Slot, 'state' | 'error'>, outcome: 'done' | 'failed'): Promise<void> {
    const change = (slots: readonly Slot[]) =>
      slots.map((slot) => (slot.id === id && slot.state === 'creating' ? { ...slot, ...state } : slot));
    return this.change(change, { deployment: id, outcome });
  }

  /** Takes effect before it is on disk: whoever looks next sees it, and a crash in between undoes it as a whole. */
  private async change(of: (slots: readonly Slot[]) => readonly Slot[], last = this.document.last): Promise<void> {
    this.document = { change: this.document.change + 1, slots: of(this.document.slots), ...(last && { last }) };
    await this.options.storage.write(this.path, this.document);
  }

  private route(): void {
    this.router.set(Object.fromEntries(this.document.slots.map(({ id, share }) => [id, share])));
  }

  private deploymentOf(slot: Slot): Deployment {
    const known = this.deployments.get(slot.id);
    if (known) return known;
    const { launch, log, onProcess } = this.options;
    const made = new Deployment(slot.replicas, {
      launch: () => launch(slot.version),
      log: (line) => log(`${slot.id}: ${line}`),
      onStart: onProcess,
    });
    this.deployments.set(slot.id, made);
    return made;
  }

  private inBackground(work: Promise<void>): void {
    this.work.add(work);
    void work.finally(() => {
      this.work.delete(work);
      this.options.onChange();
    });
  }

  private refuseUnless(ifMatch: string): void {
    const { busy, etag } = this.view();
    if (busy) throw new Refused(`${this.options.name} is changing`);
    if (etag !== ifMatch) throw new Refused(`${this.options.name} has changed: got etag ${ifMatch}, expected ${etag}`);
  }

  private get path(): string {
    return `loop/${this.options.name}/endpoint.json`;
  }
}

function sameShares(shares: Shares, slots: readonly Slot[]): boolean {
  const given = Object.entries(shares).filter(([, share]) => share > 0);
  const present = slots.filter(({ share }) => share > 0);
  return given.length === present.length && present.every(({ id, share }) => shares[id] === share);
}

function refuseUnready(shares: Shares, slots: readonly Slot[]): void {
  const given = Object.entries(shares).filter(([, share]) => share > 0);
  const sum = given.reduce((total, [, share]) => total + share, 0);
  if (sum !== 100) throw new Error(`shares: got a sum of ${sum}, expected 100`);
  const unready = given.find(([id]) => slots.find((slot) => slot.id === id)?.state !== 'ready');
  if (unready) throw new Refused(`${unready[0]} is not ready`);
}
