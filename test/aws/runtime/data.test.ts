/** Whether there is enough data, told without reading it: the same answer as this machine gives, which reads all of it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Dataset } from '../../../runtime/cloud/data';
import { readStruct } from '../../../runtime/cloud/thrift';
import { momentOf } from '../../../runtime/cloud/extent';
import { Dataset as DatasetHere } from '../../../constructs/local/data';
import type { ResolvedDataset } from '../../../constructs/spec/mlops';
import { Database } from '../../../runtime/steps/database';
import { temporaryFolders } from '../../local/temporary';
import { FakeS3 } from './fake-s3';
import { parquetOf } from './footer';

const folder = temporaryFolders();
const DATASET: ResolvedDataset = { source: '', time: 'when', key: ['order'], label: 'sold', features: {} };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2024, 0, 1);

let db: Database;
let s3: FakeS3;
beforeAll(async () => {
  db = await Database.open();
});
afterAll(() => db.close());
beforeEach(() => {
  s3 = new FakeS3();
});

const datasetOf = (change: Partial<ResolvedDataset> = {}) =>
  new Dataset({ store: s3.store, name: 'sales', dataset: { ...DATASET, ...change }, endpoint: 'online' });
const put = (name: string, body: string | Buffer) => s3.put(`data/sales/${name}`, body);
const reads = () => s3.log.filter((line) => line.startsWith('GET data/')).length;

/** `n` hourly rows as SQL. */
const rowsSql = (n: number, time = 'TIMESTAMP', label = 'CAST(i AS DOUBLE)') =>
  `SELECT i AS "order", CAST(TIMESTAMP '2024-01-01' + to_hours(CAST(i AS INTEGER)) AS ${time}) AS "when", ${label} AS sold FROM range(${n}) AS r(i)`;

async function parquet(query: string, options = ''): Promise<Buffer> {
  const file = join(folder(), 'rows.parquet');
  mkdirSync(dirname(file), { recursive: true });
  await db.run(`COPY (${query}) TO '${file}' (FORMAT parquet ${options})`);
  return readFileSync(file);
}

