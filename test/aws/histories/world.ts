/**
 * AWS as the histories have it: the fakes, and what goes on in them by itself. Operations and runs take a random time and end well or
 * badly, requests come and are captured, alarms follow the gauges, people interfere. Its state changes when time passes, when a
 * request has its effect, and by the hands of people; every change passes the umpire.
 */
import { FakeS3 } from '../runtime/fake-s3';
import { FakeSageMaker } from '../runtime/fake-sagemaker';
import { FakeEndpoints } from '../runtime/fake-sagemaker-endpoint';
import { FakeScaling } from '../runtime/fake-scaling';
import { FakeSecrets, FakeSns } from '../runtime/fake-sns';
import { AWS } from '../../../constructs/aws/assemble.runtime';
import { specOf } from '../../../runtime/cloud/loop-host';
import { releaseNamed } from '../../../constructs/aws/release-names';
import type { LoopSpec } from '../../../runtime/loop/loop-spec';
import type { Deployment, Time } from '../../../runtime/loop/platform';
import type { Case } from './cases';
import { Consistency } from './consistency';
import { Jobs } from './jobs';
import { Life } from './life';
import { Meters } from './meters';
import { ENDPOINT, HOUR, START, type Deployed } from './settings';
import { Traffic } from './traffic';
import { Umpire } from './umpire';
import { Versions } from './versions';

/**
 * Of a version: `sick` fails half its requests, `slow` answers too late, `stillborn` does not start, `poor` loses its trial, and
 * SageMaker cannot make the package of one that is `unmade`.
 */
export type Nature = 'good' | 'sick' | 'slow' | 'stillborn' | 'poor' | 'unmade';

/** What serves, or is about to. */
export interface Served extends Omit<Deployment, 'state'> {
  readonly variant: string;
}

export class World {
  now: Time = START;
  /** Grows with every event and every effect. */
  seq = 0;
  readonly s3 = new FakeS3();
  readonly sagemaker = new FakeSageMaker();
  readonly scaling = new FakeScaling();
  readonly endpoints = new FakeEndpoints(ENDPOINT, this.scaling);
  readonly sns = new FakeSns();
  readonly secrets = new FakeSecrets();
  readonly traffic = new Traffic(this);
  readonly jobs = new Jobs(this);
  readonly life = new Life(this);
  readonly meters = new Meters(this);
  readonly versions = new Versions(this);
  readonly consistency = new Consistency(this);
  readonly umpire = new Umpire(this);

  // How things stand outside.
  calm = false;
  /** How likely a call meets a fault. */
  failing = 0.03;
  quiet = false;
  /** Every deployment fails half its requests, whatever its version. */
  storm = false;
  /** How likely a window is violated. */
  drift = 0;
  /** How long lists and descriptions may show what was, in milliseconds. */
  lag = 0;
  asked = 0;
  /** A loop's clock was: it counts what happened before it looked as what happened since. */
  wasBehind = false;
  private position: 'up' | 'down' = 'up';
  private readonly turns: { readonly position: 'up' | 'down'; readonly seq: number }[] = [];
  private hasData = false;
  private lostData = 0;
  private readonly releases: { readonly deployment: string; readonly seq: number }[] = [];
  /** Revisions whose machines do not start. */
  readonly broken = new Set<string>();
  readonly natures = new Map<string, Nature>();
  /** Since when a version fails its requests, or is too slow. */
  readonly sickSince = new Map<string, number>();
  /** Versions that looked bad for a reason nobody could tell from their own fault. */
  readonly excused = new Set<string>();

  constructor(
    readonly given: Case,
    /** What the newest deployment of the stack says. */
    readonly newest: () => Deployed,
    readonly random: () => number,
  ) {
    this.s3.page = 6;
    this.sagemaker.page = 5;
    // Lists are behind for shorter than that, or nobody could tell that a run was started already.
    this.sagemaker.remembers = 10 * 60_000;
    this.lag = given.lag ? 75_000 : 0;
    this.addRows(15);
    this.setNow(START);
  }

  chance(p: number): boolean {
    return this.random() < p;
  }

