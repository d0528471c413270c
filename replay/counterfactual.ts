/**
 * What other policies would have answered on the same rows, each as a graph of one task, so that the cache serves it the
 * next time: never trained again, and trained again for every window.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { LocalMlops } from '../constructs/local/mlops';
import { modelPath } from '../constructs/local/training.runtime';
import type { Component, Graph } from '../constructs/spec/component';
import type { ResolvedMlops, ResolvedTraining } from '../constructs/spec/mlops';
import { milliseconds } from '../constructs/spec/units';
import { batchGraph } from '../pipelines/batch';
import { compilePlan } from '../pipelines/compile/plan';
import { modelSchema, seconds } from '../pipelines/schema';
import type { Time, Window } from '../runtime/loop/platform';
import { literal, type Database } from '../runtime/steps/database';
import { nextMultiple } from './clock';
import type { History } from './history';
import type { ScoredRow } from './recording';
import type { VersionStory } from './story';
import type { Answer } from './traffic';

export interface Counterfactuals {
  readonly spec: ResolvedMlops;
  readonly endpoint: string;
  /** Folders as the target has them. */
  readonly root: string;
  readonly stateDir: string;
  readonly local: Pick<LocalMlops, 'runPlan'>;
  readonly db: Database;
  readonly history: History;
  readonly stories: readonly VersionStory[];
  /** All of them, from the first answer on. */
  readonly answers: readonly Answer[];
  /** Length of a window in milliseconds. */
  readonly every: number;
}

/** The answers, each beside what the other two policies would have said. */
export async function withOtherPolicies(given: Counterfactuals): Promise<ScoredRow[]> {
  const { answers } = given;
  const [first, last] = [answers[0], answers.at(-1)];
  if (!first || !last) return [];
  const window = { from: first.at, to: last.at + 1 };
  const [never, everyWindow] = await Promise.all([neverRetrained(given, window), retrainedEveryWindow(given, window)]);
  const labelled = answers.filter(({ label }) => label !== null).length;
  for (const predictions of [never, everyWindow])
    if (predictions && predictions.length !== labelled)
      throw new Error(`got ${predictions.length} predictions for ${labelled} labelled rows`);
  let row = 0;
  return answers.map((answer) => {
    if (answer.label === null) return { ...answer, never: null, everyWindow: null };
    const scored = { ...answer, never: never[row]!, everyWindow: everyWindow?.[row] ?? null };
    row++;
    return scored;
  });
}

async function neverRetrained(given: Counterfactuals, window: Window): Promise<Float64Array> {
  const { spec, endpoint, history, stateDir, stories, local } = given;
  const pipeline = spec.endpoints[endpoint]!.model;
  const data = join(stateDir, 'replay', 'answered');
  await history.write(window, data);
  const first = stories.find(({ served }) => served !== undefined)!;
  const model = join(stateDir, modelPath(spec, pipeline, first.run));
  const plan = compilePlan(batchGraph(spec, pipeline));
  const outputs = await local.runPlan(plan, { externals: { data, model }, parameters: {} }, 'replay-never');
  return readPredictions(given.db, outputs['score']!['predictions']!);
}

/** Nothing for a graph of the user's own: nobody can say which of its tasks would have to run again. */
async function retrainedEveryWindow(given: Counterfactuals, window: Window): Promise<Float64Array | undefined> {
  const { spec, endpoint, root, history, stateDir, local } = given;
  const training = spec.pipelines[spec.endpoints[endpoint]!.model]!;
  if (training.kind === 'graph') return undefined;
  const [data, windows] = [join(stateDir, 'replay', 'known'), join(stateDir, 'replay', 'windows')];
  await history.write({ from: window.from - milliseconds(training.history), to: window.to }, data);
  mkdirSync(windows, { recursive: true });
  writeFileSync(join(windows, 'windows.json'), JSON.stringify(refits(given, training, window)));
  const code = resolve(root, training.code);
  const plan = compilePlan(refitGraph(spec, endpoint, training));
  const outputs = await local.runPlan(
    plan,
    { externals: { data, code, windows }, parameters: {} },
    'replay-every-window',
  );
  return readPredictions(given.db, outputs['refit']!['predictions']!);
}

/** For each window the candidate that won last, with its parameters in the spec. */
function refits({ stories, every }: Counterfactuals, { candidates }: ResolvedTraining, { from, to }: Window) {
  const starts = [from];
  for (let start = nextMultiple(from, every); start < to; start = nextMultiple(start, every)) starts.push(start);
  return starts.map((start, i) => {
    const candidate = winnerAt(stories, start);
    return { from: iso(start), to: iso(starts[i + 1] ?? to), candidate, parameters: candidates[candidate]! };
  });
}

/** Of the newest version that kept the traffic; at first, of the first that got some. */
function winnerAt(stories: readonly VersionStory[], time: Time): string {
  const served = stories.filter((story) => story.served !== undefined);
  return (served.filter(({ live }) => live !== undefined && live <= time).at(-1) ?? served[0]!).candidate;
}

const refit: Component = {
  command: ['mlops-model', 'refit'],
  inputs: { data: 'dataset', code: 'code', windows: 'dataset' },
  outputs: { predictions: 'predictions' },
  parameters: { schema: 'json', history: 'number' },
};

function refitGraph(spec: ResolvedMlops, endpoint: string, training: ResolvedTraining): Graph {
  const schema = JSON.stringify(modelSchema(spec.datasets[training.dataset]!));
  const inputs = { data: { external: 'data' }, code: { external: 'code' }, windows: { external: 'windows' } };
  return {
    name: `${spec.name}-${endpoint}-refit`,
    externals: refit.inputs,
    parameters: {},
    tasks: {
      refit: {
        component: refit,
        inputs,
        parameters: { schema, history: seconds(training.history) },
        timeoutSeconds: milliseconds(training.timeout) / 1000,
      },
    },
  };
}

/** In the order of the rows that were given. */
const readPredictions = (db: Database, folder: string): Promise<Float64Array> =>
  db.numbers(`SELECT prediction FROM read_parquet(${literal(join(folder, 'predictions.parquet'))})`);

const iso = (time: Time): string => new Date(time).toISOString();
