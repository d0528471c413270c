/**
 * The life of a system, from no data to nothing that is paid for: the loop's program as it is deployed, on the fake of Google Cloud.
 * The test plays what the fake has not: jobs, requests to the endpoint, and whoever wakes the program.
 */
import { resolve } from '../../../constructs/spec/resolve';
import type { MonitorSubject } from '../../../constructs/spec/report';
import { Cloud, DEPLOYED } from '../runtime/cloud';
import { HOUR, MINUTE, shop, SPEC_PATH } from '../runtime/shop';
import { Program } from './program';

jest.setTimeout(120_000);

/** Quality that declines trains anew. */
const SPEC = resolve({
  ...shop,
  endpoints: {
    online: {
      ...shop.endpoints!['online']!,
      retrain: { on: ['quality'], cooldown: '1 day', atMost: { runs: 4, per: '90 days' } },
    },
  },
});

const V3 = '36186';
const V4 = '46186';

let cloud: Cloud;
let program: Program;
/** As soon as such an object is written, the program is killed: before it hears that it was. */
let killedBy: ((path: string) => boolean) | undefined;

beforeAll(async () => {
  cloud = await Cloud.open();
  const { objects, pubsub, vertex, bigquery } = cloud.shop.fake;
  // The program waits for these in real time.
  vertex.takes['UploadModel'] = 0;
  bigquery.takes = 0;
  pubsub.addTopic('signals');
  objects.put('record', SPEC_PATH, SPEC);
  objects.delete('record', 'data/sales/rows.jsonl');
  objects.onWrite(({ name }) => {
    if (!killedBy?.(name)) return;
    killedBy = undefined;
    program.kill();
  });
  program = await Program.of(cloud);
});
afterAll(async () => {
  await program.close();
  await cloud.close();
});

const fake = () => cloud.shop.fake;
const shares = () => fake().vertex.endpoint('shop-online').trafficSplit;
const trainings = () =>
  fake()
    .vertex.jobs()
    .filter(({ name }) => name.includes('-train-'));
const calls = (call: string) =>
  fake()
    .requests.of(call)
    .filter(({ status }) => status === 200);
const versions = () =>
  fake()
    .vertex.state.versions.values()
    .map(({ labels }) => labels as Readonly<Record<string, string>>);
const waits = () => cloud.shop.json<{ readonly waits: readonly string[] }>('loop/online/status.json').waits.join('; ');

/** A little later, the program is woken. */
async function look(after = 6 * MINUTE): Promise<void> {
  program.pass(after);
  expect(await program.wake()).toBe(200);
}

/** Training run n ends, and leaves a model. */
function trained(n: number): void {
  cloud.shop.leaveModel(`train-${n}`);
  cloud.shop.end(`train-${n}`);
}

function ask(id: string): void {
  fake().objects.put('record', `loop/online/requests/${id}.json`, { kind: 'train', id, at: cloud.shop.now });
}

/** Monitors that run find what they are told to. */
function measured(verdict = 'fine'): void {
  for (const { name, state, runtimeConfig } of fake().vertex.jobs()) {
    const { subject } = (runtimeConfig as { readonly parameterValues: { readonly subject?: string } }).parameterValues;
    if (subject === undefined || !/PENDING|RUNNING/.test(state)) continue;
    const report = { ...(JSON.parse(subject) as MonitorSubject), verdict };
    fake().vertex.finishJob(name.split('/').at(-1)!, { outputs: { 'report/report/report.json': report } });
  }
}

/** Looks four times a day, with requests in between. */
async function days(n: number, verdict = 'fine', isOver = (): boolean => false): Promise<void> {
  for (let i = 0; i < n * 4 && !isOver(); i += 1) {
    for (const [deployed, share] of Object.entries(shares())) if (share > 0) cloud.traffic(deployed, 3 * share);
    await look(6 * HOUR);
    measured(verdict);
  }
}

/** A second process's worth of wake-ups at the same moment, in no order. */
async function stormed(): Promise<void> {
  const all = await Promise.all(
    ['objects', 'signals', 'tick', 'objects', 'tick'].map((from) => program.wake({ from })),
  );
  expect(all).toEqual([200, 200, 200, 200, 200]);
}

test('without data it waits', async () => {
  await look();
  expect(trainings()).toEqual([]);
  expect(waits()).toMatch(/data/);
});

