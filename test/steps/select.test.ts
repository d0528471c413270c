/** The step `select`: ranking, gate, the comparison with the champion, and the model that it completes. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ModelManifest, NumberProfile, Reference } from '../../constructs/spec/artifact';
import type { Decision } from '../../constructs/spec/decision';
import { isBetter } from '../../runtime/steps/decide';
import { hour, manifest, rowsSql, run, schema, Scratch, type Run } from './scratch';

const choose = { metric: 'mae', atMost: false, atLeast: false, beatChampionBy: 0, leastNewRows: 10 };

interface World {
  readonly scratch: Scratch;
  readonly directories: Record<string, string>;
}

/** Forty test rows; each candidate's predictions as SQL over the label and the number of the row. */
async function world(
  candidates: Readonly<Record<string, string>>,
  champion?: { readonly says: string; readonly to: string },
): Promise<World> {
  const scratch = new Scratch();
  const typed = `SELECT shop, "when", price, CAST(day AS VARCHAR) AS day, sold FROM (${rowsSql(140)})`;
  await scratch.parquet('rows/train.parquet', `${typed} LIMIT 100`);
  await scratch.parquet('rows/test.parquet', `${typed} OFFSET 100`);
  scratch.write('rows/window.json', {
    train: { from: hour(0), to: hour(99), rows: 100 },
    test: { from: hour(100), to: hour(139), rows: 40 },
  });
  const predict = (name: string, says: string) =>
    scratch.parquet(
      `predictions_${name}/predictions.parquet`,
      `SELECT n AS "row", prediction FROM (SELECT row_number() OVER () - 1 AS n, sold FROM '${scratch.path('rows/test.parquet')}'), LATERAL (SELECT ${says} AS prediction)`,
    );
  const directories: Record<string, string> = {
    'in.rows': scratch.path('rows'),
    'in.champion': scratch.write('champion/none.json', {}),
    'in.champion_predictions': scratch.path('champion'),
    'out.decision': scratch.path('decision'),
    'out.model': scratch.path('model'),
  };
  for (const [name, says] of Object.entries(candidates)) {
    scratch.write(`model_${name}/weights.bin`, name);
    scratch.write(`model_${name}/code/model.py`, 'def predict(): ...');
    directories[`in.model_${name}`] = scratch.write(`model_${name}/model.json`, manifest({ candidate: name }));
    directories[`in.predictions_${name}`] = await predict(name, says);
  }
  if (champion) {
    directories['in.champion'] = scratch.write(
      'live/model.json',
      manifest({ candidate: 'old', data: { from: hour(0), to: champion.to, rows: 9 } }),
    );
    directories['in.champion_predictions'] = await predict('champion', champion.says);
  }
  return { scratch, directories };
}

const select = ({ directories }: World, change: object = {}): Promise<Run> =>
  run('select', directories, { schema, choose: { ...choose, ...change } });

async function decision(made: World, change: object = {}): Promise<Decision> {
  expect(await select(made, change)).toMatchObject({ code: 0 });
  return made.scratch.json<Decision>('decision/decision.json');
}

test('the candidate with the best metric wins, and every metric of the task is measured', async () => {
  const made = await world({ forest: 'sold + 2', ridge: 'sold + 1', boosting: 'sold - 3' });
  const decided = await decision(made);
  expect(decided).toMatchObject({ decision: 'register', winner: 'ridge', metric: 'mae', champion: false });
  expect(decided.why).toBe('ridge has mae 1; there is no champion yet, so the gate alone decides');
  expect(Object.keys(decided.candidates)).toEqual(['boosting', 'forest', 'ridge']);
  expect(Object.keys(decided.candidates.forest!.scores)).toEqual(['wape', 'mae', 'rmse', 'r2']);
  expect(decided.test).toEqual({ from: hour(100), to: hour(139), rows: 40 });
  expect(made.scratch.json('decision/metrics.json')).toEqual(decided.candidates.ridge!.scores);
});

test('the higher one wins where higher is better, and equal ones by name', async () => {
  const made = await world({ b: 'sold + 1', a: 'sold + 1', c: 'sold + 2' });
  expect((await decision(made, { metric: 'r2' })).winner).toBe('a');
});

