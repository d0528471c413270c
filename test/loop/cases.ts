/**
 * Which histories are lived through: how many, from which seed, and which part of them.
 */
import fc from 'fast-check';
import { EVENTS, type Case } from './history';

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
