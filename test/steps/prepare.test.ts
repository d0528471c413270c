/** The step `prepare`: the window, the split, what a value means, and the report. */
import { readFileSync } from 'node:fs';
import type { ModelSchema } from '../../constructs/spec/artifact';
import { changed, HOUR, prepare } from './prepared';
import { rowsSql, schema, Scratch } from './scratch';

test('takes the newest rows, splits them by time and writes them in the types of the schema', async () => {
  const scratch = new Scratch();
  const done = await prepare(scratch, await scratch.parquet('data/a.parquet', rowsSql(100)));
  expect(done).toEqual({ code: 0, said: 'prepare: 40 rows to train on, 10 rows to test on' });
  expect(scratch.json('rows/window.json')).toEqual({
    train: { from: '2024-01-03T02:00:00.000Z', to: '2024-01-04T17:00:00.000Z', rows: 40 },
    test: { from: '2024-01-04T18:00:00.000Z', to: '2024-01-05T03:00:00.000Z', rows: 10 },
  });
  const rows = await scratch.rows('rows/test.parquet');
  expect(rows).toHaveLength(10);
  expect(rows[0]).toEqual({ shop: 'a', when: new Date('2024-01-04T18:00:00Z'), price: 30, day: '0', sold: 10 });
  const types = await scratch.rows(
    'rows/train.parquet',
    'typeof(shop) s, typeof("when") w, typeof(price) p, typeof(day) d, typeof(sold) l',
  );
  expect(types[0]).toEqual({ s: 'VARCHAR', w: 'TIMESTAMP', p: 'DOUBLE', d: 'VARCHAR', l: 'DOUBLE' });
});

test('the same rows make the same bytes, in whatever order and files they come', async () => {
  const [one, two] = [new Scratch(), new Scratch()];
  await prepare(one, await one.parquet('data/a.parquet', rowsSql(3000)), { history: 2500 * HOUR });
  await two.parquet('data/deep/z.parquet', `SELECT * FROM (${rowsSql(3000)}) WHERE sold > 12`);
  await prepare(
    two,
    await two
      .parquet('data/b.parquet', `SELECT * FROM (${rowsSql(3000)}) WHERE sold <= 12 ORDER BY "when" DESC`)
      .then(() => two.path('data')),
    { history: 2500 * HOUR },
  );
  for (const file of [
    'rows/train.parquet',
    'rows/test.parquet',
    'rows/window.json',
    'report/data-report.json',
    'report/data-report.md',
  ])
    expect(readFileSync(one.path(file)).equals(readFileSync(two.path(file)))).toBe(true);
});

test('many rows on many threads make the same bytes each time', async () => {
  const runs = [new Scratch(), new Scratch()];
  for (const scratch of runs)
    await prepare(scratch, await scratch.parquet('data/a.parquet', rowsSql(300_000)), { history: 280_000 * HOUR });
  const [one, two] = runs.map((scratch) => readFileSync(scratch.path('rows/train.parquet')));
  expect(one!.equals(two!)).toBe(true);
});

test('Parquet, CSV and JSON lines of the same rows make the same bytes', async () => {
  const texts = `strftime("when", '%Y-%m-%dT%H:%M:%SZ')`;
  const csv = new Scratch();
  const lines = new Scratch();
  const parquet = new Scratch();
  await prepare(parquet, await parquet.parquet('data/a.parquet', rowsSql(60)));
  const rows = await parquet.rows<Record<string, unknown>>(
    'data/a.parquet',
    `shop, ${texts} AS "when", price, CAST(day AS INTEGER) AS day, sold`,
  );
  csv.write('data/a.csv', ['shop,when,price,day,sold', ...rows.map((row) => Object.values(row).join(','))].join('\n'));
  lines.write('data/a.jsonl', rows.map((row) => JSON.stringify(row)).join('\n'));
  for (const other of [csv, lines]) {
    expect((await prepare(other, other.path('data'))).code).toBe(0);
    for (const file of ['rows/train.parquet', 'rows/test.parquet', 'report/data-report.json'])
      expect(readFileSync(other.path(file)).equals(readFileSync(parquet.path(file)))).toBe(true);
  }
});

test('formats mix: new files are new rows, and a whole number is the same category in each', async () => {
  const scratch = new Scratch();
  await scratch.parquet('data/a.parquet', `SELECT * REPLACE (CAST(day AS DOUBLE) AS day) FROM (${rowsSql(60)})`);
  scratch.write('data/b.csv', 'sold,day,price,when,shop\n5,3,1.5,2024-01-03 12:00:00,a\n');
  scratch.write('data/c.ndjson', '{"shop":"a","when":"2024-01-03T15:00:00+02:00","price":2,"day":3,"sold":6}\n');
  expect((await prepare(scratch, scratch.path('data'))).code).toBe(0);
  const last = await scratch.rows('rows/test.parquet', '"when", day, sold');
  expect(last.slice(-2)).toEqual([
    { when: new Date('2024-01-03T12:00:00Z'), day: '3', sold: 5 },
    { when: new Date('2024-01-03T13:00:00Z'), day: '3', sold: 6 },
  ]);
  expect([...new Set((await scratch.rows('rows/train.parquet', 'day')).map(({ day }) => day))].sort()).toEqual([
    '0',
    '1',
    '2',
    '3',
    '4',
  ]);
});

test('the window ends at the newest row with a label, and rows without one are left out and counted', async () => {
  const scratch = new Scratch();
  const sql = changed(
    `* REPLACE (CASE WHEN "when" > TIMESTAMP '2024-01-04' OR day = 4 THEN NULL ELSE sold END AS sold)`,
  );
  expect((await prepare(scratch, await scratch.parquet('data/a.parquet', sql))).code).toBe(0);
  expect(scratch.json<{ test: { to: string } }>('rows/window.json').test.to).toBe('2024-01-04T00:00:00.000Z');
  expect(scratch.json('report/data-report.json')).toMatchObject({ rowsRead: 100, rowsWithoutLabel: 37, duplicates: 0 });
});

