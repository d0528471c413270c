/** Watches every effect on the world, whoever sent the request for it, and notes where a guarantee was broken. */
import type { Time } from '../../../runtime/loop/platform';
import type { Effect } from './effects';
import { watchEndpoint } from './watch-endpoint';
import { watchRecord } from './watch-record';
import { watchRuns } from './watch-runs';
import { watchVersions } from './watch-versions';
import type { World } from './world';

/** 1 to 7 as the loop gives them. 8: nothing is paid for that nobody uses. 9: each run, version and deployment is given what is its own. */
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
  }

  /** After anything changed. */
  checkEndpoint(after: string): void {
    const { world } = this;
    const served = world.served();
    const sum = served.reduce((total, { share }) => total + share, 0);
    this.demand(3, sum === 0 || sum === 100, `the shares add up to ${sum} after ${after}`);
    this.demand(3, !world.hasServed || sum > 0, `nothing serves any more after ${after}`);
  }
}
