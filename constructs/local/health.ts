/** What clients saw of one deployment: counts and latencies, by the minute in which each request happened. */
import type { Health, Time } from '../../runtime/loop/platform';

const MINUTE = 60_000;
/** Bin i of the histogram ends at SHORTEST_MS × GROWTH^i: a latency is known to 5 %, and never called shorter than it was. */
const SHORTEST_MS = 0.1;
const GROWTH = 1.05;

interface Figures {
  requests: number;
  failures: number;
  /** Requests by bin. */
  readonly latencies: Map<number, number>;
}

export class HealthRecord {
  private readonly minutes = new Map<number, Figures>();
  /** The answer to the question that was asked last, kept up: the loop asks the same one at every look. */
  private asked: { readonly since: number; readonly figures: Figures } | undefined;

  add(at: Time, latencyMs: number, failed: boolean): void {
    const minute = Math.floor(at / MINUTE);
    const bin = Math.max(0, Math.ceil(Math.log(latencyMs / SHORTEST_MS) / Math.log(GROWTH)));
    let figures = this.minutes.get(minute);
    if (!figures) this.minutes.set(minute, (figures = nothing()));
    const all = this.asked && minute >= this.asked.since ? [figures, this.asked.figures] : [figures];
    for (const each of all) {
      each.requests += 1;
      each.failures += failed ? 1 : 0;
      each.latencies.set(bin, (each.latencies.get(bin) ?? 0) + 1);
    }
  }

  /** Since the beginning of that minute. */
  since(time: Time): Health {
    const since = Math.floor(time / MINUTE);
    if (this.asked?.since !== since) this.asked = { since, figures: this.sum(since) };
    const { requests, failures, latencies } = this.asked.figures;
    return { requests, errorRate: requests ? failures / requests : 0, p99: percentile(latencies, requests, 0.99) };
  }

  private sum(since: number): Figures {
    const total = nothing();
    for (const [minute, figures] of this.minutes) {
      if (minute < since) continue;
      total.requests += figures.requests;
      total.failures += figures.failures;
      for (const [bin, count] of figures.latencies) total.latencies.set(bin, (total.latencies.get(bin) ?? 0) + count);
    }
    return total;
  }
}

const nothing = (): Figures => ({ requests: 0, failures: 0, latencies: new Map() });

/** The upper end of the bin that holds the request at that rank, in milliseconds; 0 without requests. */
function percentile(latencies: ReadonlyMap<number, number>, requests: number, share: number): number {
  let left = Math.ceil(requests * share);
  for (const [bin, count] of [...latencies].sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 0) return SHORTEST_MS * GROWTH ** bin;
  }
  return 0;
}
