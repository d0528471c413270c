/**
 * Distances between two profiles of one column: the reference's and a window's, with the same edges.
 *
 * Missing values have a place of their own in each. Every distance says beside its plain value how much of it sampling noise
 * alone can give: without any drift, more than that appears in about 1 of 1,000 comparisons. What is left, `corrected`, is
 * compared with the threshold, so that a small window raises no alarm by its size alone. `chi2` is a p-value: it has sampling
 * noise in it already.
 */
import type { CategoryProfile, ColumnProfile, NumberProfile } from '../../constructs/spec/artifact';
import { DISTANCES, type Distance, type Drift } from '../../constructs/spec/distance';
import { chiSquaredQuantile, chiSquaredTail } from './gamma';
import { hasBinPerValue } from './profile';

export interface DistanceValue {
  /** By its textbook definition, on the binned values. */
  readonly plain: number;
  /** Net of sampling noise. */
  readonly corrected: number;
}

/** Throws a RangeError where the column is of a kind that the distance is not for, or a profile is empty. */
export function distance(name: Distance, reference: ColumnProfile, window: ColumnProfile): DistanceValue {
  if (!DISTANCES[name].kinds.includes(reference.kind) || reference.kind !== window.kind)
    throw new RangeError(`${name} is not for ${reference.kind} against ${window.kind}`);
  const bins = align(reference, window);
  if (bins.m === 0 || bins.n === 0) throw new RangeError('an empty profile has no distance');
  return OF[name](bins, reference, window);
}

/** Whether the corrected value is beyond the threshold, on the side where drift is. */
export const drifted = ({ distance: name, threshold }: Drift, { corrected }: DistanceValue): boolean =>
  DISTANCES[name].drifts === 'above' ? corrected > threshold : corrected < threshold;

/** Chance that noise alone exceeds what is subtracted, and the normal deviate that is exceeded with that chance (one side). */
const ALPHA = 0.001;
const DEVIATE = 3.0902;

/** Counts side by side, missing values first; m of the reference, n of the window. */
interface Bins {
  readonly reference: readonly number[];
  readonly window: readonly number[];
  readonly m: number;
  readonly n: number;
  /** 1/m + 1/n: the variance of a difference of two shares, by p(1 - p). */
  readonly noise: number;
}

function align(reference: ColumnProfile, window: ColumnProfile): Bins {
  const [a, b] =
    reference.kind === 'number'
      ? [reference.counts, (window as NumberProfile).counts]
      : categories(reference, window as CategoryProfile);
  const [left, right] = [
    [reference.missing, ...a],
    [window.missing, ...b],
  ];
  const [m, n] = [total(left), total(right)];
  return { reference: left, window: right, m, n, noise: 1 / m + 1 / n };
}

function categories(reference: CategoryProfile, window: CategoryProfile): [number[], number[]] {
  // Maps, since a category may be called `constructor`.
  const [a, b] = [new Map(Object.entries(reference.counts)), new Map(Object.entries(window.counts))];
  const names = [...new Set([...a.keys(), ...b.keys()])];
  return [names.map((name) => a.get(name) ?? 0), names.map((name) => b.get(name) ?? 0)];
}

const total = (counts: readonly number[]): number => counts.reduce((sum, value) => sum + value, 0);
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);
const pairs = ({ reference, window, m, n }: Bins): (readonly [number, number])[] =>
  reference.map((p, i) => [p / m, window[i]! / n]);
/** Bins that hold anything, less one. */
const degrees = ({ reference, window }: Bins): number =>
  reference.filter((value, i) => value + window[i]! > 0).length - 1;
const net = (plain: number, noise: number): DistanceValue => ({ plain, corrected: Math.max(0, plain - noise) });

const OF: Readonly<Record<Distance, (bins: Bins, reference: ColumnProfile, window: ColumnProfile) => DistanceValue>> = {
  jsDistance,
  lInfinity,
  ksStatistic,
  psi,
  chi2,
  wasserstein: (bins, reference, window) => wasserstein(bins, reference as NumberProfile, window as NumberProfile),
};

/**
 * Without drift the divergence is a chi-squared variable over 8 ln 2, but for bins with few rows, whose tail is heavier: the
 * bound is raised by the number of bins over the number of rows. Noise is taken off before the root.
 */
function jsDistance(bins: Bins): DistanceValue {
  const term = (p: number, middle: number) => (p > 0 ? p * Math.log2(p / middle) : 0);
  const divergence = Math.max(0, total(pairs(bins).map(([p, q]) => (term(p, (p + q) / 2) + term(q, (p + q) / 2)) / 2)));
  const sparse = 1 + degrees(bins) * bins.noise;
  const noise = (sparse * chiSquaredQuantile(DEVIATE, degrees(bins)) * bins.noise) / (8 * Math.LN2);
  return { plain: Math.sqrt(divergence), corrected: Math.sqrt(Math.max(0, divergence - noise)) };
}

