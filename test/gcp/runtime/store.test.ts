/** The record in a bucket of Google Cloud Storage: as every bucket, and what is its own. */
import { Refused } from '../../../runtime/loop/platform';
import { GcsStore } from '../../../constructs/gcp/store.runtime';
import { ABSENT } from '../../../runtime/cloud/store';
import { storeContract, type Bucket } from '../../cloud/store-contract';
import { Shop } from './shop';

let shop: Shop;
let bucket: Bucket;
beforeEach(async () => {
  shop = await Shop.open();
  shop.fake.objects.page = 3;
  const { store, text, clock } = shop;
  bucket = { store, text, now: clock, put: (path, body) => void shop.fake.objects.put('record', path, body) };
});
afterEach(() => shop.close());

storeContract(() => bucket);

const MEMORY = 'loop/online/memory.json';

test('the etag is the generation, and the content type is kept', async () => {
  const etag = await shop.store.write(MEMORY, {}, ABSENT);
  expect(etag).toBe(shop.fake.objects.generationOf('record', MEMORY));
  expect(shop.fake.objects.get('record', MEMORY)!.contentType).toBe('application/json');
});

test('a write whose answer was lost is refused by what it wrote itself, and a line is there once', async () => {
  shop.fake.faults.once('objects.insert', 'reset-after');
  await expect(shop.store.write(MEMORY, { turn: 1 }, ABSENT)).rejects.toThrow(Refused);
  shop.fake.faults.once('objects.insert', 'unavailable-after');
  await shop.store.append('log.jsonl', { n: 1 });
  expect(shop.text('log.jsonl')).toBe('{"n":1}\n');
});

test.each(['throttled', 'unavailable', 'reset-before'] as const)('what is %s is asked for again', async (kind) => {
  for (const call of ['objects.insert', 'objects.get', 'objects.list', 'objects.rewrite', 'objects.delete'])
    shop.fake.faults.once(call, kind);
  await shop.store.write(MEMORY, { turn: 1 }, ABSENT);
  expect(await shop.store.read(MEMORY)).toMatchObject({ value: { turn: 1 } });
  expect(await shop.store.folders('loop')).toEqual(['online']);
  await shop.store.copy(MEMORY, 'copy');
  await shop.store.remove(MEMORY);
  expect(shop.keys('copy')).toEqual(['copy']);
  expect(shop.keys(MEMORY)).toEqual([]);
  expect(shop.fake.faults.injected).toHaveLength(5);
});

test('a copy that takes several requests goes on where it was', async () => {
  const asked: unknown[] = [];
  shop.store['google'].call = async (...call: unknown[]) => {
    asked.push((call[3] as { readonly query: { readonly rewriteToken?: string } }).query.rewriteToken);
    return (asked.length < 3 ? { done: false, rewriteToken: `token-${asked.length}` } : { done: true }) as never;
  };
  await shop.store.copy('a', 'b');
  expect(asked).toEqual([undefined, 'token-1', 'token-2']);
});

test('a bucket that is not there is no conflict', async () => {
  const other = new GcsStore(shop.google, 'theirs');
  await expect(other.write(MEMORY, {})).rejects.toThrow(
    'POST storage upload/storage/v1/b/theirs/o: The specified bucket',
  );
});
