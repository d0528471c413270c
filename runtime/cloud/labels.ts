/** The labels that a monitor's run is given: those that may be about its window. */
import { layout } from '../../constructs/spec/layout';
import type { Time } from '../loop/platform';
import { gather, type Wanted } from './gather';
import type { Store } from './store';

/** Names that begin with a dot are no data to the steps, and a job does not begin on a channel with nothing in it. */
const NOTHING = '.none.json';

/**
 * Labels do not come before their rows: what was written before the window began has nothing to say about it. Where a key comes
 * again and again, it would even be wrong.
 */
export async function labelsSince(store: Store, dataset: string, since: Time, folder: string): Promise<void> {
  const from = `${layout.labels(dataset)}/`;
  const wanted: Wanted[] = [];
  for await (const object of store.list(from))
    if (object.modified >= since) wanted.push({ from: object, to: object.key.slice(from.length) });
  await gather(store, folder, wanted);
  if (wanted.length === 0) await store.write(`${folder}/${NOTHING}`, {});
}
