/** The life of each version, told by the loop's events: registered, given traffic, live, rejected. */
import type { RunRecord } from '../constructs/local/run';
import type { Action, LoopEvent, Time, Window } from '../runtime/loop/platform';

export interface VersionStory {
  readonly version: string;
  readonly candidate: string;
  readonly run: string;
  readonly registered: Time;
  /** When it first got traffic. */
  readonly served?: Time;
  /** While it shared the traffic with the version before it; `to` is the end of the replay while it still does. */
  readonly canary?: Window;
  /** When it had come through its bake. */
  readonly live?: Time;
  readonly rejected?: { readonly at: Time; readonly why: string };
}

type Done<What extends Action['do']> = {
  readonly at: Time;
  readonly text: string;
  readonly action: Extract<Action, { do: What }>;
};

/** The events of one kind that were done, with their actions' own types. */
export function done<What extends Action['do']>(events: readonly LoopEvent[], what: What): Done<What>[] {
  return events.filter((event) => event.outcome === 'done' && event.what === what) as unknown as Done<What>[];
}

/** In the order in which they were registered. `end` is when the replay ended. */
export function versionStories(events: readonly LoopEvent[], runs: readonly RunRecord[], end: Time): VersionStory[] {
  return done(events, 'register').map(({ at, action: { version, run } }) => {
    const marks = done(events, 'mark').filter(({ action }) => action.version === version);
    const live = marks.find(({ action }) => action.patch.live);
    const rejected = marks.find(({ action }) => action.patch.status === 'rejected' || action.patch.bad);
    const { served, canary } = traffic(events, version, end);
    return {
      version,
      candidate: runs.find(({ id }) => id === run)?.decision?.winner ?? 'unknown',
      run,
      registered: at,
      ...(served !== undefined && { served }),
      ...(canary && { canary }),
      ...(live && { live: live.at }),
      ...(rejected && { rejected: { at: rejected.at, why: rejected.text } }),
    };
  });
}

function traffic(events: readonly LoopEvent[], version: string, end: Time): Pick<VersionStory, 'served' | 'canary'> {
  const shifts = done(events, 'shift').map(({ at, action }) => ({ at, share: shareOf(action.shares, version) }));
  const first = shifts.findIndex(({ share }) => share > 0);
  const served = shifts[first];
  if (!served) return {};
  if (served.share === 100) return { served: served.at };
  const over = shifts.slice(first).find(({ share }) => share === 0 || share === 100);
  return { served: served.at, canary: { from: served.at, to: over?.at ?? end } };
}

const shareOf = (shares: Readonly<Record<string, number>>, version: string): number =>
  Object.entries(shares).find(([deployment]) => deployment.startsWith(`${version}-`))?.[1] ?? 0;
