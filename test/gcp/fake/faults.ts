/**
 * What goes wrong between a caller and Google. Ours: how often and in which order is made up, from a seed; each single thing is what
 * Google documents that a caller has to bear. https://google.aip.dev/194 · https://cloud.google.com/storage/docs/retry-strategy
 */
import { GoogleError } from './errors';

export type FaultKind = (typeof KINDS)[number];

const KINDS = ['throttled', 'unavailable', 'unavailable-after', 'reset-before', 'reset-after', 'aborted'] as const;

export interface FaultOptions {
  readonly seed: number;
  /** Of requests, from 0 to 1. @default 0 */
  readonly rate?: number;
  /** Which calls, by the names of the request log. @default - all */
  readonly calls?: readonly string[];
  /** Which kinds. @default - all; `aborted` is for what changes something */
  readonly kinds?: readonly FaultKind[];
  /** Lists of Vertex AI and of Monitoring are up to so many milliseconds behind, each time another while. @default 0 */
  readonly lag?: number;
  /** Long-running operations take up to so many times their time. @default 1 */
  readonly slow?: number;
}

/** What happens to one request. */
export interface Fault {
  readonly kind: FaultKind;
  readonly when: 'before' | 'after';
  /** What is answered; nothing: the connection is cut. */
  readonly error?: GoogleError;
}

export class Faults {
  readonly injected: { readonly call: string; readonly kind: FaultKind }[] = [];
  private readonly planned: { readonly call: string; readonly kind: FaultKind }[] = [];
  private options: FaultOptions = { seed: 1 };
  private random = generator(1);

  configure(options: FaultOptions): void {
    this.options = options;
    this.random = generator(options.seed);
  }

  off(): void {
    this.planned.length = 0;
    this.configure({ seed: this.options.seed });
  }

  /** For the next request of this call that is not spoken for. */
  once(call: string, kind: FaultKind): void {
    this.planned.push({ call, kind });
  }

  draw(call: string, method: string): Fault | undefined {
    const kind = this.plannedFor(call) ?? this.drawn(call, method);
    if (!kind) return undefined;
    this.injected.push({ call, kind });
    const error = ERRORS[kind];
    return { kind, when: kind.endsWith('-after') ? 'after' : 'before', ...(error && { error }) };
  }

  /** The moment whose state a list shows. */
  asOf(now: number): number {
    const { lag = 0 } = this.options;
    return lag > 0 ? now - this.random() * lag : Infinity;
  }

  /** How long an operation takes that takes so long without faults. */
  stretched(milliseconds: number): number {
    const { slow = 1 } = this.options;
    return slow > 1 ? Math.round(milliseconds * (1 + this.random() * (slow - 1))) : milliseconds;
  }

  private plannedFor(call: string): FaultKind | undefined {
    const at = this.planned.findIndex((one) => one.call === call);
    return at < 0 ? undefined : this.planned.splice(at, 1)[0]!.kind;
  }

  private drawn(call: string, method: string): FaultKind | undefined {
    const { rate = 0, calls, kinds = KINDS } = this.options;
    if (rate === 0 || (calls && !calls.includes(call)) || this.random() >= rate) return undefined;
    const possible = kinds.filter((kind) => kind !== 'aborted' || method !== 'GET');
    return possible[Math.floor(this.random() * possible.length)];
  }
}

const unavailable = new GoogleError('UNAVAILABLE', 'The service is currently unavailable.', { reason: 'backendError' });

const ERRORS: Readonly<Partial<Record<FaultKind, GoogleError>>> = {
  throttled: new GoogleError('RESOURCE_EXHAUSTED', 'Quota exceeded for requests per minute.', {
    reason: 'rateLimitExceeded',
  }),
  unavailable,
  'unavailable-after': unavailable,
  aborted: new GoogleError('ABORTED', 'The operation was aborted: another one changed the resource.', {
    reason: 'conflict',
  }),
};

/** mulberry32: the same numbers for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
