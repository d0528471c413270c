/** The record in a bucket: nothing is overwritten that somebody else wrote, and no event is lost. */
import { ABSENT } from '../../../runtime/cloud/store';
import { appendEvent, readEvents } from '../../../runtime/cloud/events';
import { isAbsent } from '../../../constructs/aws/absent.runtime';
import { together } from '../../../runtime/cloud/together';
import { Refused, type LoopEvent } from '../../../runtime/loop/platform';
import { FakeS3 } from './fake-s3';

let s3: FakeS3;
beforeEach(() => {
  s3 = new FakeS3();
});

const MEMORY = 'loop/online/memory.json';

test('a document is written by compare-and-swap, the first time too', async () => {
  const { store } = s3;
  expect(await store.read(MEMORY)).toBeUndefined();
  const first = await store.write(MEMORY, { turn: 1 }, ABSENT);
  await expect(store.write(MEMORY, { turn: 2 }, ABSENT)).rejects.toThrow(Refused);
  const second = await store.write(MEMORY, { turn: 2 }, first);
  await expect(store.write(MEMORY, { turn: 3 }, first)).rejects.toThrow(
    new Refused('loop/online/memory.json was changed in the meantime'),
  );
  expect(await store.read(MEMORY)).toEqual({ value: { turn: 2 }, etag: second, modified: s3.now });
  expect(s3.text(MEMORY)).toBe('{\n  "turn": 2\n}\n');
});

test('a document that was removed is not the one that was read', async () => {
  const etag = await s3.store.write(MEMORY, {}, ABSENT);
  await s3.store.remove(MEMORY);
  await expect(s3.store.write(MEMORY, {}, etag)).rejects.toThrow(Refused);
});

test('without a condition the last writer wins', async () => {
  await s3.store.write(MEMORY, { turn: 1 });
  await s3.store.write(MEMORY, { turn: 2 });
  expect(s3.json(MEMORY)).toEqual({ turn: 2 });
});

test('text that is no JSON is told with its place, and any other failure as it is', async () => {
  s3.put(MEMORY, '{');
  await expect(s3.store.read(MEMORY)).rejects.toThrow(
    /^s3:\/\/record\/loop\/online\/memory.json: got text that is not JSON/,
  );
  s3.before = [
    `GET ${MEMORY}`,
    () => {
      throw Object.assign(new Error('no'), { name: 'AccessDenied' });
    },
  ];
  await expect(s3.store.read(MEMORY)).rejects.toThrow('no');
});

test('lists come whole, whatever the pages, from a key on and by folder', async () => {
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) s3.put(`data/a/${n} &.csv`, 'x'.repeat(n));
  s3.put('data/b/1', '');
  const keys = async (...given: Parameters<typeof s3.store.list>) => {
    const found: string[] = [];
    for await (const { key } of s3.store.list(...given)) found.push(key);
    return found;
  };
  expect(await keys('data/a/')).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `data/a/${n} &.csv`));
  expect(await keys('data/a/', 'data/a/7')).toEqual(['data/a/7 &.csv', 'data/a/8 &.csv']);
  expect(await s3.store.folders('data')).toEqual(['a', 'b']);
  expect(await s3.store.folders('nothing')).toEqual([]);
  const { value: first } = await s3.store.list('data/a/').next();
  expect(first).toEqual({
    key: 'data/a/1 &.csv',
    etag: s3.objects.get('data/a/1 &.csv')!.etag,
    size: 1,
    modified: s3.now,
  });
});

test('a part of an object is read, unless it is another by now', async () => {
  s3.put('data/a.csv', 'abcdef');
  const object = { key: 'data/a.csv', etag: s3.objects.get('data/a.csv')!.etag };
  expect((await s3.store.bytes(object, 2, 4)).toString()).toBe('cd');
  s3.put('data/a.csv', 'abcdef');
  await expect(s3.store.bytes(object, 2, 4)).rejects.toThrow(Refused);
});

test('copies keep every character of a key', async () => {
  s3.put('captures/online/blue.v1-a,green.v2-b/x y+z%20.jsonl', 'line');
  await s3.store.copy('captures/online/blue.v1-a,green.v2-b/x y+z%20.jsonl', 'windows/1');
  expect(s3.text('windows/1')).toBe('line');
});

const event = (at: number, text = 'registered'): LoopEvent => ({
  at,
  endpoint: 'online',
  what: 'done',
  text,
  outcome: 'done',
  action: { do: 'done', request: 'r', why: text },
});
const DAY = 86_400_000;

test('events are lines of the day on which they happened, read oldest first', async () => {
  const noon = Date.UTC(2026, 10, 20, 12);
  const events = [event(noon), event(noon + 1, 'a line\nwith a break'), event(noon + DAY), event(noon + 9 * DAY)];
  for (const one of events) await appendEvent(s3.store, one);
  expect(s3.keys()).toEqual(['20', '21', '29'].map((day) => `loop/online/events/2026-11-${day}.jsonl`));
  expect(s3.text('loop/online/events/2026-11-20.jsonl').split('\n')).toHaveLength(3);
  expect(await readEvents(s3.store, 'online')).toEqual(events);
  expect(await readEvents(s3.store, 'online', noon + DAY)).toEqual(events.slice(2));
  expect(await readEvents(s3.store, 'other')).toEqual([]);
});

test('a line that somebody else adds at the same time is kept', async () => {
  const path = 'loop/online/events/2026-11-20.jsonl';
  const at = Date.UTC(2026, 10, 20);
  s3.before = [`PUT ${path}`, () => s3.put(path, '{"theirs":1}\n')];
  await appendEvent(s3.store, event(at));
  expect(s3.text(path)).toBe(`{"theirs":1}\n${JSON.stringify(event(at))}\n`);
});

test('a line whose answer was lost is not added twice', async () => {
  const path = 'loop/online/events/2026-11-20.jsonl';
  const line = `${JSON.stringify(event(Date.UTC(2026, 10, 20)))}\n`;
  // The first attempt wrote it, and its repetition is refused by what it wrote.
  s3.before = [`PUT ${path}`, () => s3.put(path, line)];
  await appendEvent(s3.store, event(Date.UTC(2026, 10, 20)));
  expect(s3.text(path)).toBe(line);
});

test.each([
  ['ValidationException', 'Could not find endpoint "arn:…".', true],
  ['ValidationException', '1 validation error detected', false],
  ['ResourceNotFound', 'Pipeline does not exist', true],
  ['NoSuchKey', '', true],
  ['NoSuchBucket', '', false],
  ['AccessDeniedException', 'Could not find', false],
])('%s "%s" means absent: %s', (name, message, absent) => {
  expect(isAbsent(Object.assign(new Error(message), { name }))).toBe(absent);
});

test('calls that are made together keep their order and their number, and the first failure is told', async () => {
  let underWay = 0;
  let most = 0;
  const work = async (n: number) => {
    most = Math.max(most, (underWay += 1));
    await Promise.resolve();
    underWay -= 1;
    if (n === 3) throw new Error('three');
    return n * 2;
  };
  expect(await together([1, 2, 4, 5], 2, work)).toEqual([2, 4, 8, 10]);
  expect(most).toBe(2);
  await expect(together([1, 2, 3, 4], 2, work)).rejects.toThrow('three');
});
