/**
 * The conversation with CloudFormation: a request comes as an event, and the answer is put where the request says. A request that
 * nobody answers holds its stack up for an hour, so every one is answered, also when its time runs out.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** What CloudFormation sends. All leaves of the properties are text. */
export interface ResourceRequest<Properties> {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  /** A signed address: whoever has it may answer. */
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  /** As we answered before; nothing at a creation. */
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Properties;
  /** Only at an update. */
  readonly OldResourceProperties?: Properties;
}

/** Of Lambda's context. */
export interface Remaining {
  readonly getRemainingTimeInMillis: () => number;
}

/** Does what is asked; what it throws becomes the reason of a failure. `signal` ends the work when no time is left for it. */
export type Handle<Properties> = (request: ResourceRequest<Properties>, signal: AbortSignal) => Promise<void>;

/** To answer, with two repetitions. */
const RESERVE_MS = 10_000;
/** CloudFormation takes 4,096 bytes for the whole answer. */
const LONGEST_REASON = 1000;
/** Before each try. */
const PAUSES_MS = [0, 500, 2000];

/** A Lambda handler. The resource keeps one id for life, so CloudFormation never asks to delete an older one after an update. */
export function answering<Properties>(
  handle: Handle<Properties>,
  pausesMs: readonly number[] = PAUSES_MS,
): (request: ResourceRequest<Properties>, context: Remaining) => Promise<void> {
  return async (request, context) => {
    const failure = await reasonOf(handle, request, context.getRemainingTimeInMillis() - RESERVE_MS);
    console.log(`${request.RequestType} ${request.LogicalResourceId}: ${failure ?? 'done'}`);
    const answer = {
      Status: failure === undefined ? 'SUCCESS' : 'FAILED',
      ...(failure !== undefined && { Reason: failure }),
      PhysicalResourceId: request.PhysicalResourceId ?? request.LogicalResourceId,
      StackId: request.StackId,
      RequestId: request.RequestId,
      LogicalResourceId: request.LogicalResourceId,
    };
    await put(request.ResponseURL, JSON.stringify(answer), pausesMs);
  };
}

/** Why it failed, in one line; nothing where it did not. */
async function reasonOf<Properties>(
  handle: Handle<Properties>,
  request: ResourceRequest<Properties>,
  milliseconds: number,
): Promise<string | undefined> {
  const ending = new AbortController();
  const ended = new AbortController();
  const timeout = sleep(milliseconds, undefined, { signal: ended.signal }).then(() => {
    const error = new Error(
      `not done after ${Math.round(milliseconds / 1000)} seconds, which is all the time there is: deploy again`,
    );
    ending.abort(error);
    throw error;
  });
  try {
    await Promise.race([handle(request, ending.signal), timeout]);
    return undefined;
  } catch (error) {
    // Work that is ended fails as well, in words of its own.
    if (ending.signal.aborted) return oneLine(ending.signal.reason);
    if (error instanceof Error) console.error(error.stack);
    return oneLine(error);
  } finally {
    ended.abort();
    timeout.catch(() => undefined);
  }
}

function oneLine(error: unknown): string {
  const text = (error instanceof Error ? error.message || error.name : String(error)).replace(/\s+/g, ' ').trim();
  const whole = text || 'failed without a reason';
  return whole.length > LONGEST_REASON ? `${whole.slice(0, LONGEST_REASON - 1)}…` : whole;
}

async function put(address: string, body: string, pausesMs: readonly number[]): Promise<void> {
  const url = new URL(address);
  // Plain HTTP is what emulators speak. Anywhere else the signed address would be there for all to read.
  if (url.protocol !== 'https:' && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
    throw new Error(`an answer goes to an https address, not to ${url.protocol}//${url.hostname}`);
  let failure = '';
  for (const pause of pausesMs) {
    if (pause > 0) await sleep(pause);
    try {
      // Bytes, since text would bring a content type, and the address is signed without one.
      const response = await fetch(url, { method: 'PUT', body: Buffer.from(body), signal: AbortSignal.timeout(2000) });
      if (response.ok) return;
      failure = `HTTP ${response.status}`;
    } catch (error) {
      failure = oneLine(error);
    }
  }
  throw new Error(`CloudFormation could not be answered: ${failure}`);
}
