/** mlops labels add: the same checks as on this machine, then a file in the bucket. The same for every cloud. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../runtime/steps/database';
import type { CloudPerson } from './cloud-person';

export function labelsOn(person: CloudPerson): void {
  const keys = () => person.objects.keys('labels/sales/');
  const write = (name: string, text: string) => person.folder.write({ [name]: text });

  /** Rows of a Parquet file in the bucket. */
  async function rows(key: string): Promise<readonly object[]> {
    const file = join(person.folder.path, 'fetched.parquet');
    writeFileSync(file, person.objects.bytes(key));
    return Database.use((db) => db.rows(`SELECT "order", label FROM '${file}' ORDER BY ALL`));
  }

  test('puts them where the monitors find them, named by their arrival', async () => {
    write('first.csv', 'order,sold\n1,4\n2,5\n');
    const out = await person.printed('labels', 'add', 'first.csv');
    const [said, uri] = out.split(': ');
    expect(said).toBe('2 labels of sales taken in');
    expect(uri).toMatch(/\/labels\/sales\/2026-11-20T000000Z-\w+\.parquet$/);
    expect(uri).toBe(`${person.bucket}/${keys()[0]}`);
    expect(await rows(keys()[0]!)).toEqual([
      { order: '1', label: 4 },
      { order: '2', label: 5 },
    ]);
  });

  test('compares them with those that are there', async () => {
    write('first.csv', 'order,sold\n1,4\n2,5\n');
    await person.mlops('labels', 'add', 'first.csv');
    person.objects.put('labels/sales/theirs/more.jsonl', '{"order": 3, "label": 1}\n');
    person.objects.put('labels/sales/_draft.jsonl', 'no labels');
    write('second.csv', 'order,sold,remark\n1,4,again\n2,6,corrected\n3,2,theirs\n');
    const { out } = await person.mlops('labels', 'add', 'second.csv');
    expect(out.split('\n').slice(1)).toEqual([
      '  1 key with the same label before',
      '  2 keys with another label before: the latest at counts',
      '  columns that are not used: remark',
    ]);
  });

  test('says so where there are too many to compare with', async () => {
    person.objects.put('labels/sales/all.csv', Buffer.alloc(64 * 1024 * 1024 + 1, 'x'));
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
}
