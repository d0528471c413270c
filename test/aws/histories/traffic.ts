/** The requests that clients send: what CloudWatch counts of them, and what SageMaker captures. */
import type { Time } from '../../../runtime/loop/platform';
import { DAY, ENDPOINT, HOUR, MINUTE } from './settings';
import type { World } from './world';

/** While nothing changed, the traffic of one variant. */
interface Segment {
  readonly variant: string;
  readonly version: string;
  readonly from: Time;
  to: Time;
  /** Requests a minute. */
  readonly rate: number;
  /** Share that fails. */
  readonly errors: number;
  /** Milliseconds. */
  readonly p99: number;
  /** S3 URI that its requests are captured below. */
  readonly capture: string | undefined;
}

/** One object that SageMaker has written. */
export interface Capture {
  readonly key: string;
  readonly version: string;
  readonly at: Time;
}

const RATE = 12;
const EVERY = 6 * HOUR;
/** No monitor looks further back. */
const OLDEST = 8 * DAY;

export class Traffic {
  private readonly segments: Segment[] = [];
  private readonly open = new Map<string, Segment>();
  readonly captures: Capture[] = [];
  private captured: Time = 0;
  /** Versions that took the place of one that failed its requests, or was too slow, in the same variant. */
  readonly heirs = new Set<string>();

  constructor(private readonly world: World) {}

  /** After every change of what serves, or of how it fares. */
  note(): void {
    const { world } = this;
    for (const segment of this.open.values()) segment.to = world.now;
    this.open.clear();
    const { endpoint, configs } = world.endpoints;
    const config = endpoint && configs.get(endpoint.config);
    const capture = (config?.['DataCaptureConfig'] as { readonly DestinationS3Uri: string } | undefined)
      ?.DestinationS3Uri;
    for (const { variant, version, share } of world.served()) {
      if (world.storm) world.excused.add(version);
      const segment: Segment = {
        ...{ variant, version, capture, from: world.now, to: Infinity },
        rate: world.quiet ? 0 : (RATE * share) / 100,
        errors: world.storm || world.nature(version) === 'sick' ? 0.5 : 0,
        p99: world.nature(version) === 'slow' ? 400 : 20,
      };
      const before = this.segments.findLast((each) => each.variant === variant);
      if (before && before.version !== version && (before.errors > 0 || before.p99 > 20)) this.heirs.add(version);
      this.open.set(variant, segment);
      this.segments.push(segment);
    }
  }

  /** What CloudWatch has of a variant. Where there were no requests, it has nothing. */
  figures(variant: string, from: Time, to: Time): ReadonlyMap<string, number> {
    let [requests, failed, p99] = [0, 0, 0];
    for (const segment of this.segments) {
      const minutes = (Math.min(to, segment.to, this.world.now) - Math.max(from, segment.from)) / MINUTE;
      if (segment.variant !== variant || minutes <= 0) continue;
      const count = Math.floor(minutes * segment.rate);
      requests += count;
      failed += Math.floor(count * segment.errors);
      if (count > 0) p99 = Math.max(p99, segment.p99);
    }
    if (requests === 0) return new Map();
    return new Map([
      ['Invocations Sum', requests],
      ['ModelLatency SampleCount', requests],
      ['Invocation5XXErrors Sum', failed],
      ['ModelLatency p99', p99 * 1000],
      ['OverheadLatency p99', 5000],
    ]);
  }

  /** Before anybody lists them: everything that was captured until now. */
  capture(): void {
    const { world } = this;
    const since = Math.max(this.captured, world.now - OLDEST);
    for (const { variant, version, from, to, rate, capture } of this.segments) {
      if (capture === undefined || rate === 0) continue;
      const end = Math.min(to, world.now);
      for (let at = from + MINUTE; at < end; at = (Math.floor(at / EVERY) + 1) * EVERY)
        if (at >= since) this.write(capture, variant, version, at);
    }
    this.captured = world.now;
  }

  private write(destination: string, variant: string, version: string, at: Time): void {
    const { s3 } = this.world;
    const [hour, rest] = [new Date(at).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/'), String(at % HOUR)];
    const key = `${destination.slice('s3://record/'.length)}/${ENDPOINT}/${variant}/${hour}/${rest}.jsonl`;
    s3.put(key, { version, at });
    this.captures.push({ key, version, at });
  }
}
