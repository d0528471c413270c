/** The fake's Cloud Monitoring: gauges by the rules, figures of requests summed and ranked, and alerts that ring. */
import { startGoogle, type Google } from './fake';
import { askOf, refusal, type Ask } from './fake/asks';
import type { JsonObject } from './protos';

const MINUTE = 60_000;

let google: Google;
let ask: Ask;
beforeEach(async () => {
  google = await startGoogle();
  ask = askOf(google);
});
afterEach(() => google.stop());

const gauge = (
  value: number,
  labels: JsonObject = { endpoint: 'online' },
  endTime = google.clock.iso(),
): JsonObject => ({
  metric: { type: 'custom.googleapis.com/mlops/degraded', labels },
  resource: { type: 'global', labels: { project_id: 'shop-project' } },
  points: [{ interval: { endTime }, value: { doubleValue: value } }],
});
const write = (...timeSeries: readonly JsonObject[]) =>
  ask('POST', '/v3/projects/shop-project/timeSeries', { body: { timeSeries } });
const list = async (query: Readonly<Record<string, string>>) =>
  ask('GET', '/v3/projects/shop-project/timeSeries', {
    query: {
      'interval.startTime': google.clock.iso(google.clock.now - 10 * MINUTE),
      'interval.endTime': google.clock.iso(),
      ...query,
    },
  });

describe('gauges', () => {
  test('a point is kept, and read as it was written', async () => {
    expect((await write(gauge(1), gauge(0, { endpoint: 'other' }))).body).toEqual({});
    expect(google.monitoring.points('custom.googleapis.com/mlops/degraded', { endpoint: 'online' })).toEqual([
      { at: google.clock.now, value: 1, labels: { endpoint: 'online' } },
    ]);
    const filter = 'metric.type = "custom.googleapis.com/mlops/degraded" AND metric.labels.endpoint = "other"';
    expect((await list({ filter })).body).toMatchObject({
      timeSeries: [
        { metric: { labels: { endpoint: 'other' } }, valueType: 'DOUBLE', points: [{ value: { doubleValue: 0 } }] },
      ],
    });
  });

  const two = (): JsonObject => ({
    ...gauge(1),
    points: [gauge(1), gauge(0)].map(({ points }) => (points as readonly unknown[])[0]),
  });
  test.each<readonly [string, () => readonly JsonObject[], RegExp]>([
    ['two points of a series', () => [two()], /exactly one point/],
    ['a series twice', () => [gauge(1), gauge(0)], /Field timeSeries\[1\]: Duplicate TimeSeries/],
    ['201 series', () => Array.from({ length: 201 }, (_, i) => gauge(0, { i: `${i}` })), /At most 200/],
    ['a point of the day before yesterday', () => [gauge(1, {}, '2026-11-18T00:00:00Z')], /at most 25 hours old/],
    ['a point of tomorrow', () => [gauge(1, {}, '2026-11-21T00:00:00Z')], /5 minutes ahead/],
    [
      'a metric of Google',
      () => [{ ...gauge(1), metric: { type: 'aiplatform.googleapis.com/x' } }],
      /no type of a custom metric/,
    ],
    [
      'a resource of another kind',
      () => [{ ...gauge(1), resource: { type: 'cloud_run_revision' } }],
      /resource: cloud_run_revision/,
    ],
    [
      'a value of no kind',
      () => [{ ...gauge(1), points: [{ interval: { endTime: '2026-11-20T00:00:00Z' }, value: { double: 1 } }] }],
      /unknown field of TypedValue/,
    ],
    ['a label that is a number', () => [gauge(1, { n: 1 })], /metric.labels\[n\]: must be a text/],
    ['nothing', () => [], /timeSeries: REQUIRED/],
  ])('refuses %s', async (_, series, how) => {
    expect(refusal(await write(...series()))).toMatch(how);
    expect(google.monitoring.series.size).toBe(0);
  });

  test('points come in order and 5 seconds apart; what is good is written all the same', async () => {
    await write(gauge(1));
    google.clock.advance(4000);
    const told = await write(gauge(0), gauge(1, { endpoint: 'other' }));
    expect(refusal(told)).toMatch(/400 INVALID_ARGUMENT: .* at least 5 seconds apart/);
    expect(told.body.error).toMatchObject({
      details: [{ totalPointCount: 2, successPointCount: 1, errors: [{ pointCount: 1 }] }],
    });
    google.clock.advance(1000);
    expect((await write(gauge(0))).status).toBe(200);
    expect(refusal(await write(gauge(1)))).toMatch(/must be written in order/);
    expect(google.monitoring.points('custom.googleapis.com/mlops/degraded').map(({ value }) => value)).toEqual([
      1, 0, 1,
    ]);
  });
});

