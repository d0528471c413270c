/**
 * A platform in memory: slow, failing, with people who interfere. Its state only changes in `advance`, in `act` and by the
 * hands of people; every effect passes the umpire.
 */
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import type {
  Action,
  Deployment,
  Endpoint,
  Memory,
  MonitorReport,
  Observed,
  Request,
  Run,
  Time,
  Version,
} from '../../runtime/loop/platform';
import { apply, demand } from './effects';
import type { LookContext } from './port';
import { DAY } from './settings';
import { Umpire } from './umpire';

/** `sick` fails half its requests, `dark` has no health figures, `stillborn` does not start, `poor` loses its trial. */
export type Nature = 'good' | 'sick' | 'dark' | 'stillborn' | 'poor';

export interface WorldOptions {
  readonly rollout: Observed['rollout'];
  /** The first deployment gets all traffic by itself. */
  readonly autoShare: boolean;
  /** Changes of traffic take minutes. */
  readonly slow: boolean;
}

export interface Operation {
  readonly to: string;
  readonly endsAt: Time;
  readonly end: () => Endpoint['last'];
  /** Half-way, a native rollout moves a first part of the traffic. */
  canaryAt?: Time;
  readonly canary?: () => void;
}

export class World {
  now = Date.UTC(2026, 2, 20);
  /** Grows with every event and every effect. */
  seq = 0;
  readonly umpire = new Umpire(this);

  readonly runs = new Map<string, Run>();
  /** The look that started each run. */
  readonly starters = new Map<string, LookContext>();
  readonly running = new Map<string, { readonly endsAt: Time; readonly ends: () => Run }>();
  readonly versions = new Map<string, Version>();
  readonly deployments = new Map<string, Deployment>();
  readonly starting = new Map<string, { readonly at: Time; readonly state: 'ready' | 'failed' }>();
  readonly reports: MonitorReport[] = [];
  readonly alarms = new Set<string>();
  readonly alarming = new Map<string, { readonly at: Time; readonly ring: boolean }>();
  requests: readonly Request[] = [];
  asked = 0;
  operation: Operation | undefined;
  last: Endpoint['last'];
  exists = true;
  served = false;
  etag = 0;
  memory: Memory | undefined;
  memoryTag = 0;
  /** An old memory was put back at some time. */
  restored = false;
  readonly pastMemories: Memory[] = [];

  /** A platform that does not hold to the conditions of its port. */
  lenient = false;
  /** A platform that starts a second run under the same name. */
  forgetsIds = false;
  /** How many actions the last decision had. */
  decided = 0;

  // How things stand outside.
  calm = false;
  failing = 0;
  quiet = false;
  /** Every deployment fails half its requests, whatever its version. */
  storm = false;
  drift = 0;
  data: Observed['data'] = { newest: 0 };

  // What only the umpire needs to know.
  readonly natures = new Map<string, Nature>();
  readonly sickSince = new Map<string, number>();
  /** Versions that looked bad for a reason nobody could tell from their own fault. */
  readonly excused = new Set<string>();
  /** How often health was unknown since a deployment has traffic. */
  readonly darkness = new Map<string, number>();
  /** Deployments that were rejected, and when. */
  readonly burned = new Map<string, number>();
  readonly rolledBack = new Set<string>();
  readonly everRolledBack = new Set<string>();
  /** Deleted versions that the loop knows of, and all that ever were deleted. */
  readonly deleted = new Map<string, number>();
  readonly disowned = new Set<string>();
  private readonly statuses = new Map<string, { readonly seq: number; readonly status: Version['status'] }[]>();
  readonly changes = new Map<string, Time>();

  constructor(
    readonly options: WorldOptions,
    /** The spec of the newest generation. */
    readonly spec: () => LoopSpec,
    readonly random: () => number,
  ) {}

  chance(p: number): boolean {
    return this.random() < p;
  }

  trainings(): readonly Run[] {
    return [...this.runs.values()].filter((r) => r.kind === 'train').reverse();
  }

  nature(version: string): Nature {
    return this.natures.get(version) ?? 'good';
  }

