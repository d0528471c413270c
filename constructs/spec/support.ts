/** What a target can do of what a spec can ask. Every target answers for every feature, or it does not compile. */
import type { ResolvedGraph, ResolvedMlops } from './mlops';

export type Feature =
  | 'training'
  | 'training.schedule'
  | 'graph'
  | 'graph.image'
  | 'graph.memory'
  | 'endpoint'
  | 'endpoint.autoscaling'
  | 'endpoint.scaleToZero'
  | 'rollout.steps'
  | 'rollout.quality'
  | 'monitor.data-drift'
  | 'monitor.prediction-drift'
  | 'monitor.model-quality'
  | 'retrain'
  | 'approval.manual'
  | 'notify';

/** Natively, in a way that is worth a sentence, or not at all: with the way out. */
export type Answer = 'native' | { readonly via: string } | { readonly unsupported: string };
export type Support = Readonly<Record<Feature, Answer>>;

/** Where a spec asks for which feature. */
export function featuresOf(spec: ResolvedMlops): { readonly feature: Feature; readonly path: string }[] {
  const pipelines = Object.entries(spec.pipelines).flatMap(([name, pipeline]) => [
    { feature: pipeline.kind, path: `pipelines.${name}` },
    ...(pipeline.kind === 'graph' ? graphFeatures(pipeline, `pipelines.${name}`) : []),
    ...(pipeline.schedule ? [{ feature: 'training.schedule' as const, path: `pipelines.${name}.schedule` }] : []),
  ]);
  return [...pipelines, ...Object.keys(spec.endpoints).flatMap((name) => endpointFeatures(spec, name))];
}

function graphFeatures({ tasks }: ResolvedGraph, path: string): { feature: Feature; path: string }[] {
  return Object.entries(tasks).flatMap(([name, { component }]) => {
    const place = `${path}.tasks.${name}.component`;
    return [
      ...(component.image === false ? [] : [{ feature: 'graph.image' as const, path: `${place}.image` }]),
      ...(component.compute.memory === false
        ? []
        : [{ feature: 'graph.memory' as const, path: `${place}.compute.memory` }]),
    ];
  });
}

function endpointFeatures(spec: ResolvedMlops, name: string): { feature: Feature; path: string }[] {
  const endpoint = spec.endpoints[name]!;
  const at = (feature: Feature, asked: boolean, path: string) =>
    asked ? [{ feature, path: `endpoints.${name}${path}` }] : [];
  return [
    ...at('endpoint', true, ''),
    ...at('endpoint.autoscaling', endpoint.replicas.max > endpoint.replicas.min, '.replicas'),
    ...at('endpoint.scaleToZero', endpoint.replicas.min === 0, '.replicas.min'),
    ...at('rollout.steps', endpoint.rollout.steps.length > 0, '.rollout.steps'),
    ...at('rollout.quality', endpoint.rollout.rollBackOn.quality !== false, '.rollout.rollBackOn.quality'),
    ...Object.entries(endpoint.monitors).flatMap(([key, monitor]) =>
      at(`monitor.${monitor.kind}`, true, `.monitors.${key}`),
    ),
    ...at('retrain', endpoint.retrain !== false, '.retrain'),
    ...at('approval.manual', endpoint.approval === 'manual', '.approval'),
    ...at('notify', endpoint.notify !== false, '.notify'),
  ];
}
