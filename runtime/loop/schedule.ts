/**
 * When a schedule last came due.
 */
import { Cron } from 'croner';
import type { Time } from './platform';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How far back a slot is looked for; the last one covers a leap day across a century that has none. */
const LOOKBACKS = [HOUR, 2 * DAY, 40 * DAY, 400 * DAY, 3000 * DAY];

/** A parsed schedule and the last answer, which holds until the next slot: parsing costs more than all rules together. */
interface Known {
  readonly cron: Cron;
  slot?: Time;
  next: Time;
}
const known = new Map<string, Known>();

/** The newest slot of the schedule that is not after `now`, if there was one. The slots missed before it are gone. */
export function lastSlot(schedule: { readonly cron: string; readonly timezone: string }, now: Time): Time | undefined {
  const key = `${schedule.timezone} ${schedule.cron}`;
  const entry = known.get(key) ?? { cron: new Cron(schedule.cron, { timezone: schedule.timezone }), next: -Infinity };
  known.set(key, entry);
  if (entry.slot !== undefined && entry.slot <= now && now < entry.next) return entry.slot;
  for (const lookback of LOOKBACKS) {
    const { slot, next } = around(entry.cron, now - lookback, now);
    if (slot === undefined) continue;
    entry.slot = slot;
    entry.next = next;
    return slot;
  }
  return undefined;
}

/** The last slot in (from, now] and the first one after it. */
function around(cron: Cron, from: Time, now: Time): { slot?: Time; next: Time } {
  let slot: Time | undefined;
  for (let at = from; ;) {
    const next = cron.nextRun(new Date(at))?.getTime() ?? Infinity;
    // In the hour that a clock change repeats, croner answers with the first pass, which is over.
    if (next <= at) at += HOUR;
    else if (next <= now) at = slot = next;
    else return slot === undefined ? { next } : { slot, next };
  }
}
