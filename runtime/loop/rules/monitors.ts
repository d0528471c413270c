/**
 * Rules about monitors: the gauge that alarms watch, and the runs that make reports.
 */
import { ATTEMPTS, champion, isSound, lastTraining, type Look, type Rule } from '../look';
import type { LoopMonitor } from '../loop-spec';
import type { Action, Time, Version, Window } from '../platform';
import { trialOf, underTrial } from '../trial';
import { date } from '../words';

/** The last `count` windows whose labels can be there, newest first. */
export function finalWindows(now: Time, monitor: LoopMonitor, count: number): readonly Window[] {
  const end = Math.floor((now - monitor.labelsWithin) / monitor.every) * monitor.every;
  return Array.from({ length: count }, (_, i) => ({
    from: end - (i + 1) * monitor.every,
    to: end - i * monitor.every,
  }));
}

/** Whether a window of a version still waits for its report: its run has not begun yet, or is running. */
function isAwaited(look: Look, name: string, version: Version, window: Window): boolean {
  if (window.to <= version.at || reportOf(look, name, version, window)) return false;
  const tries = triesOf(look, name, version, window);
  return tries.length < ATTEMPTS && !tries.some((r) => r.state === 'succeeded');
}

const reportOf = (look: Look, name: string, version: Version, window: Window) =>
  look.reports.find(
    (r) => r.scope === 'window' && r.monitor === name && r.version === version.name && r.window.from === window.from,
  );

const triesOf = (look: Look, name: string, version: Version, window: Window) =>
  look.runs.filter(
    ({ tags: t }) =>
      t.reason === 'window' && t.monitor === name && t.version === version.name && t.window?.from === window.from,
  );

/**
 * The violated ones among the last M windows of the live version that began after the last training. The newest window
 * joins them when its report is there: an alarm must not stop for the minutes that the report takes.
 */
function violatedWindows(look: Look, name: string, monitor: LoopMonitor): readonly Window[] {
  const version = champion(look)?.version;
  if (!version) return [];
  const after = lastTraining(look)?.tags.at ?? -Infinity;
  const [newest, ...older] = finalWindows(look.now, monitor, monitor.violations.of + 1);
  const last = newest && !isAwaited(look, name, version, newest) ? [newest, ...older.slice(0, -1)] : older;
  return last.filter((w) => w.from >= after && reportOf(look, name, version, w)?.verdict === 'violated');
}

/** In words, why a monitor's alarm should ring; `undefined` when it should not. */
export function evidence(look: Look, name: string): string | undefined {
  const monitor = look.spec.monitors[name];
  if (!monitor) return undefined;
  const windows = violatedWindows(look, name, monitor);
  if (windows.length < monitor.violations.count) return undefined;
  const which = windows
    .map((w) => date(w.from))
    .reverse()
    .join(', ');
  return `${name} was violated in ${windows.length} of the last ${monitor.violations.of} windows (${which})`;
}

/** While degraded at every look, else when it changes or an alarm rings without reason. */
export const tellDegraded: Rule = (look) =>
  Object.keys(look.spec.monitors).flatMap((monitor): readonly Action[] => {
    const why = evidence(look, monitor);
    const degraded = why !== undefined;
    const told = look.memory.degraded[monitor];
    look.memory = { ...look.memory, degraded: { ...look.memory.degraded, [monitor]: degraded } };
    if (!degraded && told === false && !look.alarms.includes(monitor)) return [];
    return [{ do: 'tell', monitor, degraded, why: why ?? `${monitor} is not degraded` }];
  });

/** The oldest final window that waits for its report, one at a time for each monitor. Older windows than the last M can change nothing. */
export const startMonitors: Rule = (look) => {
  const live = champion(look);
  if (!live) return [];
  return Object.entries(look.spec.monitors).flatMap(([name, monitor]): readonly Action[] => {
    if (look.runs.some(({ state, tags: t }) => state === 'running' && t.reason === 'window' && t.monitor === name))
      return [];
    const windows = finalWindows(look.now, monitor, monitor.violations.of);
    const window = windows.findLast((w) => isAwaited(look, name, live.version, w));
    if (!window) return [];
    const version = live.version.name;
    const id = `${name}-${version}-${window.from}-${triesOf(look, name, live.version, window).length + 1}`;
    const tags = { reason: 'window', at: look.now, generation: look.spec.generation, monitor: name, window, version };
    return [
      {
        do: 'start',
        id,
        kind: 'monitor',
        tags,
        why: `${name} measures ${version} from ${date(window.from)} to ${date(window.to)}`,
      },
    ];
  });
};

/** When a step's bake is over and its labels can be there: the release under trial against the champion. */
export const startTrials: Rule = (look) =>
  underTrial(look).flatMap((d): readonly Action[] => {
    const trial = trialOf(look, d);
    const quiet = !trial || !isSound(look, d) || trial.verdict !== 'pending' || look.now < trial.final;
    if (quiet || trial.runs.some((r) => r.state !== 'failed')) return [];
    const { monitor, champion: against, window } = trial;
    const id = `${monitor}-trial-${d.version}-${window.from}-${trial.runs.length + 1}`;
    const tags = {
      reason: 'trial',
      at: look.now,
      generation: look.spec.generation,
      monitor,
      window,
      version: d.version,
      champion: against,
    };
    const why = `${monitor} compares ${d.version} with ${against} from ${date(window.from)} to ${date(window.to)}`;
    return [{ do: 'start', id, kind: 'monitor', tags, why }];
  });
