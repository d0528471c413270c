/** The server that hosts a loop: one look at a time, whoever asks, and what it says. */
import { request } from 'node:http';
import { LoopServer } from '../../../constructs/gcp/loop-server.runtime';

let server: LoopServer;
let url: string;
let log: string[];
/** Looks under way: each ends when it is told to. */
let looks: { readonly remaining: () => number; readonly end: (error?: Error) => void }[];
let now: number;

beforeEach(async () => {
  [log, looks, now] = [[], [], 0];
  server = new LoopServer({
    look: (remaining) =>
      new Promise<void>((done, failed) => looks.push({ remaining, end: (error) => (error ? failed(error) : done()) })),
    log: (line) => log.push(line),
    now: () => now,
  });
  url = `http://127.0.0.1:${await server.listen(0)}`;
});
afterEach(async () => {
  for (const { end } of looks) end();
  await server.close();
});

const post = (body = '') => fetch(url, { method: 'POST', body });
/** Until so many have begun. */
const begun = async (count: number) => {
  while (looks.length < count) await new Promise((done) => setImmediate(done));
};
/** Resolves when the server has the request; gives its status to come. */
const received = () =>
  new Promise<{ readonly status: Promise<number | undefined> }>((done) => {
    const asking = request(url, { method: 'POST', headers: { expect: '100-continue' } });
    const status = new Promise<number | undefined>((answered) => {
      asking.on('response', (response) => answered(response.resume().statusCode));
    });
    asking.on('continue', () => {
      asking.end();
      done({ status });
    });
    asking.flushHeaders();
  });

test('is ready when it listens, and takes nothing but POST', async () => {
  const ready = await fetch(url);
  expect([ready.status, await ready.text()]).toEqual([200, 'ready\n']);
  expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(405);
  expect(looks).toEqual([]);
});

test('a POST is a look, whatever it says, and is answered when it is over', async () => {
  const answer = post(JSON.stringify({ message: { data: 'x'.repeat(1_000_000) } }));
  await begun(1);
  looks[0]!.end();
  expect((await answer).status).toBe(200);
  expect(log).toEqual([]);
});

test('a look that throws is an error, for whoever woke it to try again, and its log says why', async () => {
  const answer = post();
  await begun(1);
  looks[0]!.end(new Error('permission denied on x'));
  const { status } = await answer;
  expect(status).toBe(500);
  const [line] = log.map((one) => JSON.parse(one) as { readonly severity: string; readonly message: string });
  expect(line!.severity).toBe('ERROR');
  expect(line!.message).toContain('Error: permission denied on x\n    at ');
  const next = post();
  await begun(2);
  looks[1]!.end();
  expect((await next).status).toBe(200);
});

test('what comes while a look is under way shares the one after it', async () => {
  const first = post();
  await begun(1);
  const others = [await received(), await received(), await received()];
  looks[0]!.end(new Error('no'));
  expect((await first).status).toBe(500);
  await begun(2);
  const late = await received();
  looks[1]!.end();
  expect(await Promise.all(others.map(({ status }) => status))).toEqual([200, 200, 200]);
  await begun(3);
  looks[2]!.end();
  expect(await late.status).toBe(200);
  expect(looks).toHaveLength(3);
});

test('a look knows how much of its time is left', async () => {
  now = 5_000;
  const answer = post();
  await begun(1);
  now += 100_000;
  expect(looks[0]!.remaining()).toBe(170_000);
  looks[0]!.end();
  await answer;
});

test('ends when what is under way has been answered', async () => {
  const answer = post();
  await begun(1);
  let isClosed = false;
  const closing = server.close().then(() => (isClosed = true));
  await new Promise((done) => setImmediate(done));
  expect(isClosed).toBe(false);
  looks[0]!.end();
  expect((await answer).status).toBe(200);
  await closing;
  await expect(post()).rejects.toThrow();
});
