/** A disk that is full: nothing is half done, people are told, and all goes on when there is space again. */
import { appendFileSync, existsSync, mkdirSync, promises, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appendLine, linkFile, readLines, writeAtomically } from '../../constructs/local/disk';
import { Unfinished } from '../../constructs/local/unfinished';
import { Storage } from '../../constructs/local/storage';
import { Unavailable } from '../../constructs/spec/problem';
import { Serving } from '../local/serving';
import { temporaryFolders } from '../local/temporary';

const folder = temporaryFolders();
jest.setTimeout(60_000);
afterEach(() => jest.restoreAllMocks());

const failure = (code: string) => Object.assign(new Error(`${code}: as the system says it`), { code });

/** From now on whatever is written to a file stops half-way, as on a full disk. */
async function fillDisk(): Promise<jest.SpyInstance> {
  const file = join(folder(), 'any');
  mkdirSync(join(file, '..'), { recursive: true });
  const handle = await promises.open(file, 'w');
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  return jest.spyOn(prototype, 'writeFile').mockImplementation(async function (this: typeof handle, text) {
    await this.write(Buffer.from(text as string).subarray(0, 3));
    throw failure('ENOSPC');
  });
}

describe('on a full disk', () => {
  it('a document stays what it was, nothing is left beside it, and the reason is one that a person understands', async () => {
    const root = folder();
    const storage = new Storage(root);
    const etag = await storage.write('a.json', { n: 1 });
    const full = await fillDisk();
    const failed = storage.write('a.json', { n: 2 }, etag);
    await expect(failed).rejects.toThrow(
      `${join(root, 'a.json')} cannot be written; the disk is full: free some space on it`,
    );
    await expect(failed).rejects.toBeInstanceOf(Unavailable);
    expect(readdirSync(root)).toEqual(['a.json']);
    expect(await new Storage(root).read('a.json')).toMatchObject({ value: { n: 1 }, etag });
    full.mockRestore();
    await storage.write('a.json', { n: 2 }, etag);
    expect((await new Storage(root).read('a.json'))!.value).toEqual({ n: 2 });
  });

  it('a log keeps its whole lines', async () => {
    const storage = new Storage(folder());
    await storage.append('log.jsonl', { n: 1 });
    const full = await fillDisk();
    await expect(storage.append('log.jsonl', { n: 2 })).rejects.toThrow('the disk is full');
    full.mockRestore();
    await storage.append('log.jsonl', { n: 3 });
    expect(await readLines(storage.path('log.jsonl'))).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('a copy between two disks is whole, or not there', async () => {
    const root = folder();
    const [from, to] = [join(root, 'from'), join(root, 'to')];
    mkdirSync(root);
    writeFileSync(from, 'model');
    jest.spyOn(promises, 'link').mockRejectedValue(failure('EXDEV'));
    const copy = jest.spyOn(promises, 'copyFile').mockImplementation(async (_, target) => {
      writeFileSync(target, 'mo');
      // This is what a crash would leave.
      expect(existsSync(to)).toBe(false);
      throw failure('ENOSPC');
    });
    await expect(linkFile(from, to)).rejects.toThrow(`${to} cannot be written; the disk is full`);
    expect(readdirSync(root)).toEqual(['from']);
    copy.mockRestore();
    await linkFile(from, to);
    expect(readFileSync(to, 'utf8')).toBe('model');
  });

  it('traffic stays as it is; a deployment that became ready meanwhile is so when there is space again', async () => {
    const serving = await Serving.open(folder());
    await serving.place('v1', 'v2');
    await serving.shift({ 'v1-r1': 100 });
    const before = serving.endpoint.view();
    const full = await fillDisk();
    await expect(serving.shift({ 'v2-r1': 100 })).rejects.toThrow('the disk is full');
    expect(serving.endpoint.view()).toEqual(before);
    expect(await serving.predict()).toMatchObject({ status: 200, version: 'v1' });
    full.mockRestore();

    await serving.retire('v2');
    await serving.idle();
    const logged = serving.log.length;
    await serving.endpoint.place({
      do: 'place',
      id: 'v3-r1',
      version: 'v3',
      revision: 'r1',
      ifMatch: serving.etag,
      why: '',
    });
    const fullAgain = await fillDisk();
    while (!serving.log.slice(logged).some((line) => line.includes('tried again in 1 s')))
      await new Promise((later) => setTimeout(later, 5));
    expect(serving.endpoint.view()).toMatchObject({ busy: true });
    fullAgain.mockRestore();
    await serving.idle();
    expect(serving.endpoint.view().deployments).toMatchObject([{ id: 'v1-r1' }, { id: 'v3-r1', state: 'ready' }]);
    await serving.close();
  });
});

it('other reasons that a person can do something about are said in words too', async () => {
  const file = join(folder(), 'a.json');
  const open = jest.spyOn(promises, 'open').mockRejectedValueOnce(failure('EROFS'));
  await expect(writeAtomically(file, '')).rejects.toThrow('the disk can only be read: choose another folder');
  open.mockRejectedValueOnce(failure('EACCES'));
  await expect(appendLine(file, '')).rejects.toThrow('this user may not write there');
  open.mockRejectedValueOnce(failure('EMFILE'));
  await expect(writeAtomically(file, '')).rejects.toThrow('EMFILE: as the system says it');
});

describe('what a crash left', () => {
  it('a line that was cut off is overwritten by the next one', async () => {
    const storage = new Storage(folder());
    await storage.append('log.jsonl', { text: 'x'.repeat(10_000) });
    appendFileSync(storage.path('log.jsonl'), `{"text": "${'y'.repeat(10_000)}`);
    await storage.append('log.jsonl', { n: 2 });
    expect(await readLines(storage.path('log.jsonl'))).toEqual([{ text: 'x'.repeat(10_000) }, { n: 2 }]);
    writeFileSync(storage.path('log.jsonl'), 'nothing whole');
    await storage.append('log.jsonl', { n: 3 });
    expect(await readLines(storage.path('log.jsonl'))).toEqual([{ n: 3 }]);
  });

  it('an act that is not in the event log is known, until its event is', async () => {
    const storage = new Storage(folder());
    const unfinished = new Unfinished(storage, 'online');
    const action = { do: 'done', request: 'r1', why: 'it was done' } as const;
    expect(await unfinished.action()).toBeUndefined();
    await unfinished.begin(action);
    expect(await unfinished.action()).toEqual(action);
    await storage.append('loop/online/events.jsonl', { action });
    expect(await unfinished.action()).toBeUndefined();
    await unfinished.end();
    expect(existsSync(storage.path('loop/online/unfinished.jsonl'))).toBe(false);
  });
});
