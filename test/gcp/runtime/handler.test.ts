/** What runs in the loop's service, on the whole of a fake cloud: from nothing to a version that serves, and what goes wrong on the way. */
import { ReadOnly } from '../../../runtime/cloud/store';
import { platformFor } from '../../../constructs/gcp/assemble.runtime';
import type { MonitorSubject } from '../../../constructs/spec/report';
import type { Notification } from '../../../constructs/spec/notify';
import type { PipelineJob } from '../fake/vertex-state';
import { Cloud, DEPLOYED, REVISION } from './cloud';
import { START } from './shop';

/** A real server answers, thousands of times. */
jest.setTimeout(60_000);

let cloud: Cloud;
beforeEach(async () => {
  cloud = await Cloud.open();
});
afterEach(() => cloud.close());

const fake = () => cloud.shop.fake;
const jobs = () => fake().requests.of('PipelineService.CreatePipelineJob');
const shares = () => fake().vertex.endpoint('shop-online').trafficSplit;
const aliases = (n: number) => fake().vertex.version('shop-training', String(n)).versionAliases;
const notices = () =>
  fake()
    .pubsub.published('notices')
    .map(({ data }) => (JSON.parse(data) as Notification).notice);

it('trains, registers, places and settles the first version', async () => {
  await cloud.look();
  expect(cloud.lastLine()).toMatchObject({ running: ['train-1'], deployments: [] });
  cloud.trained(1);
  await cloud.look();
  expect(fake().vertex.state.running(fake().vertex.endpoint('shop-online').name)).toHaveLength(1);
  expect(aliases(1)).toEqual(['default', 'challenger']);
  cloud.wait(20);
  await cloud.look();
  expect(cloud.lastLine()).toMatchObject({ deployments: [`v1-${REVISION} ready 100 %`], changing: false });
  cloud.wait(70);
  await cloud.look();
  expect(await cloud.events()).toEqual([
    'start done: there is no version yet: training run 1',
    'register done: training run 1 passed its gate: v1 is registered',
    'place done: v1 is placed beside what serves',
    'mark done: v1 is live: it came through its bake at 100 %',
  ]);
  expect(notices()).toEqual(['rolled-out']);
  expect(shares()).toEqual({ [DEPLOYED.v1]: 100 });
  expect(aliases(1)).toEqual(['default', 'champion']);
});

describe('with a version that serves', () => {
  beforeEach(async () => {
    await cloud.serving();
    cloud.wait(70);
    await cloud.look();
  });

  /** Looks four times a day, with requests in between; monitors find nothing. */
  const days = async (n: number) => {
    for (let look = 0; look < n * 4; look += 1) {
      for (const [deployed, share] of Object.entries(shares())) if (share > 0) cloud.traffic(deployed, 3 * share);
      await cloud.look();
      for (const job of fake().vertex.jobs()) if (/PENDING|RUNNING/.test(job.state)) measured(job);
      cloud.wait(360);
    }
  };
  const measured = ({ name, runtimeConfig }: PipelineJob, verdict = 'fine') => {
    const { subject } = (runtimeConfig as { readonly parameterValues: Readonly<Record<string, string>> })
      .parameterValues;
    const report = { ...(JSON.parse(subject!) as MonitorSubject), verdict };
    fake().vertex.finishJob(name.split('/').at(-1)!, { outputs: { 'report/report/report.json': report } });
    return report;
  };

  /** v2 has been trained for people. */
  const retrained = async () => {
    fake().objects.put('record', 'loop/online/requests/1.json', { kind: 'train', id: '1', at: cloud.shop.now });
    await cloud.look();
    cloud.trained(2);
    await cloud.look();
    cloud.wait(20);
  };

  it('measures its windows from what was logged, and tells the gauge when they are violated', async () => {
    cloud.traffic(DEPLOYED.v1, 300);
    cloud.wait(26 * 60);
    await cloud.look();
    const run = `inputs-v1-${START}-1`;
    const report = measured(cloud.shop.jobs(run)[0]!, 'violated');
    await cloud.look();
    expect(cloud.shop.json(`reports/online/inputs/${run}/report.json`)).toEqual(report);
    expect(await cloud.events()).toContain(
      'tell done: inputs was violated in 1 of the last 1 windows (2026-11-20T00:00Z)',
    );
    expect(cloud.lastLine()).toMatchObject({ alarms: [] });
    cloud.wait(5);
    await cloud.look();
    expect(cloud.lastLine()).toMatchObject({ alarms: ['inputs'] });
  });

  it('rolls a second version out in steps, and retires the first', async () => {
    await retrained();
    await cloud.look();
    expect(shares()).toEqual({ [DEPLOYED.v1]: 90, [DEPLOYED.v2]: 10 });
    expect([aliases(1), aliases(2)]).toEqual([['default', 'champion'], ['challenger']]);
    await days(6);
    expect(shares()).toEqual({ [DEPLOYED.v2]: 100 });
    expect([aliases(1), aliases(2)]).toEqual([['default', 'previous'], ['champion']]);
  });

  it('takes traffic away from a version that fails its requests', async () => {
    await retrained();
    await cloud.look();
    cloud.wait(30);
    cloud.traffic(DEPLOYED.v1, 300);
    cloud.traffic(DEPLOYED.v2, 50, 25);
    await cloud.look();
    expect(shares()).toMatchObject({ [DEPLOYED.v1]: 100 });
    expect(fake().vertex.version('shop-training', '2').labels).toMatchObject({ status: 'rejected' });
    expect(notices()).toEqual(['rolled-out', 'rejected']);
  });

  it('takes it down where people want it down', async () => {
    fake().objects.put('record', 'loop/online/switch.json', { position: 'down', at: cloud.shop.now });
    await cloud.look();
    cloud.wait(10);
    await cloud.look();
    expect(fake().vertex.endpoint('shop-online').deployedModels).toEqual([]);
    expect(cloud.lastLine()['waits']).toContainEqual(expect.stringContaining('`mlops up --target gcp`'));
  });
});

