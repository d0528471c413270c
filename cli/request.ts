/** mlops approve, reject, rollback, train: what people ask of the loop. */
import { randomUUID } from 'node:crypto';
import { Unavailable, UserError } from '../constructs/spec';
import type { LoopEvent, Request, Version } from '../runtime/loop/platform';
import { endpointOf } from './endpoints';
import { printEvent } from './events';
import { pause, placeOf, type CommonOptions, type Io } from './io';
import type { LoopState, System } from './targets';

export interface RequestOptions extends CommonOptions {
  readonly endpoint?: string;
  /** Until the loop has acknowledged it. */
  readonly wait?: boolean;
}

export type Wish =
  { readonly kind: 'train' } | { readonly kind: 'approve' | 'reject' | 'rollback'; readonly version: string };

export async function requestCommand(wish: Wish, options: RequestOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const system = await place.target.open(place, io);
  const endpoint = endpointOf(system, options.endpoint);
  const outlook = await outlookOf(wish, system, endpoint);
  const say = (text: string) => (options.json ? undefined : io.print(text));
  if (outlook.settled) {
    if (options.json) io.print(JSON.stringify({ endpoint, ...wish, filed: false, why: outlook.text }));
    return say(`${outlook.text}: nothing to do.`);
  }
  const loop = await loopOf(system, endpoint, options.wait);
  const request: Request = { id: `${wish.kind}-${randomUUID()}`, at: Date.now(), ...wish };
  const before = (await system.events(endpoint, request.at)).length;
  await system.request(endpoint, request);
  say(outlook.text);
  say(loop.looks ? `${loop.name} does it now.` : loop.later);
  const events = options.wait ? await answer(system, endpoint, request, before, say, io) : [];
  if (options.json) io.print(JSON.stringify({ endpoint, request, filed: true, running: loop.looks, events }));
}

interface Outlook {
  /** It is so already. */
  readonly settled: boolean;
  /** What will come of it, or what is so already. */
  readonly text: string;
}

/** Refuses what the loop would not do. */
async function outlookOf(wish: Wish, system: System, endpoint: string): Promise<Outlook> {
  if (wish.kind === 'train')
    return {
      settled: false,
      text: `${endpoint} is trained again, as soon as no training is in flight and there is enough data.`,
    };
  const versions = await system.versions(endpoint);
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

/** Whether its loop looks; with `needed` it must. */
async function loopOf(system: System, endpoint: string, needed = false): Promise<LoopState> {
  const loop = await system.loop(endpoint);
  if (needed && !loop.looks) throw new Unavailable(`${loop.why} Or leave out --wait: the request then waits for it.`);
  return loop;
}

/** What happened from the request to its acknowledgement; says what the loop waits for meanwhile. */
async function answer(
  system: System,
  endpoint: string,
  { id, at }: Request,
  before: number,
  say: (text: string) => void,
  io: Io,
): Promise<readonly LoopEvent[]> {
  let seen = before;
  let waited = '';
  for (;;) {
    await pause(io, system.poll);
    const events = await system.events(endpoint, at);
    for (const event of events.slice(seen)) say(printEvent(event));
    seen = events.length;
    const isAnswer = ({ action }: LoopEvent) => action.do === 'done' && action.request === id;
    if (events.slice(before).some(isAnswer)) return events.slice(before);
    // A loop that stopped looking answers no more.
    const loop = await system.loop(endpoint);
    if (!loop.looks) throw new Unavailable(loop.why);
    if (loop.waits.join() !== waited) for (const wait of loop.waits) say(`  now: ${wait}`);
    waited = loop.waits.join();
  }
}
