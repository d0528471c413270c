/**
 * What certifies the fake: Google's own client lives a whole life with it, over gRPC and over REST. Its types read every answer; what
 * it sends passes the strict check.
 */
import { startGoogle, type Google } from './fake';
import { officialClient, TRANSPORTS, type Official } from './fake/official';

const PARENT = 'projects/shop-project/locations/europe-west4';
const WITHIN = 'projects/123456789012/locations/europe-west4';
const DEDICATED = { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 1 };
const MODEL = { displayName: 'sales', artifactUri: 'gs://record/m', containerSpec: { imageUri: 'i' } };

const refused = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'nothing',
    (error: { readonly code: number; readonly details?: string; readonly message: string }) =>
      `${error.code} ${error.details ?? error.message}`,
  );

jest.setTimeout(60_000);

describe.each(TRANSPORTS)('over %s', (transport) => {
  let google: Google;
  let official: Official;
  // Once: the client reads its descriptors anew, for a second, whenever it is made.
  beforeAll(async () => {
    google = await startGoogle();
    // The client would wait for real seconds.
    for (const kind of Object.keys(google.vertex.takes)) google.vertex.takes[kind] = 0;
    official = await officialClient(google, transport);
  });
  afterAll(async () => {
    await official.stop();
    await google.stop();
  });

  test('a job: made once, read, listed, cancelled, deleted', async () => {
    const { jobs } = official;
    const pipelineJob = {
      displayName: 'sales',
      labels: { mlops_system: 'shop' },
      runtimeConfig: {
        gcsOutputDirectory: 'gs://record/r1',
        parameterValues: { rows: { numberValue: 3 }, subject: { stringValue: 'n' } },
      },
      pipelineSpec: {
        fields: {
          schemaVersion: { stringValue: '2.1.0' },
          root: {
            structValue: {
              fields: {
                inputDefinitions: {
                  structValue: { fields: { parameters: { structValue: { fields: parameters('rows', 'subject') } } } },
                },
              },
            },
          },
        },
      },
    };
    const [made] = await jobs.createPipelineJob({ parent: PARENT, pipelineJobId: 'r1', pipelineJob });
    expect(made.name).toBe(`${WITHIN}/pipelineJobs/r1`);
    expect(google.vertex.job('r1').runtimeConfig).toMatchObject({ parameterValues: { rows: 3, subject: 'n' } });
    expect(await refused(jobs.createPipelineJob({ parent: PARENT, pipelineJobId: 'r1', pipelineJob }))).toMatch(
      /^(6|409) /,
    );
    const [listed] = await jobs.listPipelineJobs({
      ...{ parent: PARENT, filter: 'labels.mlops_system="shop"' },
      readMask: { paths: ['name', 'state'] },
    });
    expect(listed.map(({ name, state, displayName }) => [name, state, displayName])).toEqual([
      [`${WITHIN}/pipelineJobs/r1`, 'PIPELINE_STATE_RUNNING', ''],
    ]);
    await jobs.cancelPipelineJob({ name: made.name! });
    const [cancelled] = await jobs.getPipelineJob({ name: made.name! });
    expect([cancelled.state, cancelled.error?.code]).toEqual(['PIPELINE_STATE_CANCELLED', 1]);
    const [deletion] = await jobs.deletePipelineJob({ name: made.name! });
    await deletion.promise();
    expect(google.vertex.jobs()).toEqual([]);
    const incomplete = { ...pipelineJob, runtimeConfig: {} };
    expect(
      await refused(jobs.createPipelineJob({ parent: PARENT, pipelineJobId: 'r2', pipelineJob: incomplete })),
    ).toMatch(/gcsOutputDirectory: REQUIRED/);
  });

  test('a model: two versions, their labels and aliases', async () => {
    const { models } = official;
    const [first] = await models.uploadModel({ parent: PARENT, modelId: 'sales', model: MODEL });
    const [uploaded] = await first.promise();
    expect(uploaded).toMatchObject({ model: `${WITHIN}/models/sales`, modelVersionId: '1' });
    const [second] = await models.uploadModel({
      ...{ parent: PARENT, parentModel: uploaded.model! },
      model: { ...MODEL, versionAliases: ['challenger'] },
    });
    expect((await second.promise())[0].modelVersionId).toBe('2');
    const name = `${PARENT}/models/sales@2`;
    const [{ etag }] = await models.getModel({ name });
    const labelled = {
      model: { name, etag: etag!, displayName: 'sales', labels: { status: 'live' } },
      updateMask: { paths: ['labels'] },
    };
    expect((await models.updateModel(labelled))[0]).toMatchObject({ labels: { status: 'live' }, versionId: '2' });
    expect(await refused(models.updateModel(labelled))).toMatch(/^(10|409) /);
    const [merged] = await models.mergeVersionAliases({ name, versionAliases: ['champion', 'default', '-challenger'] });
    expect(merged.versionAliases).toEqual(['champion', 'default']);
    const [versions] = await models.listModelVersions({ name: `${PARENT}/models/sales` });
    expect(versions.map((version) => [version.name, version.versionAliases])).toEqual([
      [`${WITHIN}/models/sales@2`, ['champion', 'default']],
      [`${WITHIN}/models/sales@1`, []],
    ]);
    const [deletion] = await models.deleteModelVersion({ name: `${PARENT}/models/sales@1` });
    await deletion.promise();
    const [gone] = await models.deleteModel({ name: `${PARENT}/models/sales` });
    await gone.promise();
    expect(await refused(models.getModel({ name }))).toMatch(/^(5|404) /);
  });

  test('an endpoint: deployed at all, at nothing, shifted, scaled, undeployed', async () => {
    const { endpoints } = official;
    google.vertex.addVersion('served');
    google.vertex.addVersion('served');
    const [creation] = await endpoints.createEndpoint({
      parent: PARENT,
      endpointId: 'online',
      endpoint: { displayName: 'online' },
    });
    const [{ name }] = await creation.promise();
    const endpoint = name!;
    const deploy = async (id: string, version: string, trafficSplit: Record<string, number>) => {
      const deployedModel = {
        id,
        model: `${PARENT}/models/served@${version}`,
        displayName: `v${version}`,
        dedicatedResources: DEDICATED,
      };
      const [operation] = await endpoints.deployModel({ endpoint, deployedModel, trafficSplit });
      return (await operation.promise())[0].deployedModel;
    };
    expect(await deploy('14837', '1', { 0: 100 })).toMatchObject({ id: '14837', modelVersionId: '1' });
    await deploy('25948', '2', { 0: 0, 14837: 100 });
    const shift = async (trafficSplit: Record<string, number>, etag = '') =>
      (
        await endpoints.updateEndpoint({
          endpoint: { name: endpoint, displayName: 'x', etag, trafficSplit },
          updateMask: { paths: ['traffic_split'] },
        })
      )[0];
    expect((await shift({ 14837: 40, 25948: 60 })).trafficSplit).toEqual({ 14837: 40, 25948: 60 });
    expect(await refused(shift({ 14837: 40, 25948: 50 }))).toMatch(/^(3|400) .*must add up to 100/);
    expect(await refused(shift({ 25948: 100 }, 'old'))).toMatch(/^(10|409) /);
    expect(await refused(endpoints.undeployModel({ endpoint, deployedModelId: '14837' }))).toMatch(
      /^(9|400) .*has traffic/,
    );
    expect((await shift({ 25948: 100 })).displayName).toBe('online');
    const [undeployment] = await endpoints.undeployModel({ endpoint, deployedModelId: '14837' });
    await undeployment.promise();
    const [scaling] = await endpoints.mutateDeployedModel({
      endpoint,
      deployedModel: { id: '25948', dedicatedResources: { minReplicaCount: 2 } },
      updateMask: { paths: ['dedicated_resources.min_replica_count'] },
    });
    await scaling.promise();
    const [lived] = await endpoints.getEndpoint({ name: endpoint });
    expect(lived.deployedModels).toMatchObject([{ id: '25948', dedicatedResources: { minReplicaCount: 2 } }]);
    expect(lived.trafficSplit).toEqual({ 25948: 100 });
    google.vertex.script('DeployModel', { error: { code: 9, message: 'Model server exited unexpectedly.' } });
    expect(await refused(deploy('35948', '1', {}))).toMatch(/Model server exited unexpectedly/);
  });
});

const parameters = (...names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      { structValue: { fields: { parameterType: { stringValue: name === 'rows' ? 'NUMBER_DOUBLE' : 'STRING' } } } },
    ]),
  );
