/** The record of one endpoint, as the command line reads it: with the loop's own readers, and without what the loop notes in passing. */
import { decide } from '../loop/decide';
import { EMPTY } from '../loop/memory';
import type { Decision, LoopEvent, Observed, Request, Time } from '../loop/platform';
import { observe } from '../loop/reconcile';
import type { ResolvedMlops } from '../../constructs/spec/mlops';
import { platformOf, type CloudParts, type Situation } from './assemble';
import { readEvents } from './events';
import { specOf, type CloudTarget } from './loop-host';
import { readFollowed, readRelease, readSwitch, readWaiting, turnSwitch, type Switch } from './loop-record';
import { Outputs, type FoldersOf } from './output';
import type { CloudSettings, RegisteredVersion, RunRecord } from './parts';
import { fileRequest, readRequests, removeRequest } from './requests';
import { ReadOnly, type Store } from './store';
import { whyEnded, type JobTask } from './why-ended';

export interface RecordOptions {
  readonly target: CloudTarget;
  readonly settings: CloudSettings;
  /** Counts until the loop has looked and written down which one it follows. */
  readonly spec: ResolvedMlops;
  readonly store: Store;
  readonly foldersOf: FoldersOf;
  /** On a store that takes nothing. */
  readonly partsOf: (spec: ResolvedMlops, store: Store) => CloudParts;
  /** By the gauge that the loop tells at each look; nothing where it did not look lately. */
  readonly lastLook: () => Promise<Time | undefined>;
  /** In the order in which they began. */
  readonly tasksOf: (run: RunRecord) => Promise<readonly JobTask[]>;
  /** What `mlops down` takes away, as a part of a sentence: `the endpoint shop-online`. */
  readonly serving: string;
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

type Platform = ReturnType<typeof platformOf> & Pick<CloudParts, 'endpoint'> & Pick<Situation, 'spec' | 'outputs'>;

export class OperatorRecord {
  private platform: Promise<Platform> | undefined;

  constructor(private readonly options: RecordOptions) {}

  /** In the spec. */
  get endpoint(): string {
    return this.options.settings.endpoint;
  }

  /** Oldest first: those of the day of `since` and later. */
  events(since: Time): Promise<readonly LoopEvent[]> {
    return readEvents(this.options.store, this.endpoint, since);
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
    return this.options.tasksOf(run);
  }

  /** Why a run that succeeded ended as it did, in its own words. */
  async why(run: RunRecord): Promise<string | undefined> {
    const { outputs, spec } = await this.open();
    return whyEnded(outputs, spec, this.endpoint, run);
  }

  /** The name of its pipeline, as the spec that the loop follows has it. */
  async pipeline(): Promise<string> {
    return (await this.open()).spec.endpoints[this.endpoint]!.model;
  }

  /** What the figures and the logs of a version that serves now are told under; nothing where none does. */
  async figuresOf(version: string): Promise<string | undefined> {
    const { endpoint } = await this.open();
    const { deployments } = await endpoint.view();
    const serving = deployments.find((each) => each.version === version);
    return serving && endpoint.figuresOf(serving.id);
  }

  /** What stands between this endpoint and being down: runs in flight, and what serves. */
  async left(): Promise<readonly string[]> {
    const { platform } = await this.open();
    const [runs, { exists }] = await Promise.all([platform.runs(), platform.endpoint()]);
    const running = runs.filter(({ state }) => state === 'running').map(({ id }) => id);
    return [...running, ...(exists ? [this.options.serving] : [])];
  }

  async look(): Promise<Sighting> {
    const { target, settings, store, clock } = this.options;
    const { platform, spec } = await this.open();
    const release = await readRelease(store, this.endpoint);
    const turned = await readSwitch(store, this.endpoint);
    const { memory = EMPTY } = await platform.readMemory();
    const observed = await observe(platform, memory, clock);
    const at = clock();
    if (!release) {
      const waits = ['no deployment is released: the stack is not there as a whole yet'];
      return { at, observed, decision: { actions: [], memory, waits } };
    }
    const followed = specOf({ target, settings, spec }, release.modified, turned?.position === 'down');
    return { at, observed, decision: decide(followed, at, observed, memory) };
  }

  async signs(): Promise<Signs> {
    const { store, lastLook } = this.options;
    const [looked, waiting, turned] = await Promise.all([
      lastLook(),
      readWaiting(store, this.endpoint),
      readSwitch(store, this.endpoint),
    ]);
    return { looked, waits: waiting?.waits, turned };
  }

  /** The loop is woken by it. */
  request(request: Request): Promise<void> {
    return fileRequest(this.options.store, this.endpoint, request);
  }

  /** What was asked for and not done yet is asked for no more, as whoever takes it down wants nothing else of it. */
  async turn(position: Switch['position']): Promise<void> {
    await turnSwitch(this.options.store, this.endpoint, { position, at: this.options.clock() });
    if (position === 'up') return;
    for (const { id } of await readRequests(this.options.store, this.endpoint, () => undefined))
      await removeRequest(this.options.store, this.endpoint, id);
  }

  private open(): Promise<Platform> {
    return (this.platform ??= this.newPlatform());
  }

  private async newPlatform(): Promise<Platform> {
    const { target, settings, clock, foldersOf, partsOf } = this.options;
    const store = new ReadOnly(this.options.store);
    const spec = (await readFollowed(store, this.endpoint)) ?? this.options.spec;
    const parts = partsOf(spec, store);
    const outputs = new Outputs(store, foldersOf);
    const situation = { target, settings, spec, outputs, clock, log: () => undefined };
    return { spec, outputs, endpoint: parts.endpoint, ...platformOf(situation, parts) };
  }
}
