/**
 * Watches every effect on the world and notes where a guarantee was broken.
 */
import { deploymentId } from '../../runtime/loop/deployments';
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import type { Action, Run, Time, Version } from '../../runtime/loop/platform';
import { finalWindows } from '../../runtime/loop/rules/monitors';
import type { LookContext } from './port';
import { MINUTE } from './settings';
import type { World } from './world';

export type Guarantee = 1 | 2 | 3 | 4 | 5 | 6 | 7;
export interface Finding {
  readonly guarantee: Guarantee;
  readonly at: Time;
  readonly text: string;
}
type Act<K extends Action['do']> = Extract<Action, { do: K }>;

/** How far a loop's clock may be off. */
const CLOCK = 10 * MINUTE;
/** Two clocks, and the time between two calls of a look. */
const TOLERANCE = 25 * MINUTE;

export class Umpire {
  readonly findings: Finding[] = [];
  /** What the histories went through, to show that they go everywhere. */
  readonly seen = new Map<string, number>();

  constructor(private readonly world: World) {}

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  demand(guarantee: Guarantee, holds: boolean, text: string): void {
    if (!holds) this.findings.push({ guarantee, at: this.world.now, text });
  }

  /** Before an action takes effect. */
  watch(action: Action, look: LookContext, spec: LoopSpec): void {
    this.count(action.do);
    if (action.do === 'start') this.watchStart(action, look, spec);
    if (action.do === 'shift') this.watchShift(action, look, spec);
    if (action.do === 'mark') this.watchMark(action, look, spec);
    if (action.do === 'tell' && action.degraded) this.watchTell(action, look, spec);
    if (action.do === 'register')
      this.demand(
        3,
        this.world.runs.get(action.run)?.decision === 'register',
        `${action.version} did not pass its gate`,
      );
    if (action.do === 'register' && !this.world.versions.has(action.version))
      this.demand(
        5,
        !((this.world.deleted.get(action.version) ?? Infinity) <= look.seq),
        `${action.version} was deleted and is registered again`,
      );
    if (action.do === 'place' && this.world.options.rollout === 'stepped')
      this.demand(5, this.world.deployments.size < 2, `a third deployment: ${action.id}`);
    if (action.do === 'retire')
      this.demand(3, !this.world.deployments.get(action.id)?.share, `${action.id} is retired under traffic`);
    if (action.do === 'remove') this.demand(3, spec.teardown, 'the endpoint is removed, and nobody asked');
  }

  /** After anything changed. */
  check(after: string): void {
    const { world } = this;
    const deployments = [...world.deployments.values()];
    const total = deployments.reduce((sum, d) => sum + d.share, 0);
    if (world.exists && world.served) this.demand(3, total === 100, `shares add up to ${total} after ${after}`);
    for (const d of deployments)
      if (d.share > 0) this.demand(3, d.state === 'ready', `${d.id} has traffic and is ${d.state} after ${after}`);
  }

  private watchStart(action: Act<'start'>, look: LookContext, spec: LoopSpec): void {
    const { tags } = action;
    this.count(`start ${action.kind}: ${tags.reason.split(':')[0]}`);
    if (action.kind === 'monitor') return this.watchMonitor(action, look, spec);
    const runs = this.world.trainings();
    this.demand(1, !runs.some((r) => r.state === 'running'), `a second training is started (${tags.reason})`);
    this.demand(2, this.world.data !== false || look.data !== false, 'a training is started without data');
    const fresh = runs.slice(0, 5).filter((r) => r.state === 'failed' && r.tags.generation === tags.generation);
    this.demand(2, fresh.length < 5 || tags.reason === 'request', 'a training is started after five failures');
    if (tags.reason.startsWith('schedule:'))
      this.demand(
        2,
        !runs.some((r) => r.tags.reason === tags.reason && r.state !== 'failed'),
        `${tags.reason} is served twice`,
      );
    if (tags.reason.startsWith('alarm:') && spec.retrain) this.watchAlarm(tags.reason.slice(6), tags.at, look, spec);
  }

  private watchAlarm(name: string, at: Time, look: LookContext, spec: LoopSpec): void {
    if (!spec.retrain) return;
    const { cooldown, atMost } = spec.retrain;
    const runs = this.world.trainings();
    this.demand(2, look.alarms.includes(name), `training for the alarm of ${name}, which does not ring`);
    const near = runs.find((r) => r.state !== 'failed' && Math.abs(at - r.tags.at) < cooldown);
    this.demand(2, !near, `training ${near?.id ?? ''} is within the cooldown`);
    const starts = [at, ...runs.flatMap((r) => (r.tags.reason.startsWith('alarm:') ? [r.tags.at] : []))];
    const most = Math.max(...starts.map((end) => starts.filter((t) => t > end - atMost.per && t <= end).length));
    this.demand(2, most <= atMost.runs, `${most} trainings by alarm in a period`);
  }

