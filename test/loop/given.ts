/**
 * Examples for the rules: a world in a few words, one look at it, and what the loop said.
 */
import { decide } from '../../runtime/loop/decide';
import type { LoopSpec } from '../../runtime/loop/loop-spec';
import type { Action, Deployment, Memory, Observed, Run, RunTags, Time, Version } from '../../runtime/loop/platform';
import { DAY, SPEC } from './settings';

export const NOW = Date.UTC(2026, 2, 20);
const OLD = NOW - 30 * DAY;

export const run = (n: number, state: Run['state'], decision?: Run['decision'], tags: Partial<RunTags> = {}): Run => ({
  id: `train-${n}`,
  kind: 'train',
  state,
  tags: { n, reason: 'bootstrap', at: OLD, generation: 1, code: 'c1', ...tags },
  ...(decision && { decision }),
});
export const version = (n: number, more: Partial<Version> = {}): Version => ({
  name: `v${n}`,
  n,
  status: 'approved',
  at: OLD,
  ...more,
});
export const live = (n: number, more: Partial<Version> = {}): Version =>
  version(n, { live: { revision: 'r1', at: OLD }, ...more });
export const deployment = (n: number, share: number, more: Partial<Deployment> = {}): Deployment => ({
  id: `v${n}-${more.revision ?? 'r1'}`,
  version: `v${n}`,
  revision: 'r1',
  state: 'ready',
  share,
  ...more,
});
export const healthy = { requests: 1000, errorRate: 0, p99: 20 };
export const failing = { requests: 1000, errorRate: 0.1, p99: 20 };

export const NOTHING: Observed = {
  runs: [],
  versions: [],
  endpoint: { exists: true, busy: false, etag: 'e1', deployments: [] },
  health: {},
  reports: [],
  alarms: [],
  requests: [],
  data: { newest: NOW },
  rollout: 'stepped',
};
/** v1 serves alone and came through its bake long ago. */
export const SETTLED: Partial<Observed> = { runs: [run(1, 'succeeded', 'register')], versions: [live(1)] };
export const QUIET = { quality: false, inputs: false };

export interface Given extends Partial<Observed> {
  readonly spec?: Partial<LoopSpec>;
  readonly deployments?: readonly Deployment[];
  /** How long the present shares have been so. */
  readonly stepOf?: number;
  readonly memory?: Partial<Memory>;
  readonly now?: Time;
}

export function look({ spec, deployments = [deployment(1, 100)], stepOf = 0, memory, now = NOW, ...observed }: Given) {
  const endpoint = { ...NOTHING.endpoint, deployments, ...observed.endpoint };
  const health = Object.fromEntries(deployments.filter((d) => d.share).map((d) => [d.id, healthy]));
  const world: Observed = { ...NOTHING, health, ...observed, endpoint };
  const remembered: Memory = {
    ...{ generation: 1, turn: 0, lastRun: 0, lastVersion: 0, failures: {}, rejecting: {}, degraded: QUIET },
    ...(stepOf && { step: { since: now - stepOf, shares: sharesOf(world) } }),
    ...memory,
  };
  return decide(freeze({ ...SPEC, ...spec }), now, freeze(world), freeze(remembered));
}
const sharesOf = ({ endpoint, versions }: Observed): string =>
  endpoint.deployments
    .filter((d) => d.share)
    .map((d) => ({ d, before: versions.find((v) => v.name === d.version)?.trial?.before }))
    .map(({ d, before }) => `${d.id}=${d.share}${before ? `@${before}` : ''}`)
    .sort()
    .join(' ');
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}

/** The actions as people read them; the measuring of windows, which goes on beside all else, only where it is the point. */
export const said = (given: Given): string[] =>
  look(given).actions.flatMap((a) => (a.do === 'start' && a.tags.reason === 'window' ? [] : [`${a.do}: ${a.why}`]));
export const done = <K extends Action['do']>(given: Given, kind: K) =>
  look(given).actions.filter((a): a is Extract<Action, { do: K }> => a.do === kind);
