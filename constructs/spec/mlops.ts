/** The document: one ML system, in plain data. It never names a cloud. */
import { checkDataset, type CheckedFeature, type DatasetSpec } from './dataset';
import { checkEndpoint, type EndpointSpec } from './endpoint';
import { checkOwnGraph, type GraphSpec } from './pipeline';
import { checkName, show, when, type Problem } from './problem';
import { checkTraining, type TrainingSpec } from './training';

export interface MlopsSpec {
  /**
   * Lower-case letters, digits and hyphens; at most 30. Every resource's name begins with it.
   * @pattern ^[a-z][a-z0-9-]{0,29}$
   */
  readonly name: string;
  /** @default {} */
  readonly datasets?: Readonly<Record<string, DatasetSpec>>;
  /** @default {} */
  readonly pipelines?: Readonly<Record<string, PipelineSpec>>;
  /** @default {} */
  readonly endpoints?: Readonly<Record<string, EndpointSpec>>;
  /**
   * What happens to data, registry and reports when the system is taken down.
   * @default "retain"
   */
  readonly onDestroy?: 'retain' | 'delete';
}

/** The ready-made one, or a graph of the user's own: the loop treats both alike. */
export type PipelineSpec = TrainingSpec | GraphSpec;

/** The same document with every default in it: nothing optional is left. */
export type Resolved<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { readonly [K in keyof T]-?: Resolved<Exclude<T[K], undefined>> }
    : T;

export type ResolvedDataset = Omit<Resolved<DatasetSpec>, 'features'> & {
  readonly features: Readonly<Record<string, Resolved<CheckedFeature>>>;
};
export type ResolvedTraining = Resolved<TrainingSpec>;
export type ResolvedGraph = Resolved<GraphSpec>;
export type ResolvedPipeline = ResolvedTraining | ResolvedGraph;
export type ResolvedEndpoint = Resolved<EndpointSpec>;
export type ResolvedMlops = Omit<Resolved<MlopsSpec>, 'datasets'> & {
  readonly datasets: Readonly<Record<string, ResolvedDataset>>;
};

/** All that does not hold between the parts of a resolved spec, beyond each one's structure. */
export function checkMlops(spec: ResolvedMlops): Problem[] {
  return [
    ...each(spec.datasets, 'datasets', checkDataset),
    ...each(spec.pipelines, 'pipelines', (pipeline, path) =>
      pipeline.kind === 'graph' ? checkOwnGraph(spec, pipeline, path) : checkTraining(spec, pipeline, path),
    ),
    ...each(spec.endpoints, 'endpoints', (endpoint, path) => checkEndpoint(spec, endpoint, path)),
    ...checkSharedModels(spec),
  ];
}

const each = <T>(
  nouns: Readonly<Record<string, T>>,
  room: string,
  check: (noun: T, path: string) => Problem[],
): Problem[] =>
  Object.entries(nouns).flatMap(([name, noun]) => [
    ...checkName(name, `${room}.${name}`),
    ...check(noun, `${room}.${name}`),
  ]);

/** Two loops must not start trainings of one pipeline. */
function checkSharedModels(spec: ResolvedMlops): Problem[] {
  const names = Object.keys(spec.endpoints);
  return names.flatMap((name, i) => {
    const model = spec.endpoints[name]!.model;
    const first = names.slice(0, i).find((other) => spec.endpoints[other]!.model === model);
    return when(first !== undefined, {
      path: `endpoints.${name}.model`,
      got: `${show(model)}, which endpoints.${first ?? ''} serves already`,
      expected: 'a pipeline of its own for each endpoint',
      fix: 'give it a pipeline with a name of its own',
    });
  });
}
