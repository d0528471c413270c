/** The step `drift`: which rows it looks at, what it says of them, and that real drift is seen. */
import type { ModelManifest, Profile } from '../../constructs/spec/artifact';
import { jsDistance, lInfinity, type Drift } from '../../constructs/spec/distance';
import type { Report } from '../../constructs/spec/report';
import { captures, captureSql, model, subject } from './captured';
import { hour, run, Scratch, type Run } from './scratch';

const monitor = (change: object = {}) => ({
  kind: 'data-drift',
  every: '1 day',
  metric: { number: jsDistance(0.1), category: lInfinity(0.1) },
  leastRows: 20,
  violations: { count: 1, of: 1 },
  ...change,
});
const week = { ...subject, monitor: 'inputs', window: { from: hour(0), to: hour(168) } };

const drift = (
  scratch: Scratch,
  inputs: { captures: string; model: string },
  change: object = {},
  of: object = week,
): Promise<Run> =>
  run(
    'drift',
    { 'in.captures': inputs.captures, 'in.model': inputs.model, 'out.report': scratch.path('report') },
    { monitor: monitor(change), subject: of },
  );

async function report(queries: readonly string[], change: object = {}, of: object = week): Promise<Report> {
  const scratch = new Scratch();
  const inputs = { captures: await captures(scratch, ...queries), model: await model(scratch, 1000) };
  expect(await drift(scratch, inputs, change, of)).toMatchObject({ code: 0 });
  return scratch.json<Report>('report/report.json');
}

test('the same traffic as in the reference is fine, and the report holds each feature with its threshold', async () => {
  const found = await report([captureSql(1000)]);
  expect(found).toEqual({
    format: 1,
    monitor: 'inputs',
    endpoint: 'online',
    version: 'v2',
    window: { from: hour(0), to: hour(168) },
    scope: 'window',
    kind: 'data-drift',
    rows: 168,
    measured: 168,
    verdict: 'fine',
    why: '0 of 2 features drifted; 168 rows, net of what sampling noise alone exceeds in 1 of 1,000 comparisons',
    values: [
      { name: 'price', metric: 'jsDistance', value: 0, threshold: 0.1, violated: false },
      { name: 'day', metric: 'lInfinity', value: 0, threshold: 0.1, violated: false },
    ],
  });
});

test('a feature that moved violates the window, and is named', async () => {
  const found = await report([captureSql(1000, '* REPLACE (price + 40 AS price)')]);
  expect(found.verdict).toBe('violated');
  expect(found.why).toMatch(/^1 of 2 features drifted: price \(jsDistance 0\.\d+, at most 0\.1 allowed\); 168 rows/);
  expect(found.values.map(({ violated }) => violated)).toEqual([true, false]);
});

test('a category that is new, and a column that stopped coming, are seen', async () => {
  const renamed = await report([
    captureSql(1000, `* REPLACE (CASE day WHEN '1' THEN 'one' WHEN '2' THEN 'two' ELSE day END AS day)`),
  ]);
  expect(renamed.values[1]).toMatchObject({ name: 'day', violated: true });
  const gone = await report([captureSql(1000, '* EXCLUDE (price)')]);
  expect(gone.values[0]).toMatchObject({ name: 'price', violated: true });
});

test('a category may come as a number, a number as text, and as in training', async () => {
  const found = await report([
    captureSql(1000, '* REPLACE (CAST(day AS DOUBLE) AS day, CAST(price AS VARCHAR) AS price)'),
  ]);
  expect(found.values.map(({ value }) => value)).toEqual([0, 0]);
});

test('chi2 drifts below its threshold', async () => {
  const metric = { number: jsDistance(0.1), category: { distance: 'chi2', threshold: 0.01 } satisfies Drift };
  expect((await report([captureSql(1000)], { metric })).verdict).toBe('fine');
  const found = await report([captureSql(1000, `* REPLACE ('0' AS day)`)], { metric });
  expect(found.why).toContain('day (chi2 ');
  expect(found.why).toContain('at least 0.01 allowed');
});

test('only the window and the version count; files may hold more and there may be many', async () => {
  const found = await report(
    [captureSql(100), captureSql(1000, '*', 'v1'), captureSql(10, '*, 7 AS surplus')],
    {},
    { ...week, window: { from: hour(5), to: hour(50) } },
  );
  expect([found.rows, found.verdict]).toEqual([50, 'fine']);
});

test('with too few rows, and with none, the window is unclear', async () => {
  const few = await report([captureSql(19, '* REPLACE (price + 40 AS price)')]);
  expect(few).toMatchObject({ rows: 19, verdict: 'unclear', why: '19 rows captured, 20 needed' });
  expect(few.values[0]).toEqual({ name: 'price', metric: 'jsDistance', value: null, threshold: 0.1, violated: false });
  expect(await report([])).toMatchObject({ rows: 0, verdict: 'unclear' });
});

