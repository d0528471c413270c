/** What Cloud Monitoring knows of a deployed model's requests. */
import { HealthFigures, spanOf } from '../../../constructs/gcp/health.runtime';
import { lastLook } from '../../../constructs/gcp/heartbeat.runtime';
import { DAY, HOUR, MINUTE, Shop, START } from './shop';

let shop: Shop;
let figures: HealthFigures;
beforeEach(async () => {
  shop = await Shop.open();
  figures = new HealthFigures(shop.google, shop.settings, shop.clock);
  shop.wait(HOUR);
});
afterEach(() => shop.close());

const traffic = (at: number, change: object = {}) =>
  shop.fake.monitoring.addTraffic({
    ...{ endpointId: 'shop-online', deployedModelId: '14837', at, responses: 10, latencies: [10, 20, 30] },
    ...change,
  });

test('are requests, the share of those that failed, and the latency that 99 of 100 stay below', async () => {
  traffic(START + 30 * MINUTE, { responses: 90, latencies: Array.from({ length: 99 }, (_, i) => i + 1) });
  traffic(START + 40 * MINUTE, { errors: 5, latencies: [250] });
  traffic(START + 40 * MINUTE, { deployedModelId: '24837', errors: 10, latencies: [9000] });
  traffic(START + 40 * MINUTE, { endpointId: 'other', errors: 10, latencies: [9000] });
  traffic(START + 10 * MINUTE, { errors: 10, latencies: [9000] });
  expect(await figures.since('14837', START + 20 * MINUTE)).toEqual({ requests: 100, errorRate: 0.05, p99: 99 });
});

test('are none where there is no traffic', async () => {
  expect(await figures.since('14837', START)).toEqual({ requests: 0, errorRate: 0, p99: 0 });
});

test("are the client's own fault where they are 4xx, however the code is told", async () => {
  const series = (response_code: string, value: number) => {
    const metric = { type: 'aiplatform.googleapis.com/prediction/online/response_count', labels: {} };
    const resource = { type: 'aiplatform.googleapis.com/Endpoint', labels: { endpoint_id: 'shop-online' } };
    shop.fake.monitoring.series.set(response_code, {
      metric: { ...metric, labels: { deployed_model_id: '14837', response_code } },
      ...{ resource, metricKind: 'DELTA', valueType: 'INT64', samples: [{ at: START + 30 * MINUTE, value }] },
    });
  };
  series('200', 70);
  series('4xx', 20);
  series('5xx', 8);
  series('503', 2);
  expect(await figures.since('14837', START)).toMatchObject({ requests: 100, errorRate: 0.1 });
});

test('are asked for in two calls, as one period each', async () => {
  await figures.since('14837', START);
  const [count, latency] = shop.fake.requests.of('timeSeries.list').map(({ query }) => query);
  expect(count).toEqual({
    filter:
      'metric.type = "aiplatform.googleapis.com/prediction/online/response_count" AND ' +
      'resource.type = "aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id = "shop-online" AND ' +
      'metric.labels.deployed_model_id = "14837"',
    'interval.startTime': '2026-11-20T00:00:00.000Z',
    'interval.endTime': '2026-11-20T01:00:00.000Z',
    'aggregation.alignmentPeriod': '3600s',
    'aggregation.perSeriesAligner': 'ALIGN_DELTA',
    'aggregation.crossSeriesReducer': 'REDUCE_SUM',
    'aggregation.groupByFields': 'metric.labels.response_code',
  });
  expect(latency!['filter']).toContain('metric.labels.latency_type = "total"');
  expect(latency!['aggregation.crossSeriesReducer']).toBe('REDUCE_PERCENTILE_99');
});

test('are unknown where Monitoring does not answer, and only then', async () => {
  const list = 'timeSeries.list';
  shop.fake.faults.configure({ seed: 1, rate: 1, calls: [list], kinds: ['unavailable'] });
  expect(await figures.since('14837', START)).toBe('unknown');
  shop.fake.faults.configure({ seed: 1, rate: 1, calls: [list], kinds: ['reset-before'] });
  expect(await figures.since('14837', START)).toBe('unknown');
  shop.fake.faults.off();
  const foreign = new HealthFigures(shop.google, { ...shop.settings, project: 'theirs' }, shop.clock);
  await expect(foreign.since('14837', START)).rejects.toThrow('PERMISSION_DENIED');
});

test.each([
  ['whole minutes', 1, MINUTE],
  ['a minute', MINUTE, MINUTE],
  ['and what has begun of one', MINUTE + 1, 2 * MINUTE],
  ['many of them', 40 * DAY, 40 * DAY],
  ['none of the future', -5, MINUTE],
])('the period is %s', (_, age, length) => {
  expect(spanOf(START - age, START)).toEqual({ from: START - length, to: START });
});

describe('the last look', () => {
  const looked = (endpoint = 'online') =>
    shop.google.call('monitoring', 'POST', 'projects/shop-project/timeSeries', {
      body: {
        timeSeries: [
          {
            metric: { type: 'custom.googleapis.com/mlops/looked', labels: { system: 'shop', endpoint } },
            resource: { type: 'global', labels: { project_id: 'shop-project' } },
            points: [{ interval: { endTime: new Date(shop.now).toISOString() }, value: { int64Value: '1' } }],
          },
        ],
      },
    });

  test('is the newest of this loop', async () => {
    await looked();
    shop.wait(5 * MINUTE);
    await looked();
    const at = shop.now;
    shop.wait(5 * MINUTE);
    await looked('other');
    expect(await lastLook(shop.google, shop.settings, shop.now)).toBe(at);
  });

  test('is none where it has never looked, or not for hours', async () => {
    expect(await lastLook(shop.google, shop.settings, shop.now)).toBeUndefined();
    await looked();
    shop.wait(4 * HOUR);
    expect(await lastLook(shop.google, shop.settings, shop.now)).toBeUndefined();
  });
});
