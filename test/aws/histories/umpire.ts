/** Watches every effect on the world, whoever sent the request for it, and notes where a guarantee was broken. */
import type { Time } from '../../../runtime/loop/platform';
import type { Effect } from './effects';
import { watchEndpoint } from './watch-endpoint';
import { watchRecord } from './watch-record';
import { watchRuns } from './watch-runs';
import { watchVersions } from './watch-versions';
import type { World } from './world';

/**
 * 1 to 7 as the loop gives them. 8: nothing is deleted that is used, and what is old is. 9: each run, version and deployment is given
 * what is its own.
 */
export type Guarantee = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export interface Finding {
  readonly guarantee: Guarantee;
  readonly at: Time;
  readonly text: string;
}

/** How far a loop's clock may be off, and the time between two calls of a look: two of each. */
export const TOLERANCE = 12 * 60_000;

export class Umpire {
  readonly findings: Finding[] = [];
  /** What the histories went through, to show that they go everywhere. */
  readonly seen = new Map<string, number>();

  constructor(private readonly world: World) {}

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  demand(guarantee: Guarantee, holds: boolean, text: string): void {
    if (!holds) this.findings.push({ guarantee, at: this.world.now, text });
  }

  /** After it has taken effect. */
  watch(effect: Effect): void {
    const { world } = this;
    this.count(effect.call);
    const { deployment } = effect.deployed.settings;
    this.demand(
      5,
      world.wasReleased(deployment, effect.since),
      `${effect.call} by ${deployment}, which is not released`,
    );
    watchRuns(world, effect);
    watchVersions(world, effect);
    watchEndpoint(world, effect);
    watchRecord(world, effect);
    this.checkEndpoint(effect.call);
  }

  /** After anything changed. */
  checkEndpoint(after: string): void {
    const { endpoints, life } = this.world;
    if (!life.hasServed) return;
    const { endpoint } = endpoints;
    this.demand(3, endpoint !== undefined && endpoint.status !== 'Deleting', `the endpoint is gone after ${after}`);
    const weights = endpoint?.variants.reduce((sum, { CurrentWeight }) => sum + CurrentWeight, 0) ?? 0;
    this.demand(3, weights > 0, `no variant has traffic after ${after}`);
    this.demand(
      8,
      endpoint === undefined || endpoints.configs.has(endpoint.config),
      `its configuration is gone after ${after}`,
    );
  }
}
