/** Asks again what Google could not answer just now. */
import { setTimeout } from 'node:timers/promises';
import { GoogleError, isTransient, Unreachable } from './google-error.runtime';

/** What waiting depends on; tests have their own. */
export interface Pace {
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Milliseconds; only differences count. */
  readonly now: () => number;
  /** 0 to 1. */
  readonly random: () => number;
}

export const REAL_PACE: Pace = {
  sleep: (ms) => setTimeout(ms),
  now: () => performance.now(),
  random: Math.random,
};

const MOST_TRIES = 5;
/** https://google.aip.dev/194 and https://cloud.google.com/storage/docs/retry-strategy: exponential, with jitter. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** A look has some minutes for dozens of calls: what does not come by then is left to the next look. */
const MOST_MS = 45_000;

/**
 * `repeatable`: doing it twice is doing it once. Otherwise only that is asked again which was certainly not done: a 429 is told
 * before anything is.
 */
export async function again<T>(work: () => Promise<T>, repeatable: boolean, pace: Pace): Promise<T> {
  const begun = pace.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const helps = repeatable ? isTransient(error) : error instanceof GoogleError && error.status === 429;
      const pause = pace.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
      if (!helps || attempt === MOST_TRIES || pace.now() - begun + pause > MOST_MS) throw error;
      await pace.sleep(pause);
    }
  }
}

/** A connection that fails is an answer that never came. */
export async function reached<T>(call: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Unreachable(call, error);
  }
}