  /** A whole number below that. */
  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  get rollout(): 'stepped' | 'native' {
    return this.given.kind === 'stepped' ? 'stepped' : 'native';
  }

  loopSpec(): LoopSpec {
    return specOf({ target: AWS, ...this.newest() }, 0);
  }

  // ---- what serves

  /** Of the configuration in use; none while the endpoint is being made. */
  served(): readonly Served[] {
    const { endpoint, configs } = this.endpoints;
    if (!endpoint || endpoint.status === 'Creating' || endpoint.status === 'Deleting') return [];
    const sum = endpoint.variants.reduce((total, { CurrentWeight }) => total + CurrentWeight, 0);
    return endpoint.variants.flatMap(({ VariantName: variant, CurrentWeight }) => {
      const found = configs.get(endpoint.config)?.ProductionVariants.find(({ VariantName }) => VariantName === variant);
      const named = found && releaseNamed(ENDPOINT, found.ModelName!);
      return named ? [{ ...named, variant, share: sum > 0 ? (100 * CurrentWeight) / sum : 0 }] : [];
    });
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
    if (nature === 'good' && this.nature(version) !== 'good') this.excused.add(version);
    this.natures.set(version, nature);
    if (!this.isSick(version)) this.sickSince.delete(version);
    else if (!this.sickSince.has(version)) this.sickSince.set(version, this.seq);
    this.traffic.note();
  }

  setWeather(change: { readonly quiet?: boolean; readonly storm?: boolean }): void {
    Object.assign(this, change);
    this.traffic.note();
  }

  // ---- data

  /** Rows of so many days until now, four a day; none at all for 0. */
  addRows(days: number): void {
    const rows = Array.from({ length: days * 4 }, (_, i) =>
      JSON.stringify({ when: new Date(this.now - i * 6 * HOUR).toISOString(), order: i, price: 1, sold: 1 }),
    );
    this.s3.put('data/rentals/rows.jsonl', `${rows.join('\n')}\n`);
    this.hasData = days >= 11;
    if (!this.hasData) this.lostData = ++this.seq;
  }

  /** There is enough of it, or was when somebody looked then. */
  hadData(seq: number): boolean {
    return this.hasData || this.lostData > seq;
  }

  // ---- whether it shall serve

  turn(position: 'up' | 'down'): void {
    if (position === this.position) return;
    this.position = position;
    this.turns.push({ position, seq: ++this.seq });
    this.s3.put('loop/online/switch.json', { position, at: this.now });
  }

  /** Somebody has taken it down, or had when somebody looked then. */
  wasDown(seq: number): boolean {
    const at = this.turns.findLastIndex((turn) => turn.seq <= seq);
    return this.turns.slice(Math.max(0, at)).some((turn) => turn.position === 'down');
  }

  // ---- deployments of the stack

  release({ settings: { deployment } }: Deployed): void {
    this.s3.put('loop/online/release.json', { deployment });
    this.releases.push({ deployment, seq: ++this.seq });
  }

  /** The deployment that a loop belongs to was released when it began, or since. */
  wasReleased(deployment: string, since: number): boolean {
    const at = this.releases.findLastIndex(({ seq }) => seq <= since);
    return this.releases.slice(Math.max(0, at)).some((release) => release.deployment === deployment);
  }

  /** What DescribeEndpoint says now, for whoever reads what was. */
  noteReads(): void {
    const headers = { 'x-amz-target': 'SageMaker.DescribeEndpoint' };
    const sent = { method: 'POST', path: '/', query: {}, headers, body: '{}' };
    this.consistency.note(() => this.endpoints.answer(sent));
  }

  // ---- time

  advance(duration: number): void {
    const until = this.now + duration;
    for (let next = this.nextEnd(); next <= until; next = this.nextEnd()) {
      this.setNow(Math.max(this.now, next));
      this.seq++;
      this.life.continue();
      this.noteReads();
      this.jobs.continue();
      this.meters.continue();
    }
    this.setNow(until);
  }

  private nextEnd(): Time {
    return Math.min(this.life.next(), this.jobs.next(), this.meters.next());
  }

  private setNow(now: Time): void {
    this.now = this.s3.now = this.sagemaker.now = now;
  }
}
