/**
 * The trial of a release by its labels: one run of a model-quality monitor for each step, against the champion on the same rows.
 */
import { holders, isLive } from './deployments';
import { ATTEMPTS, refuge, since, type Look } from './look';
import type { Deployment, Run, Time, Window } from './platform';

export interface Trial {
  readonly monitor: string;
  readonly champion: string;
  readonly window: Window;
  /** When the labels of the window can be there. */
  readonly final: Time;
  readonly runs: readonly Run[];
  readonly verdict: 'fine' | 'violated' | 'unclear' | 'pending';
}

/** The trial that the spec asks for in the present step; none without a champion of another version. */
export function trialOf(look: Look, d: Deployment): Trial | undefined {
  const { bake, rollBackOn } = look.spec.rollout;
  const monitor = rollBackOn.quality ? rollBackOn.quality.monitor : undefined;
  const labelsWithin = monitor === undefined ? undefined : look.spec.monitors[monitor]?.labelsWithin;
  const champion = refuge(look, d)?.version;
  if (monitor === undefined || labelsWithin === undefined || champion === undefined || champion === d.version)
    return undefined;
  const window = { from: since(look), to: since(look) + bake };
  const final = window.to + labelsWithin;
  const runs = look.runs.filter(
    (r) =>
      r.tags.reason === 'trial' &&
      r.tags.monitor === monitor &&
      r.tags.version === d.version &&
      r.tags.window?.from === window.from,
  );
  return { monitor, champion, window, final, runs, verdict: verdictOf(look, d, monitor, final, runs) };
}

function verdictOf(look: Look, d: Deployment, monitor: string, final: Time, runs: readonly Run[]): Trial['verdict'] {
  const report = look.reports.find(
    (r) => r.scope === 'trial' && r.monitor === monitor && r.version === d.version && r.window.from === since(look),
  );
  if (report) return report.verdict;
  const exhausted = runs.filter((r) => r.state === 'failed').length >= ATTEMPTS;
  const lost = !runs.some((r) => r.state === 'running') && look.now >= final + look.spec.rollout.patience;
  return exhausted || lost ? 'unclear' : 'pending';
}

/** The deployments under trial. */
export function underTrial(look: Look): readonly Deployment[] {
  return holders(look).filter((d) => !isLive(look, d));
}
