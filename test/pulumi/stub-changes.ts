/** What differs between what a resource is and what it shall be, by path. */
import { known } from './stub-outputs';
import type { Rule } from './stub-rules';
import { isObject, UNKNOWN, type Wire, type WireObject } from './wire';

export type Change = 'add' | 'update' | 'delete';

export interface Difference {
  /** What the engine last knew of it. */
  readonly state: WireObject;
  readonly oldInputs: WireObject;
  readonly news: WireObject;
  /** Paths of the option `ignoreChanges`. */
  readonly ignored: readonly string[];
}

/** Outputs that nobody asked for are no difference. */
export function changes({ state, oldInputs, news, ignored }: Difference): ReadonlyMap<string, Change> {
  const found = new Map<string, Change>();
  const names = new Set([...Object.keys(oldInputs), ...Object.keys(news)].filter((name) => !name.startsWith('__')));
  for (const name of [...names].sort()) {
    const old = name in state ? state[name] : oldInputs[name];
    compare(revealedDeep(old), revealedDeep(news[name]), name, found);
  }
  for (const path of [...found.keys()]) if (ignored.some((each) => within(path, each))) found.delete(path);
  return found;
}

/** Those that make it anew. */
export const replaced = ({ replacedOn }: Rule, found: ReadonlyMap<string, Change>): readonly string[] =>
  [...found.keys()].filter(
    (path) => replacedOn === 'all' || replacedOn.some((each) => within(path, each) || within(each, path)),
  );

const within = (path: string, other: string): boolean =>
  path === other || path.startsWith(`${other}.`) || path.startsWith(`${other}[`);

function compare(old: Wire | undefined, now: Wire | undefined, path: string, found: Map<string, Change>): void {
  if (old === undefined && now === undefined) return;
  if (old === undefined) found.set(path, 'add');
  else if (now === undefined) found.set(path, 'delete');
  else if (now === UNKNOWN) found.set(path, 'update');
  else if (isObject(old) && isObject(now))
    for (const key of new Set([...Object.keys(old), ...Object.keys(now)].sort()))
      compare(old[key], now[key], `${path}.${key}`, found);
  else if (Array.isArray(old) && Array.isArray(now))
    for (let i = 0; i < Math.max(old.length, now.length); i++)
      compare((old as readonly Wire[])[i], (now as readonly Wire[])[i], `${path}[${i}]`, found);
  else if (JSON.stringify(old) !== JSON.stringify(now)) found.set(path, 'update');
}

/** Without secrets' wrappers; files by their contents, wherever they lie; what is not known yet stays so. */
const revealedDeep = (value: Wire | undefined): Wire | undefined =>
  value === undefined ? undefined : known(value, UNKNOWN);
