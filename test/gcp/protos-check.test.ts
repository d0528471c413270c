/** The strict check: bodies that Google takes pass, and each planted fault is told, at its place. */
import { checkAnswer, checkRequest } from './protos-check';
import { GOOD } from './protos-bodies';

const set = (body: unknown, path: string, value: unknown): void => {
  const steps = path.split('/');
  const last = steps.pop()!;
  const holder = steps.reduce((inner, step) => inner[step] as Record<string, unknown>, body as Record<string, unknown>);
  if (value === undefined) delete holder[last];
  else holder[last] = value;
};

const JOB = 'CreatePipelineJobRequest';
const UPLOAD = 'UploadModelRequest';
const DEPLOY = 'DeployModelRequest';
const SHIFT = 'UpdateEndpointRequest';
const PATCH = 'UpdateModelRequest';
const MUTATE = 'MutateDeployedModelRequest';

/** [request, where the fault is put, what is put there, where it is told] */
const FAULTS: readonly (readonly [type: string, put: string, value: unknown, told: string, how: RegExp])[] = [
  [JOB, 'pipelineJob/runtimeConfg', {}, 'pipelineJob.runtimeConfg', /unknown field of PipelineJob/],
  [JOB, 'pipelineJob/display_name', 'x', 'pipelineJob.display_name', /write displayName/],
  [
    JOB,
    'pipelineJob/runtimeConfig/failurePolicy',
    'FAIL_FAST',
    'pipelineJob.runtimeConfig.failurePolicy',
    /must be a value of PipelineFailurePolicy/,
  ],
  [JOB, 'pipelineJob/runtimeConfig/failurePolicy', 7, 'pipelineJob.runtimeConfig.failurePolicy', /must be a value of/],
  [
    JOB,
    'pipelineJob/runtimeConfig/gcsOutputDirectory',
    undefined,
    'pipelineJob.runtimeConfig.gcsOutputDirectory',
    /REQUIRED by RuntimeConfig/,
  ],
  [JOB, 'pipelineJob/state', 'PIPELINE_STATE_RUNNING', 'pipelineJob.state', /OUTPUT_ONLY/],
  [JOB, 'pipelineJob/name', 'projects/p', 'pipelineJob.name', /OUTPUT_ONLY/],
  [JOB, 'pipelineJob/pipelineSpec', '{}', 'pipelineJob.pipelineSpec', /must be an object/],
  [JOB, 'pipelineJob/labels', ['a'], 'pipelineJob.labels', /must be a map/],
  [JOB, 'pipelineJob/labels/n', 3, 'pipelineJob.labels[n]', /must be a text/],
  [JOB, 'pipelineJob', undefined, 'pipelineJob', /REQUIRED by CreatePipelineJobRequest/],
  [JOB, 'parent', '', 'parent', /REQUIRED/],
  [UPLOAD, 'model/displayName', undefined, 'model.displayName', /REQUIRED by Model/],
  [UPLOAD, 'model/containerSpec/imageUri', undefined, 'model.containerSpec.imageUri', /REQUIRED by ModelContainerSpec/],
  [
    UPLOAD,
    'model/containerSpec/ports/0/containerPort',
    'http',
    'model.containerSpec.ports[0].containerPort',
    /must be an integer of 32 bits/,
  ],
  [UPLOAD, 'model/containerSpec/ports', { containerPort: 8080 }, 'model.containerSpec.ports', /must be a list/],
  [UPLOAD, 'model/containerSpec/env/0/value', undefined, 'model.containerSpec.env[0].value', /REQUIRED by EnvVar/],
  [
    UPLOAD,
    'model/containerSpec/deploymentTimeout',
    '10 minutes',
    'model.containerSpec.deploymentTimeout',
    /must be seconds/,
  ],
  [
    UPLOAD,
    'model/containerSpec/sharedMemorySizeMb',
    '9223372036854775808',
    'model.containerSpec.sharedMemorySizeMb',
    /integer of 64 bits/,
  ],
  // Immutable and output only: the package's protos.json knows one of the two.
  [UPLOAD, 'model/versionId', '3', 'model.versionId', /OUTPUT_ONLY/],
  [UPLOAD, 'model/createTime', '2026-11-20T00:00:00Z', 'model.createTime', /OUTPUT_ONLY/],
  [UPLOAD, 'model/versionAliases', 'challenger', 'model.versionAliases', /must be a list/],
  [
    DEPLOY,
    'deployedModel/automaticResources',
    { minReplicaCount: 1 },
    'deployedModel.automaticResources',
    /predictionResources is set already, by dedicatedResources/,
  ],
  [
    DEPLOY,
    'deployedModel/dedicatedResources/minReplicaCount',
    undefined,
    'deployedModel.dedicatedResources.minReplicaCount',
    /REQUIRED/,
  ],
  [
    DEPLOY,
    'deployedModel/dedicatedResources/minReplicaCount',
    1.5,
    'deployedModel.dedicatedResources.minReplicaCount',
    /must be an integer/,
  ],
  [
    DEPLOY,
    'deployedModel/disableContainerLogging',
    'false',
    'deployedModel.disableContainerLogging',
    /must be true or false/,
  ],
  [DEPLOY, 'trafficSplit', [10], 'trafficSplit', /must be a map/],
  [DEPLOY, 'trafficSplit/0', '10%', 'trafficSplit[0]', /must be an integer/],
  [DEPLOY, 'deployedModel', 'v2', 'deployedModel', /must be an object of DeployedModel/],
  [SHIFT, 'updateMask', undefined, 'updateMask', /REQUIRED/],
  [SHIFT, 'updateMask', 'traffic', 'endpoint.traffic', /the mask names no field of Endpoint/],
  [SHIFT, 'updateMask', 'deployedModels', 'endpoint.deployedModels', /the mask names a field that is OUTPUT_ONLY/],
  [SHIFT, 'updateMask', 'displayName', 'endpoint.displayName', /REQUIRED by Endpoint/],
  [SHIFT, 'updateMask', ['trafficSplit'], 'updateMask', /must be lowerCamelCase paths/],
  [SHIFT, 'endpoint/trafficSplit/24837', 2 ** 31, 'endpoint.trafficSplit[24837]', /integer of 32 bits/],
  [PATCH, 'updateMask', 'artifactUri', 'model.artifactUri', /the mask names a field that is IMMUTABLE/],
  [PATCH, 'model', undefined, 'model', /REQUIRED by UpdateModelRequest/],
  [
    MUTATE,
    'updateMask',
    'dedicatedResources',
    'deployedModel.dedicatedResources.machineSpec',
    /REQUIRED by DedicatedResources/,
  ],
  [MUTATE, 'updateMask', 'labels.a', 'deployedModel.labels', /the mask names no field of DeployedModel/],
  ['ListPipelineJobsRequest', 'orderby', 'create_time', 'orderby', /unknown field/],
];

