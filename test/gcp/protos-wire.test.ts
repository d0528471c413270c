/** Ours and what Google's own client sends are the same to a byte. */
import { BODIES } from './bodies';
import { startGoogle, type Google } from './fake';
import { officialClient, TRANSPORTS, type Official } from './fake/official';
import type { JsonObject } from './protos';
import { checkRequest } from './protos-check';
import { wireEqual } from './protos-wire';

jest.setTimeout(60_000);

describe.each(TRANSPORTS)('over %s', (transport) => {
  let google: Google;
  let official: Official;
  beforeAll(async () => {
    google = await startGoogle();
    official = await officialClient(google, transport);
  });
  afterAll(async () => {
    await official.stop();
    await google.stop();
  });

  test.each(BODIES)('$what', async ({ type, ours, official: send }) => {
    // It is refused, as nothing is there: what was asked is known all the same.
    await send(official).catch(() => undefined);
    const sent = google.vertex.asked.at(-1)!;
    expect(sent.type).toBe(`google.cloud.aiplatform.v1.${type}`);
    expect(wireEqual(type, ours, sent.request)).toBe(true);
    expect(checkRequest(type, ours)).toEqual([]);
  });
});

test('another share, another order of a list and another field are told apart; defaults and the order of keys are not', () => {
  const equal = (ours: JsonObject, official: JsonObject) =>
    wireEqual('UploadModelRequest', { model: ours }, { model: official });
  expect(wireEqual('DeployModelRequest', { trafficSplit: { 0: 90 } }, { trafficSplit: { 0: 100 } })).toBe(false);
  expect(equal({ versionAliases: ['a', 'b'] }, { versionAliases: ['b', 'a'] })).toBe(false);
  expect(equal({ displayName: 'a' }, { description: 'a' })).toBe(false);
  expect(
    equal({ labels: { a: '1', b: '2' } }, { labels: { b: '2', a: '1' }, description: '', versionAliases: [] }),
  ).toBe(true);
  expect(equal({ containerSpec: { sharedMemorySizeMb: 64 } }, { containerSpec: { sharedMemorySizeMb: '64' } })).toBe(
    true,
  );
});
