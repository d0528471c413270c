/** What every bucket must do for the record, whoever keeps it. */
import { ABSENT, type Store } from '../../runtime/cloud/store';
import { Refused } from '../../runtime/loop/platform';

export interface Bucket {
  readonly store: Store;
  /** By somebody else. */
  readonly put: (path: string, text: string) => unknown;
  readonly text: (path: string) => string | Promise<string>;
  /** The bucket's clock, or a matcher of what it may say. */
  readonly now: () => unknown;
}

const MEMORY = 'loop/online/memory.json';

export function storeContract(bucket: () => Bucket): void {
  test('a document is written by compare-and-swap, the first time too', async () => {
    const { store, text, now } = bucket();
    expect(await store.read(MEMORY)).toBeUndefined();
    const first = await store.write(MEMORY, { turn: 1 }, ABSENT);
    await expect(store.write(MEMORY, { turn: 2 }, ABSENT)).rejects.toThrow(Refused);
    const second = await store.write(MEMORY, { turn: 2 }, first);
    await expect(store.write(MEMORY, { turn: 3 }, first)).rejects.toThrow(
      new Refused('loop/online/memory.json was changed in the meantime'),
    );
    expect(await store.read(MEMORY)).toEqual({ value: { turn: 2 }, etag: second, modified: now() });
    expect(await text(MEMORY)).toBe('{\n  "turn": 2\n}\n');
  });

  test('a document that was removed is not the one that was read, and removing it again is nothing', async () => {
    const { store } = bucket();
    const etag = await store.write(MEMORY, {}, ABSENT);
    await store.remove(MEMORY);
    await store.remove(MEMORY);
    await expect(store.write(MEMORY, {}, etag)).rejects.toThrow(Refused);
  });

  test('without a condition the last writer wins', async () => {
    const { store, text } = bucket();
    await store.write(MEMORY, { turn: 1 });
    await store.write(MEMORY, { turn: 2 });
    expect(JSON.parse(await text(MEMORY))).toEqual({ turn: 2 });
  });

  test('text that is no JSON is told with its place', async () => {
    const { store, put } = bucket();
    await put(MEMORY, '{');
    await expect(store.read(MEMORY)).rejects.toThrow(
      `${store.uri('')}loop/online/memory.json: got text that is not JSON`,
    );
  });

  test('lists come whole, whatever the pages, from a key on and by folder', async () => {
    const { store, put, now } = bucket();
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) await put(`data/a/${n} &.csv`, 'x'.repeat(n));
    await put('data/b/1', '');
    const keys = async (...given: Parameters<typeof store.list>) => {
      const found: string[] = [];
      for await (const { key } of store.list(...given)) found.push(key);
      return found;
    };
    expect(await keys('data/a/')).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `data/a/${n} &.csv`));
    expect(await keys('data/a/', 'data/a/6 &.csv')).toEqual(['data/a/7 &.csv', 'data/a/8 &.csv']);
    expect(await keys('data/a/', 'data/a/7')).toEqual(['data/a/7 &.csv', 'data/a/8 &.csv']);
    expect(await store.folders('data')).toEqual(['a', 'b']);
    expect(await store.folders('nothing')).toEqual([]);
    const { value: first } = await store.list('data/a/').next();
    expect(first).toMatchObject({ key: 'data/a/1 &.csv', size: 1, modified: now() });
    await store.write('data/a/1 &.csv', {}, (first as { readonly etag: string }).etag);
  });

  test('a part of an object is read, unless it is another by now, or gone', async () => {
    const { store, put } = bucket();
    await put('data/a.csv', 'abcdef');
    const { value } = await store.list('data/a.csv').next();
    const object = value as { readonly key: string; readonly etag: string };
    expect((await store.bytes(object, 2, 4)).toString()).toBe('cd');
    await store.put('data/a.csv', 'abcdefg', 'text/csv');
    await expect(store.bytes(object, 2, 4)).rejects.toThrow(Refused);
    await store.remove('data/a.csv');
    await expect(store.bytes(object, 2, 4)).rejects.toThrow(Refused);
  });

  test('copies keep every character of a key, and every byte', async () => {
    const { store, text } = bucket();
    const from = 'captures/online/blue.v1-a,green.v2-b/x y+z%20.jsonl';
    await store.put(from, 'grüße', 'text/plain');
    await store.copy(from, 'windows/1');
    expect(await text('windows/1')).toBe('grüße');
  });

  test('lines are added to a document, whoever else adds to it', async () => {
    const { store, text } = bucket();
    await Promise.all([1, 2, 3].map((n) => store.append('log.jsonl', { n })));
    expect((await text('log.jsonl')).trim().split('\n').sort()).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  });
}
