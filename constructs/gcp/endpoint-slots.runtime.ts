/** The deployments of an endpoint, and what their traffic and their replicas become. */
import type { Deployment, Shares } from '../../runtime/loop/platform';
import { namedOf } from './endpoint-names.runtime';
import { serving, type Condition, type Serving, type Sight } from './endpoint-sight.runtime';
import type { TrafficSplit } from './hosting.runtime';
import type { Serving as Machines } from './settings';

/** What is deployed, and what was asked for and is not there: on its way, or failed. */
export function deploymentsOf(sight: Sight, condition: Condition): readonly Deployment[] {
  const { asked } = sight.kept.document;
  const underWay = condition === 'changing' ? asked : undefined;
  const comes = underWay?.operation === 'place' ? underWay.deployment : undefined;
  const goes = underWay?.operation === 'retire' || underWay?.operation === 'remove' ? underWay.deployment : undefined;
  const known = serving(sight).map(({ id, version, revision, share }): Deployment => {
    const state = id === comes ? 'creating' : id === goes ? 'deleting' : 'ready';
    return { id, version, revision, state, share: state === 'ready' ? share : 0 };
  });
  if (asked?.operation !== 'place' || known.some(({ id }) => id === asked.deployment)) return known;
  // What has come and is gone again was undeployed by somebody else.
  const state = comes ? 'creating' : sight.operation?.error ? 'failed' : undefined;
  return state ? [...known, { ...namedOf(asked.deployment)!, state, share: 0 }] : known;
}

/** The traffic of everything that is deployed. Vertex AI has none for what is not in a split; here nothing is left out. */
export function splitOf(present: readonly Serving[], shares: Shares): TrafficSplit {
  return Object.fromEntries(present.map(({ id, deployedModel }) => [deployedModel, shares[id] ?? 0]));
}

/** Beside what serves a new one begins without traffic; where nothing does, it serves at once. */
export function splitBeside(present: readonly Serving[]): TrafficSplit {
  const others = Object.fromEntries(present.map(({ deployedModel, share }) => [deployedModel, share]));
  return { ...others, 0: present.some(({ share }) => share > 0) ? 0 : 100 };
}

/** Where the one that goes has traffic, the largest of those that stay gets all. */
export function splitWithout(present: readonly Serving[], goes: Serving): TrafficSplit | undefined {
  const stay = present.filter((one) => one !== goes).sort((a, b) => b.share - a.share);
  const [heir] = stay;
  return goes.share > 0 && heir ? splitOf(stay, { [heir.id]: 100 }) : undefined;
}

export interface Scale extends Pick<Serving, 'id' | 'deployedModel'> {
  /** So many at least. */
  readonly replicas: number;
}

/**
 * The deployment that needs more replicas for its new share: its part of those that carry the traffic now. Autoscaling would follow
 * minutes later, and a new version would be judged by the overload. None where it was tried in vain.
 */
export function growthFor(sight: Sight, shares: Shares, { min, max }: Machines['replicas']): Scale | undefined {
  if (max <= min) return undefined;
  const present = serving(sight);
  const { asked } = sight.kept.document;
  const tried = asked?.operation === 'scale' && asked.begun ? asked.deployment : undefined;
  const carrying = present.filter(({ share }) => share > 0).reduce((sum, { replicas }) => sum + replicas, 0);
  return present
    .filter(({ id, share, least }) => (shares[id] ?? 0) > share && least > 0 && id !== tried)
    .map(({ id, deployedModel, replicas }) => {
      const needed = Math.min(max, Math.ceil((carrying * (shares[id] ?? 0)) / 100));
      return { id, deployedModel, replicas: needed, has: replicas };
    })
    .find(({ replicas, has }) => has < replicas);
}

/** By then autoscaling knows the new traffic: it looks at some minutes. https://cloud.google.com/vertex-ai/docs/predictions/autoscaling */
const GROWN_MS = 3_600_000;

/** The deployment that keeps the replicas that it was given before a change of traffic, long after it. */
export function shrinkageOf(sight: Sight, { serving: machines, revision }: ShrinkSettings): Scale | undefined {
  const { asked } = sight.kept.document;
  if (asked && Math.abs(sight.at - asked.at) < GROWN_MS) return undefined;
  // What is there at an older revision keeps what it was given.
  const own = serving(sight).filter((one) => one.revision === revision && one.least > machines.replicas.min);
  return own.map(({ id, deployedModel }) => ({ id, deployedModel, replicas: machines.replicas.min }))[0];
}

export interface ShrinkSettings {
  readonly serving: Machines;
  readonly revision: string;
}
