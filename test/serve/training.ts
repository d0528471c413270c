/** What the tests of the training programs share: rows, model code, and a run of `candidate`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ModelManifest } from '../../constructs/spec/artifact';
import { directoryOf, program, SCHEMA, sql, temporary } from './harness';

/** Predicts x times the ratio of y to x in the rows that it was trained on. */
export const RATIO = `
import json
def train(data, model, factor=1.0):
    json.dump(factor * float(data["y"].sum() / data["x"].sum()), open(f"{model}/ratio.json", "w"))
def load(model):
    return json.load(open(f"{model}/ratio.json"))
def predict(model, batch):
    assert len(batch["x"]) > 0
    return batch["x"] * model
`;
export const COLUMNS = `timestamp '2026-01-01' + to_hours(i) AS at, i AS id, 'red' AS color, CAST(i + 1 AS DOUBLE) AS x`;

/** Ten training rows with y = 2x, then `test` rows with y = 3x. */
export async function rowsDirectory(test = 5): Promise<string> {
  const rows = temporary();
  await sql(`COPY (SELECT ${COLUMNS}, 2 * x AS y FROM range(10) r(i)) TO '${rows}/train.parquet'`);
  await sql(
    `COPY (SELECT ${COLUMNS}, 3 * x AS y, 1 AS extra FROM range(10, ${10 + test}) r(i)) TO '${rows}/test.parquet'`,
  );
  return rows;
}

export async function candidate(files: Readonly<Record<string, string>>, parameters: object = {}, rows?: string) {
  const [code, model, predictions] = [directoryOf(files), temporary(), temporary()];
  const ended = await program('candidate', {
    'in.rows': rows ?? (await rowsDirectory()),
    'in.code': code,
    'out.model': model,
    'out.predictions': predictions,
    'param.schema': SCHEMA,
    'param.name': 'line',
    'param.parameters': parameters,
    'param.pipeline': 'training',
  });
  return { ...ended, code, exit: ended.code, model, predictions: join(predictions, 'predictions.parquet') };
}

export const sha256 = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
export const manifestOf = (model: string) =>
  JSON.parse(readFileSync(join(model, 'model.json'), 'utf8')) as ModelManifest;
