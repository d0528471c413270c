/** The checks of `prepare`, and every message of theirs. */
import { mkdirSync } from 'node:fs';
import { changed, HOUR, prepare } from './prepared';
import { rowsSql, schema, Scratch } from './scratch';

const cases: [string, string | null, Readonly<Record<string, unknown>>][] = [
  ['an empty folder', null, {}],
  ['a column that is not there, with the nearest one', changed('* RENAME (price AS prise)'), {}],
  [
    'several problems at once',
    changed(
      `* REPLACE (CASE WHEN day < 2 THEN 'cheap' ELSE CAST(price AS VARCHAR) END AS price, CASE WHEN day < 2 THEN NULL ELSE day END AS day)`,
    ),
    {},
  ],
  ['values outside the range', changed('* REPLACE (price + 50 AS price)'), {}],
  [
    'a feature without any value',
    changed('* REPLACE (CAST(NULL AS DOUBLE) AS price)'),
    { schema: { ...schema, features: { ...schema.features, price: { kind: 'number', range: false, nulls: 1 } } } },
  ],
  ['rows without a label in any of them', changed('* REPLACE (NULL AS sold)'), {}],
  [
    'labels that are no numbers',
    changed(`* REPLACE (CASE day WHEN 1 THEN 'many' ELSE CAST(sold AS VARCHAR) END AS sold)`),
    {},
  ],
  ['a table without rows', `${rowsSql(100)} LIMIT 0`, {}],
  [
    'times that cannot be read',
    changed(`* REPLACE (CASE day WHEN 1 THEN 'noon' ELSE CAST("when" AS VARCHAR) END AS "when")`),
    {},
  ],
  ['rows without a key', changed(`* REPLACE (CASE day WHEN 1 THEN NULL ELSE shop END AS shop)`), {}],
  ['a test that leaves nothing to train on', rowsSql(100), { history: 50 * HOUR, test: 60 * HOUR }],
];
test.each(cases)('refuses %s', async (name, sql, change) => {
  const scratch = new Scratch();
  if (sql === null) mkdirSync(scratch.path('data'));
  else await scratch.parquet('data/a.parquet', sql);
  const { code, said } = await prepare(scratch, scratch.path('data'), change);
  expect(code).toBe(64);
  expect(said).toMatchSnapshot(name);
});

test.each([
  ['a.parquet', 'nonsense, and not even long'],
  ['a.csv', 'shop,when,price,day,sold\na,2024-01-01,1,2,3\na,2024-01-01,1,2,3,4,5\n'],
  ['late.csv', `shop,when,price,day,sold\n${'a,2024-01-01,1,2,3\n'.repeat(30_000)}a,2024-01-01,1\n`],
  ['a.jsonl', '{"shop": "a"}\n{"shop":\n'],
])('refuses %s where it is damaged', async (file, text) => {
  const scratch = new Scratch();
  const { code, said } = await prepare(scratch, scratch.write(`data/${file}`, text));
  expect(code).toBe(64);
  expect(said.replaceAll(scratch.root, 'ROOT')).toMatchSnapshot();
});
