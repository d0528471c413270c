/** Policies are merged over the spec, and what does not fit is told as it stands in the policy. */
import { resolve, SpecError, type MlopsSpec } from '../..';
import { changeInWords, variantOf } from '../../replay/variant';
import { full } from '../cases/full';

const variant = (policy: unknown, spec: MlopsSpec = full) =>
  variantOf({ spec, endpoint: 'online', options: {} }, 'other', policy);

test('mappings are merged key by key, all else is replaced, and nothing else changes', () => {
  const { spec } = variant({
    choose: { atLeast: 0.8 },
    history: '90 days',
    rollout: { steps: [50], rollBackOn: { errorRate: 0.05 } },
    retrain: { cooldown: '1 day' },
  });
  const [own, changed] = [resolve(full), structuredClone(spec)];
  const pipeline = { ...own.pipelines['training'], history: '90 days' } as { history: string; choose: object };
  pipeline.choose = { ...pipeline.choose, atLeast: 0.8 };
  const online = own.endpoints['online']!;
  const { rollout, retrain } = online;
  expect(changed).toEqual({
    ...own,
    pipelines: { ...own.pipelines, training: pipeline },
    endpoints: {
      ...own.endpoints,
      online: {
        ...online,
        rollout: { ...rollout, steps: [50], rollBackOn: { ...rollout.rollBackOn, errorRate: 0.05 } },
        retrain: { ...retrain, cooldown: '1 day' },
      },
    },
  });
});

test('the spec that was given stays as it was', () => {
  const before = structuredClone(full);
  variant({ choose: { atLeast: 0.8 }, monitors: { inputs: null }, retrain: { on: ['quality'] } });
  expect(full).toEqual(before);
});

test('null takes a key away, so that its default holds; false is off', () => {
  const { spec } = variant({ rollout: { bake: null }, monitors: { predictions: null }, retrain: false });
  const { rollout, monitors, retrain } = spec.endpoints['online']!;
  expect([rollout.bake, Object.keys(monitors), retrain]).toEqual(['1 hour', ['errors', 'inputs', 'quality'], false]);
});

test('tells what it changes, once, as it was written where it is new', () => {
  const { changes } = variant({
    choose: { atLeast: 0.8, beatChampionBy: 0.02 },
    rollout: { bake: null },
    monitors: { inputs: null, other: { kind: 'data-drift', every: '2 days' } },
    retrain: { on: ['other'] },
  });
  expect(changes.map(changeInWords)).toEqual([
    'choose.atLeast 0.7 → 0.8',
    'rollout.bake 2 hours → 1 hour',
    'monitors.inputs { every: 1 day, kind: data-drift, leastRows: 200, metric: { category: { distance: jsDistance, threshold: 0.3 }, number: { distance: wasserstein, threshold: 0.3 } }, violations: { count: 2, of: 4 } } → nothing',
    'monitors.other nothing → { kind: data-drift, every: 2 days }',
    'retrain.on [quality, inputs] → [other]',
  ]);
  expect(variant({ choose: { beatChampionBy: 0.02 } }).changes).toEqual([]);
});

const refused: readonly [what: string, policy: unknown, message: string][] = [
  [
    'what a policy cannot change',
    { candidates: {}, retrain: false },
    'other: 1 problem\n  candidates\n    got a key that a policy cannot change, expected one of history, test, choose, rollout, monitors, retrain\n    fix: remove it',
  ],
  ['a policy that is a list', [], 'other: 1 problem\n  (the document)\n    got [], expected what the policy changes'],
  ['an empty file', null, 'got null, expected what the policy changes'],
  [
    'a key that does not exist, where it stands in the policy',
    { retrain: { cooldwn: '1 day' } },
    'other: 1 problem\n  retrain.cooldwn\n    got a key that does not exist, expected one of on, cooldown, atMost, onNewCode\n    fix: rename it to cooldown',
  ],
  [
    'all that does not hold together, of pipeline and endpoint',
    { test: '60 days', retrain: { on: ['nobody'] } },
    'other: 2 problems\n  test\n    got "60 days", expected less than history (60 days)\n    fix: shorten it, or lengthen history\n  retrain.on[0]\n',
  ],
];

test.each(refused)('refuses %s', (_what, policy, message) => {
  expect(() => variant(policy)).toThrow(SpecError);
  expect(() => variant(policy)).toThrow(message);
});
