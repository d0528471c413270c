/**
 * Rules about versions, by example: what enters the registry, and what people say about it.
 */
import { deployment, done, live, look, NOW, run, said, SETTLED, version } from '../given';

describe('register', () => {
  const passed = { runs: [run(1, 'succeeded', 'register')], deployments: [] };
  test('a run that passed its gate becomes a version', () => {
    expect(said(passed)).toContain('register: training run 1 passed its gate: v1 is registered');
    expect(done(passed, 'register')[0]?.status).toBe('approved');
  });
  test('where people approve, it is pending first', () => {
    expect(done({ ...passed, spec: { approval: 'manual' } }, 'register')[0]?.status).toBe('pending');
    expect(look({ versions: [version(1, { status: 'pending' })], deployments: [] }).waits).toContain(
      'v1 waits for approval',
    );
  });
  test('refuses to register again what somebody deleted', () => {
    expect(done({ ...passed, memory: { lastVersion: 1 } }, 'register')).toEqual([]);
  });
});

describe('requests by hand', () => {
  const two = { versions: [live(1), live(2)], deployments: [deployment(1, 0), deployment(2, 100)] };
  test('a rollback rejects the version and leaves it for a proven one in the same look', () => {
    expect(said({ ...two, requests: [{ id: 'q1', at: NOW, kind: 'rollback', version: 'v2' }] })).toEqual([
      'mark: v2 is rejected by hand',
      'shift: all traffic goes to v1: v2 may not serve',
    ]);
  });
  test('an approval makes a pending version serve', () => {
    const pending = { versions: [version(1, { status: 'pending' })], deployments: [] };
    expect(said({ ...pending, requests: [{ id: 'q1', at: NOW, kind: 'approve', version: 'v1' }] })).toContain(
      'mark: v1 is approved by hand',
    );
  });
  test('refuses to approve what was rejected, and acknowledges that', () => {
    const versions = [live(1), version(2, { status: 'rejected' })];
    expect(said({ versions, requests: [{ id: 'q1', at: NOW, kind: 'approve', version: 'v2' }] })).toEqual([
      'done: v2 is rejected',
    ]);
  });
  test('a request about a version that does not exist is acknowledged and does nothing', () => {
    expect(said({ ...SETTLED, requests: [{ id: 'q1', at: NOW, kind: 'rollback', version: 'v9' }] })).toEqual([
      'done: there is no v9 to roll back',
    ]);
  });
});
