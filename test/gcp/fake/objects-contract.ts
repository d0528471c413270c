/** What the loop relies on of Cloud Storage's JSON API, asked of whatever stands for it: the fake, and fake-gcs-server. */
import { askOf, type Ask, type Told } from './asks';
import type { JsonObject } from '../protos';

export interface Stand {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param bucket that is there and empty. @param except parts that this one is known not to hold, by their names, and why. */
export function describeObjects(
  start: () => Promise<Stand>,
  bucket: string,
  except: Readonly<Record<string, string>> = {},
): void {
  let stand: Stand;
  let ask: Ask;
  beforeAll(async () => {
    stand = await start();
    ask = askOf(stand);
  });
  afterAll(() => stand.stop());

  const path = (name: string, base = '/storage/v1') => `${base}/b/${bucket}/o/${encodeURIComponent(name)}`;
  const put = (name: string, raw: string | Buffer, query: Readonly<Record<string, string>> = {}) =>
    ask('POST', `/upload/storage/v1/b/${bucket}/o`, {
      ...{ query: { uploadType: 'media', name, ...query }, raw, headers: { 'content-type': 'text/plain' } },
    });
  const read = (name: string, headers: Readonly<Record<string, string>> = {}) =>
    ask('GET', path(name), { query: { alt: 'media' }, headers });
  const list = async (query: Readonly<Record<string, string>>) => {
    const { body } = await ask('GET', `/storage/v1/b/${bucket}/o`, { query });
    const items = ((body.items ?? []) as readonly { name: string }[]).map(({ name }) => name);
    return {
      items,
      prefixes: (body.prefixes ?? []) as readonly string[],
      next: body.nextPageToken as string | undefined,
    };
  };
  const generation = ({ body }: Told) => (body as { generation: string }).generation;
  const part = (name: string, act: () => Promise<void>) => (name in except ? test.failing : test)(name, act);

  part('what is written is read, with its generation', async () => {
    const written = await put('a/read 1+2%.txt', 'hello');
    expect(written.body).toMatchObject({ bucket, name: 'a/read 1+2%.txt', size: '5', contentType: 'text/plain' });
    const facts = await ask('GET', path('a/read 1+2%.txt'));
    expect(facts.body).toMatchObject({ generation: generation(written), md5Hash: 'XUFAKrxLKna5cZ2REBfFkg==' });
    expect(Date.parse((facts.body as { updated: string }).updated)).not.toBeNaN();
    const media = await read('a/read 1+2%.txt');
    expect([media.status, media.text, media.headers.get('x-goog-generation')]).toEqual([
      200,
      'hello',
      generation(written),
    ]);
  });

  part('bytes stay bytes', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const boundary = 'x7';
    const about = JSON.stringify({ name: 'bytes', contentType: 'application/x-any', metadata: { run: 'r1' } });
    const head = `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${about}\r\n--${boundary}\r\nContent-Type: application/x-any\r\n\r\n`;
    const written = await ask('POST', `/upload/storage/v1/b/${bucket}/o`, {
      query: { uploadType: 'multipart' },
      raw: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--`)]),
      headers: { 'content-type': `multipart/related; boundary=${boundary}` },
    });
    expect(written.body).toMatchObject({
      name: 'bytes',
      size: '256',
      contentType: 'application/x-any',
      metadata: { run: 'r1' },
    });
    const response = await fetch(`${stand.url}${path('bytes')}?alt=media`, {
      headers: { authorization: 'Bearer nobody' },
    });
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  });

  part('a part of an object is read', async () => {
    await put('range', '0123456789');
    const some = await read('range', { range: 'bytes=2-4' });
    expect([some.status, some.text, some.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
    expect((await read('range', { range: 'bytes=7-' })).text).toBe('789');
    expect((await read('range', { range: 'bytes=-4' })).text).toBe('6789');
    expect((await read('range', { range: 'bytes=10-12' })).status).toBe(416);
  });

  part('an object is made once: ifGenerationMatch 0', async () => {
    expect((await put('once', 'a', { ifGenerationMatch: '0' })).status).toBe(200);
    expect((await put('once', 'b', { ifGenerationMatch: '0' })).status).toBe(412);
    expect((await read('once')).text).toBe('a');
  });

  part('an object is replaced as it was read: ifGenerationMatch', async () => {
    const first = generation(await put('swap', 'a'));
    const second = await put('swap', 'b', { ifGenerationMatch: first });
    expect(second.status).toBe(200);
    expect(generation(second)).not.toBe(first);
    expect((await put('swap', 'c', { ifGenerationMatch: first })).status).toBe(412);
    expect((await put('missing', 'c', { ifGenerationMatch: first })).status).toBe(412);
    expect((await read('swap')).text).toBe('b');
    expect((await read('missing')).status).toBe(404);
  });

  part('of many who write at once, one does', async () => {
    const first = generation(await put('race', 'a'));
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => put('race', `${i}`, { ifGenerationMatch: first })),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
  });

  part('what is missing is told', async () => {
    for (const told of [await read('none'), await ask('GET', path('none')), await ask('DELETE', path('none'))])
      expect([told.status, (told.body.error as JsonObject | undefined)?.code ?? 404]).toEqual([404, 404]);
  });

  part('lists have prefixes and folders', async () => {
    for (const name of ['list/a/1', 'list/a/2', 'list/b', 'list/c/1', 'list-other']) await put(name, name);
    expect((await list({ prefix: 'list/' })).items).toEqual(['list/a/1', 'list/a/2', 'list/b', 'list/c/1']);
    const folders = await list({ prefix: 'list/', delimiter: '/' });
    expect(folders).toMatchObject({ items: ['list/b'], prefixes: ['list/a/', 'list/c/'] });
    expect((await list({ prefix: 'nowhere/' })).items).toEqual([]);
    expect((await list({ prefix: 'list/', startOffset: 'list/a/2' })).items).toEqual([
      'list/a/2',
      'list/b',
      'list/c/1',
    ]);
  });

  part('lists have pages', async () => {
    const names = Array.from({ length: 5 }, (_, i) => `pages/${i}`);
    for (const name of names) await put(name, name);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await list({ prefix: 'pages/', maxResults: '2', ...(token !== undefined && { pageToken: token }) });
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items);
      token = page.next;
    } while (token !== undefined);
    expect(seen).toEqual(names);
  });

  part('an object is deleted', async () => {
    await put('gone', 'a');
    expect((await ask('DELETE', path('gone'))).status).toBeLessThan(300);
    expect((await read('gone')).status).toBe(404);
  });

  part('an object is deleted as it was read: ifGenerationMatch', async () => {
    const first = generation(await put('guarded', 'a'));
    await put('guarded', 'b');
    expect((await ask('DELETE', path('guarded'), { query: { ifGenerationMatch: first } })).status).toBe(412);
    expect((await read('guarded')).text).toBe('b');
  });

  part('an object is copied by rewriting', async () => {
    await put('from/a b', 'same');
    const to = (name: string) => `${path('from/a b')}/rewriteTo/b/${bucket}/o/${encodeURIComponent(name)}`;
    const { body } = await ask('POST', to('to/c'), { body: {} });
    expect(body).toMatchObject({ done: true, resource: { name: 'to/c', size: '4' } });
    expect((await read('to/c')).text).toBe('same');
  });

  part('a copy is made once: ifGenerationMatch 0', async () => {
    await put('first', 'a');
    await put('second', 'b');
    const to = `${path('first')}/rewriteTo/b/${bucket}/o/second`;
    expect((await ask('POST', to, { body: {}, query: { ifGenerationMatch: '0' } })).status).toBe(412);
    expect((await read('second')).text).toBe('b');
  });
}
