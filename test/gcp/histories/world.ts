/**
 * Google Cloud as the histories have it: the fake, and what goes on in it by itself. Operations and jobs take a random time and end
 * well or badly, requests come and are logged, alerts follow the gauges, people interfere. Its state changes when time passes, when a
 * request has its effect, and by the hands of people; every change passes the umpire.
 */
import type { LoopSpec } from '../../../runtime/loop/loop-spec';
import type { Time } from '../../../runtime/loop/platform';
import { specOf as loopSpecOf } from '../../../runtime/cloud/loop-host';
import { GCP } from '../../../constructs/gcp/assemble.runtime';
import { deploymentOf } from '../../../constructs/gcp/endpoint-names.runtime';
import type { Case } from './cases';
import { Jobs } from './jobs';
import { BUCKET, documents, ENDPOINT, HOUR, specOf, START, type Deployed } from './settings';
import { Traffic } from './traffic';
import { Umpire } from './umpire';
import { Versions } from './versions';
import { Routes, services } from './wire';

/** Of a version: `sick` fails half its requests, `slow` answers too late, `stillborn` does not start, `poor` loses its trial. */
export type Nature = 'good' | 'sick' | 'slow' | 'stillborn' | 'poor';

/** A deployed model. */
export interface Served {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
  readonly deployedModel: string;
  /** Percent. */
  readonly share: number;
}

export class World {
  /** Grows with every event and every effect. */
  seq = 0;
  readonly google = services(START, BUCKET);
  readonly routes: Routes;
  readonly policies: Readonly<Record<'inputs' | 'quality' | 'revenue', string>>;
  readonly traffic: Traffic;
  readonly jobs: Jobs;
  readonly versions: Versions;
  readonly umpire: Umpire;

  // How things stand outside.
  calm = false;
  quiet = false;
  /** Every deployment fails half its requests, whatever its version. */
  storm = false;
  /** How likely a window is violated. */
  drift = 0;
  asked = 0;
  private readonly turns: { readonly position: 'up' | 'down'; readonly seq: number }[] = [];
  private hasData = false;
  private lostData = 0;
  private readonly releases: { readonly deployment: string; readonly seq: number }[] = [];
  /** Revisions whose machines do not start. */
  readonly broken = new Set<string>();
  private readonly natures = new Map<string, Nature>();
  /** Since when a version fails its requests, or is too slow. */
  private readonly sickSince = new Map<string, number>();
  /** Versions that looked bad for a reason nobody could tell from their own fault. */
  readonly excused = new Set<string>();
  /** It has answered requests, and nobody has taken it down since. */
  hasServed = false;
  /** The loop is taking it down, or has. */
  isTakenDown = false;
  /** How often a deployment failed to start, by id. */
  readonly failures = new Map<string, number>();
  /** Since when a deployment has its present share. */
  private readonly changes = new Map<string, Time>();

  constructor(
    readonly given: Case,
    /** What the newest deployment of the stack says. */
    readonly newest: () => Deployed,
    readonly random: () => number,
  ) {
    const { vertex, monitoring, pubsub, objects } = this.google;
    this.routes = new Routes(this.google);
    vertex.addEndpoint(ENDPOINT);
    vertex.state.listsDeploying = given.showsEarly;
    vertex.state.page = 2;
    objects.page = 6;
    pubsub.addTopic('notices');
    const metric = 'custom.googleapis.com/mlops/degraded';
    const watching = (monitor: string): string =>
      monitoring.addPolicy({ displayName: monitor, metric, labels: { endpoint: 'online', monitor } });
    this.policies = {
      ...{ inputs: watching('inputs'), quality: watching('quality') },
      revenue: monitoring.addPolicy({ displayName: 'revenue' }),
    };
    for (const [path, document] of Object.entries(documents(specOf(given)))) this.put(path, document);
    this.put('artifacts/none/none.json', {});
    this.traffic = new Traffic(this);
    this.jobs = new Jobs(this);
    this.versions = new Versions(this);
    this.umpire = new Umpire(this);
    this.addRows(15);
    this.disturb(0.03);
  }

  get now(): Time {
    return this.google.clock.now;
  }

  chance(p: number): boolean {
    return this.random() < p;
  }

  /** A whole number below that. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  loopSpec(): LoopSpec {
    return loopSpecOf({ target: GCP, ...this.newest() }, 0);
  }

  /** How likely a call meets a fault. */
  disturb(rate: number): void {
    const lag = this.given.lag && rate > 0 ? 75_000 : 0;
    this.google.faults.configure({ seed: this.below(2 ** 30), rate, lag });
  }

  put(path: string, value: string | object): void {
    this.google.objects.put(BUCKET, path, typeof value === 'string' ? value : JSON.stringify(value));
  }

  text(path: string): string | undefined {
    return this.google.objects.has(BUCKET, path) ? this.google.objects.text(BUCKET, path) : undefined;
  }

  // ---- what serves

