/** New projects: what is guessed of a table, that it is said, and that what is made is right. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { MlopsSpec } from '../..';
import { windowsFor } from '../../cli/init/windows';
import { Folder } from './command';

let folder: Folder;
beforeEach(() => void (folder = new Folder()));
afterEach(() => folder.remove());

const DAY = 86_400_000;

/** A table of `rows` rows, an hour apart. */
function table(rows: number, row: (i: number, at: Date) => Readonly<Record<string, unknown>>): string {
  const lines = Array.from({ length: rows }, (_, i) => row(i, new Date(Date.UTC(2025, 0, 1, i))));
  const quote = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  return [Object.keys(lines[0]!), ...lines.map((line) => Object.values(line))]
    .map((cells) => cells.map(quote).join(','))
    .join('\n');
}

async function init(...argv: readonly string[]): Promise<{ readonly out: string; readonly spec: MlopsSpec }> {
  const { code, out, err } = await folder.mlops('init', 'shop', ...argv);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const check = await folder.mlops('check', '--spec', 'shop/mlops.yaml');
  expect(check.out).toContain('shop is right');
  return { out, spec: parse(readFileSync(join(folder.path, 'shop/mlops.yaml'), 'utf8')) as MlopsSpec };
}

const model = () => readFileSync(join(folder.path, 'shop/model/model.py'), 'utf8');

test('without a table there is a project with made-up data', async () => {
  const { spec } = await init();
  expect(spec.datasets!['rows']).toMatchObject({ time: 'time', key: ['time'], label: 'orders' });
  expect(model()).toContain('LABEL = "orders"\n');
});

test('a table of amounts becomes a regression, and every guess is said with the way to change it', async () => {
  const sales = table(1000, (i, at) => ({
    order_id: i,
    day: at.toISOString().slice(0, 10),
    store: ['Ulm', 'Köln'][i % 2],
    discount: (i % 30) / 10,
    grade: i % 4,
    remark: `remark ${i}`,
    paid_at: at.toISOString(),
    currency: 'EUR',
    net: (i * 7919) % 499,
    revenue: ((i * 7919) % 499) * 1.19,
  }));
  folder.write({ 'sales.csv': sales });
  const { out, spec } = await init('--csv', 'sales.csv');
  expect(out.split('\n').slice(0, 14)).toEqual([
    './shop is made. What was guessed, and how to change it:',
    '  time      day (of "day", "paid_at"; --time)',
    '  key       order_id (it differs in each row; --key)',
    '  label     revenue (the last column of numbers: regression; --label)',
    '  features  store (category)',
    '            discount (number)',
    '            grade (category)',
    '  left out  order_id identifies the row',
    '            remark has 1000 different texts',
    '            paid_at is a time, which never comes again',
    '            currency is the same in every row',
    '            net follows "revenue" so closely (correlation 1.000) that it may not be known before it: add it if it is',
    '  all of it can be changed in mlops.yaml',
    '',
  ]);
  expect(spec.pipelines!['training']).toMatchObject({ choose: { metric: 'wape' } });
  expect(model()).toContain('CLASSIFY = False');
});

test('a label of yes and no becomes a classification; mostly empty columns may stay so', async () => {
  folder.write({
    'churn.csv': table(600, (i, at) => ({
      customerID: `C-${i}`,
      since: at.toISOString(),
      age: i % 3 ? '' : 20 + (i % 50),
      churned: i % 5 ? 'No' : 'Yes',
    })),
  });
  const { spec } = await init('--csv', 'churn.csv');
  expect(spec.datasets!['rows']).toMatchObject({
    time: 'since',
    key: ['customerID'],
    label: 'churned',
    features: { age: { kind: 'number', nulls: 1 } },
  });
  expect(spec.pipelines!['training']).toMatchObject({ choose: { metric: 'auc' } });
  expect(model()).toContain('CLASSIFY = True');
});

test('column names may be ugly, and those that captures use are replaced in the data', async () => {
  folder.write({
    'raw.csv': table(400, (i, at) => ({
      id: i,
      'Zeit (UTC)': at.toISOString(),
      '"a", b\'s': i % 90,
      version: i % 3,
      'Ziel %': (i * 31) % 97,
    })),
  });
  const { out, spec } = await init('--csv', 'raw.csv');
  expect(spec.datasets!['rows']).toMatchObject({
    time: 'Zeit (UTC)',
    key: ['row_id'],
    label: 'Ziel %',
    features: { '"a", b\'s': 'number', row_version: 'category' },
  });
  expect(out).toContain('id is called row_id in data/, because captures use that name');
});

test('what is asked for is taken; a key may be two columns', async () => {
  folder.write({
    'stores.csv': table(600, (i, at) => ({
      day: new Date(at.getTime() - (i % 2) * 3_600_000).toISOString(),
      store: i % 2,
      sold: (i * 31) % 97,
      spent: (i * 17) % 89,
    })),
  });
  const guessed = await init('--csv', 'stores.csv');
  expect(guessed.spec.datasets!['rows']).toMatchObject({ key: ['day', 'store'], label: 'spent' });
  folder.remove();
  folder = new Folder();
  folder.write({
    'stores.csv': table(600, (i, at) => ({
      at: at.toISOString(),
      day: at.toISOString(),
      sold: (i * 31) % 97,
      spent: (i * 17) % 89,
    })),
  });
  const { spec } = await init('--csv', 'stores.csv', '--time', 'at', '--key', 'day', '--label', 'sold');
  expect(spec.datasets!['rows']).toMatchObject({ time: 'row_at', key: ['day'], label: 'sold' });
});

test.each([
  [
    'two years of hours',
    730 * DAY,
    730 * 24,
    { history: '243 days', test: '61 days', every: '7 days', labelsWithin: '1 day' },
  ],
  ['a year of days', 365 * DAY, 365, { history: '365 days', every: '28 days' }],
  [
    'a day of seconds',
    DAY,
    86_400,
    { history: '8 hours', test: '2 hours', every: '1 hour', labelsWithin: '1 hour', bake: '1 hour' },
  ],
])('lengths of time fit %s', (_what, span, rows, expected) => {
  expect(windowsFor(span, rows)).toMatchObject(expected);
});

test('refuses rows that span only minutes', () => {
  expect(() => windowsFor(5 * 60_000, 100)).toThrow('span less than 8 minutes');
});
