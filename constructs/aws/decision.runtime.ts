/** What a training run decided, and whether what it made can become a version. */
import type { ModelManifest } from '../spec/artifact';
import type { Decision } from '../spec/decision';
import type { ResolvedPipeline } from '../spec/mlops';
import { metricOf, registerOf } from '../spec/pipeline';
import { UserError } from '../spec/problem';
import { readOutput, type Output } from './output.runtime';
import type { Store } from './store.runtime';

/** `prefix` is the run's, without a slash at the end. Throws a UserError where it registers what cannot be served and watched. */
export async function readDecision(
  store: Store,
  pipeline: ResolvedPipeline,
  prefix: string,
): Promise<Decision['decision']> {
  const { decision } = registerOf(pipeline);
  const decided = decision === false ? 'register' : await writtenDecision(store, decision, prefix);
  if (decided === 'register') await readModel(store, pipeline, prefix);
  return decided;
}

/** The model that becomes a version. Throws a UserError where it is none. */
export async function readModel(
  store: Store,
  pipeline: ResolvedPipeline,
  prefix: string,
): Promise<Output<ModelManifest>> {
  const { model } = registerOf(pipeline);
  const refuse = (got: string, expected: string): never => {
    const fix = 'let mlops-model complete and mlops-step select make the artifact';
    throw new UserError(`${model} cannot become a version: got ${got}, expected ${expected}; fix: ${fix}`);
  };
  const manifest = await readOutput<ModelManifest>(store, prefix, model, 'model.json');
  if (!manifest) return refuse('no model.json', 'a model artifact');
  if (!(await store.read(`${manifest.folder}/reference.json`)))
    return refuse('no reference.json', 'the reference profile that monitors compare with');
  const metric = metricOf(pipeline);
  if (typeof manifest.value.metrics?.[metric] !== 'number')
    return refuse(
      `no ${metric} in the metrics of model.json`,
      `the score on the test rows, as the pipeline's metric is ${metric}`,
    );
  return manifest;
}

async function writtenDecision(store: Store, output: string, prefix: string): Promise<Decision['decision']> {
  const found = (await readOutput<Partial<Decision>>(store, prefix, output, 'decision.json'))?.value;
  if ((found?.decision === 'register' || found?.decision === 'keep') && typeof found.why === 'string')
    return found.decision;
  const got = found ? JSON.stringify(found).slice(0, 80) : 'no such file';
  throw new UserError(
    `${output}: decision.json: got ${got}, expected {"decision": "register" or "keep", "why": "…"}; ` +
      'fix: let the task write that, or wire register.decision to mlops-step select',
  );
}
