/** `candidate`: training, the test predictions, and the artifact that comes out. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeDigest } from '../../constructs/spec/code-digest';
import { BIKE_DATA, BIKE_MODEL, INSTALL_MS, modelCode, program, python, SCHEMA, sql, temporary } from './harness';
import { candidate, COLUMNS, manifestOf, RATIO, rowsDirectory, sha256 } from './training';

beforeAll(async () => void (await python()), INSTALL_MS);

describe('candidate', () => {
  test('is measured without the test rows, and then trained on all rows', async () => {
    const made = await candidate({ 'model.py': RATIO }, { factor: 10 });
    expect(made).toMatchObject({ exit: 0, stdout: '', stderr: '' });
    expect(await sql(`FROM '${made.predictions}'`)).toEqual(
      [11, 12, 13, 14, 15].map((x, row) => ({ row: String(row), prediction: 20 * x })),
    );
    const all = (2 * 55 + 3 * 65) / (55 + 65);
    expect(Number(readFileSync(join(made.model, 'ratio.json'), 'utf8'))).toBeCloseTo(10 * all, 12);
  });

  test('leaves an artifact that says what it is made of', async () => {
    const requirements = '# pinned\nnumpy==2.3.5 ; python_version >= "3.11"\nabsent-library==1.0\n';
    const made = await candidate({
      'model.py': RATIO,
      'requirements.txt': requirements,
      'lib/ä.py': '',
      '__pycache__/a.pyc': 'x',
    });
    const { files, libraries, ...manifest } = manifestOf(made.model);
    expect(manifest).toEqual({
      format: 1,
      pipeline: 'training',
      candidate: 'line',
      parameters: {},
      schema: SCHEMA,
      metrics: {},
      data: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T14:00:00Z', rows: 15 },
      code: codeDigest(made.code),
    });
    expect(Object.keys(libraries)).toEqual(['python', 'numpy']);
    const paths = ['code/lib/ä.py', 'code/model.py', 'code/requirements.txt', 'ratio.json'];
    expect(Object.keys(files)).toEqual(paths);
    expect(Object.values(files)).toEqual(paths.map((path) => sha256(join(made.model, path))));
    expect(existsSync(join(made.model, 'code/__pycache__'))).toBe(false);
  });

  test('does not need test rows', async () => {
    const made = await candidate({ 'model.py': RATIO }, {}, await rowsDirectory(0));
    expect(made).toMatchObject({ exit: 0, stderr: '' });
    expect(await sql(`FROM '${made.predictions}'`)).toEqual([]);
  });

  test('gets numbers with NaN and categories with None where values are missing', async () => {
    const rows = temporary();
    const values = `timestamp '2026-01-01' AS at, 1 AS id, unnest([1.5, NULL]) AS x, unnest(['5', NULL]) AS color, 1.0 AS y`;
    await sql(`COPY (SELECT ${values}) TO '${rows}/train.parquet'`);
    await sql(`COPY (SELECT ${values}) TO '${rows}/test.parquet'`);
    const train = 'print({name: (column.dtype.name, column.tolist()) for name, column in data.items()})';
    const { stdout } = await candidate({ 'model.py': modelCode('return np.ones(2)', train) }, {}, rows);
    expect(stdout.split('\n')[0]).toBe(
      "{'x': ('float64', [1.5, nan]), 'color': ('object', ['5', None]), 'y': ('float64', [1.0, 1.0])}",
    );
  });

  const refused: readonly (readonly [string, string, object, string])[] = [
    [
      'train that raises',
      'import json\ndef train(data, model): json.loads("{")\n',
      {},
      'model.py:2 in train: JSONDecodeError: Expecting property name',
    ],
    [
      'a module that raises',
      'import no_such_library\n',
      {},
      "model.py:1 in import: ModuleNotFoundError: No module named 'no_such_library'",
    ],
    ['train that ends the process', modelCode('pass', 'raise SystemExit(0)'), {}, 'model.py:3 in train: SystemExit: 0'],
    [
      'an unknown parameter',
      RATIO,
      { faktor: 1 },
      "model.py: train does not fit the parameters ['faktor']: got an unexpected keyword argument 'faktor'",
    ],
    ['too few predictions', modelCode('return [1.0]'), {}, 'predict returned 1 values, expected 5: one number a row'],
    [
      'predictions that are not numbers',
      modelCode('return ["a"] * 5'),
      {},
      "predict returned what is not numbers: could not convert string to float: 'a'",
    ],
    [
      'predictions that are not finite',
      modelCode('return [1.0, np.inf, np.nan, 1.0, 1.0]'),
      {},
      'predict returned 2 of 5 values that are not finite numbers; the first is inf in row 1',
    ],
  ];
  test.each(refused)('refuses %s with exit code 64 and one line', async (_, code, parameters, message) => {
    const { exit, stderr } = await candidate({ 'model.py': code }, parameters);
    expect(stderr).toContain(`mlops-model candidate: the candidate line failed: ${message}`);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(exit).toBe(64);
  });

  test('refuses rows without a column of the schema', async () => {
    const rows = await rowsDirectory();
    await sql(`COPY (SELECT ${COLUMNS} FROM range(3) r(i)) TO '${rows}/train.parquet'`);
    expect(await candidate({ 'model.py': RATIO }, {}, rows)).toMatchObject({
      exit: 64,
      stderr: 'mlops-model candidate: the rows have no column y\n',
    });
  });

  test('the three candidates of the example learn, and bear a weather that is missing', async () => {
    const rows = temporary();
    const columns = `time, hour, weekday, working_day, weather, temperature, humidity, wind_speed, rentals`;
    const part = (where: string, name: string) =>
      sql(`COPY (SELECT ${columns} FROM '${BIKE_DATA}/*.parquet' WHERE ${where}) TO '${rows}/${name}.parquet'`);
    await part(`time < '2011-03-01'`, 'train');
    await part(`time >= '2011-03-01' AND time < '2011-04-01'`, 'test');
    const kinds = {
      hour: 'category',
      weekday: 'category',
      working_day: 'category',
      weather: 'category',
      temperature: 'number',
      humidity: 'number',
      wind_speed: 'number',
    };
    const features = Object.fromEntries(
      Object.entries(kinds).map(([name, kind]) => [name, { kind, range: false, nulls: 0.5 }]),
    );
    const errors: Record<string, number> = {};
    for (const parameters of [
      { kind: 'ridge', alpha: 1 },
      { kind: 'boosting', iterations: 150 },
      { kind: 'forest', trees: 60 },
    ]) {
      const predictions = temporary();
      const { code, stderr } = await program('candidate', {
        'in.rows': rows,
        'in.code': BIKE_MODEL,
        'out.model': temporary(),
        'out.predictions': predictions,
        'param.schema': { time: 'time', key: ['time'], label: 'rentals', features },
        'param.name': parameters.kind,
        'param.parameters': parameters,
        'param.pipeline': 'training',
      });
      expect([code, stderr]).toEqual([0, '']);
      const [wape] = await sql(
        `SELECT sum(abs(prediction - rentals)) / sum(rentals) AS wape
         FROM '${rows}/test.parquet' POSITIONAL JOIN '${predictions}/predictions.parquet'`,
      );
      errors[parameters.kind] = Number(wape?.wape);
    }
    expect(errors).toEqual({ ridge: expect.any(Number), boosting: expect.any(Number), forest: expect.any(Number) });
    expect(Math.max(...Object.values(errors))).toBeLessThan(0.42);
    expect(Math.min(...Object.values(errors))).toBeLessThan(0.3);
  }, 60_000);
});
