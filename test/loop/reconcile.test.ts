/**
 * One look over a platform that refuses, fails, or is claimed by another loop.
 */
import {
  Refused,
  type Action,
  type Health,
  type LoopEvent,
  type Memory,
  type Platform,
} from '../../runtime/loop/platform';
import { reconcile } from '../../runtime/loop/reconcile';
import { SPEC } from './settings';

const NOW = Date.UTC(2026, 2, 20);

/** A platform with nothing in it, so that one training and two gauges are due; `calls` is what was asked of it, in order. */
function bare(change: Partial<Platform> = {}) {
  const calls: string[] = [];
  const events: LoopEvent[] = [];
  const asked =
    <T>(name: string, answer: T) =>
    () => {
      calls.push(name);
      return Promise.resolve(answer);
    };
  const platform: Platform = {
    rollout: 'stepped',
    readMemory: asked('readMemory', { etag: 'm1' }),
    writeMemory: asked('writeMemory', undefined),
    runs: asked('runs', []),
    versions: asked('versions', []),
    endpoint: asked('endpoint', { exists: true, busy: false, etag: 'e1', deployments: [] }),
    health: asked('health', 'unknown' as const),
    reports: asked('reports', []),
    alarms: asked('alarms', []),
    requests: asked('requests', []),
    data: asked('data', { newest: NOW }),
    act: (action: Action) => asked(`act ${action.do}`, undefined)(),
    record: (event) => {
      events.push(event);
      return asked('record', undefined)();
    },
    ...change,
  };
  return { calls, events, look: () => reconcile(platform, SPEC, () => NOW) };
}

test('memory is read before all else, claimed before any act, and what is news is recorded', async () => {
  const { calls, look } = bare();
  await look();
  expect(calls[0]).toBe('readMemory');
  const claim = calls.indexOf('writeMemory');
  expect(calls.slice(1, claim).sort()).toEqual([
    'alarms',
    'data',
    'endpoint',
    'reports',
    'requests',
    'runs',
    'versions',
  ]);
  expect(calls.slice(claim + 1)).toEqual(['act start', 'record', 'act tell', 'act tell']);
});

test('the claim names the memory that was read', async () => {
  const claims: [Memory, string][] = [];
  await bare({ writeMemory: (memory, ifMatch) => Promise.resolve(void claims.push([memory, ifMatch])) }).look();
  expect(claims).toEqual([[expect.objectContaining({ turn: 1 }), 'm1']]);
});

test('a look whose claim another loop took does nothing', async () => {
  const { calls, look } = bare({ writeMemory: () => Promise.reject(new Refused('changed')) });
  expect(await look()).toMatchObject({ claimed: false, events: [] });
  expect(calls.filter((call) => call.startsWith('act'))).toEqual([]);
});

test('a refused act is recorded as such, and the others go on', async () => {
  const refuse = (action: Action) => (action.do === 'start' ? Promise.reject(new Refused('quota')) : Promise.resolve());
  const { events, look } = bare({ act: refuse });
  const outcomes = (await look()).events.map((e) => [e.what, e.outcome]);
  expect(outcomes).toEqual([
    ['start', 'refused'],
    ['tell', 'done'],
    ['tell', 'done'],
  ]);
  expect(events.map((e) => e.text)).toEqual(['there is no version yet: training run 1 (refused: quota)']);
});

test('an act that fails is recorded, the others go on, and the first failure is thrown', async () => {
  const acts: string[] = [];
  const { events, look } = bare({
    act: (action) => {
      acts.push(action.do);
      return action.do === 'start' ? Promise.reject(new Error('no such role')) : Promise.resolve();
    },
  });
  await expect(look()).rejects.toThrow('no such role');
  expect(acts).toEqual(['start', 'tell', 'tell']);
  expect(events.map((e) => [e.outcome, e.text])).toEqual([
    ['failed', 'there is no version yet: training run 1 (failed: no such role)'],
  ]);
});

test('what cannot be recorded ends the look', async () => {
  const acts: string[] = [];
  const { look } = bare({
    act: (action) => Promise.resolve(void acts.push(action.do)),
    record: () => Promise.reject(new Error('disk full')),
  });
  await expect(look()).rejects.toThrow('disk full');
  expect(acts).toEqual(['start']);
});

test('a claim that fails for another reason than a refusal ends the look', async () => {
  await expect(bare({ writeMemory: () => Promise.reject(new Error('no bucket')) }).look()).rejects.toThrow('no bucket');
});

test('a gauge is told again and again, and recorded when it changes', async () => {
  const told = async (quality: boolean) => {
    const degraded = { quality, inputs: false };
    const memory = { generation: 1, turn: 3, lastRun: 0, lastVersion: 0, failures: {}, rejecting: {}, degraded };
    const { calls, events, look } = bare({
      readMemory: () => Promise.resolve({ memory, etag: 'm1' }),
      alarms: () => Promise.resolve(['quality']),
    });
    await look();
    return [calls.filter((call) => call === 'act tell').length, events.filter((e) => e.what === 'tell').length];
  };
  expect(await told(false)).toEqual([1, 0]);
  expect(await told(true)).toEqual([1, 1]);
});

test('health is asked for since the present shares began', async () => {
  const asked: [string, number][] = [];
  const d = { id: 'v1-r1', version: 'v1', revision: 'r1', state: 'ready', share: 100 } as const;
  const endpoint = { exists: true, busy: false, etag: 'e1', deployments: [d] };
  const remembering = (shares: string) => {
    const memory = { generation: 1, turn: 3, lastRun: 0, lastVersion: 0, failures: {}, rejecting: {}, degraded: {} };
    return { memory: { ...memory, step: { shares, since: NOW - 1000 } }, etag: 'm1' };
  };
  for (const shares of ['v1-r1=100', 'v1-r1=10 v2-r1=90'])
    await bare({
      readMemory: () => Promise.resolve(remembering(shares)),
      endpoint: () => Promise.resolve(endpoint),
      health: (id, since): Promise<Health> => {
        asked.push([id, since]);
        return Promise.resolve('unknown');
      },
    }).look();
  expect(asked).toEqual([
    ['v1-r1', NOW - 1000],
    ['v1-r1', NOW],
  ]);
});
