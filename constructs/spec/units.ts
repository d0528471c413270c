/** Quantities carry their unit, in the spec and in what it resolves to. */

/**
 * A length of time, such as `'90 days'`, `'1 hour'` or `'250 ms'`.
 * @pattern ^(\d+ ms|\d+(\.\d{1,3})? (seconds?|minutes?|hours?|days?))$
 */
export type Duration = `${number} ms` | `${number} ${'second' | 'minute' | 'hour' | 'day'}${'' | 's'}`;

/**
 * An amount of memory, such as `'8 GiB'`.
 * @pattern ^[1-9]\d* (MiB|GiB)$
 */
export type Size = `${number} ${'MiB' | 'GiB'}`;

const MILLISECONDS = { ms: 1, second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The duration in milliseconds. Throws a RangeError where that is not a whole number. */
export function milliseconds(duration: Duration): number {
  const [amount, unit] = duration.split(' ') as [string, string];
  const scale = MILLISECONDS[(unit === 'ms' ? unit : unit.replace(/s$/, '')) as keyof typeof MILLISECONDS];
  const exact = Number(amount) * scale;
  const whole = Math.round(exact);
  // 1.001 * 1000 is not 1001 in floating point; half a millisecond is no rounding error.
  if (!(Math.abs(exact - whole) < 1e-6)) throw new RangeError(`${duration} is not a whole number of milliseconds`);
  return whole;
}
