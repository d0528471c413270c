/**
 * Rules about monitors: the gauge that alarms watch, and the runs that make reports.
 */
import { ATTEMPTS, champion, isSound, lastTraining, type Look, type Rule } from '../look';
import type { Action, LoopMonitor, Time, Window } from '../platform';
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

/** The violated ones among the last windows of the live version that began after the last training. */
function violatedWindows(look: Look, name: string, monitor: LoopMonitor): readonly Window[] {
  const version = champion(look)?.version.name;
  const after = lastTraining(look)?.tags.at ?? -Infinity;
  return finalWindows(look.now, monitor, monitor.violations.of).filter(
    (w) =>
      w.from >= after &&
      look.reports.some(
        (r) =>
          r.scope === 'window' &&
          r.monitor === name &&
          r.version === version &&
          r.window.from === w.from &&
          r.verdict === 'violated',
      ),
  );
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

/** The oldest final window without a report, one at a time for each monitor. Windows older than the last M can change nothing. */
export const startMonitors: Rule = (look) => {
  const live = champion(look);
  if (!live) return [];
  return Object.entries(look.spec.monitors).flatMap(([name, monitor]): readonly Action[] => {
    const runs = look.runs.filter((r) => r.tags.reason === 'window' && r.tags.monitor === name);
    if (runs.some((r) => r.state === 'running')) return [];
    const version = live.version.name;
    for (const window of [...finalWindows(look.now, monitor, monitor.violations.of)].reverse()) {
      const reported = look.reports.some(
        (r) => r.scope === 'window' && r.monitor === name && r.version === version && r.window.from === window.from,
      );
      const tries = runs.filter((r) => r.tags.version === version && r.tags.window?.from === window.from);
      const over = tries.length >= ATTEMPTS || tries.some((r) => r.state === 'succeeded');
      if (reported || over || window.to <= live.version.at) continue;
      const id = `${name}-${version}-${window.from}-${tries.length + 1}`;
      const tags = { reason: 'window', at: look.now, generation: look.spec.generation, monitor: name, window, version };
      const why = `${name} measures ${version} from ${date(window.from)} to ${date(window.to)}`;
      return [{ do: 'start', id, kind: 'monitor', tags, why }];
    }
    return [];
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