describe('figures of requests', () => {
  const figures = (metric: string, query: Readonly<Record<string, string>>) =>
    list({
      filter: `metric.type="aiplatform.googleapis.com/prediction/online/${metric}" AND resource.labels.endpoint_id="online"`,
      ...query,
    });
  const LATENCIES = Array.from({ length: 100 }, (_, i) => i + 1);

  beforeEach(() => {
    const { monitoring, clock } = google;
    const of = { endpointId: 'online', deployedModelId: '14837' };
    monitoring.addTraffic({ ...of, responses: 100, errors: 4, latencies: LATENCIES.slice(0, 50) });
    clock.advance(5 * MINUTE);
    monitoring.addTraffic({ ...of, responses: 50, errors: 1, latencies: LATENCIES.slice(50) });
    monitoring.addTraffic({ ...of, deployedModelId: '25948', responses: 7 });
    monitoring.addTraffic({ ...of, endpointId: 'other', responses: 1000 });
    clock.advance(MINUTE);
  });

  test('are summed by deployed model', async () => {
    const { body } = await figures('response_count', {
      ...{ 'aggregation.alignmentPeriod': '600s', 'aggregation.perSeriesAligner': 'ALIGN_SUM' },
      ...{
        'aggregation.crossSeriesReducer': 'REDUCE_SUM',
        'aggregation.groupByFields': 'metric.labels.deployed_model_id',
      },
    });
    expect(body.timeSeries).toEqual(
      [
        ['14837', '150'],
        ['25948', '7'],
      ].map(([id, int64Value]) => ({
        metric: {
          type: 'aiplatform.googleapis.com/prediction/online/response_count',
          labels: { deployed_model_id: id },
        },
        resource: { type: 'aiplatform.googleapis.com/Endpoint' },
        ...{ metricKind: 'DELTA', valueType: 'INT64' },
        points: [
          { interval: { startTime: '2026-11-19T23:56:00Z', endTime: '2026-11-20T00:06:00Z' }, value: { int64Value } },
        ],
      })),
    );
    const perSeries = await figures('error_count', {
      'aggregation.alignmentPeriod': '120s',
      'aggregation.perSeriesAligner': 'ALIGN_DELTA',
    });
    expect(perSeries.body).toMatchObject({
      timeSeries: [{ points: [{ value: { int64Value: '1' } }, { value: { int64Value: '4' } }] }],
    });
  });

  test('are ranked, the whole of what a request takes beside a part of it', async () => {
    const filter = (part: string) =>
      `metric.type="aiplatform.googleapis.com/prediction/online/prediction_latencies" AND metric.labels.latency_type="${part}"`;
    const aligned = await list({
      filter: filter('total'),
      ...{ 'aggregation.alignmentPeriod': '600s', 'aggregation.perSeriesAligner': 'ALIGN_PERCENTILE_95' },
    });
    expect(aligned.body).toMatchObject({
      timeSeries: [{ valueType: 'DOUBLE', points: [{ value: { doubleValue: 95 } }] }],
    });
    const reduced = await list({
      filter: filter('total'),
      ...{ 'aggregation.alignmentPeriod': '600s', 'aggregation.perSeriesAligner': 'ALIGN_DELTA' },
      ...{
        'aggregation.crossSeriesReducer': 'REDUCE_PERCENTILE_50',
        'aggregation.groupByFields': 'metric.label.deployed_model_id',
      },
    });
    expect(reduced.body).toMatchObject({ timeSeries: [{ points: [{ value: { doubleValue: 50 } }] }] });
  });

  test('where there are none, nothing is told', async () => {
    google.clock.advance(60 * MINUTE);
    expect((await figures('response_count', {})).body).toEqual({});
  });

  test.each([
    [
      'a period below a minute',
      { 'aggregation.alignmentPeriod': '30s', 'aggregation.perSeriesAligner': 'ALIGN_SUM' },
      /at least 60 seconds/,
    ],
    ['a misspelt aligner', { 'aggregation.perSeriesAligner': 'ALIGN_P95' }, /must be a value of Aligner/],
    ['a misspelt field', { 'aggregation.period': '60s' }, /unknown field of Aggregation/],
    ['no metric', { filter: 'resource.type="global"' }, /a single metric type/],
    ['a label of no kind', { filter: 'metric.type="x" AND labels.a="b"' }, /unknown field labels.a/],
  ])('refuses %s', async (_, query, how) => {
    expect(refusal(await figures('response_count', query as Readonly<Record<string, string>>))).toMatch(how);
  });
});

