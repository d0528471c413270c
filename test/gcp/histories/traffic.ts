/** The requests that clients send: what Cloud Monitoring counts of them, and what Vertex AI logs. */
import type { Time } from '../../../runtime/loop/platform';
import { ENDPOINT, HOUR, LOG, MINUTE } from './settings';
import type { Served, World } from './world';

/** One request that was logged. */
export interface Logged {
  readonly version: string;
  readonly at: Time;
}

/** Requests a minute. */
const RATE = 12;
const LOGGED_EVERY = 6 * HOUR;

export class Traffic {
  readonly logged: Logged[] = [];
  private until: Time;

  constructor(private readonly world: World) {
    this.until = world.now;
  }

  /** Until now, with the shares that there were. Before whatever changes how requests fare. */
  flow(served: readonly Served[] = this.world.served()): void {
    const { world } = this;
    const [from, to] = [this.until, world.now];
    this.until = to;
    if (world.quiet || to === from) return;
    for (const each of served) {
      const responses = Math.floor((((to - from) / MINUTE) * RATE * each.share) / 100);
      if (responses > 0) this.count(each, from, to, responses);
    }
  }

  private count({ version, deployedModel }: Served, from: Time, to: Time, responses: number): void {
    const { world } = this;
    const { monitoring, bigquery } = world.google;
    const sick = world.storm || world.nature(version) === 'sick';
    const slow = world.nature(version) === 'slow';
    monitoring.addTraffic({
      ...{ endpointId: ENDPOINT, deployedModelId: deployedModel, at: to - 1, responses },
      ...{ errors: sick ? Math.ceil(responses / 2) : 0, latencies: Array<number>(25).fill(slow ? 400 : 20) },
    });
    const at = Math.max(from + 1, Math.floor(to / LOGGED_EVERY) * LOGGED_EVERY + 1);
    if (at >= to && this.logged.some((one) => one.version === version)) return;
    const moment = Math.min(at, to - 1);
    this.logged.push({ version, at: moment });
    bigquery.addRows(LOG, {
      ...{ endpoint: world.endpoint.name, deployed_model_id: deployedModel },
      ...{ logging_time: new Date(moment).toISOString(), request_id: String(this.logged.length) },
      request_payload: [JSON.stringify({ order: this.logged.length, version, at: moment })],
      response_payload: [JSON.stringify({ version })],
    });
  }
}
