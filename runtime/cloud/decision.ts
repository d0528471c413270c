/** What a training run decided, and whether what it made can become a version. */
import type { ModelManifest } from '../../constructs/spec/artifact';
import type { Decision } from '../../constructs/spec/decision';
import type { ResolvedPipeline } from '../../constructs/spec/mlops';
import { metricOf, registerOf } from '../../constructs/spec/pipeline';
import { UserError } from '../../constructs/spec/problem';
import type { Output, Outputs } from './output';

/** `prefix` is the run's, without a slash at the end. Throws a UserError where it registers what cannot be served and watched. */
export async function readDecision(
  outputs: Outputs,
  pipeline: ResolvedPipeline,
  prefix: string,
): Promise<Decision['decision']> {
  const { decision } = registerOf(pipeline);
  const decided = decision === false ? 'register' : await writtenDecision(outputs, decision, prefix);
  if (decided === 'register') await readModel(outputs, pipeline, prefix);
  return decided;
}

/** The model that becomes a version. Throws a UserError where it is none. */
export async function readModel(
  outputs: Outputs,
  pipeline: ResolvedPipeline,
  prefix: string,
): Promise<Output<ModelManifest>> {
  const { model } = registerOf(pipeline);
  const refuse = (got: string, expected: string): never => {
    const fix = 'let mlops-model complete and mlops-step select make the artifact';
    throw new UserError(`${model} cannot become a version: got ${got}, expected ${expected}; fix: ${fix}`);
  };
  const manifest = await outputs.read<ModelManifest>(prefix, model, 'model.json');
  if (!manifest) return refuse('no model.json', 'a model artifact');
  if (!(await outputs.store.read(`${manifest.folder}/reference.json`)))
    return refuse('no reference.json', 'the reference profile that monitors compare with');
  const metric = metricOf(pipeline);
  if (typeof manifest.value.metrics?.[metric] !== 'number')
    return refuse(
      `no ${metric} in the metrics of model.json`,
      `the score on the test rows, as the pipeline's metric is ${metric}`,
    );
  return manifest;
}

async function writtenDecision(outputs: Outputs, output: string, prefix: string): Promise<Decision['decision']> {
  const found = (await outputs.read<Partial<Decision>>(prefix, output, 'decision.json'))?.value;
  if ((found?.decision === 'register' || found?.decision === 'keep') && typeof found.why === 'string')
    return found.decision;
  const got = found ? JSON.stringify(found).slice(0, 80) : 'no such file';
  throw new UserError(
    `${output}: decision.json: got ${got}, expected {"decision": "register" or "keep", "why": "…"}; ` +
      'fix: let the task write that, or wire register.decision to mlops-step select',
  );
}
