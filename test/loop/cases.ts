/**
 * What a history is given, and which histories are lived through: how many, from which seed, and which part of them.
 */
import fc from 'fast-check';
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import { INTERFERENCES } from './people';
import { HOUR, SPEC } from './settings';

const LOOKS = [
  ...Array<'wait'>(4).fill('wait'),
  ...Array<'days'>(5).fill('days'),
  ...Array<'look'>(3).fill('look'),
  ...Array<'step'>(5).fill('step'),
  'begin',
  'begin',
  'crash',
  'crash',
  'twice',
  'watch',
  'clock',
  'deploy',
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
  readonly approval: LoopSpec['approval'];
  readonly whenIdle: LoopSpec['rollout']['whenIdle'];
  readonly native: boolean;
  readonly autoShare: boolean;
  readonly slow: boolean;
  readonly schedule: boolean;
  readonly trial: boolean;
  readonly teardown: boolean;
}

export const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  events: fc.array(fc.record({ kind: fc.constantFrom(...EVENTS), a: fc.nat(999), b: fc.nat(999) }), {
    minLength: 40,
    maxLength: 80,
    size: 'max',
  }),
  steps: fc.nat(2),
  approval: fc.constantFrom('automatic', 'automatic', 'manual'),
  whenIdle: fc.constantFrom('advance', 'hold'),
  native: fc.boolean(),
  autoShare: fc.boolean(),
  slow: fc.boolean(),
  schedule: fc.boolean(),
  trial: fc.boolean(),
  teardown: fc.nat(9).map((n) => n === 0),
});

/** What both loops are told at first. */
export function specOf(c: Case): LoopSpec {
  return {
    ...SPEC,
    schedule: c.schedule ? { cron: '30 2 * * SUN', timezone: 'Europe/Berlin' } : false,
    approval: c.approval,
    rollout: {
      ...SPEC.rollout,
      steps: [[], [10], [20, 40, 60, 80]][c.steps] ?? [],
      bake: c.seed % 2 ? 12 * HOUR : 2 * HOUR,
      whenIdle: c.whenIdle,
      rollBackOn: { ...SPEC.rollout.rollBackOn, quality: c.trial ? { monitor: 'quality' } : false },
    },
  };
}

const SEED = 20260320;

/** The histories of this run, and their name: what is needed to live through them again. */
export function chosen(count: number): { readonly histories: readonly Case[]; readonly title: string } {
  const { MLOPS_CASE, MLOPS_HISTORIES = String(count), MLOPS_SEED = String(SEED), MLOPS_SHARD = '1/1' } = process.env;
  if (MLOPS_CASE) return { histories: [JSON.parse(MLOPS_CASE) as Case], title: 'one history' };
  const [shard, of] = MLOPS_SHARD.split('/').map(Number) as [number, number];
  if (!(shard >= 1 && shard <= of)) throw new Error(`MLOPS_SHARD: got ${MLOPS_SHARD}, expected i/n with 1 <= i <= n`);
  const all = fc.sample(cases, { numRuns: Number(MLOPS_HISTORIES), seed: Number(MLOPS_SEED) });
  const histories = all.filter((_, i) => i % of === shard - 1);
  return { histories, title: `${histories.length} histories (MLOPS_SEED=${MLOPS_SEED} MLOPS_SHARD=${MLOPS_SHARD})` };
}
