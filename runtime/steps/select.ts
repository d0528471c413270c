/** The step `select`: measures all candidates, ranks them, compares the best with the champion, and decides. */
import { join } from 'node:path';
import type { ModelManifest, ModelSchema } from '../../constructs/spec/artifact';
import { METRICS } from '../../constructs/spec/metric';
import type { Problem } from '../../constructs/spec/problem';
import type { Resolved } from '../../constructs/spec/mlops';
import type { ChooseSpec } from '../../constructs/spec/training';
import type { WindowFile } from './data-table';
import { Database, identifier, literal, literals } from './database';
import { decide, type Contender, type TestRows } from './decide';
import { readJson, readManifest, writeJson } from './files';
import { completeModel } from './model';
import { checkTask, isNone, readPredictions } from './scored';
import { refuse, StepError, type Log, type StepArguments } from './step';

const MODEL = '--in.model_';

/** The candidates that the flags speak of. */
export const candidateNames = (flags: readonly string[]): string[] =>
  flags.filter((flag) => flag.startsWith(MODEL)).map((flag) => flag.slice(MODEL.length));

export async function select({ inputs, outputs, parameters }: StepArguments, log: Log): Promise<void> {
  const schema = parameters.schema as ModelSchema;
  const choose = parameters.choose as Resolved<ChooseSpec>;
  await Database.use(async (db) => {
    const test = await readTestRows(db, inputs.rows!, schema);
    const candidates = await readCandidates(db, inputs, test, choose);
    const champion = await readChampion(db, inputs, test);
    const decision = decide(choose, test, candidates, champion);
    const winner = candidates.find(({ name }) => name === decision.winner)!;
    writeJson(outputs.decision!, 'decision.json', decision);
    writeJson(outputs.decision!, 'metrics.json', decision.candidates[decision.winner]!.scores);
    const rows = ['train', 'test'].map((part) => join(inputs.rows!, `${part}.parquet`));
    await completeModel(db, {
      from: inputs[`model_${winner.name}`]!,
      to: outputs.model!,
      manifest: { ...winner.manifest, metrics: decision.candidates[winner.name]!.scores },
      rows: `read_parquet(${literals(rows)})`,
      predictions: `read_parquet(${literal(join(inputs[`predictions_${winner.name}`]!, 'predictions.parquet'))})`,
    });
    log(`select: ${decision.decision}: ${decision.why}`);
  });
}

async function readTestRows(db: Database, directory: string, schema: ModelSchema): Promise<TestRows> {
  const file = `read_parquet(${literal(join(directory, 'test.parquet'))})`;
  const { test } = readJson(directory, 'window.json', 'in.rows') as WindowFile;
  return {
    labels: await db.numbers(`SELECT ${identifier(schema.label)} FROM ${file}`),
    times: await db.numbers(`SELECT epoch_us(${identifier(schema.time)}) FROM ${file}`),
    span: test,
  };
}

async function readCandidates(
  db: Database,
  inputs: StepArguments['inputs'],
  test: TestRows,
  { metric }: Resolved<ChooseSpec>,
): Promise<Contender[]> {
  const { task } = METRICS[metric];
  const names = Object.keys(inputs)
    .filter((name) => name.startsWith('model_'))
    .map((name) => name.slice('model_'.length))
    .sort();
  if (names.length === 0)
    refuse('in.model_…', 'no candidate', 'one candidate or more', 'add --in.model_<name> and --in.predictions_<name>');
  const problems: Problem[] = checkTask(task, test.labels, 'label', 'label');
  const candidates: Contender[] = [];
  for (const name of names) {
    const manifest = readManifest(inputs[`model_${name}`]!, `in.model_${name}`);
    const predictions = await readPredictions(
      db,
      inputs[`predictions_${name}`]!,
      test.labels.length,
      `candidate ${name}`,
    );
    if (!(predictions instanceof Float64Array)) problems.push(predictions);
    else problems.push(...checkTask(task, predictions, 'prediction', `candidate ${name}`));
    if (predictions instanceof Float64Array) candidates.push({ name, manifest, predictions });
  }
  if (problems.length > 0) throw new StepError(problems);
  return candidates;
}

/** A champion that cannot score the rows any more must not stop its own replacement: that is for `decide` to say. */
async function readChampion(
  db: Database,
  inputs: StepArguments['inputs'],
  test: TestRows,
): Promise<{ manifest: ModelManifest; predictions: Float64Array | Problem } | false> {
  if (isNone(inputs.champion!)) return false;
  return {
    manifest: readManifest(inputs.champion!, 'in.champion'),
    predictions: await readPredictions(db, inputs.champion_predictions!, test.labels.length, 'champion'),
  };
}