  private watchMonitor({ tags }: Act<'start'>, look: LookContext, spec: LoopSpec): void {
    const monitor = spec.monitors[tags.monitor ?? ''];
    if (!monitor || !tags.window) return this.demand(2, false, 'a monitor without window');
    this.demand(2, tags.window.to + monitor.labelsWithin <= tags.at, `${tags.monitor} of a window that is not final`);
    const runs = [...this.world.runs.values()].filter(
      (r) => r.tags.monitor === tags.monitor && r.tags.reason === tags.reason,
    );
    const same = runs.filter((r) => r.tags.version === tags.version && r.tags.window?.from === tags.window?.from);
    this.demand(2, !same.some((r) => r.state !== 'failed'), `${tags.monitor} measures a window twice`);
    this.demand(2, same.length < 3, `${tags.monitor} is tried a fourth time`);
    const storm = runs.filter((r) => r.state === 'running' && !this.isLate(r, look));
    this.demand(2, tags.reason === 'trial' || storm.length === 0, `a storm of ${tags.monitor}`);
  }

  /** One of two loops stalled between its claim and its act: the other could not see the run, though it claimed before or after. */
  private isLate(run: Run, look: LookContext): boolean {
    const other = this.world.starters.get(run.id);
    if (!other?.claim || !look.claim || look.inFlight.includes(run.id)) return false;
    return other.claim <= look.memory || look.claim <= other.memory;
  }

  /** N of M of one version, by the reports that the look had read. */
  private watchTell(action: Act<'tell'>, look: LookContext, spec: LoopSpec): void {
    const monitor = spec.monitors[action.monitor];
    if (!monitor) return this.demand(2, false, `${action.monitor} is no monitor`);
    const { count, of } = monitor.violations;
    const reports = look.reports.filter((r) => r.monitor === action.monitor && r.scope === 'window');
    const violated = (now: Time, version: string): number => {
      const verdicts = finalWindows(now, monitor, of + 1).map(
        ({ from }) => reports.find((r) => r.version === version && r.window.from === from)?.verdict,
      );
      // The newest window joins with its report.
      return (verdicts[0] ? verdicts.slice(0, of) : verdicts).filter((verdict) => verdict === 'violated').length;
    };
    const told = [-CLOCK, 0, CLOCK].some((off) => reports.some((r) => violated(look.at + off, r.version) >= count));
    this.demand(2, told, `${action.monitor} is called degraded without ${count} of ${of}`);
  }

  private watchShift(action: Act<'shift'>, look: LookContext, spec: LoopSpec): void {
    const { world } = this;
    const total = Object.values(action.shares).reduce((sum, share) => sum + share, 0);
    this.demand(3, total === 100, `asked for shares that add up to ${total}`);
    for (const d of world.deployments.values()) {
      const share = action.shares[d.id] ?? 0;
      if (share <= d.share) continue;
      const sound = [...world.deployments.values()].some(
        (x) =>
          x.id !== d.id &&
          x.state === 'ready' &&
          world.isSound(x) &&
          world.statusAt(x.version, look) === 'approved' &&
          !world.mayBeRejected(x.version) &&
          !world.isBeingRejected(x.version),
      );
      this.demand(
        3,
        !sound || world.wasApproved(d.version, look),
        `${d.id} gains traffic though it may not serve (${action.why})`,
      );
      if (!action.guarded || !world.served) continue;
      // A loop that stalled may do late what was right when it looked; the next look drains it.
      this.demand(4, !((world.burned.get(d.id) ?? Infinity) <= look.seq), `${d.id} is tried again`);
      if (world.options.rollout === 'native') continue;
      if (d.share === 0) {
        this.demand(4, share <= (spec.rollout.steps[0] ?? 100), `${d.id} skips the canary`);
      } else {
        const baked = world.now - world.changedAt(d.id) >= spec.rollout.bake - TOLERANCE;
        this.demand(4, baked, `${d.id} advances before its bake is over`);
        this.demand(4, !world.wasSick(d.version, look), `${d.id} advances though it is sick`);
      }
    }
  }

  private watchMark(action: Act<'mark'>, look: LookContext, spec: LoopSpec): void {
    const { world } = this;
    const version = world.versions.get(action.version);
    if (!version) return;
    const { status, bad, live } = action.patch;
    if (status === 'rejected' || bad) this.watchRejection(version, action);
    // Said again by a loop that stalled, it changes nothing.
    if (!live || world.isSettled({ version: action.version, revision: live.revision })) return;
    const id = deploymentId(action.version, live.revision);
    // A loop that stalled says late what was true when it looked.
    const late = world.changedAt(id) >= look.endpointAt;
    const baked = look.at - world.changedAt(id) >= spec.rollout.bake - TOLERANCE;
    this.demand(4, late || baked || world.mayBeMistaken(action.version), `${id} is live before its bake is over`);
    const others = [...world.deployments.values()].filter((d) => d.id !== id && d.state === 'ready');
    const alternative = others.some(
      (d) => world.isSound(d) && world.versions.get(d.version)?.live && !world.isBeingRejected(d.version),
    );
    this.demand(4, !alternative || !world.wasSick(action.version, look), `${id} is live though it is sick`);
  }

  private watchRejection(version: Version, action: Act<'mark'>): void {
    const { world } = this;
    if (version.status === 'rejected' || action.why.includes('by hand')) return;
    this.count(`rejected: ${action.why.replace(/^.*?: /, '').replace(/[\d.:TZ-]+/g, '#')}`);
    if (/failed to start/.test(action.why)) return;
    if (/rolled it back/.test(action.why))
      return this.demand(6, world.everRolledBack.has(version.name), `${version.name} was not rolled back`);
    this.demand(4, world.mayBeRejected(version.name), `${version.name} is rejected though healthy: ${action.why}`);
  }
}