/** Each share's change less what Bernstein's inequality allows it, rare categories too, at a chance split among the bins. */
function lInfinity(bins: Bins): DistanceValue {
  const { reference, window, m, n } = bins;
  const log = Math.log((2 * (degrees(bins) + 1)) / ALPHA);
  const changes = pairs(bins).map(([p, q], i) => {
    const pooled = (reference[i]! + window[i]!) / (m + n);
    return net(Math.abs(p - q), Math.sqrt(2 * log * pooled * (1 - pooled) * bins.noise) + log / (3 * Math.min(m, n)));
  });
  return {
    plain: largest(changes.map(({ plain }) => plain)),
    corrected: largest(changes.map(({ corrected }) => corrected)),
  };
}

/** Missing values sort below every number. The bound is that of Dvoretzky, Kiefer, Wolfowitz and Massart. */
function ksStatistic(bins: Bins): DistanceValue {
  const gaps = cumulative(bins).map(([p, q]) => Math.abs(p - q));
  return net(largest(gaps), Math.sqrt(-Math.log(ALPHA / 2) / 2) * Math.sqrt(bins.noise));
}

function cumulative(bins: Bins): [number, number][] {
  let [a, b] = [0, 0];
  return bins.reference.map((value, i) => [(a += value) / bins.m, (b += bins.window[i]!) / bins.n]);
}

/** Half a row is added to each bin (Jeffreys), so that an empty one has a logarithm. */
function psi(bins: Bins): DistanceValue {
  const k = degrees(bins) + 1;
  const used = bins.reference.map((value, i) => [value, bins.window[i]!] as const).filter(([a, b]) => a + b > 0);
  const terms = used.map(([a, b]) => {
    const [p, q] = [(a + 0.5) / (bins.m + k / 2), (b + 0.5) / (bins.n + k / 2)];
    return (q - p) * Math.log(q / p);
  });
  return net(total(terms), chiSquaredQuantile(DEVIATE, k - 1) * bins.noise);
}

/** p-value of Pearson's test of homogeneity over the bins that hold anything. */
function chi2(bins: Bins): DistanceValue {
  const { m, n } = bins;
  const terms = bins.reference.map((a, i) => {
    const b = bins.window[i]!;
    const [left, right] = [((a + b) * m) / (m + n), ((a + b) * n) / (m + n)];
    return a + b === 0 ? 0 : (a - left) ** 2 / left + (b - right) ** 2 / right;
  });
  const freedom = degrees(bins);
  const p = freedom === 0 ? 1 : chiSquaredTail(total(terms), freedom);
  return { plain: p, corrected: p };
}

/** Azure ML and Evidently have this floor too: a constant has no spread to measure by. */
const LEAST_DEVIATION = 0.001;

/**
 * The area between the two cumulative distributions: exact for numbers with few values; else they are taken as straight
 * between the edges, which is off by a part of a bin. The difference of the means is never above the distance, and is exact
 * where all of the window lies on one side, so the larger of the two counts. A value that went missing, or came back, has
 * moved by one deviation.
 */
function wasserstein(bins: Bins, reference: NumberProfile, window: NumberProfile): DistanceValue {
  const [a, b] = [moments(reference), moments(window)];
  const deviation = Math.max(a.deviation, LEAST_DEVIATION);
  const gone = Math.abs(reference.missing / bins.m - window.missing / bins.n);
  const pooledGone = (reference.missing + window.missing) / (bins.m + bins.n);
  const goneNoise = DEVIATE * Math.sqrt(pooledGone * (1 - pooledGone) * bins.noise);
  if (a.rows === 0 || b.rows === 0) return net(gone, goneNoise);
  const noise = DEVIATE * Math.sqrt(1 / a.rows + 1 / b.rows);
  const area = areaBetween(reference, window, a.rows, b.rows);
  const means = net(Math.abs(a.mean - b.mean) / deviation, (noise * Math.max(a.deviation, b.deviation)) / deviation);
  const areas = net(area.between / deviation, (noise * area.spread) / deviation);
  const missing = net(gone, goneNoise);
  return {
    plain: Math.max(areas.plain, means.plain) + missing.plain,
    corrected: Math.max(areas.corrected, means.corrected) + missing.corrected,
  };
}

function moments({ counts, sum, sumOfSquares }: NumberProfile): { rows: number; mean: number; deviation: number } {
  const rows = total(counts);
  const mean = rows > 0 ? sum / rows : 0;
  return { rows, mean, deviation: rows > 0 ? Math.sqrt(Math.max(0, sumOfSquares / rows - mean ** 2)) : 0 };
}

/** The area between the cumulative distributions, and the area under the standard error of each of their points. */
function areaBetween(
  { edges, counts }: NumberProfile,
  window: NumberProfile,
  m: number,
  n: number,
): { between: number; spread: number } {
  let [a, b] = [0, 0];
  const points = edges.map((_, i) => {
    a += counts[i]!;
    b += window.counts[i]!;
    const pooled = (a + b) / (m + n);
    return { between: Math.abs(a / m - b / n), spread: Math.sqrt(pooled * (1 - pooled)) };
  });
  const area = (of: 'between' | 'spread') =>
    total(
      points.slice(1).map((end, i) => {
        const height = hasBinPerValue(edges) ? points[i]![of] : (points[i]![of] + end[of]) / 2;
        return height * (edges[i + 1]! - edges[i]!);
      }),
    );
  return { between: area('between'), spread: area('spread') };
}
