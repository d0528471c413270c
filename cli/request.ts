/** mlops approve, reject, rollback, train: what people ask of the loop. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolve, Unavailable, UserError } from '../constructs/spec';
import type { LoopEvent, Request, Version } from '../runtime/loop/platform';
import { endpointOf } from './endpoints';
import { printEvent } from './events';
import { placeOf, type CommonOptions, type Io, type Place } from './io';
import { askRunning } from './running';

export interface RequestOptions extends CommonOptions {
  readonly endpoint?: string;
  /** Until the loop has acknowledged it. */
  readonly wait?: boolean;
}

export type Wish =
  { readonly kind: 'train' } | { readonly kind: 'approve' | 'reject' | 'rollback'; readonly version: string };

const POLL_MS = 250;

export async function requestCommand(wish: Wish, options: RequestOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const endpoint = endpointOf(Object.keys(resolve(place.spec).endpoints), options.endpoint);
  const outlook = await outlookOf(wish, place, endpoint);
  const say = (text: string) => (options.json ? undefined : io.print(text));
  if (outlook.settled) {
    if (options.json) io.print(JSON.stringify({ endpoint, ...wish, filed: false, why: outlook.text }));
    return say(`${outlook.text}: nothing to do.`);
  }
  const running = await processOn(place.stateDir, options.wait);
  const before = (await place.target.events(place.stateDir, endpoint)).length;
  const request: Request = { id: `${wish.kind}-${randomUUID()}`, at: Date.now(), ...wish };
  await place.target.request(place.stateDir, endpoint, request);
  say(outlook.text);
  say(
    running === undefined
      ? `Nothing runs on ${place.stateDir}: the loop does it when mlops up runs.`
      : `The loop of process ${running} does it now.`,
  );
  const events = options.wait ? await answer(place, endpoint, request.id, before, say, io.signal) : [];
  if (options.json)
    io.print(JSON.stringify({ endpoint, request, filed: true, running: running !== undefined, events }));
}

interface Outlook {
  /** It is so already. */
  readonly settled: boolean;
  /** What will come of it, or what is so already. */
  readonly text: string;
}

/** Refuses what the loop would not do. */
async function outlookOf(wish: Wish, { target, stateDir }: Place, endpoint: string): Promise<Outlook> {
  if (wish.kind === 'train')
    return {
      settled: false,
      text: `${endpoint} is trained again, as soon as no training is in flight and there is enough data.`,
    };
  const versions = await target.versions(stateDir, endpoint);
  const version = versions.find(({ name }) => name === wish.version);
  if (!version) {
    const known = versions.map(({ name, status }) => `${name} (${status})`).join(', ');
    throw new UserError(`There is no version ${wish.version} of ${endpoint}; it has ${known || 'none yet'}.`);
  }
  if (version.status === 'rejected' && wish.kind === 'approve')
    throw new UserError(
      `${version.name} of ${endpoint} is rejected, and a rejection is final. Train another with mlops train.`,
    );
  const already = wish.kind === 'approve' ? 'approved' : 'rejected';
  if (version.status === already)
    return { settled: true, text: `${version.name} of ${endpoint} is ${already} already` };
  return { settled: false, text: effect(wish.kind, version, endpoint, versions) };
}

function effect(
  kind: 'approve' | 'reject' | 'rollback',
  { name }: Version,
  endpoint: string,
  versions: readonly Version[],
): string {
  if (kind === 'approve') return `${name} of ${endpoint} is approved: it is rolled out as the spec says.`;
  const others = versions.filter((other) => other.status === 'approved' && other.name !== name);
  const next = others.at(-1)?.name;
  if (kind === 'reject' && next !== undefined)
    return `${name} of ${endpoint} is rejected: it gets no traffic and is never tried again.`;
  return next === undefined
    ? `${name} of ${endpoint} is rejected. No other version is approved: what serves goes on until another is trained.`
    : `${name} of ${endpoint} is rolled back: its traffic goes to ${next}, and it is never tried again.`;
}

/** The process that runs the system, if there is one; with `needed` there must be. */
async function processOn(stateDir: string, needed = false): Promise<number | undefined> {
  try {
    return (await askRunning(stateDir)).pid;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    if (needed) throw new Unavailable(`${error.message} Or leave out --wait: the request then waits for it.`);
    return undefined;
  }
}

/** What happened from the request to its acknowledgement; says what the loop waits for meanwhile. */
async function answer(
  { target, stateDir }: Place,
  endpoint: string,
  request: string,
  before: number,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<readonly LoopEvent[]> {
  let seen = before;
  let waited = '';
  for (;;) {
    await sleep(POLL_MS, undefined, { signal });
    const events = await target.events(stateDir, endpoint);
    for (const event of events.slice(seen)) say(printEvent(event));
    seen = events.length;
    const isAnswer = ({ action }: LoopEvent) => action.do === 'done' && action.request === request;
    if (events.slice(before).some(isAnswer)) return events.slice(before);
    // A process that went away answers no more; this says so.
    const { overview } = await askRunning(stateDir);
    const waits = overview.endpoints.find((one) => one.endpoint === endpoint)?.waits ?? [];
    if (waits.join() !== waited) for (const wait of waits) say(`  now: ${wait}`);
    waited = waits.join();
  }
}
