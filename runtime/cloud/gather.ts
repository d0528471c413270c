/** Copies of objects in a folder of a run's own: a job's channel takes all below a prefix, and nothing else. */
import { Refused } from '../loop/platform';
import type { Store, StoredObject } from './store';
import { together } from './together';

/** In one look; it must end within the minutes that the loop's host gives it. */
const MOST_COPIES = 20_000;
/** As many connections as clients open, and far below what buckets take: thousands a second. */
const AT_ONCE = 40;

export interface Wanted {
  readonly from: Pick<StoredObject, 'key'>;
  /** Relative to the folder. */
  readonly to: string;
}

/**
 * Throws `Refused` where there are more than one look can copy: what is copied stays, and the next look goes on from there.
 */
export async function gather(
  store: Store,
  folder: string,
  wanted: readonly Wanted[],
  most: number = MOST_COPIES,
): Promise<void> {
  const there = new Set<string>();
  for await (const { key } of store.list(`${folder}/`)) there.add(key.slice(folder.length + 1));
  const missing = wanted.filter(({ to }) => !there.has(to));
  await together(missing.slice(0, most), AT_ONCE, ({ from, to }) => store.copy(from.key, `${folder}/${to}`));
  const left = missing.length - most;
  if (left > 0) throw new Refused(`${left} of ${wanted.length} files are still to be copied to ${store.uri(folder)}`);
}
