/**
 * Rules about training, by example.
 */
import { deployment, done, live, look, NOW, run, said, SETTLED, version, type Given } from '../given';
import { DAY, HOUR, SPEC } from '../settings';

describe('training', () => {
  const old = [run(1, 'succeeded', 'register')];
  test('without a version the first training starts', () => {
    expect(said({ deployments: [] })).toEqual(['start: there is no version yet: training run 1']);
  });
  test('where every version was rejected, or this revision of it, the next training starts', () => {
    const bad = { ...SETTLED, versions: [live(1, { bad: ['r1'] })] };
    expect(said({ ...bad, now: NOW + DAY })).toContain('start: no version may serve: training run 2');
  });
  test('with too little data nothing starts, and the loop says so', () => {
    const given = { deployments: [], data: false as const };
    expect(said(given)).toEqual([]);
    expect(look(given).waits).toEqual([
      'waiting for data: there is no version yet, but there is too little to train on',
    ]);
  });
  test('while one runs no other starts', () => {
    const given: Given = {
      runs: [run(1, 'running')],
      deployments: [],
      requests: [{ id: 'q1', at: NOW, kind: 'train' }],
    };
    expect(said(given)).toEqual([]);
    expect(look(given).waits).toContain('training run 1 is running since 2026-02-18T00:00Z');
  });
  test('failures back off twofold, and stop after five', () => {
    const failed = (n: number) => ({
      deployments: [],
      runs: Array.from({ length: n }, (_, i) => run(i + 1, 'failed', undefined, { at: NOW })),
    });
    expect(said(failed(3))).toEqual([]);
    expect(look(failed(3)).waits[0]).toMatch('the next may start 2026-03-20T04:00Z');
    expect(said({ ...failed(3), now: NOW + 4 * HOUR })).toEqual(['start: there is no version yet: training run 4']);
    const stopped = { ...failed(5), now: NOW + 90 * DAY };
    expect(said(stopped)).toEqual([]);
    expect(look(stopped).waits[0]).toMatch('the last 5 training runs failed: waiting for new code');
    expect(said({ ...stopped, spec: { generation: 2 } })).toHaveLength(1);
    expect(said({ ...stopped, spec: { code: 'c2' } })).toHaveLength(1);
    expect(said({ ...stopped, requests: [{ id: 'q1', at: NOW, kind: 'train' }] })).toHaveLength(1);
  });
  test('a request starts one whatever else holds it back, and is acknowledged when its run is seen', () => {
    const requests = [{ id: 'q1', at: NOW, kind: 'train' as const }];
    expect(done({ ...SETTLED, requests }, 'start').find((s) => s.kind === 'train')?.tags).toMatchObject({
      n: 2,
      reason: 'request',
      requests: ['q1'],
    });
    const answered = [...old, run(2, 'running', undefined, { requests: ['q1'] })];
    expect(said({ ...SETTLED, runs: answered, requests })).toEqual(['done: training run 2 was started for it']);
  });
  test('changed model code trains, unless the spec says otherwise', () => {
    expect(said({ ...SETTLED, spec: { code: 'c2' } })).toEqual(['start: the model code changed: training run 2']);
    expect(
      said({ ...SETTLED, spec: { code: 'c2', retrain: SPEC.retrain && { ...SPEC.retrain, onNewCode: false } } }),
    ).toEqual([]);
  });
  test('a schedule trains once for its last slot, however many were missed', () => {
    const spec = { schedule: { cron: '0 3 * * *', timezone: 'UTC' } };
    expect(said({ ...SETTLED, spec })).toEqual(['start: the schedule came due at 2026-03-19T03:00Z: training run 2']);
    const served = [...old, run(2, 'succeeded', 'keep', { at: NOW - 20 * HOUR })];
    expect(said({ ...SETTLED, runs: served, spec })).toEqual([]);
  });

  const alarm: Given = { ...SETTLED, alarms: ['complaints'] };
  test('an alarm trains, with the windows that made it ring', () => {
    expect(said(alarm)).toEqual(['start: the alarm of complaints rings: training run 2']);
  });
  test('within the cooldown, above the cap and during a rollout it waits', () => {
    const trained = [...old, run(2, 'succeeded', 'keep', { at: NOW - DAY })];
    expect(look({ ...alarm, runs: trained }).waits).toContain(
      'the alarm of complaints rings; cooldown until 2026-03-22T00:00Z',
    );
    const byAlarm = (n: number, days: number) =>
      run(n, 'succeeded', 'keep', { reason: 'alarm:quality', at: NOW - days * DAY });
    expect(look({ ...alarm, runs: [...old, byAlarm(2, 19), byAlarm(3, 10)] }).waits).toContain(
      'the alarm of complaints rings; alarms started 2 trainings already, the next may start 2026-03-21T00:00Z',
    );
    const rolling = { versions: [live(1), version(2)], deployments: [deployment(1, 90), deployment(2, 10)] };
    expect(look({ ...alarm, ...rolling }).waits).toContain(
      'the alarm of complaints rings; no training before the rollout is over',
    );
  });
  test('a failed run takes from the cap but starts no cooldown', () => {
    const failed = run(2, 'failed', undefined, { reason: 'alarm:complaints', at: NOW - HOUR });
    expect(said({ ...alarm, runs: [...old, failed] })).toEqual([
      'start: the alarm of complaints rings: training run 3',
    ]);
  });
});
