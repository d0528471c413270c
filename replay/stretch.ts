/** How far the clock may go without a look: `decide` is pure, so it can be asked in advance. */
import { isDeepStrictEqual } from 'node:util';
import { decide } from '../runtime/loop/decide';
import { holders, isLive } from '../runtime/loop/deployments';
import type { LoopSpec } from '../runtime/loop/loop-spec';
import type { Memory, Observed, Time } from '../runtime/loop/platform';
import { isNews } from '../runtime/loop/reconcile';
import { HOUR } from './clock';

/**
 * The first whole hour after `now` at which a look would do or remember something, or `until`, whichever comes first. It
 * holds as long as nothing changes but the clock. Where a version under trial has traffic, each request may change what
 * the next look sees: there the answer is the next hour.
 */
export function quietUntil(spec: LoopSpec, now: Time, until: Time, observed: Observed, memory: Memory): Time {
  for (let hour = now + HOUR; hour < until; hour += HOUR) {
    if (isOnTrial(observed) || wouldMove(spec, hour, observed, memory)) return hour;
  }
  return until;
}

/** A deployment that has not come through its bake has traffic: which request it answers depends on their order. */
export function isOnTrial(observed: Observed): boolean {
  return holders(observed).some((deployment) => !isLive(observed, deployment));
}

function wouldMove(spec: LoopSpec, at: Time, observed: Observed, memory: Memory): boolean {
  const { actions, memory: after } = decide(spec, at, observed, memory);
  // A gauge that is only kept up takes a turn, and changes nothing else.
  return (
    actions.some((action) => isNews(action, memory)) ||
    !isDeepStrictEqual({ ...after, turn: 0 }, { ...memory, turn: 0 })
  );
}
