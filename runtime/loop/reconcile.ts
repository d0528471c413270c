/**
 * One look: read, decide, claim, act.
 */
import { decide } from './decide';
import { EMPTY, stepOf } from './memory';
import type { LoopSpec } from './loop-spec';
import {
  Refused,
  type Action,
  type Decision,
  type LoopEvent,
  type Memory,
  type Observed,
  type Platform,
  type Time,
} from './platform';

export interface Outcome extends Decision {
  /** False when another loop looked at the same time and was faster: nothing was done. */
  readonly claimed: boolean;
  /** What was done or refused, in order. */
  readonly events: readonly LoopEvent[];
}

/**
 * Looks once and acts. An act that fails, other than by `Refused`, is recorded, keeps none of the others from being tried,
 * and is thrown at the end: a deployment that a quota forbids must not starve the monitors. The next look starts from what
 * was left behind. Nothing is tried twice here.
 */
export async function reconcile(platform: Platform, spec: LoopSpec, clock: () => Time): Promise<Outcome> {
  // First of all reads: the claim below then covers everything that is read after it.
  const { memory = EMPTY, etag } = await platform.readMemory();
  const observed = await observe(platform, memory, clock);
  const decision = decide(spec, clock(), observed, memory);
  if (!(await claim(platform, memory, decision.memory, etag))) return { ...decision, claimed: false, events: [] };
  const events: LoopEvent[] = [];
  const failures: unknown[] = [];
  for (const action of decision.actions) {
    const { event, failure } = await perform(platform, spec, clock, action);
    if (failure !== undefined || isNews(action, memory)) await platform.record(event);
    if (failure !== undefined) failures.push(failure);
    events.push(event);
  }
  if (failures.length > 0) throw failures[0];
  return { ...decision, claimed: true, events };
}

/** Looks without acting. */
export async function observe(platform: Platform, memory: Memory, clock: () => Time): Promise<Observed> {
  const [runs, versions, endpoint, reports, alarms, requests, data] = await Promise.all([
    platform.runs(),
    platform.versions(),
    platform.endpoint(),
    platform.reports(),
    platform.alarms(),
    platform.requests(),
    platform.data(),
  ]);
  const { since } = stepOf(memory, { versions, endpoint }, clock());
  const serving = endpoint.deployments.filter((d) => d.share > 0);
  const figures = await Promise.all(serving.map(async (d) => [d.id, await platform.health(d.id, since)] as const));
  return {
    runs,
    versions,
    endpoint,
    health: Object.fromEntries(figures),
    reports,
    alarms,
    requests,
    data,
    rollout: platform.rollout,
  };
}

/** The write is the claim: of two loops that read the same memory, one may act. Acting first would do things twice. */
async function claim(platform: Platform, before: Memory, after: Memory, etag: string): Promise<boolean> {
  if (JSON.stringify(after) === JSON.stringify(before)) return true;
  try {
    await platform.writeMemory(after, etag);
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
}

async function perform(
  platform: Platform,
  spec: LoopSpec,
  clock: () => Time,
  action: Action,
): Promise<{ readonly event: LoopEvent; readonly failure?: unknown }> {
  const { endpoint } = spec;
  const ended = (outcome: LoopEvent['outcome'], text: string, failure?: unknown) => ({
    event: { at: clock(), endpoint, what: action.do, text, outcome, action },
    ...(failure !== undefined && { failure }),
  });
  try {
    await platform.act(action);
    return ended('done', action.why);
  } catch (error) {
    if (error instanceof Refused) return ended('refused', `${action.why} (refused: ${error.message})`);
    const message = error instanceof Error ? error.message : String(error);
    return ended('failed', `${action.why} (failed: ${message})`, error ?? new Error(message));
  }
}

/** A gauge that is only kept up is no event. */
export function isNews(action: Action, before: Memory): boolean {
  return action.do !== 'tell' || (before.degraded[action.monitor] ?? false) !== action.degraded;
}
