/** What a history is given, and which histories are lived through: how many, from which seed, and which part of them. */
import fc from 'fast-check';
import { INTERFERENCES } from './people';

const LOOKS = [
  ...Array<'days'>(5).fill('days'),
  ...Array<'wait'>(3).fill('wait'),
  ...Array<'look'>(3).fill('look'),
  ...Array<'step'>(4).fill('step'),
  ...(['begin', 'begin', 'crash', 'crash', 'crash', 'twice', 'cold', 'watch', 'clock'] as const),
  ...(['deploy', 'deploy', 'decline', 'decline', 'down'] as const),
] as const;
export const EVENTS = [...LOOKS, ...INTERFERENCES];

export interface HistoryEvent {
  readonly kind: (typeof EVENTS)[number];
  readonly a: number;
  readonly b: number;
}

export interface Case {
  readonly seed: number;
  readonly events: readonly HistoryEvent[];
  readonly steps: number;
  readonly approval: 'automatic' | 'manual';
  readonly whenIdle: 'advance' | 'hold';
  readonly schedule: boolean;
  /** New versions are judged against the champion on their labels. */
  readonly trial: boolean;
  /** The fewest replicas and the most differ. */
  readonly scales: boolean;
  /** Lists show what was a while ago. */
  readonly lag: boolean;
  /** Vertex AI shows a deployed model before its operation is done. */
  readonly showsEarly: boolean;
}

export const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  events: fc.array(fc.record({ kind: fc.constantFrom(...EVENTS), a: fc.nat(999), b: fc.nat(999) }), {
    ...{ minLength: 14, maxLength: 28, size: 'max' },
  }),
  steps: fc.nat(2),
  approval: fc.constantFrom('automatic', 'automatic', 'manual'),
  whenIdle: fc.constantFrom('advance', 'hold'),
  schedule: fc.boolean(),
  trial: fc.boolean(),
  scales: fc.boolean(),
  lag: fc.boolean(),
  showsEarly: fc.boolean(),
});

/** With more trainings, rollouts and windows than a history has by chance. */
export const busyCases: fc.Arbitrary<Case> = cases.chain((given) =>
  fc
    .array(fc.record({ kind: fc.constantFrom(...BUSY), a: fc.nat(999), b: fc.nat(999) }), {
      minLength: 30,
      maxLength: 30,
    })
    .map((events) => ({ ...given, events, approval: 'automatic', whenIdle: 'advance', steps: 1 + (given.seed % 2) })),
);

const BUSY = [
  ...Array<'days'>(10).fill('days'),
  ...Array<'train'>(6).fill('train'),
  ...(['decline', 'decline', 'decline', 'deploy', 'rollback', 'watch', 'twice', 'crash', 'scale', 'data'] as const),
] as const;

const SEED = 20261120;

/** The histories of this run, and their name: what is needed to live through them again. */
export function chosen(count: number): { readonly histories: readonly Case[]; readonly title: string } {
  const { MLOPS_CASE, MLOPS_HISTORIES = String(count), MLOPS_SEED = String(SEED) } = process.env;
  if (MLOPS_CASE) return { histories: [JSON.parse(MLOPS_CASE) as Case], title: 'one history' };
  const histories = fc.sample(cases, { numRuns: Number(MLOPS_HISTORIES), seed: Number(MLOPS_SEED) });
  return { histories, title: `${histories.length} histories (MLOPS_SEED=${MLOPS_SEED})` };
}
