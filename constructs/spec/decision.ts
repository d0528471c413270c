/** decision.json: what `select` decided, and why. The loop reads it and registers; no orchestrator branches on it. */
import type { Metric } from './metric';
import type { Parameters } from './training';

export type Scores = Readonly<Partial<Record<Metric, number>>>;

export interface Decision {
  readonly format: 1;
  /** `keep`: no candidate passed the gate; the champion stays. */
  readonly decision: 'register' | 'keep';
  /** In plain words, with the numbers. */
  readonly why: string;
  readonly metric: Metric;
  readonly winner: string;
  readonly candidates: Readonly<Record<string, { readonly parameters: Parameters; readonly scores: Scores }>>;
  /** `false` before the first version, or where the two could not be compared. */
  readonly champion: ChampionComparison | false;
  /** `false` where a graph of the user's own does not say. */
  readonly test: { readonly from: string; readonly to: string; readonly rows: number } | false;
}

/** Champion and winner on the same rows: those newer than the champion's own training data. */
export interface ChampionComparison {
  readonly candidate: string;
  readonly rows: number;
  readonly champion: Scores;
  readonly winner: Scores;
}
