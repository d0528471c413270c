/** The step `quality`: how labels meet captures, the limits, and what cannot be told. */
import type { Report } from '../../constructs/spec/report';
import { captureSql, labelSql, monitored, qualityMonitor as monitor, subject, type Given } from './captured';
import { hour, run, type Run } from './scratch';

async function quality(given: Given, change: object = {}): Promise<Run & { readonly report: Report }> {
  const { scratch, directories } = await monitored(given);
  const done = await run(
    'quality',
    { ...directories, 'out.report': scratch.path('report') },
    { monitor: { ...monitor, ...change }, subject },
  );
  return { ...done, report: done.code === 0 ? scratch.json<Report>('report/report.json') : ({} as Report) };
}

test('a metric that is worse than the baseline allows violates the window', async () => {
  const { report } = await quality({ model: { metrics: { wape: 0.25 } } });
  expect(report).toEqual({
    format: 1,
    monitor: 'quality',
    endpoint: 'online',
    version: 'v2',
    window: { from: hour(24), to: hour(48) },
    scope: 'window',
    kind: 'model-quality',
    rows: 24,
    measured: 24,
    verdict: 'violated',
    why: 'wape 0.5 on 24 rows; limit 0.3125 (from 0.25) broken',
    values: [{ name: 'wape', metric: 'wape', value: 0.5, threshold: 0.3125, baseline: 0.25, violated: true }],
  });
  expect((await quality({})).report).toMatchObject({
    verdict: 'fine',
    why: 'wape 0.5 on 24 rows; limit 0.5 (from 0.4) kept',
  });
});

test('higher is better for some metrics: the limit is below the baseline', async () => {
  const classes = {
    captures: [captureSql(100, '* REPLACE (0.9 AS prediction)')],
    labels: [labelSql(100, '* REPLACE (label > 13 AS label)')],
    model: { metrics: { accuracy: 0.9 } },
  };
  const { report } = await quality(classes, { metric: 'accuracy' });
  expect(report.values[0]).toMatchObject({ threshold: 0.9 / 1.25, violated: true });
});

test.each([
  [{ above: 0.4 }, 'violated', 'wape 0.5 on 24 rows; limit 0.4 broken'],
  [{ above: 0.6 }, 'fine', 'wape 0.5 on 24 rows; limit 0.6 kept'],
  [{ below: 0.6 }, 'violated', 'wape 0.5 on 24 rows; limit 0.6 broken'],
  [
    { above: 0.6, worseThanBaseline: 1.1 },
    'violated',
    'wape 0.5 on 24 rows; limit 0.44 (from 0.4) broken, limit 0.6 kept',
  ],
])('the limits %j make it %s', async (limits, verdict, why) => {
  const { report } = await quality({}, { worseThanBaseline: false, ...limits });
  expect([report.verdict, report.why]).toEqual([verdict, why]);
});

test('a key meets its label whatever type and form its time has on either side', async () => {
  const jsonLines = Array.from({ length: 24 }, (_, i) =>
    JSON.stringify({ shop: 'a', when: `${hour(24 + i).slice(0, 19)}+00:00`, label: 10 + ((24 + i) % 9), at: hour(50) }),
  ).join('\n');
  for (const labels of [
    [jsonLines],
    [labelSql(100, `* REPLACE ("when"::TIMESTAMPTZ AS "when")`)],
    [labelSql(100, '* REPLACE (CAST("when" AS VARCHAR) AS "when")')],
  ])
    expect((await quality({ labels })).report).toMatchObject({ measured: 24, values: [{ value: 0.5 }] });
});

test('whole numbers as keys meet their label too, as text, as integers and as doubles', async () => {
  const schema = { time: 'when', key: ['shop'], label: 'sold', features: {} };
  const given = {
    captures: [captureSql(100, `* REPLACE (id[2:] AS shop)`)],
    labels: [labelSql(100, `* REPLACE (CAST(row_number() OVER () - 1 AS DOUBLE) AS shop)`)],
    model: { schema },
  };
  expect((await quality(given)).report.measured).toBe(24);
});

