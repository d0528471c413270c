/** What a training run decided, and whether what it made can become a version. */
import { join } from 'node:path';
import type { ModelManifest } from '../spec/artifact';
import type { Decision } from '../spec/decision';
import { layout } from '../spec/layout';
import type { ResolvedPipeline } from '../spec/mlops';
import { metricOf, registerOf, sourceOf } from '../spec/pipeline';
import { UserError } from '../spec/problem';
import type { RunRecord } from './run';
import type { Storage } from './storage';

/** Where an output, `TASK.OUTPUT`, of a training run is kept, relative to the state folder. */
export function pathOf(output: string, pipeline: string, run: string): string {
  const source = sourceOf(output);
  if (!('task' in source)) throw new Error(`got ${output}, expected TASK.OUTPUT`);
  return layout.artifact(pipeline, run, source.task, source.output);
}

/**
 * A graph of the user's own says `decision` and `why` at least, or nothing at all: the model's manifest has the rest. Throws a
 * UserError where a run would register what cannot be served and watched.
 */
export async function readDecision(storage: Storage, pipeline: ResolvedPipeline, run: RunRecord): Promise<Decision> {
  const { model, decision } = registerOf(pipeline);
  const written =
    decision === false
      ? { decision: 'register' as const, why: 'the graph has no gate: each run that succeeds is registered' }
      : await writtenDecision(storage, decision, run);
  const common = { format: 1, metric: metricOf(pipeline), champion: false, test: false } as const;
  if (written.decision === 'keep') return { ...common, winner: run.owner, candidates: {}, ...written };
  const { candidate, parameters, metrics: scores } = await readManifest(storage, pipeline, model, run);
  return { ...common, winner: candidate, candidates: { [candidate]: { parameters, scores } }, ...written };
}

type Written = Pick<Decision, 'decision' | 'why'> & Partial<Decision>;

async function writtenDecision(storage: Storage, output: string, { owner, id }: RunRecord): Promise<Written> {
  const file = join(pathOf(output, owner, id), 'decision.json');
  const found = (await storage.read<Partial<Decision>>(file))?.value;
  if ((found?.decision === 'register' || found?.decision === 'keep') && typeof found.why === 'string')
    return found as Written;
  const got = found ? JSON.stringify(found).slice(0, 80) : 'no such file';
  throw new UserError(
    `${output}: decision.json: got ${got}, expected {"decision": "register" or "keep", "why": "…"}; ` +
      'fix: let the task write that, or wire register.decision to mlops-step select',
  );
}

async function readManifest(
  storage: Storage,
  pipeline: ResolvedPipeline,
  output: string,
  { owner, id }: RunRecord,
): Promise<ModelManifest> {
  const folder = pathOf(output, owner, id);
  const refuse = (got: string, expected: string): never => {
    const fix = 'let mlops-model complete and mlops-step select make the artifact';
    throw new UserError(`${output} cannot become a version: got ${got}, expected ${expected}; fix: ${fix}`);
  };
  const manifest = (await storage.read<ModelManifest>(join(folder, 'model.json')))?.value;
  if (!manifest) return refuse('no model.json', 'a model artifact');
  if (!(await storage.read(join(folder, 'reference.json'))))
    return refuse('no reference.json', 'the reference profile that monitors compare with');
  const metric = metricOf(pipeline);
  if (typeof manifest.metrics?.[metric] !== 'number')
    return refuse(
      `no ${metric} in the metrics of model.json`,
      `the score on the test rows, as the pipeline's metric is ${metric}`,
    );
  return manifest;
}
