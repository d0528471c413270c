/** Training runs on this machine: what they are given, and where what they made is kept. */
import { join } from 'node:path';
import { compilePlan } from '../../pipelines/compile/plan';
import { trainingGraph } from '../../pipelines/training';
import type { Decision } from '../spec/decision';
import { layout } from '../spec/layout';
import type { ResolvedMlops } from '../spec/mlops';
import { registerOf } from '../spec/pipeline';
import type { Dataset } from './data';
import { pathOf, readDecision } from './decision.runtime';
import type { Endpoint } from './endpoint.runtime';
import type { Prepared } from './pipeline.runtime';
import type { PlanOutputs } from './plan.runtime';
import type { Registry } from './registry.runtime';
import type { RunRecord } from './run';
import { linkTree } from './disk';
import type { Storage } from './storage';

export interface TrainingWorld {
  readonly spec: ResolvedMlops;
  readonly storage: Storage;
  readonly dataset: Dataset;
  readonly registry: Registry;
  readonly endpoint: Endpoint;
}

export async function prepareTraining(
  world: TrainingWorld,
  pipeline: string,
  code: string,
  directory: string,
): Promise<Prepared> {
  const { spec, storage, dataset } = world;
  const data = join(directory, 'data');
  await dataset.snapshot(data);
  return {
    plan: compilePlan(trainingGraph(spec, pipeline)),
    given: {
      externals: { data, code: storage.path(layout.code(code)), champion: await championOf(world) },
      parameters: {},
    },
  };
}

/** Links all outputs into the record: what becomes a version stands there for the registry to point to. */
export async function keepTraining(
  spec: ResolvedMlops,
  storage: Storage,
  run: RunRecord,
  outputs: PlanOutputs,
): Promise<{ decision: Decision }> {
  for (const [task, directories] of Object.entries(outputs)) {
    for (const [output, directory] of Object.entries(directories)) {
      await linkTree(directory, storage.path(layout.artifact(run.owner, run.id, task, output)));
    }
  }
  return { decision: await readDecision(storage, spec.pipelines[run.owner]!, run) };
}

/** Where a training run left the model that becomes a version, relative to the state folder. */
export const modelPath = (spec: ResolvedMlops, pipeline: string, run: string): string =>
  pathOf(registerOf(spec.pipelines[pipeline]!).model, pipeline, run);

/** The model that serves and has come through its bake, else the last one that did. */
async function championOf({ storage, registry, endpoint }: TrainingWorld): Promise<string> {
  const live = registry.list().filter((version) => version.live && version.status === 'approved');
  const serving = [...endpoint.view().deployments]
    .filter((deployment) => deployment.share > 0)
    .sort((a, b) => b.share - a.share)
    .flatMap(
      (deployment) =>
        live.find(({ name, live: at }) => name === deployment.version && at?.revision === deployment.revision) ?? [],
    );
  const champion = serving[0] ?? live.sort((a, b) => b.live!.at - a.live!.at)[0];
  if (champion) return storage.path(champion.artifact);
  await storage.write(join(layout.noChampion, 'none.json'), {});
  return storage.path(layout.noChampion);
}
