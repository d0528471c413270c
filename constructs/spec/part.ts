/** What of a spec one endpoint needs. */
import type { ResolvedMlops } from './mlops';

/** Another endpoint's change must not change what is made for this one. */
export function partOf(spec: ResolvedMlops, endpoint: string): ResolvedMlops {
  const noun = spec.endpoints[endpoint]!;
  const pipeline = spec.pipelines[noun.model]!;
  return {
    name: spec.name,
    datasets: { [pipeline.dataset]: spec.datasets[pipeline.dataset]! },
    pipelines: { [noun.model]: pipeline },
    endpoints: { [endpoint]: noun },
    onDestroy: spec.onDestroy,
  };
}
