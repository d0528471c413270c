/** What CloudWatch knows of a variant's requests, as the loop judges it. */
import { HealthFigures, spanOf } from '../../../constructs/aws/health.runtime';
import { FakeCloudWatch } from './fake-cloudwatch';
import { Fault } from './fake-json';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const NOW = Date.UTC(2026, 10, 20, 12, 34, 56);

let fake: FakeCloudWatch;
beforeEach(() => {
  fake = new FakeCloudWatch();
});

const since = (kind: 'real-time' | 'asynchronous' = 'real-time', at = NOW - 30 * MINUTE) =>
  new HealthFigures(fake.client, 'shop-online', kind, () => NOW).since('green', at);
const figures = (values: Readonly<Record<string, number>>) =>
  Object.entries(values).forEach(([figure, value]) => fake.figures.set(`${figure} green`, value));

it('counts requests, failures, and the time of model and platform together, in milliseconds', async () => {
  figures({
    'Invocations Sum': 200,
    'Invocation5XXErrors Sum': 3,
    'ModelLatency p99': 40_000,
    'OverheadLatency p99': 2_500,
  });
  expect(await since()).toEqual({ requests: 200, errorRate: 0.015, p99: 42.5 });
  expect(fake.last('GetMetricData')).toMatchObject({
    StartTime: (NOW - 29 * MINUTE - 56_000) / 1000,
    MetricDataQueries: [
      {
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SageMaker',
            Dimensions: [
              { Name: 'EndpointName', Value: 'shop-online' },
              { Name: 'VariantName', Value: 'green' },
            ],
          },
          Period: 30 * 60,
        },
      },
      ...[{}, {}, {}],
    ],
  });
});

it('takes no figures for no requests: SageMaker publishes none without them', async () => {
  expect(await since()).toEqual({ requests: 0, errorRate: 0, p99: 0 });
  figures({ 'Invocations Sum': 50, 'ModelLatency p99': 1000, 'OverheadLatency p99': 0 });
  expect(await since()).toEqual({ requests: 50, errorRate: 0, p99: 1 });
});

it.each(['PartialData', 'InternalError', 'Forbidden'])('is unknown where the answer is %s', async (status) => {
  figures({ 'Invocations Sum': 50 });
  fake.status = status;
  expect(await since()).toBe('unknown');
});

it.each(['Throttling', 'InternalServiceFault', 'ServiceUnavailable'])('is unknown after %s', async (name) => {
  fake.before = [
    'GetMetricData',
    () => {
      throw new Fault(name, 'later', name === 'Throttling' ? 400 : 500);
    },
  ];
  expect(await since()).toBe('unknown');
});

it('throws what would make it unknown for ever', async () => {
  fake.before = [
    'GetMetricData',
    () => {
      throw new Fault('AccessDenied', 'not authorized to perform cloudwatch:GetMetricData', 403);
    },
  ];
  await expect(since()).rejects.toThrow('not authorized');
});

it('reads other figures of an asynchronous endpoint, and a request without an answer has no latency', async () => {
  figures({ 'ModelLatency SampleCount': 90, 'Invocation5XXErrors Sum': 100, 'ModelLatency p99': 9_000_000 });
  expect(await since('asynchronous')).toEqual({ requests: 100, errorRate: 1, p99: 9000 });
});

describe('the one period that is asked for', () => {
  it.each([
    ['a minute at least', NOW - 1000, 60],
    ['whole minutes for fifteen days', NOW - 14 * DAY, 60],
    ['five minutes until 63 days', NOW - 15 * DAY, 300],
    ['whole hours beyond', NOW - 64 * DAY, 3600],
  ])('is of %s', (_what, from, grain) => {
    const span = spanOf(from, NOW);
    expect(span.seconds % grain).toBe(0);
    expect(span.from % (grain * 1000)).toBe(0);
    expect(span.from).toBeGreaterThanOrEqual(from);
    expect(span.from).toBeLessThan(from + grain * 1000);
    expect(span.to).toBeGreaterThanOrEqual(NOW);
    expect(span.to - span.from).toBe(span.seconds * 1000);
  });

  it('begins after all that another deployment of the variant may have answered', () => {
    const switched = Date.UTC(2026, 10, 20, 12, 34, 56);
    expect(spanOf(switched, switched + 5 * MINUTE).from).toBe(Date.UTC(2026, 10, 20, 12, 35));
  });

  it('is one even where the clock of the loop was put back', () => {
    expect(spanOf(NOW + DAY, NOW).seconds).toBe(60);
  });
});
