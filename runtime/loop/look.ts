/**
 * One look as the rules see it: what was observed, the memory in the making, and the questions that several rules ask.
 */
import { deploymentId, holders, isLive, versionOf, type Release } from './deployments';
import type { LoopSpec } from './loop-spec';
import type { Action, Deployment, Memory, Observed, Run, Time, Version } from './platform';

export interface Look extends Observed {
  readonly spec: LoopSpec;
  readonly now: Time;
  /** The runs that train, newest first. */
  readonly trainings: readonly TrainingRun[];
  /** What this look will leave behind. */
  memory: Memory;
  /** Versions that a rule of this look has rejected: the rules after it respect that. */
  readonly rejected: Set<string>;
  /** In plain words, what the loop is waiting for. */
  readonly waits: string[];
}

/** A rule proposes actions, each of them safe alone: any subset of a look's actions may be done, in any order. */
export type Rule = (look: Look) => readonly Action[];

/** How often something is tried before the loop gives it up. */
export const ATTEMPTS = 3;

/** A release that may serve: registered, approved, and not found bad. */
export function isSound(look: Look, release: Release): boolean {
  const version = versionOf(look, release.version);
  return (
    version?.status === 'approved' &&
    !version.bad?.includes(release.revision) &&
    !look.rejected.has(version.name) &&
    look.memory.rejecting[deploymentId(release.version, release.revision)] === undefined
  );
}

/** Where all traffic may go at once, without a bake: sound, ready, and its version once came through one. */
export function refuge(look: Look, from: Deployment): Deployment | undefined {
  return look.endpoint.deployments
    .filter((d) => d.id !== from.id && d.state === 'ready' && isSound(look, d) && versionOf(look, d.version)?.live)
    .sort((a, b) => b.share - a.share)[0];
}

/** The live deployment that serves, with its version. */
export function champion(look: Look): { readonly deployment: Deployment; readonly version: Version } | undefined {
  const deployment = holders(look).find((d) => isLive(look, d));
  const version = deployment && versionOf(look, deployment.version);
  return version && { deployment, version };
}

/** The release that the loop steers to: the trial under way, else the newest approved version at the present revision. */
export function target(look: Look): Release | undefined {
  const trial = holders(look).find((d) => isSound(look, d) && !isLive(look, d) && !isOutdated(look, d));
  if (trial) return trial;
  const serving = holders(look).find((d) => isSound(look, d));
  if (serving && isBlocked(look)) return serving;
  return look.versions
    .map((v) => ({ version: v.name, revision: look.spec.revision, n: v.n }))
    .filter((release) => isSound(look, release))
    .sort((a, b) => b.n - a.n)[0];
}

/** A trial of a revision that the spec no longer asks for, whose traffic has somewhere to go back to. */
export function isOutdated(look: Look, d: Deployment): boolean {
  return d.revision !== look.spec.revision && d.share < 100 && refuge(look, d) !== undefined;
}

/** The present revision broke a version that had been fine, and none is live on it: no other version is tried on it. */
export function isBlocked(look: Look): boolean {
  const { revision } = look.spec;
  const broke = (v: Version): boolean =>
    v.bad?.includes(revision) || look.memory.rejecting[deploymentId(v.name, revision)] !== undefined;
  return look.versions.some((v) => v.live && broke(v)) && !look.versions.some((v) => v.live?.revision === revision);
}

/** The deployment of a release, if there is one. */
export function deploymentOf(look: Look, release: Release | undefined): Deployment | undefined {
  return release && look.endpoint.deployments.find((d) => d.id === deploymentId(release.version, release.revision));
}

/** Since when the shares are as they are. */
export function since(look: Look): Time {
  return look.memory.step?.since ?? look.now;
}

export interface TrainingRun extends Run {
  readonly n: number;
}

export function trainingsOf(runs: readonly Run[]): readonly TrainingRun[] {
  return runs
    .flatMap((r) => (r.kind === 'train' && r.tags.n !== undefined ? [{ ...r, n: r.tags.n }] : []))
    .sort((a, b) => b.n - a.n);
}

/** The newest training that runs or has succeeded: a failed run trained nothing. */
export function lastTraining(look: Look): TrainingRun | undefined {
  return look.trainings.find((r) => r.state !== 'failed');
}

/** Runs that passed their gate and have no version yet. A version that somebody deleted is not one of them. */
export function unregistered(look: Look): readonly TrainingRun[] {
  return look.trainings.filter((r) => r.decision === 'register' && r.n > look.memory.lastVersion);
}
