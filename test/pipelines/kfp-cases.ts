/** The graphs that are compiled for Kubeflow and Vertex AI in the tests: those of SageMaker's, with other settings. */
import type { Graph } from '../..';
import { compileKfp, type KfpSettings, type PipelineSpec } from '../../pipelines/compile/kfp';
import { LAUNCH } from '../../pipelines/compile/kfp-launch';
import { cases as sagemakerCases, readable } from './sagemaker-cases';

export const settings: KfpSettings = {
  image: () => 'europe-west1-docker.pkg.dev/example/mlops/mlops@sha256:0123456789abcdef',
  machine: () => ({ cores: 2, memoryGiB: 8 }),
};

/** None as in `settings`; the own graph's image and cores are its own. */
const special: KfpSettings = {
  image: (task) => (task === 'train' ? 'ghcr.io/example/trainer:3' : settings.image(task)),
  machine: (task) =>
    task.startsWith('candidate') || task === 'train' ? { cores: 16, memoryGiB: 60 } : settings.machine(task),
  pipelineRoot: 'gs://example/artifacts',
};

interface Case {
  readonly name: string;
  readonly graph: Graph;
  readonly settings: KfpSettings;
}

export const cases: readonly Case[] = sagemakerCases.map(({ name, graph }) => ({
  name,
  graph,
  settings: name.startsWith('full') ? special : settings,
}));

export const compiled = (name: string): PipelineSpec => {
  const { graph, settings } = cases.find((one) => one.name === name)!;
  return compileKfp(graph, settings);
};

/** For people: the launcher, which is the same in every container, is left out. */
export const shown = (document: PipelineSpec): string =>
  readable(JSON.parse(JSON.stringify(document, (_key, value: unknown) => (value === LAUNCH ? '{launch}' : value))));

/** What may be broken in it. */
export type Draft<T> = { -readonly [K in keyof T]: Draft<T[K]> };
