/** mlops events: what was seen and done, and why. */
import { milliseconds, type Duration, UserError } from '../constructs/spec';
import type { LoopEvent } from '../runtime/loop/platform';
import { endpointsOf } from './endpoints';
import { placeOf, type CommonOptions, type Io } from './io';
import { minute } from './status-view';

export interface EventsOptions extends CommonOptions {
  readonly since?: string;
  readonly endpoint?: string;
}

export async function events(options: EventsOptions, io: Io): Promise<void> {
  const place = placeOf(options, io);
  const since = options.since === undefined ? 0 : Date.now() - duration(options.since);
  const system = await place.target.open(place, io);
  const names = endpointsOf(system, options.endpoint);
  const all = (await Promise.all(names.map((name) => system.events(name, since)))).flat();
  const shown = all.filter(({ at }) => at >= since).sort((a, b) => a.at - b.at);
  if (options.json) return shown.forEach((event) => io.print(JSON.stringify(event)));
  if (shown.length === 0) io.print(`Nothing has happened yet. ${system.hint}`);
  for (const event of shown) io.print(printEvent(event));
}

/** One line: when, where, what and why. */
export function printEvent({ at, endpoint, text, outcome }: LoopEvent): string {
  return `${minute(at)}  ${endpoint}  ${outcome === 'failed' ? 'FAILED: ' : ''}${text}`;
}

function duration(text: string): number {
  if (!/^\d+(\.\d{1,3})? (seconds?|minutes?|hours?|days?)$/.test(text))
    throw new UserError(`--since: got ${JSON.stringify(text)}, expected a duration such as '1 day' or '3 hours'.`);
  return milliseconds(text as Duration);
}
