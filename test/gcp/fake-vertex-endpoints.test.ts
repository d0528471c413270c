/** The fake's endpoints: deployments, traffic, and what is refused meanwhile. */
import { startGoogle, type Google } from './fake';
import { askOf, refusal, type Ask } from './fake/asks';
import type { JsonObject } from './protos';

const PARENT = '/v1/projects/shop-project/locations/europe-west4';
const MODEL = 'projects/shop-project/locations/europe-west4/models/sales';
const ENDPOINT = `${PARENT}/endpoints/online`;

let google: Google;
let ask: Ask;
beforeEach(async () => {
  google = await startGoogle();
  ask = askOf(google);
  google.vertex.addEndpoint('online');
  google.vertex.addVersion('sales');
  google.vertex.addVersion('sales');
});
afterEach(() => google.stop());

const resources = { dedicatedResources: { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 1 } };
const deploy = (id: string, version: string, trafficSplit: JsonObject, more: JsonObject = resources) =>
  ask('POST', `${ENDPOINT}:deployModel`, {
    body: { deployedModel: { id, model: `${MODEL}@${version}`, displayName: `v${version}`, ...more }, trafficSplit },
  });
const shift = (body: JsonObject) => ask('PATCH', ENDPOINT, { query: { updateMask: 'trafficSplit' }, body });
const undeploy = (body: JsonObject) => ask('POST', `${ENDPOINT}:undeployModel`, { body });
const get = async () => (await ask('GET', ENDPOINT)).body;

async function lived(): Promise<void> {
  await deploy('14837', '1', { 0: 100 });
  google.clock.advance(600_000);
  await deploy('25948', '2', { 0: 0, 14837: 100 });
  google.clock.advance(600_000);
}

test('an endpoint without deployments has no fields for them', async () => {
  expect(await get()).toEqual({
    ...{ name: 'projects/123456789012/locations/europe-west4/endpoints/online', displayName: 'online' },
    ...{ etag: expect.any(String) as string, createTime: '2026-11-20T00:00:00Z', updateTime: '2026-11-20T00:00:00Z' },
  });
});

test('a life: deployed, a second at no traffic, shifted, undeployed', async () => {
  await lived();
  const two = await get();
  expect(two).toMatchObject({
    deployedModels: [
      { id: '14837', displayName: 'v1', modelVersionId: '1' },
      { id: '25948', displayName: 'v2', modelVersionId: '2', createTime: '2026-11-20T00:20:00Z' },
    ],
    trafficSplit: { 14837: 100, 25948: 0 },
  });
  expect((await shift({ etag: two.etag, trafficSplit: { 14837: 40, 25948: 60 } })).body).toMatchObject({
    trafficSplit: { 25948: 60 },
  });
  expect(refusal(await shift({ etag: two.etag, trafficSplit: { 14837: 100 } }))).toMatch(/^409 ABORTED: The etag/);
  expect(refusal(await undeploy({ deployedModelId: '14837' }))).toMatch(/400 FAILED_PRECONDITION: .* has traffic/);
  await shift({ trafficSplit: { 25948: 100 } });
  await undeploy({ deployedModelId: '14837' });
  google.clock.advance(120_000);
  expect(await get()).toMatchObject({ deployedModels: [{ id: '25948' }], trafficSplit: { 25948: 100 } });
  // The last one goes with its traffic.
  await undeploy({ deployedModelId: '25948' });
  google.clock.advance(120_000);
  expect(await get()).not.toHaveProperty('trafficSplit');
});

test('undeploying may take the traffic away in the same call', async () => {
  await lived();
  await undeploy({ deployedModelId: '14837', trafficSplit: { 25948: 100 } });
  google.clock.advance(120_000);
  expect(await get()).toMatchObject({ trafficSplit: { 25948: 100 } });
});

test.each([
  ['shares that add up to 90', '3', '1', { 0: 90 }, resources, /400 INVALID_ARGUMENT: .* must add up to 100/],
  [
    'traffic for one that is not there',
    '3',
    '1',
    { 0: 50, 9: 50 },
    resources,
    /DeployedModel ID\(s\) \[9\] do not exist/,
  ],
  ['an id with letters', 'v1', '1', {}, resources, /must be 1 to 10 digits/],
  ['an id of 11 digits', '12345678901', '1', {}, resources, /must be 1 to 10 digits/],
  ['an id that is taken', '14837', '1', {}, resources, /409 ALREADY_EXISTS/],
  ['a version that is not there', '3', '9', {}, resources, /404 NOT_FOUND: The Model .*sales@9/],
  ['no resources', '3', '1', {}, {}, /prediction_resources/],
  [
    ...(['more replicas at least than at most', '3', '1', {}] as const),
    { dedicatedResources: { machineSpec: {}, minReplicaCount: 3, maxReplicaCount: 2 } },
    /max_replica_count 2 is less than/,
  ],
  ['no replica', '3', '1', {}, { dedicatedResources: { machineSpec: {}, minReplicaCount: 0 } }, /at least 1/],
  ['a machine of no kind', '3', '1', {}, { dedicatedResources: { minReplicaCount: 1 } }, /machineSpec: REQUIRED/],
] as const)('refuses to deploy with %s', async (_, id, version, split, more, how) => {
  await lived();
  const before = await get();
  expect(refusal(await deploy(id, version, split, more))).toMatch(how);
  expect(await get()).toEqual(before);
});

