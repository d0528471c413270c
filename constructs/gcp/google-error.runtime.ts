/** How Google refuses (https://google.aip.dev/193), and what a refusal means to whoever asked. */
import { Refused } from '../../runtime/loop/platform';

export class GoogleError extends Error {
  constructor(
    /** Of HTTP. */
    readonly status: number,
    /** Google's word for it: one of google.rpc.Code, such as `FAILED_PRECONDITION`; BigQuery and Storage have words of their own. */
    readonly reason: string,
    message: string,
    /** Method, service and path of what was asked. */
    readonly call: string,
  ) {
    super(message);
    this.name = 'GoogleError';
  }
}

export const isAbsent = (error: unknown): boolean => error instanceof GoogleError && error.status === 404;

export async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** It is there already. ABORTED has the same number, and means that somebody else was faster. */
export const exists = (error: unknown): boolean =>
  error instanceof GoogleError && error.status === 409 && error.reason !== 'ABORTED';

/** The resource is another than the one that was meant, or is being changed: nothing was done. */
export const isConflict = (error: unknown): boolean =>
  error instanceof GoogleError &&
  (error.status === 409 || error.status === 412 || error.reason === 'FAILED_PRECONDITION');

/** A conflict becomes `Refused`: the next look decides anew. `why`: in words of the caller's. @default - Google's own */
export async function refusing<T>(work: Promise<T>, why?: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isConflict(error)) throw new Refused(why ?? (error as Error).message);
    throw error;
  }
}

/** Google at fault, or too busy for us: the same may be asked again a little later. */
export const isTransient = (error: unknown): boolean =>
  error instanceof Unreachable || (error instanceof GoogleError && TRANSIENT.includes(error.status));

/** 501 stays what it is, however often one asks. */
const TRANSIENT: readonly number[] = [408, 429, 500, 502, 503, 504];

/** No answer came, so that nobody knows whether it was done. */
export class Unreachable extends Error {
  constructor(
    /** Method, service and path of what was asked. */
    readonly call: string,
    cause: unknown,
  ) {
    super(`${call}: ${reasonOf(cause)}`, { cause });
    this.name = 'Unreachable';
  }
}

/** `fetch failed` says nothing; what it was caused by does. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  return cause?.message || cause?.code || message;
}

interface ErrorBody {
  readonly error?: {
    readonly message?: string;
    readonly status?: string;
    readonly errors?: readonly { readonly reason?: string }[];
  };
}

const LONGEST = 1000;

/** What an answer that is no success says. A front end answers in HTML, and the token's endpoint in a form of its own. */
export function errorOf(call: string, status: number, body: Buffer): GoogleError {
  const text = body.toString('utf8');
  const { error } = parse(text);
  const told = typeof error === 'object' ? error : undefined;
  const reason = told?.status ?? told?.errors?.[0]?.reason ?? `HTTP ${status}`;
  const message = told?.message ?? (text.trim().slice(0, LONGEST) || `HTTP ${status} without a word`);
  return new GoogleError(status, reason, `${call}: ${message} (${status} ${reason})`, call);
}

function parse(text: string): ErrorBody {
  try {
    return (JSON.parse(text) as ErrorBody | null) ?? {};
  } catch {
    return {};
  }
}