test('the latest prediction of a key counts, and rows without one or without a key do not', async () => {
  const later = captureSql(30, `* REPLACE ("at" + INTERVAL 1 MINUTE AS "at", 'z' || id AS id, 0.0 AS prediction)`);
  const { report } = await quality({ captures: [captureSql(100), later] });
  expect(report).toMatchObject({ rows: 30, measured: 24 });
  expect(report.values[0]!.value).toBeGreaterThan(0.5);
  const broken = captureSql(
    100,
    `* REPLACE (CASE day WHEN '1' THEN NULL ELSE prediction END AS prediction, CASE day WHEN '2' THEN NULL ELSE shop END AS shop)`,
  );
  const nobody = labelSql(100, '* REPLACE (CAST(NULL AS VARCHAR) AS shop)');
  expect((await quality({ captures: [broken], labels: [labelSql(100), nobody] })).report).toMatchObject({
    rows: 24,
    measured: 14,
  });
});

test('of several labels of a key the latest counts, and contradictions are told', async () => {
  const corrected = labelSql(30, '* REPLACE (label * 1.5 AS label, "at" + INTERVAL 1 DAY AS "at")');
  for (const labels of [
    [labelSql(100), corrected],
    [corrected, labelSql(100), labelSql(100)],
  ]) {
    const { report } = await quality({ labels });
    expect(report.values[0]!.value).toBeLessThan(0.5);
    expect(report.why).toMatch(/; 6 rows with contradictory labels, the latest counts$/);
  }
});

test.each([
  ['given twice', [labelSql(100), labelSql(28)], /kept; 4 rows with the same label several times$/],
  ['late', [labelSql(100, '* REPLACE ("at" + INTERVAL 30 HOUR AS "at")')], /kept; \d+ rows whose label came late$/],
  ['missing', [labelSql(30)], /kept; 18 rows without a label yet$/],
])('labels that are %s are told, and change no verdict', async (_what, labels, why) => {
  const { report } = await quality({ labels });
  expect(report.verdict).toBe('fine');
  expect(report.why).toMatch(why);
});

test.each([
  ['there are no captures', { captures: [] }, {}, 'no rows captured'],
  ['there are no labels', { labels: [] }, {}, 'no labels yet for 24 captured rows'],
  ['the labels are those of other rows', { labels: [labelSql(20)] }, {}, 'no labels yet for 24 captured rows'],
  ['there are too few labels', { labels: [labelSql(28)] }, {}, '4 rows with a label of 24 captured, 5 needed'],
  [
    'the metric is not defined',
    { labels: [labelSql(100, '* REPLACE (0 AS label)')] },
    {},
    'wape is not defined on these labels',
  ],
  [
    'the version has no test score',
    { model: { metrics: {} } },
    {},
    'wape 0.5 on 24 rows; worseThanBaseline cannot be judged: the version has no test score for wape',
  ],
])('the window is unclear where %s', async (_name, given, change, why) => {
  const { report } = await quality(given, change);
  expect([report.verdict, report.why]).toEqual(['unclear', why]);
});

test('a limit that is broken counts although another cannot be judged', async () => {
  const { report } = await quality({ model: { metrics: {} } }, { above: 0.4 });
  expect(report.verdict).toBe('violated');
});

describe('refuses', () => {
  test('labels without the key', async () => {
    const { code, said } = await quality({ labels: [labelSql(100, '* RENAME (shop AS store)')] });
    expect([code, said]).toEqual([
      64,
      `quality: 1 problem
  in.labels
    got the columns "store", "when", "label", "at", expected the key "shop", "when", "label" and "at"
    fix: add "shop" to the labels`,
    ]);
  });

  test('labels that are no numbers', async () => {
    const { code, said } = await quality({ labels: [labelSql(100, `* REPLACE ('many' AS label)`)] });
    expect([code, said]).toEqual([
      64,
      `quality: 1 problem
  in.labels: label
    got 100 values such as "many", expected a number, or false and true
    fix: correct these labels`,
    ]);
  });

  test('labels that are no classes, for a classification metric', async () => {
    const { code, said } = await quality({}, { metric: 'auc' });
    expect([code, said]).toEqual([
      64,
      `quality: 1 problem
  in.labels: label
    got 24 labels such as 16, expected labels of 0 and 1, or false and true
    fix: correct the label, or choose a regression metric`,
    ]);
  });
});