describe('alerts', () => {
  const alerts = async (filter: string) =>
    ((await ask('GET', '/v3/projects/shop-project/alerts', { query: { filter } })).body.alerts ??
      []) as readonly JsonObject[];

  test('open when the newest point is 1, tell whoever listens, and close when it is 0', async () => {
    google.pubsub.addTopic('signals');
    const opened: string[] = [];
    google.monitoring.onOpened(({ policy }) => opened.push(policy.displayName));
    const policy = google.monitoring.addPolicy({
      ...{
        displayName: 'shop-online-degraded',
        metric: 'custom.googleapis.com/mlops/degraded',
        labels: { endpoint: 'online' },
      },
      ...{ userLabels: { mlops_system: 'shop' }, topic: 'signals' },
    });
    await write(gauge(0), gauge(1, { endpoint: 'other' }));
    expect(await alerts('state = "OPEN"')).toEqual([]);
    google.clock.advance(MINUTE);
    await write(gauge(1));
    expect(await alerts(`state = "OPEN" AND policy.name = "${policy}"`)).toMatchObject([
      {
        state: 'OPEN',
        openTime: '2026-11-20T00:01:00Z',
        policy: { name: policy, displayName: 'shop-online-degraded' },
      },
    ]);
    expect(await alerts('state="OPEN" AND policy.user_labels.mlops_system="other"')).toEqual([]);
    expect(opened).toEqual(['shop-online-degraded']);
    google.clock.advance(MINUTE);
    await write(gauge(1));
    expect(opened).toHaveLength(1);
    google.clock.advance(MINUTE);
    await write(gauge(0));
    expect(await alerts('state="OPEN"')).toEqual([]);
    expect(google.monitoring.alerts).toMatchObject([{ state: 'CLOSED', closeTime: '2026-11-20T00:03:00Z' }]);
    const states = google.pubsub
      .published('signals')
      .map(({ data }) => (JSON.parse(data) as { incident: { state: string } }).incident.state);
    expect(states).toEqual(['open', 'closed']);
  });

  test('of other policies are opened and closed by hand', async () => {
    const policy = google.monitoring.addPolicy({ displayName: 'errors' });
    google.monitoring.openAlert(policy);
    expect(await alerts('state="OPEN"')).toHaveLength(1);
    google.monitoring.closeAlert(policy);
    expect(await alerts('state="CLOSED"')).toHaveLength(1);
  });
});
