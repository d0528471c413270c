import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../../constructs/local/processes';
import { Storage } from '../../constructs/local/storage';
import { Refused } from '../../runtime/loop/platform';
import { Serving } from './serving';
import { appear, temporaryFolders } from './temporary';

const folder = temporaryFolders();
// Servers are real processes, and the machine may be busy with others.
jest.setTimeout(60_000);
let serving: Serving;
let state: string;

beforeEach(async () => {
  state = folder();
  serving = await Serving.open(state);
});
afterEach(() => serving.close());

describe('the gateway', () => {
  it('answers 503, and says why, before the first version serves', async () => {
    expect(await serving.predict()).toMatchObject({
      status: 503,
      body: expect.stringContaining('online serves no version yet') as string,
    });
    expect(serving.gateway.failed).toBe(1);
  });

  it('answers 404 with its routes elsewhere, and an overview at the root', async () => {
    const response = await fetch(`${serving.url}/offline/predict`, { method: 'POST', body: '{}' });
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining('POST /online/predict')]);
    expect(await (await fetch(serving.url)).json()).toMatchObject({ exists: false });
  });

  it('gives each version exactly its share: 10 % is every tenth request', async () => {
    await serving.place('v1', 'v2');
    await serving.shift({ 'v1-r1': 100 });
    await serving.shift({ 'v1-r1': 90, 'v2-r1': 10 });
    const versions: (string | null)[] = [];
    for (let i = 0; i < 100; i += 1) versions.push((await serving.predict()).version);
    const places = versions.flatMap((version, place) => (version === 'v2' ? [place] : []));
    expect(places).toHaveLength(10);
    expect(places.slice(1).every((place, i) => place - places[i]! === 10)).toBe(true);
  });

  it('hands a request and its answer on as they were, with the time of its arrival', async () => {
    await serving.place('v1');
    await serving.shift({ 'v1-r1': 100 });
    await serving.predict({ hour: 5 }, 1234);
    await serving.predict({ status: 400 });
    expect(
      serving.predictions.map(({ request, response, ...rest }) => ({
        ...rest,
        request: String(request),
        response: String(response),
      })),
    ).toEqual([
      {
        id: expect.any(String) as string,
        at: 1234,
        endpoint: 'online',
        version: 'v1',
        request: '{"instances":[{"hour":5}]}',
        response: '{"predictions":[1],"argument":"v1"}',
      },
    ]);
  });

  it('counts 5xx as failures of the deployment, and 4xx as the client’s own', async () => {
    await serving.place('v1');
    await serving.shift({ 'v1-r1': 100 });
    await serving.predict({ status: 500 }, 60_000);
    await serving.predict({ status: 400 }, 120_000);
    await serving.predict({}, 180_000);
    expect(serving.endpoint.health('v1-r1', 0)).toMatchObject({ requests: 3, errorRate: 1 / 3 });
    expect(serving.endpoint.health('v1-r1', 120_000)).toMatchObject({ requests: 2, errorRate: 0 });
    expect([serving.gateway.served, serving.gateway.failed]).toEqual([2, 1]);
  });
});

describe('a server that goes away', () => {
  it('costs no request: the one in its hands is sent again to the one that is started in its place', async () => {
    await serving.place('v1');
    await serving.shift({ 'v1-r1': 100 });
    const [first] = serving.pids;
    expect(await serving.predict({ die: join(state, 'died') })).toMatchObject({ status: 200 });
    expect(serving.gateway.retried).toBe(1);
    expect(serving.gateway.failed).toBe(0);
    expect(serving.pids).toHaveLength(2);
    expect(isAlive(first!)).toBe(false);
    expect(serving.log.join()).toContain('started again');
  });

  it('is replaced by the other replica at once', async () => {
    await serving.close();
    serving = await Serving.open(state, 2);
    await serving.place('v1');
    await serving.shift({ 'v1-r1': 100 });
    const replies = await Promise.all(Array.from({ length: 20 }, () => serving.predict({ die: join(state, 'died') })));
    expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
  });
});

describe('a deployment', () => {
  it('that does not start has failed, with what its server said', async () => {
    await serving.place('v9');
    expect(serving.endpoint.view()).toMatchObject({
      deployments: [{ id: 'v9-r1', state: 'failed', share: 0 }],
      last: { deployment: 'v9-r1', outcome: 'failed' },
    });
    expect(serving.endpoint.errors()).toEqual({ 'v9-r1': 'model.py:12: FileNotFoundError: no model.joblib' });
    await serving.retire('v9');
    await serving.idle();
    expect(serving.endpoint.view().exists).toBe(false);
  });

  it('that is placed twice is placed once', async () => {
    await serving.place('v1', 'v1');
    expect(serving.pids).toHaveLength(1);
  });

  it('refuses a third one, and one at a revision that is not the present one', async () => {
    await serving.place('v1', 'v2');
    await expect(serving.place('v3')).rejects.toThrow('both slots are taken');
    const place = { do: 'place', id: 'v1-r0', version: 'v1', revision: 'r0', ifMatch: serving.etag, why: '' } as const;
    await serving.retire('v2');
    await serving.idle();
    await expect(serving.endpoint.place({ ...place, ifMatch: serving.etag })).rejects.toThrow('expected r1');
  });

  it('is retired when the last request in its hands is answered', async () => {
    await serving.place('v1', 'v2');
    await serving.shift({ 'v1-r1': 100 });
    const go = join(state, 'go');
    const reply = serving.predict({ wait: go });
    await appear(`${go}.begun`);
    await serving.shift({ 'v2-r1': 100 });
    await serving.retire('v1');
    expect(serving.endpoint.view()).toMatchObject({ busy: true, deployments: [{ state: 'deleting' }, { share: 100 }] });
    expect(isAlive(serving.pids[0]!)).toBe(true);
    writeFileSync(go, '');
    expect(await reply).toMatchObject({ status: 200, version: 'v1' });
    await serving.idle();
    expect(serving.endpoint.view().deployments.map(({ id }) => id)).toEqual(['v2-r1']);
    expect(isAlive(serving.pids[0]!)).toBe(false);
  });
});

