/** The virtual clock of a replay: it stands still while jobs, swaps and requests run, and never goes back. */
import type { Time } from '../runtime/loop/platform';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export class VirtualClock {
  constructor(private time: Time) {}

  /** Milliseconds since the epoch. */
  get now(): Time {
    return this.time;
  }

  advance(to: Time): void {
    if (to < this.time) throw new RangeError(`the clock stands at ${this.time} and cannot go back to ${to}`);
    this.time = to;
  }
}

/** The first multiple of `step` after `time`. */
export const nextMultiple = (time: Time, step: number): Time => (Math.floor(time / step) + 1) * step;
