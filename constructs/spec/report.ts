/**
 * report.json: what one run of a monitor found in one window of one version's traffic.
 */

/** `unclear` is neither fine nor violated: too few rows, or no labels yet. */
export type Verdict = 'fine' | 'violated' | 'unclear';

/** What a monitor's run looks at: the parameter `subject` of its program, as JSON. */
export interface MonitorSubject {
  readonly monitor: string;
  readonly endpoint: string;
  readonly version: string;
  /** ISO 8601, UTC; from inclusive, to exclusive. */
  readonly window: { readonly from: string; readonly to: string };
  readonly scope: 'window' | 'trial';
}

export interface Report {
  readonly format: 1;
  readonly monitor: string;
  readonly kind: 'data-drift' | 'prediction-drift' | 'model-quality';
  readonly endpoint: string;
  readonly version: string;
  /** `trial`: a version under trial against the champion, on the same rows. */
  readonly scope: 'window' | 'trial';
  /** ISO 8601, UTC; from inclusive, to exclusive. */
  readonly window: { readonly from: string; readonly to: string };
  /** Rows that were captured in the window. */
  readonly rows: number;
  /** Rows that could be measured: for model quality, those with a label. */
  readonly measured: number;
  readonly verdict: Verdict;
  /** In plain words, why the verdict is what it is. */
  readonly why: string;
  readonly values: readonly ReportValue[];
}

/** One measured number beside its threshold. */
export interface ReportValue {
  /** A feature for data drift, `prediction` for prediction drift, the metric's name for model quality. */
  readonly name: string;
  readonly metric: string;
  /** `null` where it could not be measured. */
  readonly value: number | null;
  readonly threshold: number;
  /** What the threshold was made from: the version's own test score, or the champion's on the same rows. */
  readonly baseline?: number;
  readonly violated: boolean;
}
