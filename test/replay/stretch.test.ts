/** Asking in advance: fewer looks, the same history. */
import { DAY, HOUR } from '../../replay/clock';
import { drive } from '../../replay/drive';
import { quietUntil } from '../../replay/stretch';
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import { StubWorld, type StubOptions } from './platform';

const START = Date.UTC(2024, 2, 7);

const spec: LoopSpec = {
  endpoint: 'online',
  pipeline: 'training',
  generation: 1,
  revision: 'r1',
  code: 'c1',
  schedule: { cron: '17 5 1 * *', timezone: 'Europe/Berlin' },
  monitors: {
    inputs: { every: 2 * DAY, labelsWithin: 0, violations: { count: 1, of: 1 } },
    quality: { every: DAY, labelsWithin: 30 * HOUR, violations: { count: 2, of: 3 } },
  },
  retrain: { on: ['quality'], cooldown: 100 * HOUR, atMost: { runs: 3, per: 20 * DAY }, onNewCode: true },
  approval: 'automatic',
  rollout: {
    steps: [10],
    bake: 7 * HOUR,
    leastRequests: 5,
    patience: 20 * HOUR,
    whenIdle: 'advance',
    hold: 9 * HOUR,
    rollBackOn: { errorRate: 0.01, p99: 250, quality: { monitor: 'quality' } },
  },
  teardown: false,
};

const hourly: typeof quietUntil = (_, now, until) => Math.min(now + HOUR, until);

async function lived(stretch: typeof quietUntil, options: Partial<StubOptions>) {
  const world = new StubWorld({
    spec,
    start: START,
    history: 3 * DAY,
    violated: (version, { from }) => from > START + Number(version.slice(1)) * 6 * DAY,
    worse: () => false,
    failing: () => false,
    ...options,
  });
  await drive(world, { until: START + 40 * DAY, stretch });
  // A gauge that is kept up takes turns of the memory, and only those.
  return {
    world,
    seen: {
      events: world.events,
      answers: world.answers,
      delivered: world.delivered,
      memory: { ...world.memory, turn: 0 },
    },
  };
}

it.each([
  ['alarms, a schedule and canaries', {}],
  ['a challenger that loses its trial', { worse: (version: string) => version === 'v2' }],
  ['a challenger that fails', { failing: (version: string) => version === 'v3' }],
  ['an alarm at every window', { violated: () => true }],
])('lives through %s as if it had looked every hour', async (_, options) => {
  const stretched = await lived(quietUntil, options);
  const ticked = await lived(hourly, options);
  expect(stretched.seen).toEqual(ticked.seen);
  expect(stretched.world.looks).toBeLessThan(ticked.world.looks * 0.8);
  expect(stretched.seen.events.filter(({ what }) => what === 'register').length).toBeGreaterThan(2);
  expect(new Set(stretched.seen.answers.map(({ version }) => version)).size).toBeGreaterThan(2);
});

it('sends one request after the other, and looks every hour, only while a version under trial has traffic', async () => {
  const { sent } = (await lived(quietUntil, {})).world;
  expect(sent.filter(({ inTurn }) => inTurn).every(({ hours }) => hours === 1)).toBe(true);
  expect(sent.filter(({ inTurn }) => inTurn).length).toBeGreaterThan(14);
  expect(Math.max(...sent.filter(({ inTurn }) => !inTurn).map(({ hours }) => hours))).toBe(24);
});

it('stops at once when it is told to', async () => {
  const world = new StubWorld({
    spec,
    start: START,
    history: 0,
    violated: () => false,
    worse: () => false,
    failing: () => false,
  });
  const stop = new AbortController();
  const onProgress = (now: number) => now >= START + 2 * DAY && stop.abort();
  await expect(drive(world, { until: START + 40 * DAY, signal: stop.signal, onProgress })).rejects.toThrow('aborted');
  expect(world.clock.now).toBeLessThan(START + 4 * DAY);
});

it('refuses a loop that runs in a circle', async () => {
  const world = new StubWorld({
    spec,
    start: START,
    history: 0,
    violated: () => false,
    worse: () => false,
    failing: () => false,
  });
  Object.assign(world.platform, { act: async () => undefined });
  await expect(drive(world, { until: START + DAY })).rejects.toThrow(
    'the loop of online still acts after 100 looks at 2024-03-07',
  );
});
