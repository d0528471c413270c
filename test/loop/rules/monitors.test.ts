/**
 * Rules about monitors, by example, and the rules that stand before all others.
 */
import type { MonitorReport, Run } from '../../../runtime/loop/platform';
import { done, live, look, NOW, QUIET, run, said, SETTLED, type Given } from '../given';
import { DAY, HOUR } from '../settings';

describe('monitors', () => {
  const window = (daysAgo: number): MonitorReport['window'] => ({
    from: NOW - daysAgo * DAY,
    to: NOW - (daysAgo - 1) * DAY,
  });
  const report = (daysAgo: number, verdict: MonitorReport['verdict']): MonitorReport => ({
    monitor: 'inputs',
    version: 'v1',
    window: window(daysAgo),
    scope: 'window',
    verdict,
  });
  const degraded = [report(3, 'violated'), report(2, 'fine'), report(1, 'violated')];

  test('the oldest final window without a report is measured, one at a time', () => {
    const starts = done({ ...SETTLED, reports: [report(3, 'fine')] }, 'start');
    expect(starts.map((s) => [s.tags.monitor, s.tags.window])).toContainEqual(['inputs', window(2)]);
    const running: Run = {
      id: 'x',
      kind: 'monitor',
      state: 'running',
      tags: { reason: 'window', at: NOW, generation: 1, monitor: 'inputs' },
    };
    const others = done({ ...SETTLED, runs: [...(SETTLED.runs ?? []), running] }, 'start');
    expect(others.map((s) => s.tags.monitor)).not.toContain('inputs');
  });
  test('a window is final when its labels can be there', () => {
    const quality = done(SETTLED, 'start').find((s) => s.tags.monitor === 'quality');
    expect((quality?.tags.window?.to ?? Infinity) + 12 * HOUR).toBeLessThanOrEqual(NOW);
  });
  test('violated in N of M, it is told at every look', () => {
    const why = 'tell: inputs was violated in 2 of the last 3 windows (2026-03-17T00:00Z, 2026-03-19T00:00Z)';
    expect(said({ ...SETTLED, reports: degraded })).toContain(why);
    expect(said({ ...SETTLED, reports: degraded, memory: { degraded: { ...QUIET, inputs: true } } })).toContain(why);
  });
  test('the gauge alone trains nothing, the alarm does', () => {
    const trains = (given: Given) => done(given, 'start').filter((s) => s.kind === 'train');
    expect(trains({ ...SETTLED, reports: degraded })).toEqual([]);
    expect(trains({ ...SETTLED, reports: degraded, alarms: ['inputs'] })[0]?.why).toBe(
      'inputs was violated in 2 of the last 3 windows (2026-03-17T00:00Z, 2026-03-19T00:00Z): training run 2',
    );
  });
  test('an unclear window takes its place among the M', () => {
    const reports = [report(4, 'violated'), report(3, 'unclear'), report(2, 'unclear'), report(1, 'violated')];
    expect(done({ ...SETTLED, reports }, 'tell')).toEqual([]);
  });
  test('the gauge stays as it is until the newest window has its report', () => {
    const reports = [report(4, 'violated'), report(3, 'violated'), report(2, 'fine')];
    expect(done({ ...SETTLED, reports }, 'tell').map((t) => t.degraded)).toEqual([true]);
    expect(done({ ...SETTLED, reports: [...reports, report(1, 'fine')] }, 'tell')).toEqual([]);
  });
  test('windows that began before the last training do not count', () => {
    const runs = [run(2, 'running', undefined, { at: NOW - 2.5 * DAY })];
    const told = done(
      { ...SETTLED, runs, reports: degraded, memory: { degraded: { ...QUIET, inputs: true } } },
      'tell',
    );
    expect(told.map((t) => t.degraded)).toEqual([false]);
  });
  test('an alarm that rings without reason is told again that all is well', () => {
    expect(done({ ...SETTLED, alarms: ['inputs'] }, 'tell').map((t) => [t.monitor, t.degraded])).toEqual([
      ['inputs', false],
    ]);
  });
});

describe('the whole', () => {
  test('a loop of an older generation stands back and changes nothing', () => {
    const memory = { generation: 2 };
    expect(look({ deployments: [], memory })).toMatchObject({ actions: [], memory: { generation: 2, turn: 0 } });
    expect(look({ deployments: [], memory }).waits).toEqual(['generation 2 is deployed: this loop, of 1, stands back']);
  });
  test('taken down, it cancels what runs and removes the endpoint', () => {
    const given = { ...SETTLED, runs: [run(2, 'running')], spec: { teardown: true } };
    expect(look(given).actions.map((a) => a.do)).toEqual(['cancel', 'remove']);
  });
  test('every look that acts takes a turn, every other leaves memory as it was', () => {
    expect(look({ deployments: [] }).memory.turn).toBe(1);
    const calm = { versions: [live(1, { at: NOW })], runs: SETTLED.runs ?? [] };
    const { memory } = look(calm);
    expect(look({ ...calm, memory })).toEqual({ actions: [], memory, waits: [] });
  });
});