describe('traffic', () => {
  it('moves between versions without a failed request', async () => {
    await serving.place('v1', 'v2');
    await serving.shift({ 'v1-r1': 100 });
    let moving = true;
    const statuses = new Set<number>();
    const versions = new Set<string | null>();
    const client = async () => {
      while (moving) {
        const { status, version } = await serving.predict();
        statuses.add(status);
        versions.add(version);
      }
    };
    const clients = Promise.all(Array.from({ length: 8 }, client));
    for (const share of [10, 50, 100]) {
      await serving.shift({ 'v1-r1': 100 - share, 'v2-r1': share });
      for (let i = 0; i < 20; i += 1) await serving.predict();
    }
    await serving.retire('v1');
    await serving.idle();
    await serving.place('v3');
    await serving.shift({ 'v3-r1': 100 });
    await serving.retire('v2');
    await serving.idle();
    await serving.predict();
    moving = false;
    await clients;
    expect([...statuses]).toEqual([200]);
    expect([...versions].sort()).toEqual(['v1', 'v2', 'v3']);
    expect(serving.gateway.failed).toBe(0);
  });

  it('refuses shares that do not add up, go to what is not ready, or are decided on an older look', async () => {
    await serving.place('v1');
    const before = serving.etag;
    await expect(serving.shift({ 'v1-r1': 90 })).rejects.toThrow('expected 100');
    await expect(serving.shift({ 'v2-r1': 100 })).rejects.toThrow(Refused);
    await serving.shift({ 'v1-r1': 100 });
    await serving.place('v2');
    const late = { do: 'shift', shares: { 'v2-r1': 100 }, guarded: true, ifMatch: before, why: '' } as const;
    await expect(serving.endpoint.shift(late)).rejects.toThrow(Refused);
    expect(serving.endpoint.view().deployments.map(({ share }) => share)).toEqual([100, 0]);
  });

  it('refuses to retire what has some', async () => {
    await serving.place('v1');
    await serving.shift({ 'v1-r1': 100 });
    await expect(serving.retire('v1')).rejects.toThrow(Refused);
  });
});

describe('a process that opens the same state', () => {
  it('serves what the one before it served, with the same shares and etag', async () => {
    await serving.place('v1', 'v2');
    await serving.shift({ 'v1-r1': 90, 'v2-r1': 10 });
    const before = serving.endpoint.view();
    await serving.close();
    serving = await Serving.open(state);
    expect(serving.endpoint.view()).toEqual(before);
    expect(await serving.predict()).toMatchObject({ status: 200, version: 'v1' });
  });

  it('places anew what was starting, and forgets what was stopping', async () => {
    const slot = { revision: 'r1', replicas: 1, share: 0 };
    await serving.close();
    const slots = [
      { ...slot, id: 'v1-r1', version: 'v1', state: 'creating' },
      { ...slot, id: 'v2-r1', version: 'v2', state: 'deleting' },
    ];
    await new Storage(state).write('loop/online/endpoint.json', { change: 7, slots });
    serving = await Serving.open(state);
    await serving.idle();
    expect(serving.endpoint.view()).toMatchObject({ busy: false, deployments: [{ id: 'v1-r1', state: 'ready' }] });
  });
});

it('closing answers what is in flight, and does not wait for a client to close its connection', async () => {
  await serving.place('v1');
  await serving.shift({ 'v1-r1': 100 });
  const go = join(state, 'go');
  const reply = serving.predict({ wait: go });
  await appear(`${go}.begun`);
  const closed = serving.close();
  writeFileSync(go, '');
  expect((await reply).status).toBe(200);
  await closed;
  expect(serving.pids.some(isAlive)).toBe(false);
});

it('removing the endpoint answers what is in flight, and then nothing more', async () => {
  await serving.place('v1');
  await serving.shift({ 'v1-r1': 100 });
  const go = join(state, 'go');
  const reply = serving.predict({ wait: go });
  await appear(`${go}.begun`);
  await serving.endpoint.remove();
  expect((await serving.predict()).status).toBe(503);
  writeFileSync(go, '');
  expect((await reply).status).toBe(200);
  await serving.idle();
  expect(serving.endpoint.view()).toMatchObject({ exists: false, busy: false });
});
