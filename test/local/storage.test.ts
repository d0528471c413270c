import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvents } from '../../constructs/local/record';
import { fileRequest, readRequests } from '../../constructs/local/requests';
import { ABSENT, Storage } from '../../constructs/local/storage';
import { Refused } from '../../runtime/loop/platform';
import { temporaryFolders } from './temporary';

const folder = temporaryFolders();

describe('a document', () => {
  it('is read back with the etag that its writing returned', async () => {
    const storage = new Storage(folder());
    const etag = await storage.write('loop/online/memory.json', { turn: 1 });
    expect(await storage.read('loop/online/memory.json')).toEqual({ value: { turn: 1 }, etag });
    expect(await new Storage(storage.root).read('loop/online/memory.json')).toEqual({ value: { turn: 1 }, etag });
  });

  it('refuses a write on an etag that is no longer the present one, and stays as it was', async () => {
    const storage = new Storage(folder());
    const first = await storage.write('memory.json', { turn: 1 }, ABSENT);
    await storage.write('memory.json', { turn: 2 }, first);
    await expect(storage.write('memory.json', { turn: 3 }, first)).rejects.toThrow(Refused);
    await expect(storage.write('memory.json', { turn: 3 }, ABSENT)).rejects.toThrow(Refused);
    expect((await storage.read('memory.json'))!.value).toEqual({ turn: 2 });
  });

  it('lets exactly one of many writers win that saw the same document', async () => {
    const storage = new Storage(folder());
    const etag = await storage.write('memory.json', { turn: 0 });
    const writes = Array.from({ length: 20 }, (_, turn) => storage.write('memory.json', { turn: turn + 1 }, etag));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(JSON.parse(readFileSync(storage.path('memory.json'), 'utf8'))).toEqual({ turn: 1 });
  });

  it('is never half written: what a crash leaves is a file beside it', async () => {
    const storage = new Storage(folder());
    await storage.write('memory.json', { turn: 1 });
    writeFileSync(storage.path('memory.json.4711.tmp'), '{"tur');
    expect((await new Storage(storage.root).read('memory.json'))!.value).toEqual({ turn: 1 });
    await storage.write('memory.json', { turn: 2 });
    expect(readdirSync(storage.root).sort()).toEqual(['memory.json', 'memory.json.4711.tmp']);
  });

  it('says which file is no JSON', async () => {
    const storage = new Storage(folder());
    mkdirSync(storage.root, { recursive: true });
    writeFileSync(storage.path('memory.json'), 'not json');
    await expect(storage.read('memory.json')).rejects.toThrow(storage.path('memory.json'));
  });
});

describe('the event log', () => {
  it('keeps the order of its events, and leaves out a line that a crash cut off', async () => {
    const storage = new Storage(folder());
    await Promise.all([1, 2, 3].map((at) => storage.append('loop/online/events.jsonl', { at })));
    writeFileSync(storage.path('loop/online/events.jsonl'), '{"at": 4', { flag: 'a' });
    expect((await readEvents(storage.root, 'online')).map(({ at }) => at)).toEqual([1, 2, 3]);
    expect(await readEvents(storage.root, 'other')).toEqual([]);
  });
});

describe('requests', () => {
  it('come oldest first, under the name of their file', async () => {
    const state = folder();
    await fileRequest(state, 'online', { id: 'b', at: 2, kind: 'train' });
    await fileRequest(state, 'online', { id: 'a', at: 3, kind: 'rollback', version: 'v1' });
    writeFileSync(join(state, 'loop/online/requests/c.json'), '{"id":"../../x","at":1,"kind":"train"}');
    expect((await readRequests(state, 'online')).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect(await readRequests(state, 'other')).toEqual([]);
  });
});
