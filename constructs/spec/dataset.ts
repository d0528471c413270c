/** A dataset: one growing table of observations, its clock, its key, its label and its features. */
import type { FeatureKind } from './distance';
import type { ResolvedDataset } from './mlops';
import { show, when, type Problem } from './problem';

/** A feature's kind, or its kind with the checks that new rows must pass. */
export type FeatureSpec = FeatureKind | CheckedFeature;

export interface CheckedFeature {
  readonly kind: FeatureKind;
  /**
   * Smallest and largest value allowed, for numbers. Training stops where a row is outside.
   * @default false
   */
  readonly range?: readonly [number, number] | false;
  /**
   * Largest share of missing values allowed, 0 to 1. Training stops where there are more.
   * @default 0.5
   * @minimum 0
   * @maximum 1
   */
  readonly nulls?: number;
}

export interface DatasetSpec {
  /** A folder of Parquet, CSV or JSON lines files, or one such file; relative to the spec's own folder. New files are new rows. */
  readonly source: string;
  /** The column that says when a row happened. Times without a zone are UTC. */
  readonly time: string;
  /** The columns that identify a row: labels that come later are joined by them. They travel in each request. */
  readonly key: readonly [string, ...string[]];
  /** The column that is predicted. A number for regression; 0 and 1 for classification. Rows without a label are not trained on. */
  readonly label: string;
  /** What the model sees, by column name. */
  readonly features: Readonly<Record<string, FeatureSpec>>;
}

/** A dataset, checked by the compiler where it is written. */
export const dataset = (spec: DatasetSpec): DatasetSpec => spec;

export function checkDataset(dataset: ResolvedDataset, path: string): Problem[] {
  const features = Object.keys(dataset.features);
  return [
    ...when(features.length === 0, {
      path: `${path}.features`,
      got: 'none',
      expected: 'at least one feature',
      fix: 'name the columns that the model sees',
    }),
    ...when(features.includes(dataset.label), {
      path: `${path}.features.${dataset.label}`,
      got: 'the label',
      expected: 'columns that are known when a prediction is asked for',
      fix: 'remove it from the features',
    }),
    ...when(features.includes(dataset.time), {
      path: `${path}.features.${dataset.time}`,
      got: 'the time column',
      expected: 'columns that the model may learn from: a time never comes again',
      fix: 'remove it from the features, or add what matters of it (hour, weekday) as columns of their own',
    }),
    ...columnsOf(dataset).flatMap(([name, place]) =>
      when(RESERVED.includes(name), {
        path: `${path}.${place}`,
        got: `the column ${show(name)}`,
        expected: `a name other than ${RESERVED.join(', ')}, which captures use`,
        fix: 'rename the column',
      }),
    ),
    ...dataset.key.flatMap((name, i) =>
      when(name === 'label', {
        path: `${path}.key[${i}]`,
        got: 'the column "label"',
        expected: 'another name: labels that come later are in a column of this name, beside the key',
        fix: 'rename the column',
      }),
    ),
    ...Object.entries(dataset.features).flatMap(([name, { kind, range }]) => [
      ...when(range !== false && kind === 'category', {
        path: `${path}.features.${name}.range`,
        got: 'a range on a category',
        expected: 'a range on a number only',
        fix: 'remove the range, or set kind to number',
      }),
      ...when(range !== false && range[0] > range[1], {
        path: `${path}.features.${name}.range`,
        got: show(range),
        expected: 'smallest first',
        fix: 'swap the two',
      }),
    ]),
  ];
}

/** Columns of a capture that are ours. */
const RESERVED: readonly string[] = ['id', 'at', 'version', 'prediction'];

/** Every column that travels in a request, and where the spec names it. */
const columnsOf = ({ time, key, features }: ResolvedDataset): readonly (readonly [name: string, place: string])[] => [
  ...(key.includes(time) ? [] : [[time, 'time'] as const]),
  ...key.map((name, i) => [name, `key[${i}]`] as const),
  ...Object.keys(features).map((name) => [name, `features.${name}`] as const),
];