  isSick(version: string): boolean {
    return this.nature(version) === 'sick';
  }

  isSound(d: Pick<Deployment, 'version' | 'revision'>): boolean {
    const version = this.versions.get(d.version);
    return version?.status === 'approved' && !version.bad?.includes(d.revision);
  }

  isSettled(d: Pick<Deployment, 'version' | 'revision'>): boolean {
    const { live, trial } = this.versions.get(d.version) ?? {};
    return live?.revision === d.revision && trial?.revision !== d.revision;
  }

  /** Nothing tells one time at 100 % of a version without trial from another, but a memory that was never put back. */
  mayBeMistaken(version: string): boolean {
    return this.restored && !this.versions.get(version)?.trial;
  }

  changedAt(id: string): Time {
    return this.changes.get(id) ?? -Infinity;
  }

  statusAt(version: string, look: LookContext): Version['status'] | undefined {
    return this.statuses.get(version)?.findLast((e) => e.seq <= look.seq)?.status;
  }

  /** The look saw it approved, or could have since. */
  wasApproved(version: string, look: LookContext): boolean {
    const later = this.statuses.get(version)?.some((e) => e.seq > look.seq && e.status === 'approved');
    return later || this.statusAt(version, look) === 'approved';
  }

  wasSick(version: string, look: LookContext): boolean {
    const begun = this.sickSince.get(version);
    return begun !== undefined && begun < look.seq && !this.quiet && !this.storm;
  }

  isBeingRejected(version: string): boolean {
    return this.requests.some((q) => (q.kind === 'reject' || q.kind === 'rollback') && q.version === version);
  }

  mayBeRejected(version: string): boolean {
    return this.nature(version) !== 'good' || this.excused.has(version);
  }

  // ---- people

  setStatus(name: string, status: Version['status']): void {
    const version = this.versions.get(name);
    if (!version) return;
    this.versions.set(name, { ...version, status });
    this.statuses.set(name, [...(this.statuses.get(name) ?? []), { seq: ++this.seq, status }]);
  }

  pardon(name: string): void {
    for (const known of [this.burned, this.rolledBack])
      for (const id of known.keys()) if (id.startsWith(`${name}-`)) known.delete(id);
  }

  heal(version: string): void {
    // A judgement from before may still be on its way.
    if (this.nature(version) !== 'good') this.excused.add(version);
    this.natures.set(version, 'good');
    this.sickSince.delete(version);
  }

  sicken(version: string): void {
    this.natures.set(version, 'sick');
    if (!this.sickSince.has(version)) this.sickSince.set(version, this.seq);
  }

  // ---- what the loop does

  finishRun(id: string, run: Run): void {
    this.running.delete(id);
    this.runs.set(id, run);
    this.umpire.count(`${run.kind} run ${run.state}`);
  }

  act(action: Action, look: LookContext): void {
    if (action.do === 'start' && this.runs.has(action.id) && !this.forgetsIds) return;
    if (!this.lenient) demand(this, action);
    this.seq++;
    this.umpire.watch(action, look, this.spec());
    apply(this, action);
    if (action.do === 'start') this.starters.set(action.id, look);
    this.umpire.check(action.do);
  }

  setShares(shares: Readonly<Record<string, number>>): void {
    for (const d of this.deployments.values()) {
      const share = shares[d.id] ?? 0;
      if (share === d.share) continue;
      this.deployments.set(d.id, { ...d, share });
      this.changes.set(d.id, this.now);
      if (share === 0) this.darkness.delete(d.id);
    }
    this.served = true;
    this.umpire.check('a change of traffic');
  }

  /** Runs as the port promises them: in flight, of the longest period, ten trainings and the newest that succeeded. */
  listedRuns(): readonly Run[] {
    const period = 30 * DAY;
    const trainings = this.trainings();
    const always = [...trainings.slice(0, 10), trainings.find((r) => r.state === 'succeeded')];
    return [...this.runs.values()].filter(
      (r) => r.state === 'running' || r.tags.at > this.now - period || always.includes(r),
    );
  }
}
