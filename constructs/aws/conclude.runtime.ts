/** What a run that succeeded has left: a training its decision, a monitor its report. */
import type { ResolvedMlops } from '../spec/mlops';
import { registerOf } from '../spec/pipeline';
import type { Action } from '../../runtime/loop/platform';
import { readDecision, readModel } from './decision.runtime';
import { trainingPrefix } from './given.runtime';
import type { RunRecord, RunsOptions } from './pipeline.runtime';
import type { Made } from './registry.runtime';
import { readOutput } from './output.runtime';
import { readReport } from './report.runtime';
import type { Store } from './store.runtime';

/** In the spec. */
export interface Where {
  readonly spec: ResolvedMlops;
  readonly endpoint: string;
  readonly store: Store;
}

export const concluder =
  ({ spec, endpoint, store }: Where): RunsOptions['conclude'] =>
  async (run) => {
    if (run.kind === 'monitor') return { report: await readReport(store, endpoint, run) };
    const { model: pipeline } = spec.endpoints[endpoint]!;
    return { decision: await readDecision(store, spec.pipelines[pipeline]!, trainingPrefix(pipeline, run.id)) };
  };

/** What becomes a version. Throws where the run's outputs are gone. */
export async function madeBy(
  { spec, endpoint, store }: Where,
  { run: id }: Extract<Action, { do: 'register' }>,
  runs: readonly RunRecord[],
): Promise<Made> {
  const { model: pipeline } = spec.endpoints[endpoint]!;
  const noun = spec.pipelines[pipeline]!;
  const prefix = trainingPrefix(pipeline, id);
  const { folder } = await readModel(store, noun, prefix);
  const { decision } = registerOf(noun);
  // `select` writes it beside its decision; a task of the user's own may not.
  const metrics = decision && (await readOutput(store, prefix, decision, 'metrics.json'));
  const run = runs.find((one) => one.kind === 'train' && one.id === id);
  return {
    model: `${store.uri(folder)}/`,
    ...(metrics && { metrics: store.uri(`${metrics.folder}/metrics.json`) }),
    ...(run && { by: run.arn }),
  };
}
