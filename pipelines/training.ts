/**
 * The training pipeline: three deep, N + 3 tasks. It reads directories and writes directories; registering what it decided
 * and deploying it is the loop's.
 *
 *     prepare ──▶ candidate × N ──▶ select
 *         └─────▶ champion ───────────┘
 */
import type { Graph, Source, Task } from '../constructs/spec/component';
import type { ResolvedMlops, ResolvedTraining } from '../constructs/spec/mlops';
import { TRAINING_EXTERNALS } from '../constructs/spec/pipeline';
import { milliseconds } from '../constructs/spec/units';
import * as components from './components';
import { ownGraph } from './graph';
import { modelSchema, seconds } from './schema';

/** Of a pipeline of the spec: the ready-made one, or the user's own. */
export function trainingGraph(spec: ResolvedMlops, pipeline: string): Graph {
  const noun = spec.pipelines[pipeline]!;
  return noun.kind === 'graph' ? ownGraph(spec, pipeline, noun) : readyMadeGraph(spec, pipeline, noun);
}

function readyMadeGraph(spec: ResolvedMlops, pipeline: string, training: ResolvedTraining): Graph {
  const schema = JSON.stringify(modelSchema(spec.datasets[training.dataset]!));
  const timeoutSeconds = milliseconds(training.timeout) / 1000;
  const names = Object.keys(training.candidates);
  const task = (component: Task['component'], inputs: Task['inputs'], parameters: Task['parameters']): Task => ({
    component,
    inputs,
    parameters,
    timeoutSeconds,
  });
  const rows: Source = { task: 'prepare', output: 'rows' };
  return {
    name: `${spec.name}-${pipeline}`,
    externals: TRAINING_EXTERNALS,
    parameters: {},
    tasks: {
      prepare: task(
        components.prepare,
        { data: { external: 'data' } },
        { schema, history: seconds(training.history), test: seconds(training.test) },
      ),
      ...Object.fromEntries(
        names.map((name) => [
          candidateTask(name),
          task(
            components.candidate,
            { rows, code: { external: 'code' } },
            { schema, name, parameters: JSON.stringify(training.candidates[name]), pipeline },
          ),
        ]),
      ),
      champion: task(components.champion, { rows, champion: { external: 'champion' } }, {}),
      select: task(
        components.select(names),
        {
          rows,
          champion: { external: 'champion' },
          champion_predictions: { task: 'champion', output: 'predictions' },
          ...Object.fromEntries(
            names.flatMap((name): [string, Source][] => [
              [`model_${name}`, { task: candidateTask(name), output: 'model' }],
              [`predictions_${name}`, { task: candidateTask(name), output: 'predictions' }],
            ]),
          ),
        },
        { schema, choose: JSON.stringify(training.choose) },
      ),
    },
  };
}

const candidateTask = (name: string) => `candidate_${name}`;
