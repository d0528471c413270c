/** The ready-made components, for graphs of one's own that are written in TypeScript. */
import { component, type Artifact } from '../constructs/spec/build';
import type { ChooseSpec } from '../constructs/spec/training';
import type { Duration } from '../constructs/spec/units';
import * as components from './components';
import { seconds } from './schema';

const preparing = component({
  ...components.prepare,
  parameters: { schema: '{schema}', history: '{history}', test: '' },
});

/**
 * Cuts the newest `history` of the rows, checks them, and splits off the newest `test` of them: `rows` has train.parquet and
 * test.parquet.
 */
export const prepare = (inputs: { readonly data: Artifact<'dataset'> }, { test }: { readonly test: Duration }) =>
  preparing(inputs, { test: seconds(test) });

/**
 * Makes a model artifact of the `files` that a trainer of one's own wrote: they must load and predict with the `model.py` of
 * `code`. `predictions` are those for test.parquet.
 */
export const complete = component({
  ...components.complete,
  parameters: { schema: '{schema}', pipeline: '{pipeline}', parameters: '{}' },
});

/** Predicts the same test rows with the model that serves. */
export const champion = component({ ...components.champion, parameters: {} });

export interface Contender {
  readonly model: Artifact<'model'>;
  readonly predictions: Artifact<'predictions'>;
}

/**
 * Measures all candidates on the test rows, compares the best with the champion, and decides. `model` is the winner with its
 * scores and its reference profile: what `register` wants.
 */
export function select(
  inputs: {
    readonly rows: Artifact<'dataset'>;
    readonly champion: Artifact<'model'>;
    readonly champion_predictions: Artifact<'predictions'>;
  },
  candidates: Readonly<Record<string, Contender>>,
  choose: ChooseSpec,
) {
  const names = Object.keys(candidates);
  const contenders = names.flatMap((name): [string, Artifact][] => [
    [`model_${name}`, candidates[name]!.model],
    [`predictions_${name}`, candidates[name]!.predictions],
  ]);
  const use = component({
    ...components.select(names),
    parameters: { schema: '{schema}', choose: JSON.stringify(choose) },
  });
  return use({ ...inputs, ...Object.fromEntries(contenders) });
}
