/** Time in a replay: labels come, the loop looks until nothing moves, the requests of a stretch go out, the clock goes on. */
import type { LoopSpec } from '../runtime/loop/loop-spec';
import type { Memory, Observed, Platform, Time, Window } from '../runtime/loop/platform';
import { EMPTY } from '../runtime/loop/memory';
import { isNews, observe, reconcile } from '../runtime/loop/reconcile';
import { nextMultiple, type VirtualClock } from './clock';
import { isOnTrial, quietUntil } from './stretch';

/** What is rehearsed: a platform, and what time brings to it. */
export interface World {
  readonly platform: Platform;
  readonly spec: LoopSpec;
  readonly clock: VirtualClock;
  /** Labels may come at the multiples of this many milliseconds, and nothing else comes by itself. */
  readonly labelsEvery: number;
  /** What is due by now becomes known. */
  deliver(): Promise<void>;
  /** Resolves when nothing is in flight: the clock stands still until then. */
  idle(): Promise<void>;
  /** Answered in full before it resolves. `inTurn`: one request after the other. */
  send(window: Window, inTurn: boolean): Promise<void>;
}

export interface DriveOptions {
  readonly until: Time;
  /** Called with the time after each stretch. */
  readonly onProgress?: (now: Time) => void;
  readonly signal?: AbortSignal;
  /** @default quietUntil */
  readonly stretch?: typeof quietUntil;
}

/** Drives the world to `until`. Requests are sent from the moment that something serves. */
export async function drive(
  world: World,
  { until, onProgress, signal, stretch = quietUntil }: DriveOptions,
): Promise<void> {
  const { clock, spec, labelsEvery } = world;
  for (;;) {
    if (clock.now % labelsEvery === 0) await world.deliver();
    const { observed, memory } = await rest(world, signal);
    if (clock.now >= until) return;
    const next = stretch(spec, clock.now, Math.min(until, nextMultiple(clock.now, labelsEvery)), observed, memory);
    if (observed.endpoint.deployments.some(({ share }) => share > 0))
      await world.send({ from: clock.now, to: next }, isOnTrial(observed));
    clock.advance(next);
    onProgress?.(next);
  }
}

/** So many looks at one moment are no progress but a circle. */
const LOOKS = 100;

/** Looks, and again after each look that did something, until nothing moves. */
async function rest(
  world: World,
  signal: AbortSignal | undefined,
): Promise<{ readonly observed: Observed; readonly memory: Memory }> {
  const { platform, spec, clock } = world;
  const now = () => clock.now;
  for (let looks = 0; looks < LOOKS; looks++) {
    signal?.throwIfAborted();
    const { memory: before = EMPTY } = await platform.readMemory();
    const { actions } = await reconcile(platform, spec, now);
    await world.idle();
    if (actions.some((action) => isNews(action, before))) continue;
    const { memory = EMPTY } = await platform.readMemory();
    return { observed: await observe(platform, memory, now), memory };
  }
  throw new Error(
    `the loop of ${spec.endpoint} still acts after ${LOOKS} looks at ${new Date(clock.now).toISOString()}`,
  );
}
