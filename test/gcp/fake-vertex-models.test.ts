/** The fake's registry: versions, aliases, labels and what may be deleted. */
import { startGoogle, type Google } from './fake';
import { askOf, refusal, type Ask } from './fake/asks';
import type { JsonObject } from './protos';

const PARENT = '/v1/projects/shop-project/locations/europe-west4';
const WITHIN = 'projects/123456789012/locations/europe-west4';
const MODELS = `${PARENT}/models`;

let google: Google;
let ask: Ask;
beforeEach(async () => {
  google = await startGoogle();
  ask = askOf(google);
});
afterEach(() => google.stop());

const upload = (request: JsonObject, model: JsonObject = {}) =>
  ask('POST', `${MODELS}:upload`, {
    body: {
      ...request,
      model: { displayName: 'sales', artifactUri: 'gs://record/m', containerSpec: { imageUri: 'i' }, ...model },
    },
  });
const get = async (version: string) => (await ask('GET', `${MODELS}/sales@${version}`)).body;
const patch = (version: string, updateMask: string, body: JsonObject) =>
  ask('PATCH', `${MODELS}/sales${version && `@${version}`}`, { query: { updateMask }, body });
const aliases = (version: string, ...versionAliases: readonly string[]) =>
  ask('POST', `${MODELS}/sales@${version}:mergeVersionAliases`, { body: { versionAliases } });

test('an upload is an operation; a second version goes below its model', async () => {
  const begun = await upload({ modelId: 'sales' }, { labels: { n: '1' } });
  expect(begun.body).toEqual({
    name: expect.stringMatching(new RegExp(`^${WITHIN}/models/sales/operations/\\d+$`)) as string,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.aiplatform.v1.UploadModelOperationMetadata',
      genericMetadata: { createTime: '2026-11-20T00:00:00Z', updateTime: '2026-11-20T00:00:00Z' },
    },
  });
  expect((await ask('GET', `${MODELS}/sales`)).status).toBe(404);
  google.clock.advance(30_000);
  expect((await ask('GET', `/v1/${begun.body.name as string}`)).body).toMatchObject({
    done: true,
    response: {
      '@type': 'type.googleapis.com/google.cloud.aiplatform.v1.UploadModelResponse',
      ...{ model: `${WITHIN}/models/sales`, modelVersionId: '1' },
    },
  });
  expect(refusal(await upload({ modelId: 'sales' }))).toMatch(/409 ALREADY_EXISTS/);
  expect(refusal(await upload({ parentModel: `${WITHIN}/models/none` }))).toMatch(/404 NOT_FOUND/);
  await upload({ parentModel: `${WITHIN}/models/sales` }, { versionAliases: ['challenger'] });
  google.clock.advance(30_000);
  expect(await get('challenger')).toMatchObject({ versionId: '2', versionAliases: ['challenger'] });
  expect(await get('default')).toMatchObject({ versionId: '1', labels: { n: '1' }, artifactUri: 'gs://record/m' });
  // For input only.
  expect(await get('1')).not.toHaveProperty('containerSpec');
});

test('an upload that fails leaves nothing behind', async () => {
  google.vertex.script('UploadModel', { takes: 1000, error: { code: 3, message: 'The image is not there.' } });
  const { name } = (await upload({ modelId: 'sales' })).body;
  google.clock.advance(1000);
  expect((await ask('GET', `/v1/${name as string}`)).body).toMatchObject({ done: true, error: { code: 3 } });
  expect((await ask('GET', `${MODELS}/sales`)).status).toBe(404);
});

test('versions are listed in pages, with their numbers in their names, by labels', async () => {
  for (const n of ['1', '2', '3']) google.vertex.addVersion('sales', { labels: { n } });
  const first = await ask('GET', `${MODELS}/sales:listVersions`, { query: { pageSize: '2' } });
  const query = { pageSize: '2', pageToken: first.body.nextPageToken as string };
  const second = await ask('GET', `${MODELS}/sales:listVersions`, { query });
  const names = [first, second].flatMap(({ body }) =>
    (body.models as readonly { name: string }[]).map(({ name }) => name),
  );
  expect(names).toEqual([3, 2, 1].map((n) => `${WITHIN}/models/sales@${n}`));
  const labelled = await ask('GET', `${MODELS}/sales:listVersions`, {
    query: { filter: 'labels.n="2"', readMask: 'versionId' },
  });
  expect(labelled.body).toEqual({ models: [{ versionId: '2' }] });
});

