/** The fake's smaller services, each as far as something asks it. */
import { startGoogle, type Google } from './fake';
import { askOf, refusal, type Ask } from './fake/asks';
import type { JsonObject } from './protos';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

let google: Google;
let ask: Ask;
beforeEach(async () => {
  google = await startGoogle();
  ask = askOf(google);
});
afterEach(() => google.stop());

describe('Pub/Sub', () => {
  const publish = (topic: string, body: JsonObject) =>
    ask('POST', `/v1/projects/shop-project/topics/${topic}:publish`, { body });

  test('keeps what is published and tells whoever listens', async () => {
    const told: string[] = [];
    google.pubsub.addTopic('events');
    google.pubsub.onPublished((topic, { data }) => told.push(`${topic} ${data}`));
    const messages = [{ data: base64('one'), attributes: { what: 'live' } }, { data: base64('two') }];
    expect((await publish('events', { messages })).body).toEqual({ messageIds: ['1', '2'] });
    expect(google.pubsub.published('events')).toEqual([
      { data: 'one', attributes: { what: 'live' } },
      { data: 'two', attributes: {} },
    ]);
    expect(told).toEqual(['events one', 'events two']);
  });

  test.each([
    ['a topic that is not there', 'none', { messages: [{ data: 'eA==' }] }, /^404 NOT_FOUND/],
    ['nothing', 'events', { messages: [] }, /1 to 1000 messages/],
    ['a message of nothing', 'events', { messages: [{}] }, /data or attributes/],
    ['a text that is not base64', 'events', { messages: [{ data: 'one two' }] }, /base64/],
    ['a misspelt field', 'events', { messages: [{ data: 'eA==', attribute: {} }] }, /Unknown name "attribute"/],
    ['an attribute that is a number', 'events', { messages: [{ attributes: { n: 1 } }] }, /must be texts/],
  ])('refuses %s', async (_, topic, body, how) => {
    google.pubsub.addTopic('events');
    expect(refusal(await publish(topic, body))).toMatch(how);
    expect(google.pubsub.published('events')).toEqual([]);
  });
});

test('Secret Manager gives the newest version, or the one that is asked for', async () => {
  google.secrets.set('webhook', 'old');
  google.secrets.set('webhook', 'new');
  const access = (version: string) =>
    ask('GET', `/v1/projects/shop-project/secrets/webhook/versions/${version}:access`);
  expect((await access('latest')).body).toEqual({
    ...{ name: 'projects/123456789012/secrets/webhook/versions/2', payload: { data: base64('new') } },
  });
  expect((await access('1')).body).toMatchObject({ payload: { data: base64('old') } });
  expect((await access('3')).status).toBe(404);
});

test('Artifact Registry knows a tag, of a package with folders too', async () => {
  const digest = 'sha256:0123';
  google.registry.addTag({ repository: 'shop', package: 'serve/cpu', tag: 'abc', digest });
  const packages = '/v1/projects/shop-project/locations/europe-west4/repositories/shop/packages';
  const { body } = await ask('GET', `${packages}/${encodeURIComponent('serve/cpu')}/tags/abc`);
  expect(body.version).toBe(
    `projects/shop-project/locations/europe-west4/repositories/shop/packages/serve%2Fcpu/versions/${digest}`,
  );
  expect((await ask('GET', `${packages}/other/tags/abc`)).status).toBe(404);
});

test('Cloud Run lists services in pages, of one region', async () => {
  for (const id of ['a', 'b', 'c']) google.run.addService(id, { labels: { mlops_system: 'shop' } });
  const list = (query: Readonly<Record<string, string>>, location = 'europe-west4') =>
    ask('GET', `/v2/projects/shop-project/locations/${location}/services`, { query });
  const first = await list({ pageSize: '2' });
  expect(first.body.services).toMatchObject([{ labels: { mlops_system: 'shop' }, uri: 'https://a-x.a.run.app' }, {}]);
  const { body } = await list({ pageSize: '2', pageToken: first.body.nextPageToken as string });
  expect(body).toMatchObject({ services: [{ name: 'projects/shop-project/locations/europe-west4/services/c' }] });
  expect(body).not.toHaveProperty('nextPageToken');
  expect((await ask('GET', '/v2/projects/shop-project/locations/europe-west4/services/b')).status).toBe(200);
  expect((await ask('GET', '/v2/projects/shop-project/locations/europe-west4/services/d')).status).toBe(404);
  expect(refusal(await list({}, '-'))).toMatch(/must be a region/);
  expect(refusal(await list({ filter: 'x' }))).toMatch(/Unknown name "filter"/);
});

test('Cloud Logging lists entries by filter and in order', async () => {
  const resource = { type: 'cloud_run_revision', labels: { service_name: 'shop-online' } };
  for (const second of [3, 1, 2])
    google.logging.add({
      ...{
        timestamp: `2026-11-20T00:00:0${second}Z`,
        severity: second === 2 ? 'ERROR' : 'INFO',
        textPayload: `line ${second}`,
        resource,
      },
      logName: 'projects/shop-project/logs/run.googleapis.com%2Fstdout',
    });
  const list = (body: JsonObject) =>
    ask('POST', '/v2/entries:list', { body: { resourceNames: ['projects/shop-project'], ...body } });
  const lines = async (body: JsonObject) =>
    (((await list(body)).body.entries ?? []) as readonly JsonObject[]).map(({ textPayload }) => textPayload);
  const filter =
    'resource.type="cloud_run_revision" resource.labels.service_name="shop-online" timestamp>="2026-11-20T00:00:02Z"';
  expect(await lines({ filter, orderBy: 'timestamp desc' })).toEqual(['line 3', 'line 2']);
  expect(await lines({ filter: 'severity=ERROR' })).toEqual(['line 2']);
  expect(await lines({ pageSize: 2 })).toEqual(['line 1', 'line 2']);
  expect(refusal(await list({ order: 'x' }))).toMatch(/Unknown name "order"/);
  expect(refusal(await list({ filter: 'colour=red' }))).toMatch(/unknown field colour/);
});
