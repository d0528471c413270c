/** The port between the loop and this machine. */
import { layout } from '../spec/layout';
import {
  Refused,
  type Action,
  type LoopEvent,
  type Memory,
  type MonitorReport,
  type Observed,
  type Platform,
  type Run,
  type Time,
} from '../../runtime/loop/platform';
import { noticeOfEvent } from '../../runtime/loop/notice';
import type { Alarms } from './alarms';
import type { Endpoint } from './endpoint.runtime';
import { asMonitorReport } from './monitor.runtime';
import type { Notifier } from './notify.runtime';
import type { NewRun, Runs } from './pipeline.runtime';
import type { Registry } from './registry.runtime';
import { readRequests } from './requests';
import type { RunRecord } from './run';
import { ABSENT, type Storage } from './storage';
import type { Unfinished } from './unfinished';

export interface PlatformParts {
  readonly name: string;
  readonly pipeline: string;
  readonly storage: Storage;
  readonly unfinished: Unfinished;
  readonly log: (line: string) => void;
  readonly runs: Runs;
  readonly registry: Registry;
  readonly endpoint: Endpoint;
  readonly alarms: Alarms;
  /** `undefined` where nobody is told. */
  readonly notifier: Notifier | undefined;
  readonly look: () => Promise<Observed['data']>;
  /** Where a training run left the model that becomes a version. */
  readonly modelOf: (run: string) => string;
  readonly newRun: (action: Extract<Action, { do: 'start' }>) => NewRun;
}

export class LocalPlatform implements Platform {
  readonly rollout = 'stepped';

  constructor(private readonly parts: PlatformParts) {}

  async readMemory(): Promise<{ readonly memory?: Memory; readonly etag: string }> {
    const { storage, name } = this.parts;
    const document = await storage.read<Memory>(layout.memory(name));
    return document ? { memory: document.value, etag: document.etag } : { etag: ABSENT };
  }

  async writeMemory(memory: Memory, ifMatch: string): Promise<void> {
    await this.parts.storage.write(layout.memory(this.parts.name), memory, ifMatch);
  }

  async runs(): Promise<readonly Run[]> {
    return this.records().map(({ id, kind, state, tags, decision, error }) => ({
      id,
      kind,
      state,
      tags,
      ...(decision && { decision: decision.decision }),
      ...(error !== undefined && { error }),
    }));
  }

  async versions() {
    return this.parts.registry.list();
  }

  async endpoint() {
    return this.parts.endpoint.view();
  }

  async health(deployment: string, since: Time) {
    return this.parts.endpoint.health(deployment, since);
  }

  async reports(): Promise<readonly MonitorReport[]> {
    return this.records().flatMap(({ report }) => (report ? [asMonitorReport(report)] : []));
  }

  async alarms() {
    return this.parts.alarms.ringing();
  }

  requests() {
    return readRequests(this.parts.storage.root, this.parts.name);
  }

  data() {
    return this.parts.look();
  }

  /** Ends what a crash cut short: an act is safe to do again, and refuses where the world has moved on; then it is decided anew. */
  async open(now: Time): Promise<void> {
    const { unfinished, name } = this.parts;
    const action = await unfinished.action();
    try {
      if (!action) return;
      await this.perform(action);
      await this.record({ at: now, endpoint: name, what: action.do, text: action.why, outcome: 'done', action });
    } catch (error) {
      if (!(error instanceof Refused))
        this.parts.log(`${name}: "${action!.why}" is decided anew: ${(error as Error).message}`);
    } finally {
      await unfinished.end();
    }
  }

  async act(action: Action): Promise<void> {
    // A gauge is told again at every look: nothing is lost with it, and most of the time nothing changes.
    if (action.do !== 'tell') await this.parts.unfinished.begin(action);
    await this.perform(action);
  }

  private async perform(action: Action): Promise<void> {
    const { storage, name, runs, registry, endpoint, alarms, newRun } = this.parts;
    switch (action.do) {
      case 'start':
        return await runs.start(newRun(action));
      case 'cancel':
        return await runs.cancel(this.ownerOf(action.id), action.id, action.why);
      case 'register':
        return await registry.register(action, this.parts.modelOf(action.run));
      case 'mark':
        return await registry.mark(action);
      case 'place':
        return await endpoint.place(action);
      case 'shift':
        return await endpoint.shift(action);
      case 'retire':
        return await endpoint.retire(action);
      case 'remove':
        return await endpoint.remove();
      case 'tell':
        return await alarms.tell(action.monitor, action.degraded);
      case 'done':
        return await storage.remove(`${layout.requests(name)}/${action.request}.json`);
    }
  }

  async record(event: LoopEvent): Promise<void> {
    const { notifier, storage, name, unfinished } = this.parts;
    const notice = noticeOfEvent(event);
    if (notice) await notifier?.tell(notice, event.at);
    await storage.append(layout.events(name), event);
    await unfinished.end();
  }

  /** Training runs of the pipeline behind the endpoint, and runs of its own monitors. */
  private records(): readonly RunRecord[] {
    const { runs, name, pipeline } = this.parts;
    return runs.list().filter(({ kind, owner }) => owner === (kind === 'train' ? pipeline : name));
  }

  private ownerOf(id: string): string {
    return this.records().find((record) => record.id === id)?.owner ?? this.parts.pipeline;
  }
}