test('of rows with the same key the last one is kept, and the report says so', async () => {
  const scratch = new Scratch();
  await scratch.parquet('data/a.parquet', rowsSql(100));
  await scratch.parquet(
    'data/b.parquet',
    `SELECT * REPLACE (99.0 AS sold) FROM (${rowsSql(100)}) WHERE "when" = TIMESTAMP '2024-01-05'`,
  );
  expect((await prepare(scratch, scratch.path('data'))).code).toBe(0);
  const kept = await scratch.rows<{ when: Date; sold: number }>('rows/test.parquet', '"when", sold');
  expect(kept.filter(({ when }) => when.getTime() === Date.UTC(2024, 0, 5)).map(({ sold }) => sold)).toEqual([99]);
  expect(scratch.json('report/data-report.json')).toMatchObject({ duplicates: 1 });
  expect(scratch.text('report/data-report.md')).toContain('Left out: 1 row replaced by a later one with the same key.');
});

test('names may hold quotes, spaces and any letters, and values too', async () => {
  const scratch = new Scratch();
  const odd: ModelSchema = {
    time: 'the "time"',
    key: ["o'key"],
    label: 'étiquette',
    features: {
      'c0 / w0': { kind: 'category', range: false, nulls: 0 },
      '价 格;--': { kind: 'number', range: false, nulls: 0 },
    },
  };
  const sql = `SELECT "when" AS "the ""time""", "when" AS "o'key", sold AS "étiquette", 'it''s | "x"' AS "c0 / w0", price AS "价 格;--" FROM (${rowsSql(100)})`;
  expect(await prepare(scratch, await scratch.parquet("data/it's.parquet", sql), { schema: odd })).toMatchObject({
    code: 0,
  });
  const [row] = await scratch.rows('rows/test.parquet');
  expect(Object.keys(row!)).toEqual(["o'key", 'the "time"', 'c0 / w0', '价 格;--', 'étiquette']);
  expect(row!['c0 / w0']).toBe(`it's | "x"`);
});

test('NaN and infinite numbers are missing, and false and true are labels of 0 and 1', async () => {
  const scratch = new Scratch();
  const sql = changed(`* REPLACE (CASE day WHEN 1 THEN 'NaN'::DOUBLE ELSE price END AS price, sold > 14 AS sold)`);
  expect((await prepare(scratch, await scratch.parquet('data/a.parquet', sql))).code).toBe(0);
  expect(scratch.json('report/data-report.json')).toMatchObject({ columns: { price: { missing: 10, unreadable: 0 } } });
  expect(await scratch.rows('rows/test.parquet', 'DISTINCT sold')).toEqual(
    expect.arrayContaining([{ sold: 0 }, { sold: 1 }]),
  );
});

test('the report tells what was found, also when the rows are refused', async () => {
  const scratch = new Scratch();
  const sql = changed(`*, 1 AS surplus, price * 2 AS "else"`);
  scratch.write('data/README.md', 'not data');
  scratch.write('data/.a.parquet.part', 'not data, and not told');
  scratch.write('data/_temporary/a.parquet', 'not data yet');
  const narrow = {
    ...schema,
    features: { ...schema.features, price: { kind: 'number', range: [0, 50], nulls: 0.25 } },
  };
  expect((await prepare(scratch, await scratch.parquet('data/a.parquet', sql), { schema: narrow })).code).toBe(64);
  expect(scratch.text('report/data-report.md')).toMatchInlineSnapshot(`
   "# Data report

   **1 problem: nothing was written.**

   - features.price: got 8 values outside the range, such as 57, expected 0 to 50. Fix: repair these rows, or widen range of this feature.

   - 100 rows read, 50 rows used.
   - Train: 2024-01-03T02:00:00.000Z to 2024-01-04T17:00:00.000Z, 40 rows.
   - Test: 2024-01-04T18:00:00.000Z to 2024-01-05T03:00:00.000Z, 10 rows.
   - Span: 2.04 days.
   - Columns not in the spec: surplus, else.
   - Files that are no data: README.md.

   | column | kind | missing | share | out of range | values |
   |---|---|---|---|---|---|
   | shop | key | 0 | 0.0 % | 0 |  |
   | when | time | 0 | 0.0 % | 0 |  |
   | price | number | 0 | 0.0 % | 8 | 0 to 59 |
   | day | category | 0 | 0.0 % | 0 | 5 |
   | sold | label | 0 | 0.0 % | 0 | 10 to 18 |
   "
  `);
});

test('reads two years of real bike rentals, with weather missing in some of them', async () => {
  const scratch = new Scratch();
  const bikes: ModelSchema = {
    time: 'time',
    key: ['time'],
    label: 'rentals',
    features: Object.fromEntries(
      Object.entries({
        hour: 'category',
        weekday: 'category',
        working_day: 'category',
        weather: 'category',
        temperature: 'number',
        humidity: 'number',
        wind_speed: 'number',
      } as const).map(([name, kind]) => [name, { kind, range: false, nulls: 0.5 } as const]),
    ),
  };
  const days = 24 * HOUR;
  const done = await prepare(scratch, 'stacks/bike-rentals/data', {
    schema: bikes,
    history: 90 * days,
    test: 28 * days,
  });
  expect(done.said).toBe('prepare: 1450 rows to train on, 670 rows to test on');
  const report = scratch.json<{ columns: Record<string, { missing: number }> }>('report/data-report.json');
  expect(report.columns.weather!.missing / 2120).toBeCloseTo(0.059, 3);
});
