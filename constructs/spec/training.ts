/** The training pipeline: which rows, which candidates, and when one of them is good enough. */
import { METRICS, type Metric } from './metric';
import type { ResolvedMlops, ResolvedTraining } from './mlops';
import { dangling, show, when, type Problem } from './problem';
import { milliseconds, type Duration } from './units';

export type Parameter = string | number | boolean;
export type Parameters = Readonly<Record<string, Parameter>>;

export interface TrainingSpec {
  readonly kind: 'training';
  /** Name of the dataset. */
  readonly dataset: string;
  /** The folder with the model code: `model.py` and a fully pinned `requirements.txt`; relative to the spec's own folder. */
  readonly code: string;
  /** Length of the time window that is trained on. It ends at the newest row; nothing is trained before the data spans it. */
  readonly history: Duration;
  /** The newest part of `history`: each candidate is scored on it, and then trained again on the whole. */
  readonly test: Duration;
  /** 1 to 8 candidates: name to the parameters that `train` gets. */
  readonly candidates: Readonly<Record<string, Parameters>>;
  readonly choose: ChooseSpec;
  /**
   * Trains at these times too.
   * @default false
   */
  readonly schedule?: ScheduleSpec | false;
  /**
   * Longest time that one task may take.
   * @default "1 hour"
   */
  readonly timeout?: Duration;
}

/** How the winner is chosen, and the gate it must pass to become a version. */
export interface ChooseSpec {
  /** The candidates are ranked by it. */
  readonly metric: Metric;
  /**
   * Largest value that passes, for metrics where lower is better.
   * @default false
   */
  readonly atMost?: number | false;
  /**
   * Smallest value that passes, for metrics where higher is better.
   * @default false
   */
  readonly atLeast?: number | false;
  /**
   * How much better than the champion the winner must be on the same rows, relative: 0.01 is one percent.
   * @default 0
   * @minimum 0
   */
  readonly beatChampionBy?: number;
  /**
   * The champion is compared only on test rows newer than its own training data; with fewer than this many, the
   * absolute gate alone decides, and the decision says so.
   * @default 100
   * @minimum 1
   * @asType integer
   */
  readonly leastNewRows?: number;
}

export interface ScheduleSpec {
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /**
   * IANA time zone.
   * @default "UTC"
   */
  readonly timezone?: string;
}

/** A training pipeline. */
export const training = (spec: Omit<TrainingSpec, 'kind'>): TrainingSpec => ({ kind: 'training', ...spec });

export function checkTraining(spec: ResolvedMlops, training: ResolvedTraining, path: string): Problem[] {
  const { choose, candidates } = training;
  const names = Object.keys(candidates);
  const lower = METRICS[choose.metric].better === 'lower';
  const wrongGate = lower ? 'atLeast' : 'atMost';
  return [
    ...dangling(`${path}.dataset`, training.dataset, spec.datasets, 'dataset'),
    ...longer(`${path}.test`, training.test, training.history, 'history'),
    ...when(names.length < 1 || names.length > 8, {
      path: `${path}.candidates`,
      got: String(names.length),
      expected: '1 to 8 candidates',
      fix: 'every candidate is a job of its own: keep the ones that can win',
    }),
    ...names.flatMap((name) =>
      when(!/^[a-z][a-z0-9_]{0,18}$/.test(name), {
        path: `${path}.candidates.${name}`,
        got: `the name ${show(name)}`,
        expected: 'lower-case letters, digits and underscores, beginning with a letter; at most 19',
        fix: 'rename it',
      }),
    ),
    ...when(choose[wrongGate] !== false, {
      path: `${path}.choose.${wrongGate}`,
      got: show(choose[wrongGate]),
      expected: `${lower ? 'atMost' : 'atLeast'}, because ${lower ? 'less' : 'more'} ${choose.metric} is better`,
      fix: `use ${lower ? 'atMost' : 'atLeast'}`,
    }),
  ];
}

function longer(path: string, part: Duration, whole: Duration, name: string): Problem[] {
  return when(milliseconds(part) >= milliseconds(whole), {
    path,
    got: show(part),
    expected: `less than ${name} (${whole})`,
    fix: `shorten it, or lengthen ${name}`,
  });
}
