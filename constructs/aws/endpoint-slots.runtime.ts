/** The two slots of a real-time endpoint, `blue` and `green`: production variants with one deployment each. */
import type { Deployment, Shares } from '../../runtime/loop/platform';
import type { Variant } from './endpoint-config.runtime';
import { replicasOf, serving, stateOf, summaryOf, type Condition, type Sight } from './endpoint-sight.runtime';
import type { Replicas } from './settings';

const NAMES = ['blue', 'green'] as const;

/** The first that no variant has; an adopted endpoint may have variants of other names. */
export function freeSlot({ variants }: Sight): string | undefined {
  return variants.length < NAMES.length
    ? NAMES.find((name) => !variants.some(({ VariantName }) => VariantName === name))
    : undefined;
}

/** The slots of the configuration in use, and what was asked for and is not in it: on its way, or failed. */
export function deploymentsOf(sight: Sight, condition: Condition): readonly Deployment[] {
  const { asked } = sight.kept.document;
  const state = stateOf(sight, condition);
  const leaving = condition === 'changing' && asked?.operation === 'retire' ? asked.deployment : undefined;
  const known = serving(sight).map(({ id, version, revision, share }): Deployment => ({
    ...{ id, version, revision },
    state: id === leaving ? 'deleting' : state,
    share: state === 'ready' ? share : 0,
  }));
  if (asked?.operation !== 'place' || known.some(({ id }) => id === asked.deployment)) return known;
  // Whether it was ever sent is not known, or the whole endpoint is gone: it is placed again.
  if (!asked.begun || condition === 'absent') return known;
  const [version, revision] = asked.deployment.split('-') as [string, string];
  const failed = condition === 'changing' ? 'creating' : 'failed';
  return [...known, { id: asked.deployment, version, revision, state: failed, share: 0 }];
}

/** A variant for the next configuration: with the weight and the replicas that it has now. */
export function asItIs({ endpoint }: Sight, variant: Variant): Variant {
  const { CurrentWeight: weight, DesiredInstanceCount: replicas } = summaryOf(endpoint, variant.VariantName) ?? {};
  return {
    ...variant,
    ...(weight !== undefined && { InitialVariantWeight: weight }),
    ...(replicas !== undefined && { InitialInstanceCount: Math.max(1, replicas) }),
  };
}

export interface Growth {
  readonly id: string;
  readonly variant: string;
  readonly replicas: number;
}

/**
 * The deployment that needs more replicas for its new share: its part of those that carry the traffic now. Autoscaling would follow
 * minutes later, and a new version would be judged by the overload. None where it was tried in vain.
 */
export function growthFor(sight: Sight, shares: Shares, { min, max }: Replicas): Growth | undefined {
  if (max <= min) return undefined;
  const present = serving(sight);
  const { asked } = sight.kept.document;
  const tried = asked?.operation === 'grow' && asked.begun ? asked.deployment : undefined;
  const carrying = present.filter(({ share }) => share > 0).reduce((sum, { id }) => sum + replicasOf(sight, id), 0);
  return present
    .filter(({ id, share }) => (shares[id] ?? 0) > share && id !== tried)
    .map(({ id, variant }) => ({
      ...{ id, variant },
      replicas: Math.min(max, Math.ceil((carrying * (shares[id] ?? 0)) / 100)),
    }))
    .find(({ id, replicas }) => replicasOf(sight, id) < replicas);
}
