/**
 * Rules about the endpoint, by example.
 */
import type { Time, Version } from '../../../runtime/loop/platform';
import { deployment, done, live, look, NOTHING, NOW, said, SETTLED, version } from '../given';
import { HOUR } from '../settings';

describe('rollout', () => {
  test('the first version is placed, then gets all traffic', () => {
    expect(said({ versions: [version(1)], deployments: [] })).toContain('place: v1 is placed beside what serves');
    expect(said({ versions: [version(1)], deployments: [deployment(1, 0)] })).toEqual([
      'shift: v1 is the first to serve',
    ]);
  });
  test('a newer version is placed, its trial is written down and seen, then it gets the first step', () => {
    const versions = [live(1), version(2)];
    expect(said({ versions })).toEqual(['place: v2 is placed beside what serves']);
    const placed = { versions, deployments: [deployment(1, 100), deployment(2, 0)] };
    expect(said(placed)).toEqual(['mark: the trial of v2 begins']);
    const marked = [live(1), version(2, { trial: { revision: 'r1', before: 'e1' } })];
    expect(done({ ...placed, versions: marked }, 'shift')[0]?.shares).toEqual({ 'v1-r1': 90, 'v2-r1': 10 });
  });
  test('a changed spec rolls the same version out anew', () => {
    expect(said({ ...SETTLED, spec: { revision: 'r2' } })).toEqual(['place: v1 is placed beside what serves']);
  });
  test('a trial of a revision that the spec no longer asks for gives its traffic back', () => {
    const given = { versions: [live(1), version(2)], deployments: [deployment(1, 90), deployment(2, 10)] };
    expect(said({ ...given, spec: { revision: 'r2' } })).toEqual([
      'shift: v2 on revision r1 gives its traffic back: the spec changed',
    ]);
  });
  test('it is finished instead where the base may not serve', () => {
    const versions = [live(1, { status: 'rejected' }), version(2)];
    const given = { versions, deployments: [deployment(1, 90), deployment(2, 10)], stepOf: 2 * HOUR };
    expect(said({ ...given, spec: { revision: 'r2' } })).toEqual(['shift: v2 goes to 100 %']);
  });
  test('with all traffic and after a last bake it is live, and what it replaced is kept, then retired', () => {
    const versions = [live(1), version(2)];
    const deployments = [deployment(1, 0), deployment(2, 100)];
    expect(said({ versions, deployments, stepOf: 2 * HOUR })).toEqual([
      'mark: v2 is live: it came through its bake at 100 %',
    ]);
    const settled = (at: Time) => ({ versions: [live(1), live(2, { live: { revision: 'r1', at } })], deployments });
    expect(look(settled(NOW - HOUR)).waits).toContain('v1 is kept ready until 2026-03-20T05:00Z');
    expect(said(settled(NOW - 6 * HOUR))).toEqual(['retire: v1 is no longer needed']);
  });
  test('three failures to start reject it, and free its slot', () => {
    const failed = [deployment(1, 100), deployment(2, 0, { state: 'failed' })];
    const given = { versions: [live(1), version(2)], deployments: failed };
    expect(said(given)).toEqual(['retire: v2 failed to start']);
    expect(said({ ...given, memory: { failures: { 'v2-r1': { count: 2, failed: false } } } })).toEqual([
      'mark: v2 is rejected: it failed to start 3 times',
      'retire: v2 failed to start',
    ]);
  });
  test('while the endpoint is changing nothing is asked of it', () => {
    const endpoint = { ...NOTHING.endpoint, busy: true, deployments: [deployment(1, 100)] };
    expect(said({ versions: [live(1), version(2)], endpoint })).toEqual([]);
  });
  test('where nothing may serve, the largest holder stays alone', () => {
    const versions = [live(1, { status: 'rejected' }), version(2, { status: 'rejected' })];
    const given = { versions, deployments: [deployment(1, 90), deployment(2, 10)], data: false as const };
    expect(said(given)).toEqual(['shift: all traffic goes to v1: no version that may serve is ready']);
  });
  describe('what the platform rolled back by itself', () => {
    const endpoint = {
      ...NOTHING.endpoint,
      deployments: [deployment(1, 100), deployment(2, 0)],
      last: { deployment: 'v2-r1', outcome: 'rolledBack' as const },
    };
    const saidOf = (trial: NonNullable<Version['trial']>): string[] =>
      said({ versions: [live(1), version(2, { trial })], endpoint, rollout: 'native' });
    test('is rejected', () => {
      expect(saidOf({ revision: 'r1', before: 'e0' })[0]).toBe('mark: v2 is rejected: the platform rolled it back');
    });
    test('is rejected though a look that stalled wrote down an older trial', () => {
      expect(saidOf({ revision: 'r0', before: 'e0' })[0]).toBe('mark: v2 is rejected: the platform rolled it back');
    });
    test('may be tried again when a person says so', () => {
      expect(saidOf({ revision: 'r1', before: 'e1' })[0]).toBe('shift: v2 goes to 100 %');
    });
  });
});
