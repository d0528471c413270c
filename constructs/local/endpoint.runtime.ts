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
import { EndpointRecord, type Change, type Slot } from './endpoint-record';
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
  /** A server of a deployment printed a line. */
  readonly onLine: (deployment: Pick<DeploymentView, 'id' | 'version'>, line: string) => void;
  /** A deployment became ready, failed or is gone. */
  readonly onChange: () => void;
  /** Milliseconds that a request may take. @default ANSWER_WITHIN_MS */
  readonly answerWithin?: number;
}

const SLOTS = 2;

export interface RoutedReply extends Reply {
  readonly deployment: DeploymentView;
}

export class Endpoint {
  private readonly record: EndpointRecord;
  private readonly deployments = new Map<string, Deployment>();
  private readonly router = new Router();
  private readonly work = new Set<Promise<void>>();
  private readonly closing = new AbortController();

  constructor(private readonly options: EndpointOptions) {
    this.record = new EndpointRecord(options.storage, options.name);
  }

  /** Starts again what a process before this one left. Resolves when all that has traffic is ready, or is being tried again. */
  async open(): Promise<void> {
    const { record } = this;
    await record.open();
    if (record.slots.some(({ state }) => state === 'deleting'))
      await record.change((slots) => slots.filter(({ state }) => state !== 'deleting'));
    for (const slot of record.slots) if (slot.state === 'creating') this.inBackground(this.create(slot));
    const ready = record.slots.filter(({ state }) => state === 'ready');
    await Promise.all(ready.map((slot) => this.deploymentOf(slot).recover()));
    this.route();
  }

  view(): EndpointView {
    return this.record.view();
  }

  /** What the servers of deployments that failed said, by deployment. */
  errors(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.record.slots.flatMap(({ id, error }) => (error === undefined ? [] : [[id, error]])));
  }

  health(id: string, since: Time): Health {
    return this.deployments.get(id)?.health.since(since) ?? 'unknown';
  }

  /** The answer of the deployment whose turn it is; none while nothing has traffic. */
  async answer(body: Buffer, at: Time): Promise<RoutedReply | undefined> {
    const id = this.router.next();
    const slot = this.record.slots.find((each) => each.id === id);
    if (!slot) return undefined;
    return { ...(await this.deploymentOf(slot).answer(body, at)), deployment: slot };
  }

  async place({ id, version, revision, ifMatch }: Extract<Action, { do: 'place' }>): Promise<void> {
    const { replicas, revision: present } = this.options;
    const slot: Slot = { id, version, revision, replicas, state: 'creating', share: 0 };
    const placed = await this.record.change((slots) => {
      if (slots.some((each) => each.id === id)) return slots;
      this.record.refuseUnless(ifMatch);
      if (slots.length >= SLOTS) throw new Refused(`both slots are taken: retire one first`);
      if (revision !== present)
        throw new Error(`${id}: got revision ${revision}, expected ${present}, the one this process serves`);
      return [...slots, slot];
    });
    if (placed) this.inBackground(this.create(slot));
  }

  async shift({ shares, ifMatch }: Extract<Action, { do: 'shift' }>): Promise<void> {
    const shifted = await this.record.change((slots) => {
      if (sameShares(shares, slots)) return slots;
      this.record.refuseUnless(ifMatch);
      refuseUnready(shares, slots);
      return slots.map((slot) => ({ ...slot, share: shares[slot.id] ?? 0 }));
    });
    if (shifted) this.route();
  }

  async retire({ id, ifMatch }: Extract<Action, { do: 'retire' }>): Promise<void> {
    const retired = await this.record.change((slots) => {
      const slot = slots.find((each) => each.id === id);
      if (!slot || slot.state === 'deleting') return slots;
      this.record.refuseUnless(ifMatch);
      if (slot.share > 0) throw new Refused(`${id} has ${slot.share} % of the traffic`);
      return slots.map((each) => (each.id === id ? { ...each, state: 'deleting' as const } : each));
    });
    if (retired) this.inBackground(this.takeDown(id));
  }

  /** Takes the whole endpoint down. Requests are answered by 503 from now on; those in flight are still answered. */
  async remove(): Promise<void> {
    const slots = this.record.slots.filter(({ state }) => state !== 'deleting');
    await this.record.change((all) => all.map((slot) => ({ ...slot, share: 0, state: 'deleting' as const })));
    this.route();
    for (const { id } of slots) this.inBackground(this.takeDown(id));
  }

  get busy(): boolean {
    return this.work.size > 0;
  }

  /** Stops the servers; the next process starts them again. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all(
      [...this.deployments.values()].map((deployment) => deployment.drain().then(() => deployment.stop())),
    );
    await Promise.all(this.work);
  }

  private async create(slot: Slot): Promise<void> {
    try {
      await this.deploymentOf(slot).start();
    } catch (error) {
      // Not its fault: it starts again with the next process.
      if (this.closing.signal.aborted) return;
      const { message } = error as Error;
      this.options.log(`${slot.id} failed to start: ${message}`);
      return await this.finish(slot.id, { state: 'failed', error: message }, 'failed');
    }
    await this.finish(slot.id, { state: 'ready' }, 'done');
    this.options.log(`${slot.id} is ready`);
  }

  private async takeDown(id: string): Promise<void> {
    const deployment = this.deployments.get(id);
    await deployment?.drain();
    await deployment?.stop();
    this.deployments.delete(id);
    await this.insist((slots) => slots.filter((slot) => slot.id !== id));
  }

  private finish(id: string, state: Pick<Slot, 'state' | 'error'>, outcome: 'done' | 'failed'): Promise<void> {
    const change = (slots: readonly Slot[]) =>
      slots.map((slot) => (slot.id === id && slot.state === 'creating' ? { ...slot, ...state } : slot));
    return this.insist(change, { deployment: id, outcome });
  }

  private insist(of: Change, last?: EndpointView['last']): Promise<void> {
    const { log } = this.options;
    return this.record.insist(of, { signal: this.closing.signal, log, ...(last && { last }) });
  }

  private route(): void {
    this.router.set(Object.fromEntries(this.record.slots.map(({ id, share }) => [id, share])));
  }

  private deploymentOf(slot: Slot): Deployment {
    const known = this.deployments.get(slot.id);
    if (known) return known;
    const { launch, onLine, answerWithin } = this.options;
    const made = new Deployment(
      slot.replicas,
      { launch: () => launch(slot.version), log: (line) => onLine(slot, line) },
      answerWithin,
    );
    this.deployments.set(slot.id, made);
    return made;
  }

  private inBackground(work: Promise<void>): void {
    this.work.add(work);
    void work
      .catch((error: Error) => this.options.log(error.message))
      .finally(() => {
        this.work.delete(work);
        this.options.onChange();
      });
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