test('the gate keeps the champion where the winner is not good enough', async () => {
  const made = await world({ ridge: 'sold + 1' });
  const tooHigh = await decision(made, { atMost: 0.5 });
  expect([tooHigh.decision, tooHigh.why]).toEqual([
    'keep',
    'ridge has mae 1, at most 0.5 is allowed; there is no champion yet, so the gate alone decides',
  ]);
  expect(await decision(made, { atMost: 1 })).toMatchObject({
    decision: 'register',
    why: expect.stringContaining('ridge has mae 1 (at most 1)'),
  });
  expect(await decision(made, { metric: 'r2', atLeast: 0.9 })).toMatchObject({
    decision: 'keep',
    why: expect.stringMatching(/^ridge has r2 0\.8\d+, at least 0\.9 is needed/),
  });
  expect(await decision(made, { metric: 'r2', atLeast: 0.8 })).toMatchObject({ decision: 'register' });
});

test('a metric that is not defined on the test rows does not pass', async () => {
  const made = await world({ ridge: '0.5' });
  await made.scratch.parquet(
    'rows/test.parquet',
    `SELECT * REPLACE (1.0 AS sold) FROM '${made.scratch.path('rows/test.parquet')}'`,
  );
  expect(await decision(made, { metric: 'auc' })).toMatchObject({
    decision: 'keep',
    why: expect.stringContaining('auc of ridge is not defined on these test rows'),
  });
});

test('champion and winner are compared on the rows newer than the champion knows, and on no others', async () => {
  // On the old rows the champion is perfect; on the 20 new ones it errs by 2.
  const champion = { says: 'CASE WHEN n < 20 THEN sold ELSE sold + 2 END', to: hour(119) };
  const decided = await decision(await world({ ridge: 'sold + 1' }, champion));
  expect(decided.champion).toMatchObject({ candidate: 'old', rows: 20, champion: { mae: 2 }, winner: { mae: 1 } });
  expect(decided.why).toBe(
    "ridge has mae 1; ridge has 1 against the champion's 2 on 20 rows newer than the champion's training data: better",
  );
});

test('the winner must be better by the share that is asked for', async () => {
  const made = await world({ ridge: 'sold + 1.9' }, { says: 'sold + 2', to: hour(99) });
  expect(await decision(made, { beatChampionBy: 0.05 })).toMatchObject({ decision: 'register' });
  expect(await decision(made, { beatChampionBy: 0.06 })).toMatchObject({
    decision: 'keep',
    why: expect.stringMatching(/: not better by the 6 % that is asked for$/),
  });
  const equal = await world({ ridge: 'sold + 2' }, { says: 'sold + 2', to: hour(99) });
  expect(await decision(equal)).toMatchObject({ decision: 'keep', why: expect.stringMatching(/: not better$/) });
});

test('better is meant the way of the metric, and by the size of a negative value', () => {
  expect(isBetter('wape', 0.8, 1, 0.2)).toBe(true);
  expect(isBetter('wape', 0.81, 1, 0.2)).toBe(false);
  expect(isBetter('auc', 0.6, 0.5, 0.2)).toBe(true);
  expect(isBetter('auc', 0.59, 0.5, 0.2)).toBe(false);
  expect(isBetter('r2', -0.8, -1, 0.2)).toBe(true);
  expect(isBetter('r2', -1, -1, 0)).toBe(false);
});

test('with too few new rows the gate alone decides, and the decision says so', async () => {
  const decided = await decision(await world({ ridge: 'sold + 1' }, { says: 'sold', to: hour(130) }));
  expect(decided).toMatchObject({ decision: 'register', champion: false });
  expect(decided.why).toBe(
    `ridge has mae 1; the champion is not compared: 9 test rows newer than its training data (to ${hour(130)}), 10 needed, so the gate alone decides`,
  );
});

test('a champion that cannot score the rows any more does not stop its replacement', async () => {
  const decided = await decision(
    await world({ ridge: 'sold + 1' }, { says: `CASE WHEN n < 3 THEN 'NaN'::DOUBLE ELSE sold END`, to: hour(99) }),
  );
  expect(decided).toMatchObject({ decision: 'register', champion: false });
  expect(decided.why).toContain('the champion cannot be compared: it gave 3 of 40 predictions missing or not finite');
});

