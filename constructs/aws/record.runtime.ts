/** The record of one endpoint, as the command line reads it: with the loop's own readers, and without what the loop notes in passing. */
import { decide } from '../../runtime/loop/decide';
import { EMPTY } from '../../runtime/loop/memory';
import type { Decision, LoopEvent, Observed, Request, Time } from '../../runtime/loop/platform';
import { observe } from '../../runtime/loop/reconcile';
import type { ResolvedMlops } from '../spec/mlops';
import { platformOf, type Clients } from './assemble.runtime';
import { readEvents } from './events.runtime';
import { lastLook } from './heartbeat.runtime';
import { specOf } from './loop-host.runtime';
import { readFollowed, readRelease, readSwitch, readWaiting, turnSwitch, type Switch } from './loop-record.runtime';
import type { RunRecord } from './pipeline.runtime';
import type { RegisteredVersion } from './registry.runtime';
import { fileRequest, readRequests, removeRequest } from './requests.runtime';
import { tasksOf, whyEnded, type JobTask } from './run-log.runtime';
import type { LoopSettings } from './settings';
import { ABSENT, Store } from './store.runtime';

export interface RecordOptions {
  readonly settings: LoopSettings;
  /** Counts until the loop has looked and written down which one it follows. */
  readonly spec: ResolvedMlops;
  readonly clients: Clients;
  readonly clock: () => Time;
}

/** One look that does nothing. */
export interface Sighting {
  readonly at: Time;
  readonly observed: Observed;
  /** What the loop would do, if it looked now. */
  readonly decision: Decision;
}

/** What the loop shows of itself. */
export interface Signs {
  /** Nothing where it did not look lately. */
  readonly looked: Time | undefined;
  /** As it said it last; nothing where it has never looked. */
  readonly waits: readonly string[] | undefined;
  /** Nothing where it was never turned. */
  readonly turned: Switch | undefined;
}

type Platform = ReturnType<typeof platformOf> & { readonly spec: ResolvedMlops };

export class OperatorRecord {
  private readonly store: Store;
  private platform: Promise<Platform> | undefined;

  constructor(private readonly options: RecordOptions) {
    this.store = new Store(options.clients.s3, options.settings.bucket);
  }

  /** In the spec. */
  get endpoint(): string {
    return this.options.settings.endpoint;
  }

  /** Oldest first: those of the day of `since` and later. */
  events(since: Time): Promise<readonly LoopEvent[]> {
    return readEvents(this.store, this.endpoint, since);
  }

  async versions(): Promise<readonly RegisteredVersion[]> {
    return (await this.open()).platform.versions();
  }

  /** Of the training pipeline and of the monitors, newest first: as far back as the loop looks, and of each the newest ten. */
  async runs(): Promise<readonly RunRecord[]> {
    return (await this.open()).runs.list();
  }

  /** In the order in which they began. */
  tasks(run: RunRecord): Promise<readonly JobTask[]> {
    return tasksOf(this.options.clients.sagemaker, run);
  }

  /** Why a run that succeeded ended as it did, in its own words. */
  async why(run: RunRecord): Promise<string | undefined> {
    return whyEnded(this.store, (await this.open()).spec, this.endpoint, run);
  }

  /** The name of its pipeline, as the spec that the loop follows has it. */
  async pipeline(): Promise<string> {
    return (await this.open()).spec.endpoints[this.endpoint]!.model;
  }

  /** The variant that serves a version now; nothing where none does. */
  async variantOf(version: string): Promise<string | undefined> {
    const { endpoint } = await this.open();
    const { deployments } = await endpoint.view();
    const serving = deployments.find((each) => each.version === version);
    return serving && endpoint.variantOf(serving.id);
  }

  /** What stands between this endpoint and being down: runs in flight, and the endpoint itself. */
  async left(): Promise<readonly string[]> {
    const { platform } = await this.open();
    const [runs, { exists }] = await Promise.all([platform.runs(), platform.endpoint()]);
    const running = runs.filter(({ state }) => state === 'running').map(({ id }) => id);
    return [...running, ...(exists ? [`the endpoint ${this.options.settings.endpointName}`] : [])];
  }

  async look(): Promise<Sighting> {
    const { settings, clock } = this.options;
    const { platform, spec } = await this.open();
    const release = await readRelease(this.store, this.endpoint);
    const turned = await readSwitch(this.store, this.endpoint);
    const { memory = EMPTY } = await platform.readMemory();
    const observed = await observe(platform, memory, clock);
    const at = clock();
    if (!release) {
      const waits = ['no deployment is released: the stack is not there as a whole yet'];
      return { at, observed, decision: { actions: [], memory, waits } };
    }
    const followed = specOf({ settings, spec }, release.modified, turned?.position === 'down');
    return { at, observed, decision: decide(followed, at, observed, memory) };
  }

  async signs(): Promise<Signs> {
    const { settings, clients, clock } = this.options;
    const [looked, waiting, turned] = await Promise.all([
      lastLook(clients.cloudwatch, settings, clock()),
      readWaiting(this.store, this.endpoint),
      readSwitch(this.store, this.endpoint),
    ]);
    return { looked, waits: waiting?.waits, turned };
  }

  /** The loop is woken by it. */
  request(request: Request): Promise<void> {
    return fileRequest(this.store, this.endpoint, request);
  }

  /** What was asked for and not done yet is asked for no more, as whoever takes it down wants nothing else of it. */
  async turn(position: Switch['position']): Promise<void> {
    await turnSwitch(this.store, this.endpoint, { position, at: this.options.clock() });
    if (position === 'up') return;
    for (const { id } of await readRequests(this.store, this.endpoint, () => undefined))
      await removeRequest(this.store, this.endpoint, id);
  }

  private open(): Promise<Platform> {
    return (this.platform ??= this.newPlatform());
  }

  private async newPlatform(): Promise<Platform> {
    const { settings, clients, clock } = this.options;
    const store = new ReadOnly(clients.s3, settings.bucket);
    const spec = (await readFollowed(store, this.endpoint)) ?? this.options.spec;
    return { spec, ...platformOf({ settings, spec, clients, clock, log: () => undefined }, store) };
  }
}

/** What is found out in passing is the loop's to write down: whoever else reads may do it with another clock, or an older program. */
class ReadOnly extends Store {
  override async write(): Promise<string> {
    return ABSENT;
  }

  override async append(): Promise<void> {}

  override async copy(): Promise<void> {}

  override async remove(): Promise<void> {}
}