/** What this machine says of the same files. */
async function here(history: number) {
  const path = folder();
  for (const key of s3.keys('data/sales/')) {
    const file = join(path, key.slice('data/sales/'.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, s3.objects.get(key)!.body);
  }
  return new DatasetHere({ dataset: DATASET, path, db, scratch: folder(), log: () => undefined }).look(history);
}

const csvOf = (rows: readonly (readonly [hour: number, label: string])[]) =>
  [
    'order,when,sold',
    ...rows.map(([hour, label], i) => `${i},${new Date(START + hour * HOUR).toISOString()},${label}`),
  ].join('\n');
const hourly = (n: number) => Array.from({ length: n }, (_, hour) => [hour, '1'] as const);

describe('files', () => {
  const cases: readonly (readonly [string, () => Promise<void> | void])[] = [
    ['a CSV file', () => put('a.csv', csvOf(hourly(24)))],
    [
      'a CSV file with the newest rows not labelled yet',
      () => put('a.csv', csvOf([...hourly(24), [30, ''], [31, 'soon']])),
    ],
    [
      'quoted cells, Windows lines, a mark at the beginning',
      () =>
        put(
          'a.csv',
          `\uFEFF${csvOf(hourly(24))
            .replaceAll(/(2024[^,]*),/g, '"$1",')
            .replaceAll('\n', '\r\n')}\r\n`,
        ),
    ],
    [
      'JSON lines',
      () =>
        put(
          'deep/a.ndjson',
          hourly(24)
            .map(([hour]) =>
              JSON.stringify({ when: new Date(START + hour * HOUR).toISOString(), sold: hour % 2 === 0 }),
            )
            .join('\n'),
        ),
    ],
    [
      'several files, of which some are no data',
      () => {
        put('a.csv', csvOf(hourly(12)));
        put('b.csv', csvOf(hourly(24).slice(12)));
        put('_old/c.csv', csvOf([[900, '1']]));
        put('.hidden.csv', csvOf([[900, '1']]));
        put('README.md', 'when,sold');
      },
    ],
    ['Parquet', async () => put('a.parquet', await parquet(rowsSql(24)))],
    ['Parquet with dates', async () => put('a.parquet', await parquet(rowsSql(24 * 24, 'DATE')))],
    ['Parquet with times as text', async () => put('a.parquet', await parquet(rowsSql(24, 'VARCHAR')))],
    ...['TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS', 'TIMESTAMPTZ'].map(
      (type) => [`Parquet with ${type}`, async () => put('a.parquet', await parquet(rowsSql(24, type)))] as const,
    ),
    [
      'Parquet in row groups, the last without labels',
      async () =>
        put(
          'a.parquet',
          await parquet(rowsSql(8192, 'TIMESTAMP', 'CASE WHEN i < 6144 THEN 1 END'), ', ROW_GROUP_SIZE 2048'),
        ),
    ],
    [
      'Parquet with all rows labelled but some',
      async () => put('a.parquet', await parquet(rowsSql(24, 'TIMESTAMP', 'CASE WHEN i <> 7 THEN true END'))),
    ],
  ];
  test.each(cases)('%s: as this machine reads them', async (_, write) => {
    await write();
    const enough = (await here(0)) as { readonly newest: number };
    expect(enough).not.toBe(false);
    expect(await datasetOf().look(0)).toEqual(enough);
    for (const history of [DAY - HOUR, DAY, DAY + 1, 200 * DAY, 256 * DAY, 256 * DAY + 1])
      expect([history, await datasetOf().look(history)]).toEqual([history, await here(history)]);
  });

  test.each<readonly [string, string | Buffer]>([
    ['empty.csv', ''],
    ['header.csv', 'order,when,sold'],
    ['one.csv', csvOf(hourly(1))],
    [
      'unlabelled.csv',
      csvOf([
        [0, ''],
        [99, ''],
      ]),
    ],
    ['lacks-the-label.csv', 'order,when\n1,2024-01-01\n2,2025-01-01'],
    ['no-times.csv', 'when,sold\nmonday,1\nfriday,2'],
    ['broken.jsonl', '{"when": "2024-01-01", "sold": 1\n[]\nnull'],
    ['empty.parquet', ''],
    ['text.parquet', 'this is no Parquet file'],
    ['cut.parquet', Buffer.concat([Buffer.from('PAR1'), Buffer.from([0xff, 0xff, 0, 0]), Buffer.from('PAR1')])],
    ['garbage.parquet', Buffer.concat([Buffer.alloc(64, 0x19), Buffer.from([64, 0, 0, 0]), Buffer.from('PAR1')])],
  ])('%s is not enough', async (name, body) => {
    put(name, body);
    expect(await datasetOf().look(0)).toBe(false);
  });

  test('nothing at all is not enough', async () => {
    expect(await datasetOf().look(0)).toBe(false);
    expect(s3.keys()).toEqual([]);
  });

  test('Parquet whose column is no time, or lacks one, is not enough', async () => {
    put(
      'a.parquet',
      await parquet(rowsSql(24).replace('CAST(TIMESTAMP', 'epoch_ms(TIMESTAMP').replace(' AS TIMESTAMP)', ')')),
    );
    put('b.parquet', await parquet('SELECT 1 AS sold'));
    expect(await datasetOf().look(0)).toBe(false);
  });

  const long = (at: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(at));
    return bytes;
  };
  const DOUBLE = 5;
  const sold = { name: 'sold', type: DOUBLE };
  test.each([
    ['times of 96 bits, as Spark writes them', { name: 'when', type: 3 }],
    ['no statistics', { name: 'when', type: 2, converted: 9 }],
  ])('Parquet with %s does not say when, and is taken for enough: a training says what is missing', async (_, when) => {
    put('a.parquet', parquetOf(24n, [when, sold]));
    expect(await datasetOf().look(900 * DAY)).toEqual({ newest: s3.now });
  });

  test('Parquet with statistics as they were written in older days is known by them', async () => {
    const statistics = { 1: long(START + 23 * HOUR), 2: long(START), 3: 0n };
    put('a.parquet', parquetOf(24n, [{ name: 'when', type: 2, converted: 9, statistics }, sold]));
    expect(await datasetOf().look(DAY)).toEqual({ newest: START + 23 * HOUR });
    expect(await datasetOf().look(DAY + 1)).toBe(false);
  });
});

