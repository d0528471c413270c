import fc from 'fast-check';
import { HealthRecord } from '../../constructs/local/health';
import { Router } from '../../constructs/local/router';
import { Slots } from '../../constructs/local/slots';

const MINUTE = 60_000;

it('of any hundred requests in a row, each deployment gets exactly its percentage', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 0, max: 250 }), (share, skipped) => {
      const router = new Router();
      router.set({ 'v1-a': 100 - share, 'v2-a': share });
      for (let i = 0; i < skipped; i += 1) router.next();
      const chosen = Array.from({ length: 100 }, () => router.next());
      expect(chosen.filter((id) => id === 'v2-a')).toHaveLength(share);
    }),
  );
});

it('nothing is chosen where nothing has traffic', () => {
  const router = new Router();
  router.set({ 'v1-a': 0 });
  expect(router.next()).toBeUndefined();
});

it('health counts requests from a minute on, whichever was asked for before', () => {
  const health = new HealthRecord();
  for (let minute = 0; minute < 10; minute += 1) health.add(minute * MINUTE, 10, minute % 5 === 0);
  expect(health.since(0)).toMatchObject({ requests: 10, errorRate: 0.2 });
  expect(health.since(5 * MINUTE)).toMatchObject({ requests: 5, errorRate: 0.2 });
  health.add(2 * MINUTE, 10, true);
  health.add(12 * MINUTE, 10, false);
  expect(health.since(5 * MINUTE)).toMatchObject({ requests: 6 });
  expect(health.since(0)).toMatchObject({ requests: 12, errorRate: 0.25 });
  expect(health.since(13 * MINUTE)).toEqual({ requests: 0, errorRate: 0, p99: 0 });
});

it('the 99th percentile is within 5 % of the true one, and never below it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.2, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      (latencies) => {
        const health = new HealthRecord();
        for (const latency of latencies) health.add(0, latency, false);
        const sorted = [...latencies].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(sorted.length * 0.99) - 1]!;
        const { p99 } = health.since(0) as { p99: number };
        expect(p99).toBeGreaterThanOrEqual(exact * 0.999999);
        expect(p99).toBeLessThanOrEqual(exact * 1.0501);
      },
    ),
  );
});

it('two slow requests of a hundred are the 99th percentile', () => {
  const health = new HealthRecord();
  for (let i = 0; i < 100; i += 1) health.add(0, i < 98 ? 1 : 1000, false);
  expect(health.since(0)).toMatchObject({ p99: expect.closeTo(1000, -2) as number });
});

it('slots let so many in, and the next when one leaves, even by an error', async () => {
  const slots = new Slots(2);
  const leave: ((error?: Error) => void)[] = [];
  const entered: number[] = [];
  const work = [0, 1, 2, 3].map((n) =>
    slots.use(1, () => {
      entered.push(n);
      return new Promise<void>((resolve, reject) => leave.push((error) => (error ? reject(error) : resolve())));
    }),
  );
  expect(entered).toEqual([0, 1]);
  leave[0]!(new Error('fails'));
  await expect(work[0]).rejects.toThrow('fails');
  expect(entered).toEqual([0, 1, 2]);
  leave[1]!();
  leave[2]!();
  await Promise.all(work.slice(1, 3));
  leave[3]!();
  await work[3];
});
