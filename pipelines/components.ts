/** The components of the ready-made pipelines: their programs and their typed interfaces. */
import type { Component } from '../constructs/spec/component';

/** Cuts the time window, splits it by time and checks the rows. Writes train.parquet, test.parquet, window.json. */
export const prepare = {
  command: ['mlops-step', 'prepare'],
  inputs: { data: 'dataset' },
  outputs: { rows: 'dataset', report: 'report' },
  parameters: { schema: 'json', history: 'number', test: 'number' },
} as const satisfies Component;

/** Trains on the training rows, predicts the test rows, then trains again on all rows: the second one is the model. */
export const candidate: Component = {
  command: ['mlops-model', 'candidate'],
  inputs: { rows: 'dataset', code: 'code' },
  outputs: { model: 'model', predictions: 'predictions' },
  parameters: { schema: 'json', name: 'string', parameters: 'json', pipeline: 'string' },
};

/** Makes a model artifact of what a trainer of the user's own wrote, and predicts the test rows with it. */
export const complete = {
  command: ['mlops-model', 'complete'],
  inputs: { files: 'files', rows: 'dataset', code: 'code' },
  outputs: { model: 'model', predictions: 'predictions' },
  parameters: { schema: 'json', parameters: 'json', pipeline: 'string' },
} as const satisfies Component;

/** Predicts the same test rows with the live model; writes none.json where there is none. */
export const champion = {
  command: ['mlops-model', 'champion'],
  inputs: { rows: 'dataset', champion: 'model' },
  outputs: { predictions: 'predictions' },
  parameters: {},
} as const satisfies Component;

/** Measures all of them, compares, decides. `model` is the winner with its reference profile, ready to be registered. */
export const select = (candidates: readonly string[]) =>
  ({
    command: ['mlops-step', 'select'],
    inputs: {
      rows: 'dataset',
      champion: 'model',
      champion_predictions: 'predictions',
      ...Object.fromEntries(
        candidates.flatMap((name) => [
          [`model_${name}`, 'model' as const],
          [`predictions_${name}`, 'predictions' as const],
        ]),
      ),
    },
    outputs: { decision: 'metrics', model: 'model' },
    parameters: { schema: 'json', choose: 'json' },
  }) as const satisfies Component;

/** Compares the captured inputs, or the predictions, with the version's reference profile. */
export const drift: Component = {
  command: ['mlops-step', 'drift'],
  inputs: { captures: 'dataset', model: 'model' },
  outputs: { report: 'report' },
  parameters: { monitor: 'json', subject: 'json' },
};

/** Joins captured predictions with labels and measures them against the version's own test score. */
export const quality: Component = {
  command: ['mlops-step', 'quality'],
  inputs: { captures: 'dataset', labels: 'dataset', model: 'model' },
  outputs: { report: 'report' },
  parameters: { monitor: 'json', subject: 'json' },
};

/** The captured rows of a version under trial, as rows that the champion can predict. */
export const trialRows: Component = {
  command: ['mlops-step', 'trial_rows'],
  inputs: { captures: 'dataset', labels: 'dataset', model: 'model' },
  outputs: { rows: 'dataset' },
  parameters: { subject: 'json' },
};

/** A version under trial against the champion, on the rows that the new one answered. */
export const trial: Component = {
  command: ['mlops-step', 'trial'],
  inputs: { rows: 'dataset', champion_predictions: 'predictions', model: 'model' },
  outputs: { report: 'report' },
  parameters: { monitor: 'json', subject: 'json', worse_than_champion: 'number' },
};

/** Scores a dataset with a model, through the same `predict`. */
export const score: Component = {
  command: ['mlops-model', 'batch'],
  inputs: { data: 'dataset', model: 'model' },
  outputs: { predictions: 'predictions' },
  parameters: { schema: 'json' },
};
