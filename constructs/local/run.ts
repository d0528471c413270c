/** A run of a pipeline on this machine, as it is kept in `runs/<id>/run.json`. */
import type { Decision } from '../spec/decision';
import type { Report } from '../spec/report';
import type { Run, RunTags, Time } from '../../runtime/loop/platform';

export interface RunRecord {
  readonly id: string;
  readonly kind: Run['kind'];
  /** What the run belongs to: a training run to a pipeline, a monitor's run to an endpoint. */
  readonly owner: string;
  readonly tags: RunTags;
  readonly state: Run['state'];
  /** By the target's clock. */
  readonly started: Time;
  readonly ended?: Time;
  /** In the order in which they can run. */
  readonly tasks: readonly TaskRecord[];
  /** Of a training run that succeeded. */
  readonly decision?: Decision;
  /** Of a monitor's run that succeeded. */
  readonly report?: Report;
  /** Of a run that failed: what its first failed program said. */
  readonly error?: string;
}

export interface TaskRecord {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'skipped';
  /** How long the program ran, by the machine's clock: for outputs from the cache, when they were made. */
  readonly seconds: number;
  /** The outputs were there already, made by the same program from the same inputs. */
  readonly cached: boolean;
  /** The file that holds what the program printed. */
  readonly log: string;
  readonly error?: string;
}
