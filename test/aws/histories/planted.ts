/** A wrong driver, and what must notice it. */
import type { Case, HistoryEvent, Kind } from './cases';
import type { Lab } from './process';
import type { Guarantee } from './umpire';

export interface Planted {
  /** What is wrong: `… when WHAT`. */
  readonly what: string;
  /** Those that must be found broken, any of them. */
  readonly breaks: readonly Guarantee[];
  /** Where it can matter. @default all kinds */
  readonly kind?: Kind;
  /** What happens last in its histories, where it would be too rare. @default nothing more */
  readonly ends?: readonly HistoryEvent[];
  readonly lab: Lab;
}

/** The history that is to find it, before all that calms down. */
export const ending = (given: Case, { ends = [] }: Planted): Case => ({ ...given, events: [...given.events, ...ends] });

export type Plant = NonNullable<Lab['plant']>;
export type Parts = Parameters<Plant>[0];

/** A part of the adapter that does something else. */
export const planted = (
  what: string,
  breaks: Planted['breaks'],
  plant: Plant,
  kind?: NonNullable<Planted['kind']>,
): Planted => ({ what, breaks, ...(kind && { kind }), lab: { plant } });
