/**
 * Slots of a schedule through clock changes, leap days and clocks that step back.
 */
import fc from 'fast-check';
import { decide } from '../../runtime/loop/decide';
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import type { Observed, Run } from '../../runtime/loop/platform';
import { lastSlot } from '../../runtime/loop/schedule';
import { DAY, HOUR, MINUTE, SPEC } from './settings';

const at = (text: string): number => Date.parse(text);
const slot = (cron: string, timezone: string, now: string): string | undefined => {
  const time = lastSlot({ cron, timezone }, at(now));
  return time === undefined ? undefined : new Date(time).toISOString().slice(0, 16);
};

test.each([
  ['the very moment of the slot counts', '0 3 * * *', 'UTC', '2026-03-20T03:00Z', '2026-03-20T03:00'],
  ['before today it was yesterday', '0 3 * * *', 'UTC', '2026-03-20T02:59Z', '2026-03-19T03:00'],
  ['the hour that spring leaves out moves on', '30 2 * * *', 'Europe/Berlin', '2026-03-29T05:00Z', '2026-03-29T01:30'],
  ['the hour that autumn repeats has one slot', '30 2 * * *', 'Europe/Berlin', '2026-10-25T01:31Z', '2026-10-25T00:30'],
  ['in the repeated hour itself', '30 2 * * *', 'Europe/Berlin', '2026-10-25T01:15Z', '2026-10-25T00:30'],
  ['a leap day is found from years away', '0 0 29 2 *', 'UTC', '2027-11-01T00:00Z', '2024-02-29T00:00'],
  ['the last day of a month that has one', '0 0 31 * *', 'UTC', '2026-03-01T00:00Z', '2026-01-31T00:00'],
  ['half-hour zones', '0 9 * * MON', 'Asia/Kolkata', '2026-03-20T00:00Z', '2026-03-16T03:30'],
])('%s', (_, cron, timezone, now, expected) => {
  expect(slot(cron, timezone, now)).toBe(expected);
});

test('a day that no calendar has is never due', () => {
  expect(slot('0 0 30 2 *', 'UTC', '2026-03-20T00:00Z')).toBeUndefined();
});

test('each slot trains once, with clocks that step back and across every change of clocks', () => {
  const schedule = fc.constantFrom('30 2 * * *', '0 3 * * SUN', '15 1,2,3 * * *', '0 0 29 2 *');
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
  const start = fc.constantFrom('2024-02-27', '2026-03-05', '2026-03-27', '2026-04-02', '2026-10-02', '2026-10-23');
  // Mostly forward by minutes to a day, now and then back by up to two hours.
  const steps = fc.array(fc.integer({ min: -120, max: 24 * 60 }), { minLength: 20, maxLength: 60 });
  fc.assert(
    fc.property(schedule, zone, start, steps, (cron, timezone, from, minutes) => {
      const spec: LoopSpec = { ...SPEC, retrain: false, schedule: { cron, timezone } };
      const runs: Run[] = [];
      let now = at(`${from}T00:00Z`);
      let latest = now;
      for (const step of minutes) {
        now += step * MINUTE;
        latest = Math.max(latest, now);
        const [action] = decide(spec, now, worldWith(runs)).actions.filter(
          (a) => a.do === 'start' && a.kind === 'train',
        );
        if (action?.do === 'start')
          runs.push({ id: action.id, kind: 'train', state: 'succeeded', decision: 'keep', tags: action.tags });
      }
      const reasons = runs.map((r) => r.tags.reason);
      expect(new Set(reasons).size).toBe(reasons.length);
      const last = lastSlot(spec.schedule as { cron: string; timezone: string }, latest);
      if (last !== undefined && now === latest) expect(reasons).toContain(`schedule:${last}`);
    }),
    { seed: 20260320, numRuns: 200 },
  );
});

function worldWith(runs: readonly Run[]): Observed {
  const approved = { name: 'v1', n: 1, status: 'approved', at: 0 } as const;
  const endpoint = { exists: true, busy: true, etag: '', deployments: [] };
  const nothing = { health: {}, reports: [], alarms: [], requests: [] };
  return { runs, versions: [approved], endpoint, ...nothing, data: { newest: 0 }, rollout: 'stepped' };
}

test('looking far apart makes up for the last slot only', () => {
  const spec: LoopSpec = { ...SPEC, schedule: { cron: '0 3 * * *', timezone: 'UTC' } };
  const now = at('2026-03-20T12:00Z');
  const old: Run = {
    id: 'train-1',
    kind: 'train',
    state: 'succeeded',
    tags: { n: 1, reason: 'bootstrap', at: now - 90 * DAY, generation: 1, code: 'c1' },
  };
  const starts = decide(spec, now, worldWith([old])).actions.filter((a) => a.do === 'start');
  expect(starts.map((a) => a.tags.reason)).toEqual([`schedule:${now - 9 * HOUR}`]);
});