test.each(Object.entries(GOOD))('%s: a good one passes', (type, body) => {
  expect(checkRequest(type, body)).toEqual([]);
});

test.each(FAULTS)('%s with %s = %j: told at %s', (type, put, value, told, how) => {
  const body = structuredClone(GOOD[type]!);
  set(body, put, value);
  const found = checkRequest(type, body);
  expect(found.map(({ field }) => field)).toEqual([told]);
  expect(found[0]!.description).toMatch(how);
});

test('there are at least 25 planted faults', () => expect(FAULTS.length).toBeGreaterThanOrEqual(25));

test('all faults are told at once', () => {
  const body = structuredClone(GOOD[DEPLOY]!);
  set(body, 'deployedModel/dedicatedResources', { machines: 1 });
  expect(checkRequest(DEPLOY, body).map(({ field }) => field)).toEqual([
    'deployedModel.dedicatedResources.machines',
    'deployedModel.dedicatedResources.machineSpec',
    'deployedModel.dedicatedResources.minReplicaCount',
  ]);
});

test('an answer may hold what only Google sets, and nothing unknown', () => {
  expect(
    checkAnswer('PipelineJob', { name: 'n', state: 'PIPELINE_STATE_RUNNING', createTime: '2026-11-20T00:00:00.5Z' }),
  ).toEqual([]);
  expect(
    checkAnswer('PipelineJob', { state: 'RUNNING', createTime: 'today', ended: 1 }).map(({ field }) => field),
  ).toEqual(['state', 'createTime', 'ended']);
});
