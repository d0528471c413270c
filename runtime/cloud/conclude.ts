/** What a run that succeeded has left: a training its decision, a monitor its report. */
import type { ResolvedMlops } from '../../constructs/spec/mlops';
import { registerOf } from '../../constructs/spec/pipeline';
import type { Action } from '../loop/platform';
import { readDecision, readModel } from './decision';
import { trainingPrefix } from './given';
import type { Outputs } from './output';
import type { Conclude, Made, RunRecord } from './parts';
import { readReport } from './report';

/** In the spec. */
export interface Where {
  readonly spec: ResolvedMlops;
  readonly endpoint: string;
  readonly outputs: Outputs;
}

export const concluder =
  ({ spec, endpoint, outputs }: Where): Conclude =>
  async (run) => {
    if (run.kind === 'monitor') return { report: await readReport(outputs, endpoint, run) };
    const { model: pipeline } = spec.endpoints[endpoint]!;
    return { decision: await readDecision(outputs, spec.pipelines[pipeline]!, trainingPrefix(pipeline, run.id)) };
  };

/** What becomes a version. Throws where the run's outputs are gone. */
export async function madeBy(
  { spec, endpoint, outputs }: Where,
  { run: id }: Extract<Action, { do: 'register' }>,
  runs: readonly RunRecord[],
): Promise<Made> {
  const { model: pipeline } = spec.endpoints[endpoint]!;
  const noun = spec.pipelines[pipeline]!;
  const prefix = trainingPrefix(pipeline, id);
  const { folder } = await readModel(outputs, noun, prefix);
  const { decision } = registerOf(noun);
  // `select` writes it beside its decision; a task of the user's own may not.
  const metrics = decision && (await outputs.read(prefix, decision, 'metrics.json'));
  const run = runs.find((one) => one.kind === 'train' && one.id === id);
  return {
    model: outputs.store.uri(folder),
    ...(metrics && { metrics: outputs.store.uri(`${metrics.folder}/metrics.json`) }),
    ...(run && { by: run.resource }),
  };
}
