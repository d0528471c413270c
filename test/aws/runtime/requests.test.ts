/** Requests of people: seen in their order, acknowledged by name, and never a reason to stop looking. */
import { fileRequest, readRequests, removeRequest } from '../../../runtime/cloud/requests';
import { Refused, type Request } from '../../../runtime/loop/platform';
import { FakeS3 } from './fake-s3';

let s3: FakeS3;
let told: string[];
beforeEach(() => {
  s3 = new FakeS3();
  told = [];
});
const read = () => readRequests(s3.store, 'online', (line) => told.push(line));

const train: Request = { id: 'train-1', at: 5, kind: 'train' };
const rollback: Request = { id: 'rollback-1', at: 3, kind: 'rollback', version: 'v2' };

test('what is filed is read, oldest first, until it is acknowledged', async () => {
  await fileRequest(s3.store, 'online', train);
  await fileRequest(s3.store, 'online', rollback);
  expect(await read()).toEqual([rollback, train]);
  await removeRequest(s3.store, 'online', 'rollback-1');
  expect(await read()).toEqual([train]);
  expect(await readRequests(s3.store, 'other', () => undefined)).toEqual([]);
});

test('a request is not filed over another', async () => {
  await fileRequest(s3.store, 'online', train);
  await expect(fileRequest(s3.store, 'online', { ...rollback, id: 'train-1' })).rejects.toThrow(Refused);
});

test('its name is its id, whatever it says, and nothing else of it is kept', async () => {
  s3.put('loop/online/requests/mine.json', { ...train, id: '../memory', more: 'of it' });
  expect(await read()).toEqual([{ ...train, id: 'mine' }]);
});

test.each<readonly [string, string | object]>([
  ['text.json', 'not JSON'],
  ['null.json', 'null'],
  ['other.json', { at: 1, kind: 'explode' }],
  ['versionless.json', { at: 1, kind: 'approve' }],
  ['timeless.json', { kind: 'train' }],
  ['a/b.json', train],
  [`${'x'.repeat(101)}.json`, train],
  ['request.txt', train],
])('%s is told and left alone, and the others are read', async (name, content) => {
  s3.put(`loop/online/requests/${name}`, content);
  await fileRequest(s3.store, 'online', train);
  expect(await read()).toEqual([train]);
  expect(told).toEqual([`s3://record/loop/online/requests/${name} is no request that mlops files: delete the object`]);
});
