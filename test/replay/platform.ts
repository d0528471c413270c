/** A platform in memory where everything that is asked for happens at once: what is left is time, labels and requests. */
import { HOUR, VirtualClock } from '../../replay/clock';
import type { World } from '../../replay/drive';
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import {
  Refused,
  type Action,
  type Deployment,
  type LoopEvent,
  type Memory,
  type MonitorReport,
  type Platform,
  type Run,
  type Time,
  type Version,
  type Window,
} from '../../runtime/loop/platform';

export interface StubOptions {
  readonly spec: LoopSpec;
  readonly start: Time;
  /** Training waits until so much has been delivered. */
  readonly history: number;
  /** Whether a window of a version is violated. */
  readonly violated: (version: string, window: Window) => boolean;
  /** Whether the challenger loses its trial. */
  readonly worse: (version: string) => boolean;
  readonly failing: (version: string) => boolean;
}

/** Everything a replay would show: what the loop did and who answered when. */
export class StubWorld implements World {
  readonly clock: VirtualClock;
  readonly spec: LoopSpec;
  readonly labelsEvery = 24 * HOUR;
  readonly events: LoopEvent[] = [];
  readonly answers: { readonly at: Time; readonly version: string }[] = [];
  readonly delivered: Time[] = [];
  readonly sent: { readonly hours: number; readonly inTurn: boolean }[] = [];
  looks = 0;
  memory: Memory | undefined;
  readonly platform: Platform;
  private readonly state = {
    runs: [] as Run[],
    versions: [] as Version[],
    deployments: [] as Deployment[],
    reports: [] as MonitorReport[],
    alarms: new Set<string>(),
    etag: 0,
    memoryTag: 0,
    turn: 0,
  };

  constructor(private readonly options: StubOptions) {
    this.clock = new VirtualClock(options.start);
    this.spec = options.spec;
    this.platform = this.port();
  }

  async deliver(): Promise<void> {
    this.delivered.push(this.clock.now);
  }

  async idle(): Promise<void> {}

  /** One request each half hour; every so-many-th goes to the version with the smaller share. */
  async send({ from, to }: Window, inTurn: boolean): Promise<void> {
    this.sent.push({ hours: (to - from) / HOUR, inTurn });
    const half = HOUR / 2;
    for (let at = Math.ceil(from / half) * half; at < to; at += half) {
      const [most, least] = [...this.state.deployments]
        .filter(({ share }) => share > 0)
        .sort((a, b) => b.share - a.share);
      const turn = this.state.turn++;
      const chosen = least && turn % Math.round(100 / least.share) === 0 ? least : most!;
      this.answers.push({ at, version: chosen.version });
    }
  }

  private port(): Platform {
    const { state, options } = this;
    return {
      rollout: 'stepped',
      readMemory: async () => ({ ...(this.memory && { memory: this.memory }), etag: String(state.memoryTag) }),
      writeMemory: async (memory, ifMatch) => {
        if (ifMatch !== String(state.memoryTag)) throw new Refused('the memory changed');
        state.memoryTag++;
        this.memory = memory;
      },
      runs: async () => (this.looks++, [...state.runs]),
      versions: async () => [...state.versions],
      endpoint: async () => ({
        exists: true,
        busy: false,
        etag: String(state.etag),
        deployments: [...state.deployments],
      }),
      health: async (id, since) => {
        const version = id.split('-')[0]!;
        const requests = this.answers.filter((answer) => answer.version === version && answer.at >= since).length;
        return { requests, errorRate: options.failing(version) ? 0.1 : 0, p99: 5 };
      },
      reports: async () => [...state.reports],
      alarms: async () => [...state.alarms],
      requests: async () => [],
      data: async () =>
        this.clock.now - options.start >= options.history ? { newest: this.delivered.at(-1)! } : false,
      act: async (action) => this.act(action),
      record: async (event) => void this.events.push(event),
    };
  }

  private act(action: Action): void {
    const { state } = this;
    if ('ifMatch' in action && action.ifMatch !== String(state.etag)) throw new Refused('the endpoint changed');
    const change = (deployments: Deployment[]) => {
      state.deployments = deployments;
      state.etag++;
    };
    switch (action.do) {
      case 'start':
        return this.start(action);
      case 'register':
        return void state.versions.push({ name: action.version, n: action.n, status: action.status, at: action.at });
      case 'mark': {
        const { trial, ...patch } = action.patch;
        state.versions = state.versions.map(({ trial: before, ...version }) => {
          if (version.name !== action.version) return { ...version, ...(before && { trial: before }) };
          const after = trial === undefined ? before : trial;
          return { ...version, ...patch, ...(after && { trial: after }) };
        });
        return;
      }
      case 'place':
        return change([
          ...state.deployments,
          { id: action.id, version: action.version, revision: action.revision, state: 'ready', share: 0 },
        ]);
      case 'shift':
        return change(state.deployments.map((d) => ({ ...d, share: action.shares[d.id] ?? 0 })));
      case 'retire':
        return change(state.deployments.filter(({ id }) => id !== action.id));
      case 'tell':
        return void (action.degraded ? state.alarms.add(action.monitor) : state.alarms.delete(action.monitor));
      case 'done':
      case 'cancel':
      case 'remove':
        throw new Error(`nothing here asks to ${action.do}`);
    }
  }

  private start({ id, kind, tags }: Extract<Action, { do: 'start' }>): void {
    const { state, options } = this;
    state.runs.push({ id, kind, tags, state: 'succeeded', ...(kind === 'train' && { decision: 'register' as const }) });
    const { monitor, version, window, reason } = tags;
    if (!monitor || !version || !window) return;
    const scope = reason === 'trial' ? 'trial' : 'window';
    const bad = scope === 'trial' ? options.worse(version) : options.violated(version, window);
    state.reports.push({ monitor, version, window, scope, verdict: bad ? 'violated' : 'fine' });
  }
}
