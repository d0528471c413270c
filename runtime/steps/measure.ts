/** The measures of a model's quality: the one place where each is computed. */
import { METRICS, type Metric, type PredictionTask } from '../../constructs/spec/metric';
import type { Scores } from '../../constructs/spec/decision';

/** Labels and predictions of the same rows, in the same order. For classification 0 or 1, and the probability of 1. */
export interface Scored {
  readonly labels: Float64Array;
  readonly predictions: Float64Array;
}

/** `null` where the metric is not defined: no rows, one class only, no predicted 1, labels that are all 0 or all equal. */
export function measure(metric: Metric, scored: Scored): number | null {
  if (scored.labels.length === 0) return null;
  const value = MEASURES[metric](scored);
  return Number.isFinite(value) ? value : null;
}

/** Every metric of the task that is defined for these rows. */
export function measureAll(task: PredictionTask, scored: Scored): Scores {
  const names = (Object.keys(METRICS) as Metric[]).filter((name) => METRICS[name].task === task);
  return Object.fromEntries(
    names.map((name) => [name, measure(name, scored)] as const).filter(([, value]) => value !== null),
  );
}

/** The two sums that WAPE is made of. They add up: the WAPE of many windows is that of their sums. */
export interface ErrorSums {
  readonly rows: number;
  readonly absoluteError: number;
  readonly absoluteLabel: number;
}

export const errorSums = ({ labels, predictions }: Scored): ErrorSums => ({
  rows: labels.length,
  absoluteError: sum(labels, (label, i) => Math.abs(label - predictions[i]!)),
  absoluteLabel: sum(labels, (label) => Math.abs(label)),
});

export const addErrorSums = (a: ErrorSums, b: ErrorSums): ErrorSums => ({
  rows: a.rows + b.rows,
  absoluteError: a.absoluteError + b.absoluteError,
  absoluteLabel: a.absoluteLabel + b.absoluteLabel,
});

/** `null` where all labels are 0. */
export const pooledWape = ({ absoluteError, absoluteLabel }: ErrorSums): number | null =>
  absoluteLabel > 0 ? absoluteError / absoluteLabel : null;

/** Each may divide by zero: `measure` turns what is not finite into `null`. */
const MEASURES: Readonly<Record<Metric, (scored: Scored) => number>> = {
  wape: (scored) => pooledWape(errorSums(scored)) ?? NaN,
  mae: (scored) => errorSums(scored).absoluteError / scored.labels.length,
  rmse: (scored) => Math.sqrt(meanSquaredError(scored)),
  r2: (scored) => 1 - meanSquaredError(scored) / variance(scored.labels),
  logLoss: ({ labels, predictions }) =>
    mean(labels, (label, i) => -Math.log(certain(label === 1 ? predictions[i]! : 1 - predictions[i]!))),
  brier: meanSquaredError,
  brierSkill: (scored) => 1 - meanSquaredError(scored) / variance(scored.labels),
  auc,
  accuracy: (scored) => confusion(scored, ({ hits, rejections, rows }) => (hits + rejections) / rows),
  f1: (scored) => confusion(scored, ({ hits, predicted, positive }) => (2 * hits) / (predicted + positive)),
  precision: (scored) => confusion(scored, ({ hits, predicted }) => hits / predicted),
  recall: (scored) => confusion(scored, ({ hits, positive }) => hits / positive),
  calibration: ({ labels, predictions }) => Math.abs(mean(predictions, (p) => p) - mean(labels, (label) => label)),
};

/** The smallest probability that the log loss looks at, as in scikit-learn: one wrong certainty must not be infinite. */
const certain = (probability: number): number => Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON);

/** Compensated (Neumaier), so that a million rows lose no digits. */
function sum(values: Float64Array, of: (value: number, i: number) => number): number {
  let total = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const value = of(values[i]!, i);
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}

const mean = (values: Float64Array, of: (value: number, i: number) => number): number =>
  sum(values, of) / values.length;

function meanSquaredError({ labels, predictions }: Scored): number {
  return mean(labels, (label, i) => (label - predictions[i]!) ** 2);
}

/** Of a population: that of 0 and 1 is the Brier score of always saying the base rate. */
function variance(values: Float64Array): number {
  const middle = mean(values, (value) => value);
  return mean(values, (value) => (value - middle) ** 2);
}

interface Confusion {
  readonly rows: number;
  readonly positive: number;
  readonly predicted: number;
  readonly hits: number;
  readonly rejections: number;
}

function confusion({ labels, predictions }: Scored, of: (counts: Confusion) => number): number {
  let [positive, predicted, hits] = [0, 0, 0];
  for (let i = 0; i < labels.length; i++) {
    const says = predictions[i]! >= 0.5;
    if (labels[i] === 1) positive++;
    if (says) predicted++;
    if (says && labels[i] === 1) hits++;
  }
  return of({
    rows: labels.length,
    positive,
    predicted,
    hits,
    rejections: labels.length - positive - predicted + hits,
  });
}

/** By the ranks of the positives (Mann-Whitney), ties at their middle rank. */
function auc({ labels, predictions }: Scored): number {
  const order = Uint32Array.from(labels.keys()).sort((a, b) => predictions[a]! - predictions[b]!);
  let [positive, ranks] = [0, 0];
  for (let start = 0; start < order.length;) {
    let end = start;
    let hits = 0;
    for (; end < order.length && predictions[order[end]!] === predictions[order[start]!]; end++)
      if (labels[order[end]!] === 1) hits++;
    positive += hits;
    ranks += hits * ((start + end + 1) / 2);
    start = end;
  }
  return (ranks - (positive * (positive + 1)) / 2) / (positive * (labels.length - positive));
}
