/**
 * What is inside the model artifact: a directory with the files that `train` wrote, `code/` (the model code that wrote them
 * and that will serve them), `model.json` and `reference.json`.
 */
import type { FeatureKind } from './distance';
import type { Metric } from './metric';
import type { Parameters } from './training';

/** model.json */
export interface ModelManifest {
  readonly format: 1;
  readonly pipeline: string;
  readonly candidate: string;
  readonly parameters: Parameters;
  readonly schema: ModelSchema;
  /** On the test rows, by the candidate before it was trained again on all rows. */
  readonly metrics: Readonly<Partial<Record<Metric, number>>>;
  /** Of the rows that the served model was trained on. ISO 8601, UTC; both inclusive. */
  readonly data: { readonly from: string; readonly to: string; readonly rows: number };
  /** sha256 over the model code's paths and contents. */
  readonly code: string;
  /** Of Python and of each pinned requirement. */
  readonly libraries: Readonly<Record<string, string>>;
  /** sha256 of each other file in the artifact, by its path. */
  readonly files: Readonly<Record<string, string>>;
}

/** What a row looks like: the dataset as the steps and the server see it. Also the parameter `schema` of each step. */
export interface ModelSchema {
  readonly time: string;
  readonly key: readonly string[];
  readonly label: string;
  readonly features: Readonly<Record<string, SchemaFeature>>;
}
export interface SchemaFeature {
  readonly kind: FeatureKind;
  readonly range: readonly [number, number] | false;
  /** Largest share of missing values, 0 to 1. */
  readonly nulls: number;
}

/** reference.json: the profile of the rows that the model was trained on, and of its predictions on the test rows. */
export interface Reference {
  readonly format: 1;
  readonly inputs: Profile;
  readonly predictions: Profile;
}

/** Counts by column. Two profiles with the same edges add up. */
export interface Profile {
  readonly rows: number;
  readonly columns: Readonly<Record<string, ColumnProfile>>;
}
export type ColumnProfile = NumberProfile | CategoryProfile;
export interface NumberProfile {
  readonly kind: 'number';
  /** Ascending; made from the reference. Bin i holds edges[i-1] < x <= edges[i]. */
  readonly edges: readonly number[];
  /** One longer than `edges`: the first is at or under the first edge, the last is over the last edge. */
  readonly counts: readonly number[];
  readonly missing: number;
  /** Of the values that are not missing. */
  readonly sum: number;
  readonly sumOfSquares: number;
}
export interface CategoryProfile {
  readonly kind: 'category';
  /** By value, as text. */
  readonly counts: Readonly<Record<string, number>>;
  readonly missing: number;
}
