/** What a replay saw, before anything is made of it: all that the summary and the report are made from. */
import type { RunRecord } from '../constructs/local/run';
import type { ResolvedMlops } from '../constructs/spec/mlops';
import type { LoopEvent, Window } from '../runtime/loop/platform';
import type { Answer } from './traffic';

export interface Recording {
  readonly spec: ResolvedMlops;
  readonly endpoint: string;
  /** The virtual time that was lived through. */
  readonly span: Window;
  /** What the loop did, oldest first. */
  readonly events: readonly LoopEvent[];
  /** Oldest first. */
  readonly runs: readonly RunRecord[];
  /** One a request, in the order of time; from the moment that the first version serves. */
  readonly rows: readonly ScoredRow[];
  /** Requests that were answered but not captured: monitors did not see them. */
  readonly notCaptured: number;
  readonly seconds: Seconds;
}

/** What the client got, beside what two other policies would have answered; `null` where there is no label to compare with. */
export interface ScoredRow extends Answer {
  /** By the first version. */
  readonly never: number | null;
  /** By the current winner's candidate, trained again for this row's window. */
  readonly everyWindow: number | null;
}

export interface Seconds {
  readonly wall: number;
  /** Of this process and all that it started. `null` where the system does not tell. */
  readonly cpu: number | null;
}