describe('a large file', () => {
  const row = (hour: number) => `${hour},${new Date(START + hour * HOUR).toISOString()},${'1'.padStart(40, '0')}`;
  const rows = Array.from({ length: 40_000 }, (_, hour) => row(hour));
  const text = ['order,when,sold', ...rows].join('\n');

  test.each(['csv', 'jsonl'])('of %s is known by its ends', async (ending) => {
    const lines = rows.map((_, hour) => JSON.stringify({ order: hour, when: new Date(START + hour * HOUR), sold: 1 }));
    put(`a.${ending}`, ending === 'csv' ? text : lines.join('\n'));
    expect(s3.objects.get(`data/sales/a.${ending}`)!.body.length).toBeGreaterThan(2 * 1024 * 1024);
    // 40,000 hours; the last row stands for one, as nearly as the number of rows is known.
    expect(await datasetOf().look(39_999.9 * HOUR)).toEqual({ newest: START + 39_999 * HOUR });
    expect(await datasetOf().look(40_000.5 * HOUR)).toBe(false);
    expect(reads()).toBe(2);
  });

  test('of Parquet with a long footer is known by it', async () => {
    const columns = Array.from({ length: 900 }, (_, i) => `i AS column_number_${i}`).join(', ');
    const query = `SELECT *, ${columns} FROM (${rowsSql(24)}) JOIN (SELECT i FROM range(24) AS r(i)) ON "order" = i`;
    put('a.parquet', await parquet(query));
    expect(await datasetOf().look(DAY)).toEqual(await here(DAY));
    expect(reads()).toBe(2);
  });
});

describe('what is known', () => {
  test('is not read again, in this process or the next, until a file changes', async () => {
    put('a.csv', csvOf(hourly(12)));
    const dataset = datasetOf();
    expect(await dataset.look(DAY)).toBe(false);
    s3.log.length = 0;
    await dataset.look(DAY);
    await datasetOf().look(DAY);
    expect(reads()).toBe(0);
    put('b.csv', csvOf(hourly(24).slice(12)));
    expect(await dataset.look(DAY)).toEqual({ newest: START + 23 * HOUR });
    expect(reads()).toBe(1);
    put('a.csv', csvOf([[20, '1']]));
    expect(await dataset.look(DAY)).toBe(false);
    s3.objects.delete('data/sales/b.csv');
    expect(await dataset.look(0)).toBe(false);
  });

  test('is about the columns that it was found out for', async () => {
    put('a.csv', csvOf(hourly(24)));
    expect(await datasetOf().look(DAY)).toBeTruthy();
    expect(await datasetOf({ label: 'returned' }).look(0)).toBe(false);
  });

  test('grows by so many files a look', async () => {
    for (const hour of [0, 1, 30]) put(`${hour}.csv`, csvOf([[hour, '1']]));
    const dataset = new Dataset({
      store: s3.store,
      name: 'sales',
      dataset: DATASET,
      endpoint: 'online',
      filesALook: 2,
    });
    expect(await dataset.look(DAY)).toBe(false);
    expect(reads()).toBe(2);
    expect(await dataset.look(DAY)).toEqual({ newest: START + 30 * HOUR });
    expect(reads()).toBe(3);
  });

  test('does not hold for a file that changes while it is read', async () => {
    put('a.csv', csvOf(hourly(24)));
    const dataset = datasetOf();
    s3.before = ['GET data/sales/a.csv', () => put('a.csv', csvOf(hourly(25)))];
    expect(await dataset.look(DAY)).toBe(false);
    expect(await dataset.look(DAY)).toEqual({ newest: START + 24 * HOUR });
    // Known by now, and once more another.
    put('a.csv', csvOf(hourly(26)));
    s3.before = ['GET data/sales/a.csv', () => put('a.csv', csvOf(hourly(27)))];
    expect(await dataset.look(DAY)).toBe(false);
  });
});

test.each([
  ['2024-01-01', START],
  ['2024-01-01 02:03', START + 2 * HOUR + 180_000],
  ['2024-01-01T00:00:01.2345Z', START + 1234],
  ['2024-01-01 02:00:00+02', START],
  ['2024-01-01T00:30:00-01:30', START + 2 * HOUR],
  ['1', undefined],
  ['01/02/2024', undefined],
  ['', undefined],
])('the time "%s"', async (text, moment) => {
  expect(momentOf(text)).toBe(moment);
  const { at } = await db.row<{ at: number | null }>(
    `SELECT epoch_ms(CAST(TRY_CAST('${text}' AS TIMESTAMPTZ) AS TIMESTAMP)) AS at`,
  );
  expect(at ?? undefined).toBe(moment);
});

test('Thrift: fields far from each other, and every kind of value that a footer may hold', () => {
  const bytes = [
    0x05, 40, 2, 0x11, 0x12, 0x13, 0xff, 0x17, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x19, 0x21, 1, 2, 0x16, 3, 0x18, 1, 7, 0,
  ];
  const fields = [20, 1],
    after = [
      [21, true],
      [22, false],
      [23, -1],
      [24, 1.5],
      [25, [true, false]],
      [26, -2n],
      [27, Buffer.from([7])],
    ];
  expect([...readStruct(Buffer.from(bytes))]).toEqual([fields, ...after]);
});
