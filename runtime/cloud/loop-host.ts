/** What hosts the loop in a cloud: it looks while there is something to do, and tells how it went. */
import { loopSpec, type LoopSpec } from '../loop/loop-spec';
import type { Time } from '../loop/platform';
import { reconcile, type Outcome } from '../loop/reconcile';
import type { ResolvedMlops } from '../../constructs/spec/mlops';
import { keepFollowed, readRelease, readSwitch, writeWaiting } from './loop-record';
import type { Notifier } from './notify';
import type { Alarms, CloudSettings, ServedEndpoint } from './parts';
import type { CloudPlatform } from './platform';
import type { Store } from './store';
import { withCaptureLag } from './times';

export interface CloudTarget {
  /** As `--target` names it. */
  readonly name: string;
  /** How long after its end a window's captures may still come, in milliseconds. */
  readonly captureLag: number;
}

export interface HostParts {
  readonly target: CloudTarget;
  readonly settings: CloudSettings;
  readonly spec: ResolvedMlops;
  readonly store: Store;
  readonly platform: CloudPlatform;
  readonly endpoint: ServedEndpoint;
  readonly alarms: Alarms;
  readonly notifier: Notifier;
  readonly clock: () => Time;
  readonly log: (line: string) => void;
  /** What is not there yet that every act needs, in words. @default - nothing */
  readonly missing?: () => Promise<string | undefined>;
}

/** Looks in one invocation: what one look did is news to the next. What is left then is there for the next tick. */
const MOST_LOOKS = 5;
/** A look is not begun with less: it would be cut short in the middle. */
const LEAST_MS = 40_000;

export class LoopHost {
  /** As it was last written: a function that stays warm writes only what is new. */
  private status = '';
  private isFollowedKept = false;

  constructor(private readonly parts: HostParts) {}

  /** Throws what a look throws, for the platform that called it to count, and to try again. */
  async run(remainingMs: () => number): Promise<void> {
    const { notifier, endpoint } = this.parts;
    let generation = await this.generation();
    if (generation === undefined) return;
    try {
      let changed = false;
      for (let looks = 1; generation !== undefined; looks += 1) {
        const { events } = await this.look(generation);
        const done = events.filter(({ outcome }) => outcome === 'done');
        changed ||= done.some(({ what }) => what === 'place' || what === 'retire');
        // A run that is cancelled ends some time later, and its end is an event.
        const news = done.some(({ what }) => what !== 'tell' && what !== 'cancel');
        if (!news || looks === MOST_LOOKS || remainingMs() < LEAST_MS) break;
        generation = await this.generation();
      }
      await endpoint.tend();
      if (changed) await endpoint.prune();
    } finally {
      await notifier.post();
    }
  }

  private async look(generation: number): Promise<Outcome> {
    const { platform, settings, store, alarms, notifier, clock } = this.parts;
    const turned = await readSwitch(store, settings.endpoint);
    const isDown = turned?.position === 'down';
    const looked = await reconcile(platform, specOf(this.parts, generation, isDown), clock);
    const outcome = isDown
      ? { ...looked, waits: [...looked.waits, whileDown(this.parts.target.name, turned.at)] }
      : looked;
    this.say(generation, outcome);
    await alarms.tellLook(platform.seen.runs);
    await notifier.noticeRuns(platform.seen.runs);
    await this.keepStatus(settings.endpoint, outcome);
    await this.keepSpec();
    return outcome;
  }

  /**
   * Of the deployment that is released; nothing where that is another one, and this one stands back. Two deployments' functions may
   * run side by side for a while, also when CloudFormation goes back to the older one.
   */
  private async generation(): Promise<number | undefined> {
    const { store, settings, log } = this.parts;
    const release = await readRelease(store, settings.endpoint);
    if (release?.value.deployment === settings.deployment) {
      const missing = await this.parts.missing?.();
      if (missing === undefined) return release.modified;
      log(JSON.stringify({ endpoint: settings.endpoint, waits: [missing] }));
      return undefined;
    }
    const other = release ? `deployment ${release.value.deployment} is released` : 'no deployment is released';
    log(
      JSON.stringify({
        endpoint: settings.endpoint,
        waits: [`${other}: this one, ${settings.deployment}, stands back`],
      }),
    );
    return undefined;
  }

  private say(generation: number, { claimed, events, waits }: Outcome): void {
    const { platform, settings, log } = this.parts;
    const { endpoint, runs, alarms } = platform.seen;
    const inVain =
      endpoint?.deployments.some(({ state }) => state === 'failed') || endpoint?.last?.outcome === 'rolledBack';
    log(
      JSON.stringify({
        endpoint: settings.endpoint,
        generation,
        claimed,
        deployments: endpoint?.deployments.map(({ id, state, share }) => `${id} ${state} ${share} %`),
        changing: endpoint?.busy,
        failure: inVain ? this.parts.endpoint.failure : undefined,
        running: runs.filter(({ state }) => state === 'running').map(({ id }) => id),
        alarms,
        did: events.map(({ what, outcome, text }) => `${what} ${outcome}: ${text}`),
        waits,
      }),
    );
  }

  /** For whoever wants to know without looking: since when the loop waits for what. */
  private async keepStatus(endpoint: string, { claimed, waits }: Outcome): Promise<void> {
    const { store, clock } = this.parts;
    const status = JSON.stringify(waits);
    if (!claimed || status === this.status) return;
    await writeWaiting(store, endpoint, { at: clock(), waits });
    this.status = status;
  }

  /** Once in a process: a deployment is another one. */
  private async keepSpec(): Promise<void> {
    const { store, settings, spec } = this.parts;
    if (!this.isFollowedKept) await keepFollowed(store, settings, spec);
    this.isFollowedKept = true;
  }
}

export const whileDown = (target: string, since: Time): string =>
  `it was taken down by hand at ${new Date(since).toISOString().slice(0, 16).replace('T', ' ')} UTC: ` +
  `\`mlops up --target ${target}\` lets it serve again`;

/** The user's own alarms retrain as the monitors' do. */
export function specOf(
  { target, settings, spec }: Pick<HostParts, 'target' | 'settings' | 'spec'>,
  generation: number,
  teardown = false,
): LoopSpec {
  const { endpoint, revision, code, alarms } = settings;
  const plain = withCaptureLag(loopSpec(spec, endpoint, { generation, revision, code, teardown }), target.captureLag);
  const own = Object.keys(alarms).filter((name) => !Object.hasOwn(plain.monitors, name));
  return { ...plain, retrain: plain.retrain && { ...plain.retrain, on: [...plain.retrain.on, ...own] } };
}
