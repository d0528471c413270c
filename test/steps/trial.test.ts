/** The steps `trial_rows` and `trial`: a version under trial against the champion, on the same rows. */
import type { Report } from '../../constructs/spec/report';
import { captureSql, labelSql, monitored, qualityMonitor as monitor, subject, type Given } from './captured';
import { hour, run } from './scratch';

const ofTrial = { ...subject, scope: 'trial' };

async function trial(given: Given, champion: string | false, change: object = {}) {
  const { scratch, directories } = await monitored(given);
  const rows = await run('trial_rows', { ...directories, 'out.rows': scratch.path('rows') }, { subject: ofTrial });
  expect(rows.code).toBe(0);
  const predictions = champion
    ? await scratch.parquet(
        'champion/predictions.parquet',
        `SELECT row_number() OVER () - 1 AS "row", ${champion} AS prediction FROM '${scratch.path('rows/test.parquet')}'`,
      )
    : scratch.write('champion/none.json', {});
  const done = await run(
    'trial',
    {
      'in.rows': scratch.path('rows'),
      'in.champion_predictions': predictions,
      'in.model': directories['in.model'],
      'out.report': scratch.path('report'),
    },
    { monitor: { ...monitor, ...change }, subject: ofTrial, worse_than_champion: 1.5 },
  );
  return { ...done, scratch, report: done.code === 0 ? scratch.json<Report>('report/report.json') : ({} as Report) };
}

test('its rows have the key, the time, the features, the label and what the new version said', async () => {
  const { scratch } = await trial({ labels: [labelSql(30)] }, 'sold');
  const rows = await scratch.rows('rows/test.parquet');
  expect(rows).toHaveLength(6);
  expect(rows[0]).toEqual({ shop: 'a', when: new Date(hour(24)), price: 48, day: '4', sold: 16, prediction: 24 });
});

test('without a time in the requests a row happened when it was asked about', async () => {
  const schema = { time: 'when', key: ['shop'], label: 'sold', features: {} };
  const given = {
    captures: [captureSql(100, `* EXCLUDE ("when") REPLACE (id AS shop)`)],
    labels: [labelSql(100, `* REPLACE ('r' || (row_number() OVER () - 1) AS shop)`)],
    model: { schema },
  };
  const { scratch } = await trial(given, 'sold');
  expect((await scratch.rows('rows/test.parquet', '"when"'))[0]).toEqual({ when: new Date(hour(24)) });
});

test('the new version is rolled back where it is much worse than the champion on the same rows', async () => {
  const { report } = await trial({}, 'sold * 1.25');
  expect(report).toMatchObject({
    scope: 'trial',
    kind: 'model-quality',
    rows: 24,
    measured: 24,
    verdict: 'violated',
  });
  expect(report.why).toBe('against the champion on the same rows: wape 0.5 on 24 rows; limit 0.375 (from 0.25) broken');
  expect(report.values).toEqual([
    { name: 'wape', metric: 'wape', value: 0.5, threshold: 0.375, baseline: 0.25, violated: true },
  ]);
  expect((await trial({}, 'sold * 1.4')).report.verdict).toBe('fine');
});

test('a champion that makes no errors is beaten by none, and kept from by any', async () => {
  expect((await trial({}, 'sold')).report.verdict).toBe('violated');
  const perfect = captureSql(100, '* REPLACE (prediction / 1.5 AS prediction)');
  expect((await trial({ captures: [perfect] }, 'sold')).report.verdict).toBe('fine');
});

test.each([
  ['no rows', { captures: [] }, 'sold', '0 rows with a label of 0 captured, 5 needed'],
  ['too few labels', { labels: [labelSql(28)] }, 'sold', '4 rows with a label of 24 captured, 5 needed'],
  ['no champion', {}, false, 'there is no champion to compare with'],
  [
    'a metric that is not defined',
    { labels: [labelSql(100, '* REPLACE (0 AS label)')] },
    'sold',
    'wape is not defined on these labels',
  ],
] as const)('it is unclear with %s', async (_name, given, champion, why) => {
  expect((await trial(given, champion)).report).toMatchObject({ verdict: 'unclear', why });
});

test('refuses predictions of the champion that are not finite', async () => {
  const { code, said } = await trial({}, 'CASE WHEN day = 1 THEN NULL ELSE sold END');
  expect([code, said]).toEqual([
    64,
    `trial: 1 problem
  champion
    got 5 of 24 predictions missing or not finite, expected 24 finite predictions, one a row
    fix: return one finite number a row from predict`,
  ]);
});