  get endpoint() {
    return this.google.vertex.endpoint(ENDPOINT);
  }

  /** Something is being done to the endpoint. */
  get isBusy(): boolean {
    return this.google.vertex.state.running(this.endpoint.name).length > 0;
  }

  served(): readonly Served[] {
    const { deployedModels, trafficSplit } = this.endpoint;
    return deployedModels.map((model) => ({
      ...deploymentOf(model as never),
      deployedModel: model.id,
      share: trafficSplit[model.id] ?? 0,
    }));
  }

  /** Runs. */
  inFlight(): readonly string[] {
    return [...this.jobs.inFlight('train'), ...this.jobs.inFlight('monitor')].map(({ run }) => run);
  }

  nature(version: string): Nature {
    return this.natures.get(version) ?? 'good';
  }

  /** Its clients suffer. */
  isSick(version: string): boolean {
    return ['sick', 'slow'].includes(this.nature(version));
  }

  wasSick(version: string, seq: number): boolean {
    const begun = this.sickSince.get(version);
    return begun !== undefined && begun < seq && !this.quiet && !this.storm;
  }

  be(version: string, nature: Nature): void {
    this.traffic.flow();
    if (nature === 'good' && this.nature(version) !== 'good') this.excused.add(version);
    this.natures.set(version, nature);
    if (!this.isSick(version)) this.sickSince.delete(version);
    else if (!this.sickSince.has(version)) this.sickSince.set(version, this.seq);
  }

  setWeather(change: { readonly quiet?: boolean; readonly storm?: boolean }): void {
    this.traffic.flow();
    Object.assign(this, change);
    if (this.storm) for (const { version } of this.served()) this.excused.add(version);
  }

  /** After everything that may have moved traffic. */
  noteChanges(before: readonly Served[], after: string): void {
    const now = this.served();
    const shareIn = (list: typeof before, id: string) => list.find((each) => each.id === id)?.share ?? 0;
    for (const id of new Set([...before, ...now].map((each) => each.id)))
      if (shareIn(before, id) !== shareIn(now, id)) this.changes.set(id, this.now);
    if (this.storm) for (const { version } of now) this.excused.add(version);
    this.hasServed = !this.isTakenDown && (this.hasServed || now.some(({ share }) => share > 0));
    this.umpire.checkEndpoint(after);
  }

  changedAt(id: string): Time {
    return this.changes.get(id) ?? -Infinity;
  }

  // ---- data

  /** Rows of so many days until now, four a day; none at all for 0. */
  addRows(days: number): void {
    const rows = Array.from({ length: days * 4 }, (_, i) =>
      JSON.stringify({ when: new Date(this.now - i * 6 * HOUR).toISOString(), order: i, price: 1, sold: 1 }),
    );
    this.put('data/rentals/rows.jsonl', `${rows.join('\n')}\n`);
    this.hasData = days >= 11;
    if (!this.hasData) this.lostData = ++this.seq;
  }

  /** There is enough of it, or was when somebody looked then. */
  hadData(seq: number): boolean {
    return this.hasData || this.lostData > seq;
  }

  // ---- whether it shall serve

  turn(position: 'up' | 'down'): void {
    if (position === (this.turns.at(-1)?.position ?? 'up')) return;
    this.turns.push({ position, seq: ++this.seq });
    this.put('loop/online/switch.json', { position, at: this.now });
  }

  get isDown(): boolean {
    return this.turns.at(-1)?.position === 'down';
  }

  /** Somebody has taken it down, or had when somebody looked then. */
  wasDown(seq: number): boolean {
    const at = this.turns.findLastIndex((turn) => turn.seq <= seq);
    return this.turns.slice(Math.max(0, at)).some((turn) => turn.position === 'down');
  }

  // ---- deployments of the stack

  release({ settings: { deployment } }: Deployed): void {
    this.put('loop/online/release.json', { deployment });
    this.releases.push({ deployment, seq: ++this.seq });
  }

  /** The deployment that a loop belongs to was released when it began, or since. */
  wasReleased(deployment: string, since: number): boolean {
    const at = this.releases.findLastIndex(({ seq }) => seq <= since);
    return this.releases.slice(Math.max(0, at)).some((release) => release.deployment === deployment);
  }

  /** What the loop calls the alerts that are open. */
  ringing(): readonly string[] {
    const open = this.google.monitoring.alerts.filter(({ state }) => state === 'OPEN').map(({ policy }) => policy.name);
    return Object.entries(this.policies).flatMap(([name, policy]) => (open.includes(policy) ? [name] : []));
  }

  // ---- time

  /** In steps that traffic is measured in, each of which may end operations. */
  advance(duration: number): void {
    const until = this.now + duration;
    while (this.now < until) {
      const before = this.served();
      this.google.clock.advance(Math.min(HOUR, until - this.now));
      this.seq++;
      this.traffic.flow(before);
      this.noteChanges(before, 'the end of an operation');
    }
  }
}
