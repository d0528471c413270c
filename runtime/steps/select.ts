/** The step `select`: measures all candidates, ranks them, compares the best with the champion, and decides. */
import { join } from 'node:path';
import type { ModelManifest, ModelSchema } from '../../constructs/spec/artifact';
import { METRICS } from '../../constructs/spec/metric';
import type { Problem } from '../../constructs/spec/problem';
import type { Resolved } from '../../constructs/spec/mlops';
import { checkChoose } from '../../constructs/spec/structure';
import type { ChooseSpec } from '../../constructs/spec/training';
import { Database, identifier, literal, type Relation } from './database';
import { decide, type Contender, type TestRows } from './decide';
import { readManifest, writeJson } from './files';
import { completeModel } from './model';
import { checkTask, isNone, readPredictions } from './scored';
import { refuse, StepError, type Log, type StepArguments } from './step';
import { openTrainingRows, spanOf } from './training-rows';

const MODEL = '--in.model_';

/** The candidates that the flags speak of. */
export const candidateNames = (flags: readonly string[]): string[] =>
  flags.filter((flag) => flag.startsWith(MODEL)).map((flag) => flag.slice(MODEL.length));

export async function select({ inputs, outputs, parameters }: StepArguments, log: Log): Promise<void> {
  const schema = parameters.schema as ModelSchema;
  const choose = readChoose(parameters.choose);
  await Database.use(async (db) => {
    const rows = await openTrainingRows(db, inputs.rows!, schema);
    const test = await readTestRows(db, rows.test, schema);
    const candidates = await readCandidates(db, inputs, test, choose);
    const champion = await readChampion(db, inputs, test);
    const decision = decide(choose, test, candidates, champion);
    const winner = candidates.find(({ name }) => name === decision.winner)!;
    writeJson(outputs.decision!, 'decision.json', decision);
    writeJson(outputs.decision!, 'metrics.json', decision.candidates[decision.winner]!.scores);
    await completeModel(db, {
      from: inputs[`model_${winner.name}`]!,
      to: outputs.model!,
      manifest: { ...winner.manifest, candidate: winner.name, metrics: decision.candidates[winner.name]!.scores },
      rows: rows.all,
      predictions: `read_parquet(${literal(join(inputs[`predictions_${winner.name}`]!, 'predictions.parquet'))})`,
    });
    log(`select: ${decision.decision}: ${decision.why}`);
  });
}

/** With its defaults. */
function readChoose(value: unknown): Resolved<ChooseSpec> {
  const choose = structuredClone(value);
  const problems = checkChoose(choose).map((problem) => ({ ...problem, path: `param.choose.${problem.path}` }));
  if (problems.length > 0) throw new StepError(problems);
  return choose as Resolved<ChooseSpec>;
}

async function readTestRows(db: Database, rows: Relation, { time, label }: ModelSchema): Promise<TestRows> {
  const span = await spanOf(db, rows, time);
  return {
    labels: await db.numbers(`SELECT ${identifier(label)} FROM ${rows}`),
    times: await db.numbers(`SELECT epoch_us(${identifier(time)}) FROM ${rows}`),
    span,
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
