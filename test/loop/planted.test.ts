/**
 * Bugs planted in the loop or in its platform, one at a time: the histories must find each of them.
 */
import fc from 'fast-check';
import type { LoopMonitor, LoopSpec } from '../../runtime/loop/loop-spec';
import type { Action, Memory, Observed, Platform } from '../../runtime/loop/platform';
import { Refused } from '../../runtime/loop/platform';
import { cases } from './cases';
import { History, type Lab } from './history';
import type * as Labs from './lab';
import { shuffled, type Between } from './lab';
import { DAY } from './settings';
import type { Finding, Guarantee } from './umpire';
import type { World } from './world';

jest.mock('../../runtime/loop/decide', () =>
  jest.requireActual<typeof Labs>('./lab').around(jest.requireActual('../../runtime/loop/decide')),
);

/** A loop that decides by another spec than the one it was given. */
const withSpec =
  (change: (spec: LoopSpec) => Partial<LoopSpec>): Between =>
  (world, decide, spec, ...rest) =>
    shuffled(world, decide, { ...spec, ...change(spec) }, ...rest);

/** A loop that sees the world otherwise than it is. */
const withSight =
  (change: (observed: Observed, memory: Memory | undefined) => Partial<Observed>): Between =>
  (world, decide, spec, now, observed, memory) =>
    shuffled(world, decide, spec, now, { ...observed, ...change(observed, memory) }, memory);

const withRetrain = (change: Partial<Exclude<LoopSpec['retrain'], false>>): Between =>
  withSpec(({ retrain }) => ({ retrain: retrain && { ...retrain, ...change } }));

const withMonitors = (change: (monitor: LoopMonitor) => Partial<LoopMonitor>): Between =>
  withSpec(({ monitors }) => ({
    monitors: Object.fromEntries(Object.entries(monitors).map(([name, m]) => [name, { ...m, ...change(m) }])),
  }));

const withViolations = (change: Partial<LoopMonitor['violations']>): Between =>
  withMonitors(({ violations }) => ({ violations: { ...violations, ...change } }));

const lenient = (platform: Platform, world: World): Platform => {
  world.lenient = true;
  return platform;
};

const forgetsIds = (platform: Platform, world: World): Platform => {
  world.forgetsIds = true;
  return platform;
};

/** Writes its memory whatever another loop has written since. */
const withoutClaim = (platform: Platform, world: World): Platform => ({
  ...forgetsIds(platform, world),
  writeMemory: (memory) => overwrite(platform, memory),
});
async function overwrite(platform: Platform, memory: Memory): Promise<void> {
  const { etag } = await platform.readMemory();
  await platform.writeMemory(memory, etag).catch((error: unknown) => {
    unlessRefused(error);
    return overwrite(platform, memory);
  });
}

/** Writes its memory after it has acted, and only then learns that another loop was faster. */
const claimLast = (platform: Platform, world: World): Platform => {
  let claim: (() => Promise<void>) | undefined;
  let acts = 0;
  return {
    ...forgetsIds(platform, world),
    writeMemory: async (memory, ifMatch) => {
      acts = world.decided;
      if (acts === 0) return platform.writeMemory(memory, ifMatch);
      claim = () => platform.writeMemory(memory, ifMatch).catch(unlessRefused);
    },
    act: async (action) => {
      await platform.act(action).finally(() => --acts);
      if (acts === 0) await claim?.();
    },
  };
};
const unlessRefused = (error: unknown): void => {
  if (!(error instanceof Refused)) throw error;
};

const hashedIds: Between = (world, decide, ...given) => {
  const decision = shuffled(world, decide, ...given);
  const actions = decision.actions.map((a) =>
    a.do === 'start' && a.kind === 'train' ? { ...a, id: `train-${a.tags.reason}-${a.tags.at}` } : a,
  );
  return { ...decision, actions };
};

const forgetful: Between = (world, decide, ...given) => {
  const decision = shuffled(world, decide, ...given);
  const actions = decision.actions.filter((a) => a.do !== 'mark' || (a.patch.status !== 'rejected' && !a.patch.bad));
  return { ...decision, actions, memory: { ...decision.memory, rejecting: {} } };
};

const tidyTooSoon: Between = (world, decide, ...given) => {
  const decision = shuffled(world, decide, ...given);
  const actions = decision.actions.flatMap((a): readonly Action[] => {
    if (a.do !== 'shift') return [a];
    const left = given[2].endpoint.deployments.filter((d) => d.share > 0 && !a.shares[d.id]);
    return [...left.map((d): Action => ({ do: 'retire', id: d.id, ifMatch: a.ifMatch, why: 'tidy' })), a];
  });
  return { ...decision, actions };
};

