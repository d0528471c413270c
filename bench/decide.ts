/**
 * How fast the loop decides, beside a peer on the same inputs: `npx tsx bench/decide.ts`.
 *
 * The peer is what any loop must do at least: read its observations out of JSON. The ratio is what compares across machines.
 */
import { decide } from '../runtime/loop/decide';
import type { LoopSpec } from '../runtime/loop/loop-spec';
import type { Memory, MonitorReport, Observed, Run } from '../runtime/loop/platform';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 2, 20);
const ENDPOINTS = 1000;
const ROUNDS = 5;

const spec = (i: number): LoopSpec => ({
  endpoint: `online-${i}`,
  pipeline: 'training',
  generation: 1,
  revision: 'r1',
  code: 'c1',
  schedule: { cron: `${i % 60} ${i % 24} * * *`, timezone: 'Europe/Berlin' },
  monitors: {
    quality: { every: 7 * DAY, labelsWithin: DAY, violations: { count: 2, of: 3 } },
    inputs: { every: DAY, labelsWithin: 0, violations: { count: 2, of: 3 } },
  },
  retrain: { on: ['quality'], cooldown: 14 * DAY, atMost: { runs: 4, per: 90 * DAY }, onNewCode: true },
  approval: 'automatic',
  rollout: {
    steps: [10],
    bake: DAY,
    leastRequests: 20,
    patience: DAY,
    whenIdle: 'advance',
    hold: DAY,
    rollBackOn: { errorRate: 0.01, p99: 250, quality: { monitor: 'quality' } },
  },
  teardown: false,
});

/** A quarter of a year of runs and reports, with a canary under way. */
function observed(i: number): Observed {
  const at = (days: number): number => NOW - days * DAY - i * 1000;
  const trainings = [90, 60, 30, 2].map((days, k): Run => ({
    id: `train-${k + 1}`,
    kind: 'train',
    state: 'succeeded',
    decision: 'register',
    tags: { n: k + 1, reason: 'alarm:quality', at: at(days), generation: 1, code: 'c1' },
  }));
  const windows = Array.from({ length: 90 }, (_, k) => ({ from: NOW - (k + 1) * DAY, to: NOW - k * DAY }));
  const monitors = windows.map((window): Run => ({
    id: `inputs-v3-${window.from}-1`,
    kind: 'monitor',
    state: 'succeeded',
    tags: { reason: 'window', at: window.to, generation: 1, monitor: 'inputs', window, version: 'v3' },
  }));
  const reports = windows.map((window): MonitorReport => ({
    monitor: 'inputs',
    version: 'v3',
    window,
    scope: 'window',
    verdict: 'fine',
  }));
  const health = { requests: 5000, errorRate: 0.001, p99: 40 };
  const deployment = (version: string, share: number) =>
    ({ id: `${version}-r1`, version, revision: 'r1', state: 'ready', share }) as const;
  return {
    runs: [...trainings, ...monitors],
    versions: [1, 2, 3, 4].map((n) => ({
      name: `v${n}`,
      n,
      status: 'approved',
      at: at(90 - n * 20),
      ...(n === 4 ? { trial: { revision: 'r1', before: 'e0' } } : { live: { revision: 'r1', at: at(88 - n * 20) } }),
    })),
    endpoint: { exists: true, busy: false, etag: 'e1', deployments: [deployment('v3', 90), deployment('v4', 10)] },
    health: { 'v3-r1': health, 'v4-r1': health },
    reports,
    alarms: ['quality'],
    requests: [],
    data: { newest: NOW },
    rollout: 'stepped',
  };
}

const memory: Memory = {
  generation: 1,
  turn: 12,
  lastRun: 4,
  lastVersion: 4,
  step: { shares: 'v3-r1=90 v4-r1=10@e0', since: NOW - HOUR },
  failures: {},
  rejecting: {},
  degraded: { quality: true, inputs: false },
};

function best(work: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.min(...times);
}

const worlds = Array.from({ length: ENDPOINTS }, (_, i) => ({ spec: spec(i), observed: observed(i) }));
const texts = worlds.map((world) => JSON.stringify(world.observed));

const ours = best(() => worlds.forEach((world) => decide(world.spec, NOW, world.observed, memory)));
const peer = best(() => texts.forEach((text) => JSON.parse(text) as unknown));

console.log(`${ENDPOINTS} endpoints, best of ${ROUNDS}`);
console.log(`decide      ${ours.toFixed(0)} ms, ${Math.round((ENDPOINTS / ours) * 1000)} decisions/s`);
console.log(`JSON.parse  ${peer.toFixed(0)} ms, of the same observations`);
console.log(`ratio       ${(ours / peer).toFixed(2)}`);
