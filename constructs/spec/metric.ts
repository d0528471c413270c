/** The measures of a model's quality: one definition of each, used by the gate, by monitors and in replay. */

export type RegressionMetric = 'wape' | 'mae' | 'rmse' | 'r2';
export type ClassificationMetric =
  'logLoss' | 'brier' | 'brierSkill' | 'auc' | 'accuracy' | 'f1' | 'precision' | 'recall' | 'calibration';
export type Metric = RegressionMetric | ClassificationMetric;
export type PredictionTask = 'regression' | 'classification';

export interface MetricFacts {
  readonly task: PredictionTask;
  readonly better: 'lower' | 'higher';
  /** Whether a ratio between two values means anything: false where the value may be zero or negative by nature. */
  readonly ratio: boolean;
  readonly is: string;
}

/**
 * Classification is binary: the label is 0 or 1 (or false and true), the prediction is the probability of 1, and
 * accuracy, F1, precision and recall cut it at 0.5.
 */
export const METRICS: Readonly<Record<Metric, MetricFacts>> = {
  wape: {
    task: 'regression',
    better: 'lower',
    ratio: true,
    is: 'sum of absolute errors over the sum of absolute labels',
  },
  mae: { task: 'regression', better: 'lower', ratio: true, is: 'mean absolute error, in the unit of the label' },
  rmse: {
    task: 'regression',
    better: 'lower',
    ratio: true,
    is: 'root of the mean squared error, in the unit of the label',
  },
  r2: { task: 'regression', better: 'higher', ratio: false, is: 'share of the variance explained; at most 1' },
  logLoss: {
    task: 'classification',
    better: 'lower',
    ratio: true,
    is: 'mean negative log likelihood, natural logarithm',
  },
  brier: { task: 'classification', better: 'lower', ratio: true, is: 'mean squared error of the probability' },
  brierSkill: {
    task: 'classification',
    better: 'higher',
    ratio: false,
    is: '1 - brier / brier of always saying the base rate',
  },
  auc: { task: 'classification', better: 'higher', ratio: true, is: 'area under the ROC curve; ties count half' },
  accuracy: { task: 'classification', better: 'higher', ratio: true, is: 'share of rows classified right' },
  f1: { task: 'classification', better: 'higher', ratio: true, is: 'harmonic mean of precision and recall' },
  precision: { task: 'classification', better: 'higher', ratio: true, is: 'share of the predicted 1 that are 1' },
  recall: { task: 'classification', better: 'higher', ratio: true, is: 'share of the 1 that were predicted 1' },
  calibration: {
    task: 'classification',
    better: 'lower',
    ratio: false,
    is: 'calibration-in-the-large: absolute difference between the mean prediction and the base rate',
  },
};

/** How much worse `value` is than `baseline`, as a ratio: 1.25 means a quarter worse, whichever way is better. */
export function worsening(metric: Metric, value: number, baseline: number): number {
  return METRICS[metric].better === 'lower' ? value / baseline : baseline / value;
}
