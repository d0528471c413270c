/** mlops labels add on AWS: the same checks as on this machine, then a file in the bucket. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../runtime/steps/database';
import { Person } from './aws-person';

const person = new Person();
const { aws } = person;
const keys = () => aws.cloud.shop.s3.keys('labels/sales/');
const write = (name: string, text: string) => person.folder.write({ [name]: text });

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => aws.renew());

/** Rows of a Parquet file in the bucket. */
async function rows(key: string): Promise<readonly object[]> {
  const file = join(person.folder.path, 'fetched.parquet');
  writeFileSync(file, aws.cloud.shop.s3.objects.get(key)!.body);
  return Database.use((db) => db.rows(`SELECT "order", label FROM '${file}' ORDER BY ALL`));
}

test('puts them where the monitors find them, named by their arrival', async () => {
  write('first.csv', 'order,sold\n1,4\n2,5\n');
  const { code, out } = await person.mlops('labels', 'add', 'first.csv');
  expect(code).toBe(0);
  expect(out).toMatch(/^2 labels of sales taken in: s3:\/\/record\/labels\/sales\/2026-11-20T000000Z-\w+\.parquet$/);
  expect(await rows(keys()[0]!)).toEqual([
    { order: '1', label: 4 },
    { order: '2', label: 5 },
  ]);
});

test('compares them with those that are there', async () => {
  write('first.csv', 'order,sold\n1,4\n2,5\n');
  await person.mlops('labels', 'add', 'first.csv');
  aws.cloud.shop.s3.put('labels/sales/theirs/more.jsonl', '{"order": 3, "label": 1}\n');
  aws.cloud.shop.s3.put('labels/sales/_draft.jsonl', 'no labels');
  write('second.csv', 'order,sold,remark\n1,4,again\n2,6,corrected\n3,2,theirs\n');
  const { out } = await person.mlops('labels', 'add', 'second.csv');
  expect(out.split('\n').slice(1)).toEqual([
    '  1 key with the same label before',
    '  2 keys with another label before: the latest at counts',
    '  columns that are not used: remark',
  ]);
});

test('says so where there are too many to compare with', async () => {
  aws.cloud.shop.s3.put('labels/sales/all.csv', Buffer.alloc(64 * 1024 * 1024 + 1, 'x'));
  write('first.csv', 'order,sold\n1,4\n');
  const { code, out } = await person.mlops('labels', 'add', 'first.csv');
  expect(code).toBe(0);
  expect(out.split('\n')[1]).toBe('  not compared with the labels that are there: they are more than 64 MiB');
});

test('refuses what is wrong with them, and puts nothing there', async () => {
  write('wrong.csv', 'order,sold\n1,many\n');
  const { code, err } = await person.mlops('labels', 'add', 'wrong.csv');
  expect(code).toBe(64);
  expect(err).toContain('labels: 1 problem');
  expect(err).toContain('got 1 value such as "many", expected numbers, or false and true');
  expect(keys()).toEqual([]);
});
