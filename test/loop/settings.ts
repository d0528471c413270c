/**
 * The one endpoint that the tests of the loop are about, and the lengths of time they speak in.
 */
import type { LoopSpec } from '../../runtime/loop/loop-spec';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const SPEC: LoopSpec = {
  endpoint: 'online',
  pipeline: 'training',
  generation: 1,
  revision: 'r1',
  code: 'c1',
  schedule: false,
  monitors: {
    quality: { every: 2 * DAY, labelsWithin: 12 * HOUR, violations: { count: 2, of: 3 } },
    inputs: { every: DAY, labelsWithin: 0, violations: { count: 2, of: 3 } },
  },
  retrain: {
    on: ['quality', 'inputs', 'complaints'],
    cooldown: 3 * DAY,
    atMost: { runs: 2, per: 20 * DAY },
    onNewCode: true,
  },
  approval: 'automatic',
  rollout: {
    steps: [10],
    bake: 2 * HOUR,
    leastRequests: 20,
    patience: DAY,
    whenIdle: 'advance',
    hold: 6 * HOUR,
    rollBackOn: { errorRate: 0.01, p99: 250, quality: false },
  },
  teardown: false,
};
