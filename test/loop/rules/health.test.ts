/**
 * How a trial is judged, by example.
 */
import type { MonitorReport, Observed } from '../../../runtime/loop/platform';
import { deployment, done, failing, healthy, live, look, NOW, run, said, SETTLED, version, type Given } from '../given';
import { DAY, HOUR, SPEC } from '../settings';

describe('health of a challenger', () => {
  const trial = version(2, { trial: { revision: 'r1', before: 'e0' } });
  const canary: Given = {
    runs: [run(2, 'succeeded', 'register')],
    versions: [live(1), trial],
    deployments: [deployment(1, 90), deployment(2, 10)],
    stepOf: HOUR,
  };
  const withHealth = (
    challenger: Observed['health'][string],
    champion: Observed['health'][string] = healthy,
  ): Given => ({
    ...canary,
    health: { 'v1-r1': champion, 'v2-r1': challenger },
  });

  test('a violated rule rejects it and takes its traffic at once, in the middle of a bake', () => {
    expect(said(withHealth(failing))).toEqual([
      'mark: v2 is rejected: 10 % of 1000 requests failed, at most 1 % allowed',
      'shift: all traffic goes to v1: v2 may not serve',
    ]);
  });
  test('fewer requests than the spec asks for reject nothing', () => {
    expect(said(withHealth({ requests: 19, errorRate: 0.5, p99: 10 }))).toEqual([]);
  });
  test('p99 is judged on 20 requests at least, whatever the spec says', () => {
    const spec = { rollout: { ...SPEC.rollout, leastRequests: 1 } };
    expect(said({ ...withHealth({ requests: 19, errorRate: 0, p99: 900 }), spec })).toEqual([]);
    expect(said({ ...withHealth({ requests: 20, errorRate: 0, p99: 900 }), spec })[0]).toBe(
      'mark: v2 is rejected: p99 of 20 requests is 900 ms, at most 250 ms allowed',
    );
  });
  test('a rule that is off is not judged', () => {
    const rollBackOn = { errorRate: false, p99: false, quality: false } as const;
    expect(said({ ...withHealth(failing), spec: { rollout: { ...SPEC.rollout, rollBackOn } } })).toEqual([]);
  });
  test('what the champion suffers too is no ground to reject: it is held', () => {
    const given = { ...withHealth(failing, failing), stepOf: 3 * HOUR };
    expect(said(given)).toEqual([]);
    expect(look(given).waits).toContain(
      'v2 at 10 % is held: 10 % of 1000 requests failed, at most 1 % allowed, but v1 suffers the same',
    );
  });
  test('one unknown rejects nothing, unknown through looks and time does', () => {
    const given = { ...withHealth('unknown'), stepOf: 2 * DAY };
    expect(said(given)).toEqual([]);
    const blind = { id: 'v2-r1', since: NOW - DAY, last: NOW - HOUR, looks: 2 };
    expect(said({ ...given, memory: { blind } })[0]).toBe(
      'mark: v2 is rejected: its health is unknown since 2026-03-19T00:00Z',
    );
  });
  test('unknown for the champion too means that the figures are missing', () => {
    const blind = { id: 'v2-r1', since: NOW - DAY, last: NOW - HOUR, looks: 9 };
    expect(said({ ...withHealth('unknown', 'unknown'), stepOf: 2 * DAY, memory: { blind } })).toEqual([]);
  });
  test('a proven version keeps its other revisions: only this one is rejected', () => {
    const given: Given = {
      ...SETTLED,
      spec: { revision: 'r2' },
      deployments: [deployment(1, 90), deployment(1, 10, { revision: 'r2' })],
      health: { 'v1-r1': healthy, 'v1-r2': failing },
    };
    expect(done(given, 'mark')[0]?.patch).toEqual({ bad: ['r2'], trial: null });
    expect(look({ ...given, versions: [live(1, { bad: ['r2'] })], deployments: [deployment(1, 100)] }).waits).toContain(
      'nothing new is rolled out on revision r2, which broke a live version: change the spec',
    );
  });
  test('a judgement that the registry does not show yet is repeated', () => {
    const rejecting = { 'v2-r1': { why: 'health', trial: 'e0' } };
    expect(said({ ...canary, memory: { rejecting } })[0]).toBe('mark: v2 is rejected: health');
  });
  test('an overruled judgement is not repeated', () => {
    const rejecting = { 'v2-r1': { why: 'health', trial: 'an earlier trial' } };
    expect(said({ ...canary, memory: { rejecting } })).toEqual([]);
  });

  test('it advances after its bake, and waits till then', () => {
    expect(look(canary).waits).toContain('v2 bakes at 10 % until 2026-03-20T01:00Z');
    expect(said({ ...canary, stepOf: 2 * HOUR })).toEqual(['shift: v2 goes to 100 %']);
  });
  test('idle, it waits for requests through its patience, then goes on or holds as the spec says', () => {
    const few = { ...withHealth({ requests: 3, errorRate: 0, p99: 10 }), stepOf: 20 * HOUR };
    expect(look(few).waits).toContain(
      'v2 at 10 % waits for requests until 2026-03-20T06:00Z: 3 requests, 20 needed to judge',
    );
    expect(said({ ...few, stepOf: 26 * HOUR })).toEqual(['shift: v2 goes to 100 %']);
    const hold = { rollout: { ...SPEC.rollout, whenIdle: 'hold' as const } };
    expect(look({ ...few, stepOf: 26 * HOUR, spec: hold }).waits).toContain(
      'v2 at 10 % is held: 3 requests, 20 needed to judge',
    );
  });
  test('too few requests to reject, of which too many failed, are no reason to go on', () => {
    const few = { ...withHealth({ requests: 3, errorRate: 0.5, p99: 10 }), stepOf: 26 * HOUR };
    expect(said(few)).toEqual([]);
  });

  describe('by its labels', () => {
    const rollBackOn = { ...SPEC.rollout.rollBackOn, quality: { monitor: 'quality' } };
    const judged: Given = { ...canary, stepOf: 14 * HOUR, spec: { rollout: { ...SPEC.rollout, rollBackOn } } };
    const from = NOW - 14 * HOUR;
    const report = (verdict: MonitorReport['verdict']): MonitorReport => ({
      monitor: 'quality',
      version: 'v2',
      window: { from, to: from + 2 * HOUR },
      scope: 'trial',
      verdict,
    });
    test('a run compares it with the champion when the labels of its step can be there', () => {
      expect(said({ ...judged, stepOf: 13 * HOUR })).toEqual([]);
      const start = done(judged, 'start').find((s) => s.tags.reason === 'trial');
      expect(start?.tags).toMatchObject({
        reason: 'trial',
        version: 'v2',
        champion: 'v1',
        window: { from, to: from + 2 * HOUR },
      });
    });
    test('violated it is rejected, fine it goes on', () => {
      expect(said({ ...judged, reports: [report('violated')] })[0]).toBe(
        'mark: v2 is rejected: its quality is violated in trial against v1',
      );
      expect(said({ ...judged, reports: [report('fine')] })).toEqual(['shift: v2 goes to 100 %']);
    });
    test('unclear it waits through its patience, then goes on or holds', () => {
      const unclear = { ...judged, reports: [report('unclear')] };
      expect(look(unclear).waits).toContain('v2 at 10 % waits for its trial on quality, which is unclear');
      const later = { ...unclear, now: NOW + DAY, stepOf: 38 * HOUR };
      expect(said(later)).toEqual(['shift: v2 goes to 100 %']);
    });
  });
});
