/** What the things of a graph are called in a pipeline of Kubeflow or Vertex AI. */
import type { ArtifactKind, Source } from '../../constructs/spec/component';
import type { ArtifactType } from './kfp-spec';

/** The task of a graph's task, or of an external's importer: names of tasks have hyphens. */
export const taskName = (task: string): string => task.replaceAll('_', '-');

export const importerName = (external: string): string => `import-${taskName(external)}`;

/** The pipeline's parameter for an external: the URI of a folder, without a slash at its end. */
export const uriParameter = (external: string): string => `${external}_uri`;

/** What an importer takes and gives, by the names that Kubeflow's own compiler has for them. */
export const IMPORTER_INPUT = 'uri';
export const IMPORTER_OUTPUT = 'artifact';

/** The task that a source comes from. */
export const producerOf = (source: Source): string =>
  'task' in source ? taskName(source.task) : importerName(source.external);

export const componentName = (task: string): string => `comp-${task}`;
export const executorName = (task: string): string => `exec-${task}`;

/** Consoles show what they know of a kind; all else is an artifact. */
const TITLES: Readonly<Record<ArtifactKind, ArtifactType['schemaTitle']>> = {
  dataset: 'system.Dataset',
  predictions: 'system.Dataset',
  model: 'system.Model',
  metrics: 'system.Metrics',
  code: 'system.Artifact',
  report: 'system.Artifact',
  files: 'system.Artifact',
};

export const artifactType = (kind: ArtifactKind): ArtifactType => ({
  schemaTitle: TITLES[kind],
  schemaVersion: '0.0.1',
});
