/** The event log in a bucket: a document a day, since nothing can be appended to an object without reading it. */
import { layout } from '../../constructs/spec/layout';
import type { LoopEvent, Time } from '../loop/platform';
import type { Store } from './store';

export const appendEvent = (store: Store, event: LoopEvent): Promise<void> =>
  store.append(layout.eventsOfDay(event.endpoint, dayOf(event.at)), event);

/** Of an endpoint, oldest first: those of the day of `since` and later, or all. */
export async function readEvents(store: Store, endpoint: string, since: Time = 0): Promise<readonly LoopEvent[]> {
  const first = layout.eventsOfDay(endpoint, dayOf(since));
  const folder = first.slice(0, first.lastIndexOf('/') + 1);
  const events: LoopEvent[] = [];
  for await (const { key } of store.list(folder)) {
    if (key < first) continue;
    const lines = ((await store.readText(key))?.value ?? '').split('\n').slice(0, -1);
    events.push(...lines.map((line) => JSON.parse(line) as LoopEvent));
  }
  return events;
}

const dayOf = (at: Time): string => new Date(at).toISOString().slice(0, 10);