const spoil = (observed: Observed): Partial<Observed> => ({
  health: Object.fromEntries(
    Object.entries(observed.health).map(([id, h]) => {
      const live = observed.versions.some((v) => v.live && `${v.name}-${v.live.revision}` === id);
      return [id, live && h !== 'unknown' ? { ...h, errorRate: 0 } : h];
    }),
  ),
});

const PLANTED: readonly (readonly [string, Guarantee, Lab])[] = [
  ['runs are named by their reason instead of a number', 1, { decide: hashedIds }],
  ['the cooldown is dropped', 2, { decide: withRetrain({ cooldown: 0 }) }],
  ['the cap is ignored', 2, { decide: withRetrain({ atMost: { runs: 1000, per: DAY } }) }],
  [
    'windows are measured before they are final',
    2,
    { decide: withMonitors((m) => ({ labelsWithin: m.labelsWithin - m.every })) },
  ],
  ['a window before the last M counts', 2, { decide: withViolations({ of: 4 }) }],
  ['one violated window is enough', 2, { decide: withViolations({ count: 1 }) }],
  [
    'a run of a monitor in flight passes for failed',
    2,
    {
      decide: withSight(({ runs }) => ({
        runs: runs.map((r) => (r.kind === 'monitor' && r.state === 'running' ? { ...r, state: 'failed' } : r)),
      })),
    },
  ],
  [
    'the gauge alone trains',
    2,
    { decide: withSight((_, memory) => ({ alarms: Object.keys(memory?.degraded ?? {}) })) },
  ],
  ['what was replaced is retired under traffic', 3, { decide: tidyTooSoon, platform: lenient }],
  [
    'traffic goes to what was rejected',
    3,
    { decide: withSight(({ versions }) => ({ versions: versions.map((v) => ({ ...v, status: 'approved' })) })) },
  ],
  [
    'a rollout advances before its bake',
    4,
    { decide: withSpec(({ rollout }) => ({ rollout: { ...rollout, bake: 0, patience: 0 } })) },
  ],
  ['a rejection is forgotten', 4, { decide: forgetful }],
  ['a challenger is rejected for what the champion suffers too', 4, { decide: withSight(spoil) }],
  [
    'the memory of versions is dropped',
    5,
    {
      decide: (world, decide, spec, now, observed, memory) =>
        shuffled(world, decide, spec, now, observed, memory && { ...memory, lastVersion: 0 }),
    },
  ],
  [
    'a rollback by the platform passes for success',
    7,
    {
      decide: withSight(({ endpoint }) => ({
        endpoint: { ...endpoint, ...(endpoint.last && { last: { ...endpoint.last, outcome: 'done' } }) },
      })),
    },
  ],
  ['failed deployments are never cleared', 7, { decide: withoutClearing() }],
];

function withoutClearing(): Between {
  return (world, decide, ...given) => {
    const decision = shuffled(world, decide, ...given);
    const failed = new Set(given[2].endpoint.deployments.flatMap((d) => (d.state === 'failed' ? [d.id] : [])));
    return { ...decision, actions: decision.actions.filter((a) => a.do !== 'retire' || !failed.has(a.id)) };
  };
}

const HISTORIES = 600;
const SEED = 7;

/** The first finding of a guarantee, or of any, in histories of which some events may be left out. */
async function find(lab: Lab, guarantee?: Guarantee, without?: string): Promise<Finding | undefined> {
  for (const sample of fc.sample(cases, { numRuns: HISTORIES, seed: SEED })) {
    const given = { ...sample, events: sample.events.filter((e) => e.kind !== without) };
    const { umpire } = await new History(given, lab).run();
    const finding = umpire.findings.find((f) => guarantee === undefined || f.guarantee === guarantee);
    if (finding) return finding;
  }
  return undefined;
}

test.each(PLANTED)(
  'the histories notice when %s (guarantee %i)',
  async (_, guarantee, lab) => expect(await find(lab, guarantee)).toBeDefined(),
  120_000,
);

describe('where a platform starts a second run under the same name, and no loop stalls', () => {
  const lived = (lab: Lab, guarantee?: Guarantee) => find({ decide: shuffled, ...lab }, guarantee, 'begin');
  test('the claim alone keeps a training from being started twice', async () => {
    expect(await lived({ platform: forgetsIds })).toBeUndefined();
  }, 120_000);
  test('the histories notice when the claim is skipped', async () => {
    expect(await lived({ platform: withoutClaim }, 1)).toBeDefined();
  }, 120_000);
  test('the histories notice when the claim comes after the acts', async () => {
    expect(await lived({ platform: claimLast }, 1)).toBeDefined();
  }, 120_000);
});