test('the model is the winner with its scores, its reference profile and a digest of each file', async () => {
  const made = await world({ ridge: 'sold + 1', forest: 'sold + 2' });
  const { candidates } = await decision(made);
  const { scratch } = made;
  const model = scratch.json<ModelManifest>('model/model.json');
  expect(model).toMatchObject({ candidate: 'ridge', metrics: candidates.ridge!.scores, code: 'c0de' });
  expect(scratch.text('model/weights.bin')).toBe('ridge');
  const digest = (file: string) =>
    createHash('sha256')
      .update(readFileSync(scratch.path('model', file)))
      .digest('hex');
  const files = ['code/model.py', 'reference.json', 'weights.bin'];
  expect(model.files).toEqual(Object.fromEntries(files.map((file) => [file, digest(file)])));
  const reference = scratch.json<Reference>('model/reference.json');
  expect([reference.inputs.rows, reference.predictions.rows]).toEqual([140, 40]);
  expect(Object.keys(reference.inputs.columns)).toEqual(['price', 'day']);
  expect(reference.inputs.columns.day).toEqual({
    kind: 'category',
    counts: { 0: 28, 1: 28, 2: 28, 3: 28, 4: 28 },
    missing: 0,
  });
  expect((reference.predictions.columns.prediction as NumberProfile).edges.slice(1)).toEqual([
    11, 12, 13, 14, 15, 16, 17, 18, 19,
  ]);
});

test('the same inputs make the same bytes', async () => {
  const [one, two] = [await world({ a: 'sold + 1', b: 'sold' }), await world({ b: 'sold', a: 'sold + 1' })];
  await decision(one);
  await decision(two);
  for (const file of ['decision/decision.json', 'decision/metrics.json', 'model/model.json', 'model/reference.json'])
    expect(one.scratch.text(file)).toBe(two.scratch.text(file));
});

describe('refuses', () => {
  const refused = async (made: World, change: object = {}) => {
    const { code, said } = await select(made, change);
    expect(code).toBe(64);
    return said;
  };

  test('predictions that are missing, not finite or too many, of every candidate at once', async () => {
    const made = await world({
      a: `CASE WHEN n < 2 THEN 'NaN'::DOUBLE ELSE sold END`,
      b: 'CASE WHEN n = 5 THEN NULL ELSE sold END',
      c: 'sold',
    });
    await made.scratch.parquet(
      'predictions_c/predictions.parquet',
      'SELECT i % 40 AS "row", 1.0 AS prediction FROM range(50) AS r(i)',
    );
    expect(await refused(made)).toBe(`select: 3 problems
  candidate a
    got 2 of 40 predictions missing or not finite, expected 40 finite predictions, one a row
    fix: return one finite number a row from predict
  candidate b
    got 1 of 40 predictions missing or not finite, expected 40 finite predictions, one a row
    fix: return one finite number a row from predict
  candidate c
    got 50 predictions for 40 rows, expected 40 finite predictions, one a row
    fix: return one finite number a row from predict`);
  });

  test('labels that are no classes and predictions that are no probabilities, for a classification metric', async () => {
    expect(await refused(await world({ a: 'sold' }), { metric: 'auc' })).toBe(`select: 2 problems
  label
    got 40 labels such as 11, expected labels of 0 and 1, or false and true
    fix: correct the label, or choose a regression metric
  candidate a
    got 40 predictions such as 11, expected probabilities of 1, from 0 to 1
    fix: return the probability of 1 from predict`);
  });

  test('a directory that is not what its program writes', async () => {
    const made = await world({ a: 'sold' });
    made.scratch.write('empty/nothing', '');
    const empty = made.scratch.path('empty');
    const other = (change: Record<string, string>): World => ({
      ...made,
      directories: { ...made.directories, ...change },
    });
    expect((await refused(other({ 'in.rows': empty }))).replaceAll(made.scratch.root, 'ROOT')).toBe(`select: 1 problem
  in.rows
    got no train.parquet in "ROOT/empty", expected a directory with train.parquet and test.parquet
    fix: give the directory that its program wrote`);
    expect(await refused(other({ 'in.model_a': empty }))).toContain('in.model_a\n    got no model.json');
    expect(await refused(other({ 'in.predictions_a': empty }))).toContain(
      'candidate a\n    got no predictions.parquet',
    );
  });

  test('a run without candidates', async () => {
    expect(await refused(await world({}))).toBe(`select: 1 problem
  in.model_…
    got no candidate, expected one candidate or more
    fix: add --in.model_<name> and --in.predictions_<name>`);
  });

  test('rows of one’s own that lack a column', async () => {
    const made = await world({ a: 'sold' });
    const file = made.scratch.path('rows/test.parquet');
    await made.scratch.parquet('fewer.parquet', `SELECT * EXCLUDE (sold) FROM '${file}'`);
    await made.scratch.parquet('rows/test.parquet', `FROM '${made.scratch.path('fewer.parquet')}'`);
    expect(await refused(made)).toContain('in.rows: test.parquet\n    got no column sold');
  });

  test('a gate that is not one', async () => {
    expect(await refused(await world({ a: 'sold' }), { metric: 'wap' })).toContain(
      'param.choose.metric\n    got "wap", expected one of wape',
    );
  });
});