describe('of predictions', () => {
  const predictions = { kind: 'prediction-drift', metric: jsDistance(0.1) };

  test('looks at nothing but the predictions', async () => {
    const found = await report([captureSql(1000, '* REPLACE (price + 40 AS price)')], predictions);
    expect(found).toMatchObject({
      kind: 'prediction-drift',
      verdict: 'fine',
      why: 'the predictions did not drift; 168 rows, net of what sampling noise alone exceeds in 1 of 1,000 comparisons',
      values: [{ name: 'prediction', metric: 'jsDistance', value: 0, threshold: 0.1, violated: false }],
    });
  });

  test('violates the window where they moved from those on the test rows', async () => {
    const found = await report([captureSql(1000, '* REPLACE (prediction + 40 AS prediction)')], predictions);
    expect([found.verdict, found.values.map(({ violated }) => violated)]).toEqual(['violated', [true]]);
    expect(found.why).toMatch(
      /^the predictions drifted: prediction \(jsDistance 0\.\d+, at most 0\.1 allowed\); 168 rows/,
    );
  });

  test('is unclear with too few rows, and counts only the window and the version', async () => {
    const few = await report([captureSql(19), captureSql(1000, '*', 'v1')], predictions);
    expect(few).toMatchObject({ rows: 19, verdict: 'unclear', why: '19 rows captured, 20 needed' });
  });
});

test('the profile of the window is written beside the report, and both are the same each time', async () => {
  const texts = await Promise.all(
    [1, 2].map(async () => {
      const scratch = new Scratch();
      const inputs = { captures: await captures(scratch, captureSql(168)), model: await model(scratch, 1000) };
      await drift(scratch, inputs);
      expect(scratch.json('report/profile.json')).toMatchObject({
        rows: 168,
        columns: { price: { kind: 'number' } },
      } satisfies Partial<Record<keyof Profile, unknown>>);
      return scratch.text('report/report.json') + scratch.text('report/profile.json');
    }),
  );
  expect(texts[0]).toBe(texts[1]);
});

test('real temperatures of June have drifted from a winter, wind and weekdays have not', async () => {
  const bikes = 'stacks/bike-rentals/data/bike-rentals.parquet';
  const scratch = new Scratch();
  const schema: ModelManifest['schema'] = {
    time: 'time',
    key: ['time'],
    label: 'rentals',
    features: Object.fromEntries(
      Object.entries({ weekday: 'category', temperature: 'number', wind_speed: 'number' } as const).map(
        ([name, kind]) => [name, { kind, range: false, nulls: 0.5 } as const],
      ),
    ),
  };
  const hours = 3600;
  await run(
    'prepare',
    {
      'in.data': await scratch.parquet(
        'winter/a.parquet',
        `SELECT * FROM '${bikes}' WHERE time < TIMESTAMP '2011-04-01'`,
      ),
      'out.rows': scratch.path('rows'),
      'out.report': scratch.path('data-report'),
    },
    { schema, history: 90 * 24 * hours, test: 28 * 24 * hours },
  );
  scratch.write('none/none.json', {});
  scratch.write('candidate/model.json', { schema, parameters: {} });
  await scratch.parquet(
    'predictions/predictions.parquet',
    `SELECT row_number() OVER () - 1 AS "row", rentals AS prediction FROM '${scratch.path('rows/test.parquet')}'`,
  );
  const selected = await run(
    'select',
    {
      'in.rows': scratch.path('rows'),
      'in.champion': scratch.path('none'),
      'in.champion_predictions': scratch.path('none'),
      'in.model_a': scratch.path('candidate'),
      'in.predictions_a': scratch.path('predictions'),
      'out.decision': scratch.path('decision'),
      'out.model': scratch.path('model'),
    },
    {
      schema,
      choose: { metric: 'wape', atMost: false, atLeast: false, beatChampionBy: 0, leastNewRows: 1 },
    },
  );
  expect(selected.code).toBe(0);
  const june = { from: '2011-06-02T00:00:00Z', to: '2011-06-09T00:00:00Z' };
  const inputs = await captures(
    scratch,
    `SELECT strftime(time, '%c') AS id, time AS at, 'v2' AS version, weekday, temperature, wind_speed, 1.0 AS prediction FROM '${bikes}'`,
  );
  await drift(scratch, { captures: inputs, model: scratch.path('model') }, {}, { ...week, window: june });
  const { values } = scratch.json<Report>('report/report.json');
  expect(values.map(({ name, violated }) => [name, violated])).toEqual([
    ['weekday', false],
    ['temperature', true],
    ['wind_speed', false],
  ]);
});

test('refuses captures in a dialect that it does not know, and a folder without a manifest', async () => {
  const scratch = new Scratch();
  const inputs = {
    captures: scratch.write('captures/manifest.json', { format: 1, dialect: 'morse', files: [] }),
    model: await model(scratch, 100),
  };
  expect(await drift(scratch, inputs)).toEqual({
    code: 64,
    said: `drift: 1 problem
  in.captures: manifest.json
    got the dialect "morse", expected "parquet", "sagemaker" or "vertex"
    fix: use a release that knows this dialect`,
  });
  expect((await drift(scratch, { ...inputs, captures: inputs.model })).said).toContain(
    'in.captures\n    got no manifest.json in',
  );
});
