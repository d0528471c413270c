/**
 * How the loop writes times and shares for people.
 */
import type { Time } from './platform';

/** ISO 8601 to the minute, in UTC: `2026-03-02T00:00Z`. */
export function date(time: Time): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

/** A share from 0 to 1 as percent: `0.125` is `12.5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

/** `3 requests`, `1 request`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