test('a deployment takes its time, and what comes meanwhile is refused', async () => {
  google.vertex.script('DeployModel', { takes: 60_000 });
  const { name } = (await deploy('14837', '1', { 0: 100 })).body;
  expect(await get()).not.toHaveProperty('deployedModels');
  expect(refusal(await deploy('25948', '2', {}))).toMatch(/400 FAILED_PRECONDITION: .* is being changed by/);
  expect(refusal(await shift({ trafficSplit: {} }))).toMatch(/FAILED_PRECONDITION/);
  const running = () => ask('GET', `${ENDPOINT}/operations`, { query: { filter: 'done:false' } });
  expect((await running()).body).toMatchObject({ operations: [{ name }] });
  google.clock.advance(60_000);
  expect((await running()).body).toEqual({});
  expect((await ask('GET', `${ENDPOINT}/operations`)).body).toMatchObject({ operations: [{ name, done: true }] });
});

test('a deployment that fails, or is cancelled, leaves nothing behind', async () => {
  google.vertex.state.listsDeploying = true;
  google.vertex.script('DeployModel', { error: { code: 9, message: 'Model server exited unexpectedly.' } });
  const failed = (await deploy('14837', '1', { 0: 100 })).body.name as string;
  expect(await get()).toMatchObject({ deployedModels: [{ id: '14837' }] });
  google.clock.advance(600_000);
  expect((await ask('GET', `/v1/${failed}`)).body).toMatchObject({ done: true, error: { code: 9 } });
  expect(await get()).not.toHaveProperty('deployedModels');
  const cancelled = (await deploy('14837', '1', { 0: 100 })).body.name as string;
  await ask('POST', `/v1/${cancelled}:cancel`, { body: {} });
  google.clock.advance(600_000);
  expect((await ask('GET', `/v1/${cancelled}`)).body).toMatchObject({ done: true, error: { code: 1 } });
  expect(await get()).not.toHaveProperty('deployedModels');
});

test('replicas are changed by an operation, and little else is', async () => {
  await lived();
  const mutate = (updateMask: string, deployedModel: JsonObject) =>
    ask('POST', `${ENDPOINT}:mutateDeployedModel`, {
      body: { deployedModel: { id: '14837', ...deployedModel }, updateMask },
    });
  await mutate('dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount', {
    dedicatedResources: { minReplicaCount: 2, maxReplicaCount: 4 },
  });
  google.clock.advance(300_000);
  expect((await get()).deployedModels).toMatchObject([
    { dedicatedResources: { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 2, maxReplicaCount: 4 } },
    {},
  ]);
  expect(refusal(await mutate('displayName', { displayName: 'x' }))).toMatch(/can't be mutated: displayName/);
  expect(refusal(await mutate('dedicatedResources.minReplicaCount', {}))).toMatch(/minReplicaCount: REQUIRED/);
});

test('an endpoint is made with an id of its own, and deleted when it is empty', async () => {
  const create = (endpointId: string) =>
    ask('POST', `${PARENT}/endpoints`, { query: { endpointId }, body: { displayName: 'x' } });
  expect((await create('other')).body).toMatchObject({
    done: true,
    response: { name: expect.stringMatching(/other$/) as string },
  });
  expect(refusal(await create('other'))).toMatch(/409/);
  expect(refusal(await create('0123'))).toMatch(/Invalid endpoint_id/);
  const found = await ask('GET', `${PARENT}/endpoints`, {
    query: { filter: 'endpoint="other"', readMask: 'displayName' },
  });
  expect(found.body).toEqual({ endpoints: [{ displayName: 'x' }] });
  await lived();
  expect(refusal(await ask('DELETE', ENDPOINT))).toMatch(/has deployed models/);
  expect((await ask('DELETE', `${PARENT}/endpoints/other`)).body).toMatchObject({ done: true });
});