describe('a loop that stands back', () => {
  it.each([
    ['another deployment is released', () => cloud.release('d2'), 'deployment d2 is released'],
    ['none is', () => fake().objects.delete('record', 'loop/online/release.json'), 'no deployment is released'],
  ])('does nothing where %s, and says why', async (_when, change, why) => {
    change();
    await cloud.look();
    expect(jobs()).toEqual([]);
    expect(fake().requests.of('timeSeries.create')).toEqual([]);
    expect(cloud.log.join()).toContain(why);
  });

  it('waits for the image while it is being built, and looks for it no more once it is there', async () => {
    const awaited = 'projects/shop-project/locations/europe-west4/repositories/shop/packages/model/tags/0a1b2c3d';
    const host = cloud.host({ awaited });
    await cloud.look(host);
    expect(jobs()).toEqual([]);
    expect(cloud.lastLine()).toEqual({
      endpoint: 'online',
      waits: [`the image ${cloud.settings.image} is still being built`],
    });
    fake().registry.addTag({ repository: 'shop', package: 'model', tag: '0a1b2c3d', digest: 'sha256:1' });
    for (let i = 0; i < 3; i += 1) await cloud.look(host);
    expect(jobs()).toHaveLength(1);
    expect(fake().requests.of('tags.get')).toHaveLength(2);
  });
});

it('looks again at once while it does something, and stops while there is time', async () => {
  await cloud.look();
  cloud.trained(1);
  cloud.log.length = 0;
  cloud.remaining = 10_000;
  await cloud.look();
  expect(cloud.log).toHaveLength(1);
  cloud.remaining = 120_000;
  await cloud.look();
  expect(cloud.log.length).toBeGreaterThan(1);
});

it('goes on where it was cut short, at each call of a look', async () => {
  await cloud.look();
  cloud.trained(1);
  const before = fake().requests.all.length;
  await cloud.look();
  const calls = fake().requests.all.length - before;
  await cloud.close();
  // Every eleventh: all would take minutes.
  for (let cut = 1; cut < calls; cut += 11) {
    cloud = await Cloud.open();
    await cloud.look();
    cloud.trained(1);
    const { google } = cloud.shop;
    const send = google.send.bind(google);
    let left = cut;
    google.send = async (...asked) => {
      if (left === 0) throw new Error('cut short');
      left -= 1;
      return send(...asked);
    };
    await cloud.look().catch(() => undefined);
    google.send = send;
    cloud.wait(5);
    await cloud.look();
    cloud.wait(20);
    await cloud.look();
    expect(shares()).toEqual({ [DEPLOYED.v1]: 100 });
    expect(fake().vertex.state.versions.values()).toHaveLength(1);
    expect(jobs()).toHaveLength(1);
    await cloud.close();
  }
  cloud = await Cloud.open();
});

it('throws what a look throws, and tells people once', async () => {
  fake().faults.configure({ seed: 1, rate: 1, calls: ['PipelineService.CreatePipelineJob'], kinds: ['unavailable'] });
  await expect(cloud.look()).rejects.toThrow('UNAVAILABLE');
  await expect(cloud.look()).rejects.toThrow('UNAVAILABLE');
  expect(notices()).toEqual(['failed']);
});

it('reads without writing, on a store that takes nothing', async () => {
  await cloud.look();
  const writes = () => fake().requests.all.filter(({ method }) => method !== 'GET').length;
  const before = writes();
  const { platform } = platformFor(cloud.options(), new ReadOnly(cloud.shop.store));
  expect(await platform.runs()).toMatchObject([{ id: 'train-1', state: 'running' }]);
  expect(await platform.versions()).toEqual([]);
  expect(await platform.endpoint()).toMatchObject({ exists: false });
  expect(await platform.alarms()).toEqual([]);
  expect(writes()).toBe(before);
});
