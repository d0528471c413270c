/** What a task needs of the machine that it runs on. */
import type { Size } from './units';

export interface ComputeSpec {
  /**
   * Cores that are kept for it. Programs learn the number from `OMP_NUM_THREADS`.
   * @default 1
   * @minimum 1
   * @asType integer
   */
  readonly cpu?: number;
  /**
   * Least memory of the machine; off: what comes with so many cores.
   * @default false
   */
  readonly memory?: Size | false;
}
