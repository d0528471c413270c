/** Lengths of time for a new spec, from how long and how dense its rows are. */
import type { Duration } from '../../constructs/spec';
import { UserError } from '../../constructs/spec';

export interface Windows {
  readonly history: Duration;
  readonly test: Duration;
  /** Of the monitors. */
  readonly every: Duration;
  readonly labelsWithin: Duration;
  readonly bake: Duration;
  readonly cooldown: Duration;
}

const UNITS = { days: 86_400_000, hours: 3_600_000, minutes: 60_000 } as const;
/** A third of the rows trains the first model, so that a replay has two thirds to rehearse. */
const SHARE = 1 / 3;
/** With fewer rows than this to train on, more of them are. */
const ENOUGH = 500;
/** Rows that a window needs for its drift to be judged. */
const ROWS_A_WINDOW = 100;
const EVERY: readonly (readonly [Duration, number])[] = [
  ['1 hour', UNITS.hours],
  ['1 day', UNITS.days],
  ['7 days', 7 * UNITS.days],
  ['28 days', 28 * UNITS.days],
];

/** `span` in milliseconds. */
export function windowsFor(span: number, rows: number): Windows {
  const unit = (['days', 'hours', 'minutes'] as const).find((name) => span >= 8 * UNITS[name]);
  if (!unit) throw new UserError('The rows span less than 8 minutes; expected at least some hours, better weeks.');
  const share = Math.min(1, Math.max(SHARE, ENOUGH / rows));
  const history = Math.max(4, Math.floor((span * share) / UNITS[unit]));
  const rowsIn = (length: number) => (rows * length) / span;
  const fitting = EVERY.filter(([, length]) => length <= (history * UNITS[unit]) / 2);
  const [every, length] = fitting.find(([, length]) => rowsIn(length) >= ROWS_A_WINDOW) ?? fitting.at(-1) ?? EVERY[0]!;
  const isLong = length >= UNITS.days;
  return {
    history: `${history} ${unit}`,
    test: `${Math.round(history / 4)} ${unit}`,
    every,
    labelsWithin: isLong ? '1 day' : '1 hour',
    bake: length > UNITS.days ? '1 day' : '1 hour',
    cooldown: length > UNITS.days ? `${(2 * length) / UNITS.days} days` : isLong ? '2 days' : '1 day',
  };
}
