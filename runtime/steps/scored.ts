/** Predictions that were written by model code, read and checked against the rows they are for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PredictionTask } from '../../constructs/spec/metric';
import { show, type Problem } from '../../constructs/spec/problem';
import { literal, type Database } from './database';
import { count } from './step';

/** Whether this is the directory that stands for "there is no champion". */
export const isNone = (directory: string): boolean => existsSync(join(directory, 'none.json'));

/**
 * predictions.parquet (`row`, from 0, and `prediction`) in the order of the rows, or the problem with it: every row needs one
 * finite prediction. `path` names the input in messages.
 */
export async function readPredictions(
  db: Database,
  directory: string,
  rows: number,
  path: string,
): Promise<Float64Array | Problem> {
  const problem = (got: string, fix = 'return one finite number a row from predict'): Problem => ({
    path,
    got,
    expected: `${count(rows, 'finite prediction')}, one a row`,
    fix,
  });
  const file = join(directory, 'predictions.parquet');
  if (!existsSync(file))
    return problem(`no predictions.parquet in ${show(directory)}`, 'give the directory that the candidate wrote');
  const predictions = await db.numbers(
    `SELECT first(p.prediction) FROM range(${rows}) AS r(row)
     LEFT JOIN (SELECT "row", CAST(prediction AS DOUBLE) AS prediction FROM read_parquet(${literal(file)})) AS p ON p."row" = r.row
     GROUP BY r.row ORDER BY r.row`,
  );
  const { written } = await db.row<{ written: number }>(
    `SELECT count(*) AS written FROM read_parquet(${literal(file)})`,
  );
  const bad = predictions.filter((value) => !Number.isFinite(value)).length;
  if (bad > 0) return problem(`${bad} of ${count(rows, 'prediction')} missing or not finite`);
  if (written !== rows) return problem(`${count(written, 'prediction')} for ${count(rows, 'row')}`);
  return predictions;
}

/** Classification needs labels of 0 and 1, and probabilities. */
export function checkTask(
  task: PredictionTask,
  values: Float64Array,
  what: 'label' | 'prediction',
  path: string,
): Problem[] {
  if (task === 'regression') return [];
  const bad = values.filter((value) => (what === 'label' ? value !== 0 && value !== 1 : value < 0 || value > 1));
  if (bad.length === 0) return [];
  return [
    {
      path,
      got: `${count(bad.length, what)} such as ${bad[0]!}`,
      expected: what === 'label' ? 'labels of 0 and 1, or false and true' : 'probabilities of 1, from 0 to 1',
      fix:
        what === 'label'
          ? 'correct the label, or choose a regression metric'
          : 'return the probability of 1 from predict',
    },
  ];
}
