/** The port between the loop and a cloud. */
import { layout } from '../../constructs/spec/layout';
import type {
  Action,
  Endpoint,
  Health,
  LoopEvent,
  Memory,
  MonitorReport,
  Observed,
  Platform,
  Request,
  Run,
  Time,
} from '../loop/platform';
import { noticeOfEvent } from '../loop/notice';
import { appendEvent } from './events';
import type { Notifier } from './notify';
import type {
  Alarms,
  HealthFigures,
  Made,
  NewRun,
  RegisteredVersion,
  Registry,
  RunRecord,
  Runs,
  ServedEndpoint,
} from './parts';
import { readRequests, removeRequest } from './requests';
import { ABSENT, type Store } from './store';

export interface PlatformParts {
  /** In the spec. */
  readonly name: string;
  readonly rollout: Observed['rollout'];
  readonly store: Store;
  readonly runs: Runs;
  readonly registry: Registry;
  readonly endpoint: ServedEndpoint;
  readonly health: HealthFigures;
  readonly alarms: Alarms;
  readonly notifier: Notifier;
  readonly log: (line: string) => void;
  readonly look: () => Promise<Observed['data']>;
  readonly newRun: (action: Extract<Action, { do: 'start' }>) => NewRun;
  /** What a training run left that becomes a version. */
  readonly madeBy: (action: Extract<Action, { do: 'register' }>, runs: readonly RunRecord[]) => Promise<Made>;
}

/** What the last look saw, for whoever tells of it. */
export interface Seen {
  readonly runs: readonly Run[];
  readonly endpoint?: Endpoint;
  readonly alarms: readonly string[];
}

export class CloudPlatform implements Platform {
  readonly rollout: Observed['rollout'];
  private last: Seen = { runs: [], alarms: [] };

  constructor(private readonly parts: PlatformParts) {
    this.rollout = parts.rollout;
  }

  get seen(): Seen {
    return this.last;
  }

  async readMemory(): Promise<{ readonly memory?: Memory; readonly etag: string }> {
    const document = await this.parts.store.read<Memory>(layout.memory(this.parts.name));
    return document ? { memory: document.value, etag: document.etag } : { etag: ABSENT };
  }

  async writeMemory(memory: Memory, ifMatch: string): Promise<void> {
    await this.parts.store.write(layout.memory(this.parts.name), memory, ifMatch);
  }

  async runs(): Promise<readonly Run[]> {
    const runs = (await this.parts.runs.list()).map(({ id, kind, state, tags, decision, error }): Run => ({
      ...{ id, kind, state, tags },
      ...(decision && { decision }),
      ...(error !== undefined && { error }),
    }));
    this.last = { ...this.last, runs };
    return runs;
  }

  versions(): Promise<readonly RegisteredVersion[]> {
    return this.parts.registry.list();
  }

  async endpoint(): Promise<Endpoint> {
    const endpoint = await this.parts.endpoint.view();
    this.last = { ...this.last, endpoint };
    return endpoint;
  }

  async health(deployment: string, since: Time): Promise<Health> {
    const figures = this.parts.endpoint.figuresOf(deployment);
    return figures === undefined ? 'unknown' : this.parts.health.since(figures, since);
  }

  async reports(): Promise<readonly MonitorReport[]> {
    return (await this.parts.runs.list()).flatMap(({ report }) => report ?? []);
  }

  async alarms(): Promise<readonly string[]> {
    const alarms = await this.parts.alarms.ringing();
    this.last = { ...this.last, alarms };
    return alarms;
  }

  requests(): Promise<readonly Request[]> {
    const { store, name, log } = this.parts;
    return readRequests(store, name, log);
  }

  data(): Promise<Observed['data']> {
    return this.parts.look();
  }

  async act(action: Action): Promise<void> {
    const { store, name, runs, registry, endpoint, alarms, newRun, madeBy } = this.parts;
    switch (action.do) {
      case 'start':
        return await runs.start(newRun(action));
      case 'cancel':
        return await runs.cancel(action.id);
      case 'register':
        return await registry.register(action, await madeBy(action, await runs.list()));
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
        return await removeRequest(store, name, action.request);
    }
  }

  /** The notice is in the record before the event: what is cut short in between is told, and a look later it is an event too. */
  async record(event: LoopEvent): Promise<void> {
    const { store, notifier } = this.parts;
    const notice = noticeOfEvent(event);
    if (notice) await notifier.keep(notice, event.at);
    await appendEvent(store, event);
  }
}
