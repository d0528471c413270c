/** A wrong driver, and what must notice it. */
import type { Case } from './cases';
import type { Lab } from './process';
import type { Guarantee } from './umpire';

export interface Planted {
  /** What is wrong: `… when WHAT`. */
  readonly what: string;
  /** Those that must be found broken, any of them. */
  readonly breaks: readonly Guarantee[];
  readonly lab: Lab;
  /** Where it can matter. @default - everywhere */
  readonly where?: (given: Case) => boolean;
}
