/** `batch` and `refit`: a model over files, and models over the past. */
import { join } from 'node:path';
import { directoryOf, INSTALL_MS, modelCode, program, python, SCHEMA, sql, temporary } from './harness';

beforeAll(async () => void (await python()), INSTALL_MS);

describe('batch', () => {
  async function batch(data: string, predict = 'return np.nan_to_num(batch["x"]) * 2') {
    const model = directoryOf({ 'model.json': { schema: SCHEMA }, 'code/model.py': modelCode(predict) });
    const predictions = temporary();
    const ended = await program('batch', {
      'in.data': data,
      'in.model': model,
      'out.predictions': predictions,
      'param.schema': SCHEMA,
    });
    return { ...ended, file: join(predictions, 'predictions.parquet') };
  }

  test('scores Parquet, CSV and JSON lines of one folder, and keeps the key', async () => {
    const data = directoryOf({
      'a.csv': 'id,x,color\none,1,red\ntwo,,\n',
      'b/c.jsonl': '{"id": "three", "x": 3, "color": null}\n',
      '_part/a.csv': 'id,x,color\nno,9,data\n',
      'notes.txt': 'no data',
    });
    await sql(`COPY (SELECT 'four' AS id, 4 AS x, 'red' AS color, 'more' AS more) TO '${data}/d.parquet'`);
    const { code, stderr, file } = await batch(data);
    expect([code, stderr]).toEqual([0, '']);
    expect(await sql(`FROM '${file}'`)).toEqual([
      { id: 'one', prediction: 2 },
      { id: 'two', prediction: 0 },
      { id: 'three', prediction: 6 },
      { id: 'four', prediction: 8 },
    ]);
  });

  test('a category is the same text in every format', async () => {
    const data = directoryOf({ 'a.csv': 'id,x,color\n1,1,5\n0,1,5.0\n', 'b.jsonl': '{"id": 2, "x": 1, "color": 5}\n' });
    await sql(`COPY (SELECT 3 AS id, 1 AS x, CAST(5 AS DOUBLE) AS color) TO '${data}/c.parquet'`);
    await sql(`COPY (SELECT 4 AS id, 1 AS x, CAST(5 AS DECIMAL(9, 2)) AS color) TO '${data}/d.parquet'`);
    const { stderr, file } = await batch(data, 'return (batch["color"] == "5").astype(float)');
    expect(stderr).toBe('');
    expect((await sql(`FROM '${file}'`)).map(({ prediction }) => prediction)).toEqual([1, 0, 1, 1, 1]);
  });

  test('scores more rows than one call takes, in their order', async () => {
    const data = temporary();
    await sql(`COPY (SELECT i AS id, i AS x, 'red' AS color FROM range(250000) r(i)) TO '${data}/a.parquet'`);
    const { stdout, file } = await batch(data, 'print(len(batch["x"]))\nreturn batch["x"]');
    expect(stdout.trim().split('\n')).toEqual(['100000', '100000', '50000']);
    expect(await sql(`SELECT count(DISTINCT id) AS n FROM '${file}' WHERE prediction = id`)).toEqual([{ n: '250000' }]);
  });

  test('scores no rows', async () => {
    const { code, file } = await batch(directoryOf({ 'a.csv': 'id,x,color\n' }));
    expect(code).toBe(0);
    expect(await sql(`FROM '${file}'`)).toEqual([]);
  });

  test.each([
    ['a folder without data', {}, 'got no data files, expected at least one of .parquet, .csv, .jsonl, .ndjson'],
    ['rows without a feature', { 'a.csv': 'id,x\n1,1\n' }, 'the rows have no column color'],
    ['a number that is none', { 'a.csv': 'id,x,color\n1,warm,red\n' }, 'cannot read the rows: Conversion Error'],
  ])('refuses %s', async (_, files, message) => {
    const { code, stderr } = await batch(directoryOf(files));
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('Traceback');
    expect(code).toBe(64);
  });
});

describe('refit', () => {
  /** Predicts the sum of the labels that it was trained on, times a factor. */
  const CODE = `
import json
def train(data, model, factor=1): json.dump(factor * data["y"].sum(), open(f"{model}/sum.json", "w"))
def load(model): return json.load(open(f"{model}/sum.json"))
def predict(model, batch): return [model] * len(batch["x"])
`;
  const window = (from: string, to: string, factor = 1) => ({
    from: `2026-01-01T${from}:00Z`,
    to: `2026-01-01T${to}:00Z`,
    candidate: 'sum',
    parameters: { factor },
  });

  async function refit(windows: unknown, history = '7200') {
    const data = temporary();
    // At hour i the label is 10^i; at hour 2 there is none.
    await sql(
      `COPY (SELECT timestamptz '2026-01-01 00:00:00+00:00' + to_hours(i) AS at, i AS id, 1 AS x, 'red' AS color,
         CASE WHEN i <> 2 THEN pow(10, i) END AS y FROM range(6) r(i)) TO '${data}/a.parquet'`,
    );
    const predictions = temporary();
    const ended = await program('refit', {
      'in.data': data,
      'in.code': directoryOf({ 'model.py': CODE }),
      'in.windows': directoryOf({ 'windows.json': JSON.stringify(windows) }),
      'out.predictions': predictions,
      'param.schema': SCHEMA,
      'param.history': history,
    });
    return { ...ended, file: join(predictions, 'predictions.parquet') };
  }

  test('predicts each window with a model of the labelled rows in the history before it', async () => {
    const { code, stderr, file } = await refit([window('02:00', '04:00'), window('04:00', '05:00', 7)]);
    expect([code, stderr]).toEqual([0, '']);
    expect(await sql(`FROM '${file}'`)).toEqual([
      { at: '2026-01-01 02:00:00', id: '2', prediction: 11 },
      { at: '2026-01-01 03:00:00', id: '3', prediction: 11 },
      { at: '2026-01-01 04:00:00', id: '4', prediction: 7000 },
    ]);
  });

  test('a window without rows is no line of the output', async () => {
    const { code, file } = await refit([window('05:30', '05:45')]);
    expect(code).toBe(0);
    expect(await sql(`FROM '${file}'`)).toEqual([]);
  });

  test.each([
    ['no windows', [], 'windows.json: got no windows, expected at least one'],
    [
      'a window without its candidate',
      [{ from: 'a', to: 'b' }],
      'windows.json: expected from, to, candidate, parameters in each window; candidate of window 0 is wrong',
    ],
    [
      'a window without history',
      [window('00:00', '01:00')],
      'no labelled rows in the 7200 seconds before 2026-01-01T00:00:00Z',
    ],
    [
      'a parameter that train does not take',
      [{ ...window('02:00', '03:00'), parameters: { no: 1 } }],
      "the candidate sum failed before 2026-01-01T02:00:00Z: model.py: train does not fit the parameters ['no']",
    ],
  ])('refuses %s', async (_, windows, message) => {
    const { code, stderr } = await refit(windows);
    expect(stderr).toContain(message);
    expect(code).toBe(64);
  });
});
