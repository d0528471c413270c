/** The loop's gauges on Cloud Monitoring, and the policies that ring. */
import { Alarms } from '../../../constructs/gcp/alarms.runtime';
import type { Run } from '../../../runtime/loop/platform';
import { Shop, START } from './shop';

let shop: Shop;
let alarms: Alarms;
let policies: Readonly<Record<'inputs' | 'quality' | 'revenue', string>>;
beforeEach(async () => {
  shop = await Shop.open();
  const watching = (monitor: string) =>
    shop.fake.monitoring.addPolicy({
      ...{ displayName: monitor, metric: 'custom.googleapis.com/mlops/degraded', labels: { monitor } },
    });
  policies = {
    ...{ inputs: watching('inputs'), quality: watching('quality') },
    revenue: shop.fake.monitoring.addPolicy({ displayName: 'revenue' }),
  };
  alarms = newAlarms();
});
afterEach(() => shop.close());

const newAlarms = (named: Readonly<Record<string, string>> = policies) =>
  new Alarms({ google: shop.google, settings: { ...shop.settings, alarms: named }, clock: shop.clock });
const points = (gauge: string) =>
  shop.fake.monitoring.points(`custom.googleapis.com/mlops/${gauge}`).map(({ at, value }) => [at - START, value]);
const run = (id: string, kind: Run['kind'], state: Run['state'], at: number, monitor?: string): Run => ({
  ...{ id, kind, state },
  tags: { reason: 'window', at, generation: 1, ...(monitor !== undefined && { monitor }) },
});

test('a look is told with whether runs fail', async () => {
  await alarms.tellLook([run('a', 'train', 'failed', 1), run('b', 'monitor', 'succeeded', 1, 'inputs')]);
  expect([points('looked'), points('run_failed'), points('monitor_failed')]).toEqual([[[0, 1]], [[0, 1]], [[0, 0]]]);
  expect(shop.fake.requests.of('timeSeries.create').map(({ body }) => body)).toMatchObject([
    {
      timeSeries: [
        {
          metric: { type: 'custom.googleapis.com/mlops/looked', labels: { system: 'shop', endpoint: 'online' } },
          resource: { type: 'global', labels: { project_id: 'shop-project' } },
          ...{ metricKind: 'GAUGE', valueType: 'INT64' },
          points: [{ interval: { endTime: '2026-11-20T00:00:00.000Z' }, value: { int64Value: '1' } }],
        },
        {},
        {},
      ],
    },
  ]);
});

test('looks that follow one another at once are told as one', async () => {
  for (let i = 0; i < 4; i += 1) {
    await alarms.tellLook([]);
    shop.wait(1000);
  }
  expect(points('looked')).toEqual([[0, 1]]);
  shop.wait(1000);
  await alarms.tellLook([]);
  expect(points('looked')).toEqual([
    [0, 1],
    [5000, 1],
  ]);
});

test('what changes at once is told as soon as it can be', async () => {
  await alarms.tell('inputs', true);
  shop.wait(1000);
  await alarms.tell('inputs', false);
  await alarms.tell('quality', true);
  expect(shop.fake.monitoring.points('custom.googleapis.com/mlops/degraded')).toEqual([
    { at: START, value: 1, labels: { system: 'shop', endpoint: 'online', monitor: 'inputs' } },
    { at: START + 6000, value: 0, labels: { system: 'shop', endpoint: 'online', monitor: 'inputs' } },
    { at: START + 6000, value: 1, labels: { system: 'shop', endpoint: 'online', monitor: 'quality' } },
  ]);
});

test('what another loop told just before is told a little later', async () => {
  await newAlarms().tellLook([]);
  shop.wait(2000);
  await alarms.tellLook([]);
  expect(points('looked')).toEqual([
    [0, 1],
    [7000, 1],
  ]);
});

test('what Monitoring does not take is told', async () => {
  await expect(newAlarms().tell('x'.repeat(2000), true)).rejects.toThrow('INVALID_ARGUMENT');
  const foreign = new Alarms({
    ...{ google: shop.google, clock: shop.clock },
    settings: { ...shop.settings, project: 'theirs', alarms: {} },
  });
  shop.fake.faults.configure({ seed: 1, rate: 1, calls: ['timeSeries.create'], kinds: ['unavailable'] });
  await expect(foreign.tellLook([])).rejects.toThrow('UNAVAILABLE');
});

test('an answer that is lost tells a gauge once', async () => {
  shop.fake.faults.once('timeSeries.create', 'reset-after');
  await alarms.tell('inputs', true);
  expect(await alarms.ringing()).toEqual(['inputs']);
});

describe('what rings', () => {
  test('are the open alerts of our policies, by what the loop calls them', async () => {
    expect(await alarms.ringing()).toEqual([]);
    await alarms.tell('quality', true);
    shop.fake.monitoring.openAlert(policies.revenue);
    shop.fake.monitoring.openAlert(shop.fake.monitoring.addPolicy({ displayName: 'theirs' }));
    expect(await alarms.ringing()).toEqual(['quality', 'revenue']);
    shop.fake.monitoring.closeAlert(policies.revenue);
    expect(await alarms.ringing()).toEqual(['quality']);
    expect(shop.fake.requests.of('alerts.list')[0]!.query).toEqual({ filter: 'state="OPEN"', pageSize: '1000' });
  });

  test('is known by its own id, whether the project is named or numbered', async () => {
    const numbered = policies.revenue.replace('shop-project', '123456789012');
    shop.fake.monitoring.openAlert(policies.revenue);
    expect(await newAlarms({ money: numbered, again: policies.revenue }).ringing()).toEqual(['money', 'again']);
  });

  test('is nobody asked for where there is no policy', async () => {
    expect(await newAlarms({}).ringing()).toEqual([]);
    expect(shop.fake.requests.of('alerts.list')).toEqual([]);
  });
});
