/** How far the distribution of a feature has moved from the reference profile. */

export type Distance = 'jsDistance' | 'lInfinity' | 'ksStatistic' | 'wasserstein' | 'psi' | 'chi2';
export type FeatureKind = 'number' | 'category';

/** A distance and where it counts as drift: above the threshold, except for `chi2`, a p-value, below it. */
export interface Drift {
  readonly distance: Distance;
  /** @exclusiveMinimum 0 */
  readonly threshold: number;
}

export interface DistanceFacts {
  readonly kinds: readonly FeatureKind[];
  readonly drifts: 'above' | 'below';
  readonly is: string;
}

export const DISTANCES: Readonly<Record<Distance, DistanceFacts>> = {
  jsDistance: { kinds: ['number', 'category'], drifts: 'above', is: 'Jensen-Shannon distance, base 2: 0 to 1' },
  lInfinity: { kinds: ['category'], drifts: 'above', is: 'largest change of one category’s share: 0 to 1' },
  ksStatistic: {
    kinds: ['number'],
    drifts: 'above',
    is: 'largest difference of the two cumulative distributions, at the bin edges',
  },
  wasserstein: {
    kinds: ['number'],
    drifts: 'above',
    is: 'Wasserstein distance over the reference’s standard deviation',
  },
  psi: { kinds: ['number', 'category'], drifts: 'above', is: 'population stability index, natural logarithm' },
  chi2: { kinds: ['category'], drifts: 'below', is: 'p-value of the chi-squared test of homogeneity' },
};

/** Drift where the Jensen-Shannon distance (base 2, 0 to 1) is above `threshold`. For numbers and categories. */
export const jsDistance = (threshold: number): Drift => ({ distance: 'jsDistance', threshold });
/** Drift where one category's share changes by more than `threshold`. For categories. */
export const lInfinity = (threshold: number): Drift => ({ distance: 'lInfinity', threshold });
/** Drift where the cumulative distributions differ by more than `threshold` at a bin edge. For numbers. */
export const ksStatistic = (threshold: number): Drift => ({ distance: 'ksStatistic', threshold });
/** Drift where the Wasserstein distance, in standard deviations of the reference, is above `threshold`. For numbers. */
export const wasserstein = (threshold: number): Drift => ({ distance: 'wasserstein', threshold });
/** Drift where the population stability index is above `threshold`. For numbers and categories. */
export const psi = (threshold: number): Drift => ({ distance: 'psi', threshold });
/** Drift where the p-value of the chi-squared test is below `threshold`. For categories. */
export const chi2 = (threshold: number): Drift => ({ distance: 'chi2', threshold });