test('labels of a version are its own, merged over those of the model, and guarded by the etag', async () => {
  google.vertex.addVersion('sales', { labels: { n: '1' } });
  google.vertex.addVersion('sales', { labels: { n: '2' } });
  const { etag } = await get('2');
  const done = await patch('2', 'labels', { etag, labels: { n: '2', status: 'live' } });
  expect(done.body).toMatchObject({ labels: { n: '2', status: 'live' }, versionId: '2' });
  expect(refusal(await patch('2', 'labels', { etag, labels: {} }))).toMatch(/^409 ABORTED/);
  await patch('', 'labels,displayName', { displayName: 'Sales', labels: { team: 'shop', n: '0' } });
  expect(await get('1')).toMatchObject({ displayName: 'Sales', labels: { team: 'shop', n: '1' } });
  expect(refusal(await patch('2', 'displayName', { displayName: 'x' }))).toMatch(/400 FAILED_PRECONDITION/);
  expect(refusal(await patch('', 'versionDescription', { versionDescription: 'x' }))).toMatch(
    /400 FAILED_PRECONDITION/,
  );
  expect(refusal(await patch('2', 'labels', { labels: { 'live-at': 'Tuesday' } }))).toMatch(
    /Invalid value of label live-at/,
  );
});

test('an alias moves from version to version, and goes with a hyphen', async () => {
  google.vertex.addVersion('sales');
  google.vertex.addVersion('sales');
  await aliases('1', 'champion', 'challenger');
  const before = (await get('1')).etag;
  await aliases('2', 'champion', '-challenger', 'previous', '-previous');
  expect(await get('1')).toMatchObject({ versionAliases: ['default', 'challenger'] });
  expect((await get('1')).etag).not.toBe(before);
  expect(await get('champion')).toMatchObject({ versionId: '2', versionAliases: ['champion'] });
  await aliases('2', 'default');
  expect(google.vertex.version('sales', 'default')).toMatchObject({ versionId: '2' });
  expect(refusal(await aliases('2', '-default'))).toMatch(/always one default version/);
  expect(refusal(await aliases('champion', 'x1'))).toMatch(/must hold a version id/);
  expect(refusal(await aliases('1', '1st'))).toMatch(/Invalid version alias/);
});

test('what is deployed, the default and the only version stay', async () => {
  const remove = (path: string) => ask('DELETE', `${MODELS}/${path}`);
  google.vertex.addVersion('sales');
  expect(refusal(await remove('sales@1:deleteVersion'))).toMatch(/the only version/);
  google.vertex.addVersion('sales');
  expect(refusal(await remove('sales@1:deleteVersion'))).toMatch(/the default version/);
  const deployed = [{ id: '24837', model: `${WITHIN}/models/sales`, modelVersionId: '2' }];
  google.vertex.addEndpoint('online', { deployedModels: deployed });
  expect(refusal(await remove('sales@2:deleteVersion'))).toMatch(/400 FAILED_PRECONDITION: .* is deployed/);
  expect(refusal(await remove('sales'))).toMatch(/is deployed/);
  expect((await get('2')).deployedModels).toEqual([
    { endpoint: `${WITHIN}/endpoints/online`, deployedModelId: '24837' },
  ]);
  google.vertex.setEndpoint('online', { deployedModels: [] });
  expect((await remove('sales@2:deleteVersion')).body).toMatchObject({ done: true });
  // Numbers are not given twice.
  expect(google.vertex.addVersion('sales')).toBe('3');
  await remove('sales');
  expect((await ask('GET', `${MODELS}/sales`)).status).toBe(404);
});