test('data starts one training, however often it is woken, and whatever Google answers meanwhile', async () => {
  const { faults } = fake();
  faults.once('PipelineService.ListPipelineJobs', 'unavailable');
  faults.once('alerts.list', 'throttled');
  faults.once('objects.get', 'unavailable');
  cloud.addRows(20);
  await stormed();
  await look();
  expect(trainings()).toHaveLength(1);
  expect(calls('PipelineService.CreatePipelineJob')).toHaveLength(1);
});

test('its end makes a version, and a program that is killed between claim and call deploys it once', async () => {
  trained(1);
  killedBy = (path) => path === 'loop/online/endpoint.json';
  expect(await program.wake()).toBe(0);
  expect(versions()).toMatchObject([{ n: '1', status: 'approved' }]);
  expect(calls('EndpointService.DeployModel')).toHaveLength(0);
  await look();
  await look(20 * MINUTE);
  expect(calls('EndpointService.DeployModel')).toHaveLength(1);
  expect(shares()).toEqual({ [DEPLOYED.v1]: 100 });
  expect(program.starts).toBe(2);
});

test('it is live after its bake', async () => {
  cloud.traffic(DEPLOYED.v1, 300);
  await look(70 * MINUTE);
  expect(versions()).toMatchObject([{ 'live-revision': cloud.settings.revision }]);
  expect(fake().vertex.version('shop-training', '1').versionAliases).toContain('champion');
});

test('a second version comes at a tenth, and a look that Google refuses is one for the next', async () => {
  ask('first');
  await look();
  trained(2);
  // It was begun, and the answer got lost.
  fake().faults.once('EndpointService.DeployModel', 'reset-after');
  program.pass(MINUTE);
  expect(await program.wake()).toBe(500);
  await look(20 * MINUTE);
  expect(calls('EndpointService.DeployModel')).toHaveLength(1);
  fake().faults.once('EndpointService.UpdateEndpoint', 'aborted');
  await look();
  await look();
  expect(shares()).toEqual({ [DEPLOYED.v1]: 90, [DEPLOYED.v2]: 10 });
});

test('it bakes, gets everything, and the first one is retired', async () => {
  await days(6);
  expect(shares()).toEqual({ [DEPLOYED.v2]: 100 });
  expect(fake().vertex.version('shop-training', '2').versionAliases).toContain('champion');
});

test('a bad one loses its traffic at the next look, is marked, and is never tried again', async () => {
  ask('second');
  await look();
  trained(3);
  await look();
  await look(20 * MINUTE);
  await look();
  expect(shares()).toMatchObject({ [V3]: 10 });
  cloud.traffic(DEPLOYED.v2, 300);
  cloud.traffic(V3, 60, 30);
  await look(10 * MINUTE);
  expect(shares()).toMatchObject({ [DEPLOYED.v2]: 100 });
  expect(versions()[2]).toMatchObject({ n: '3', status: 'rejected' });
  const deployed = calls('EndpointService.DeployModel').length;
  await days(2);
  expect(calls('EndpointService.DeployModel')).toHaveLength(deployed);
  expect(shares()).toEqual({ [DEPLOYED.v2]: 100 });
});

test('a violated window tells the gauge, and the alert alone, without any tick, starts the training', async () => {
  const signals: string[] = [];
  fake().monitoring.onOpened(({ policy }) => signals.push(policy.displayName));
  const before = trainings().length;
  await days(20, 'violated', () => signals.includes('quality'));
  expect(signals).toContain('quality');
  expect(trainings()).toHaveLength(before);
  for (let i = 0; i < 3 && trainings().length === before; i += 1) {
    program.pass(5 * MINUTE);
    expect(await program.wake({ message: { data: Buffer.from(signals.join()).toString('base64') } })).toBe(200);
  }
  expect([trainings().length, waits()]).toEqual([before + 1, expect.anything()]);
  await stormed();
  expect(trainings()).toHaveLength(before + 1);
});

test('taken down, nothing is left that is paid for', async () => {
  trained(4);
  await look();
  await look(20 * MINUTE);
  await look();
  expect(shares()).toMatchObject({ [V4]: 10 });
  ask('third');
  await look();
  fake().objects.put('record', 'loop/online/switch.json', { position: 'down', at: cloud.shop.now });
  for (let i = 0; i < 4; i += 1) await look(10 * MINUTE);
  expect(fake().vertex.endpoint('shop-online').deployedModels).toEqual([]);
  expect(
    fake()
      .vertex.jobs()
      .filter(({ state }) => /PENDING|RUNNING/.test(state)),
  ).toEqual([]);
  expect(waits()).toContain('mlops up --target gcp');
});
