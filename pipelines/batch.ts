/** The batch pipeline: a dataset and a version in, one prediction a row out. */
import type { Graph } from '../constructs/spec/component';
import type { ResolvedMlops } from '../constructs/spec/mlops';
import { milliseconds } from '../constructs/spec/units';
import { score } from './components';
import { modelSchema } from './schema';

/** Scores rows shaped like the pipeline's dataset; the label may be absent. */
export function batchGraph(spec: ResolvedMlops, pipeline: string): Graph {
  const noun = spec.pipelines[pipeline]!;
  return {
    name: `${spec.name}-${pipeline}-batch`,
    externals: { data: 'dataset', model: 'model' },
    parameters: {},
    tasks: {
      score: {
        component: score,
        inputs: { data: { external: 'data' }, model: { external: 'model' } },
        parameters: { schema: JSON.stringify(modelSchema(spec.datasets[noun.dataset]!)) },
        timeoutSeconds: milliseconds(noun.kind === 'graph' ? '1 hour' : noun.timeout) / 1000,
      },
    },
  };
}
