/** Requests that Google would take, whole: what stands in the path and in the query is in them. */
import type { JsonObject } from './protos';

const PARENT = 'projects/shop-project/locations/europe-west4';
const ENDPOINT = `${PARENT}/endpoints/shop-online`;
const MODEL = `${PARENT}/models/shop-sales`;

export const GOOD: Readonly<Record<string, JsonObject>> = {
  CreatePipelineJobRequest: {
    parent: PARENT,
    pipelineJobId: 'shop-online-r1',
    pipelineJob: {
      displayName: 'shop-online-r1',
      serviceAccount: 'train@shop-project.iam.gserviceaccount.com',
      labels: { mlops_system: 'shop' },
      pipelineSpec: { pipelineInfo: { name: 'sales' }, anything: [1, { goes: null }] },
      runtimeConfig: {
        gcsOutputDirectory: 'gs://record/artifacts/sales/r1',
        failurePolicy: 'PIPELINE_FAILURE_POLICY_FAIL_FAST',
        parameterValues: { subject: 'n', rows: 3, deep: { a: [true, null] } },
      },
    },
  },
  UploadModelRequest: {
    parent: PARENT,
    modelId: 'shop-sales',
    model: {
      displayName: 'shop-sales',
      artifactUri: 'gs://record/artifacts/sales/r1/model',
      containerSpec: {
        imageUri: 'europe-west4-docker.pkg.dev/shop-project/shop/serve@sha256:0',
        ports: [{ containerPort: 8080 }],
        env: [{ name: 'A', value: 'b' }],
        deploymentTimeout: '600s',
        sharedMemorySizeMb: '64',
      },
      versionAliases: ['challenger'],
    },
  },
  DeployModelRequest: {
    endpoint: ENDPOINT,
    deployedModel: {
      id: '24837',
      model: `${MODEL}@2`,
      displayName: 'v2-1a2b3c4d',
      dedicatedResources: {
        machineSpec: { machineType: 'n1-standard-2' },
        minReplicaCount: 1,
        maxReplicaCount: 2,
        autoscalingMetricSpecs: [
          { metricName: 'aiplatform.googleapis.com/prediction/online/cpu/utilization', target: 60 },
        ],
      },
    },
    trafficSplit: { 0: 10, 14837: 90 },
  },
  UndeployModelRequest: { endpoint: ENDPOINT, deployedModelId: '14837' },
  UpdateEndpointRequest: {
    endpoint: { name: ENDPOINT, etag: 'AMEw9yM', trafficSplit: { 24837: 100 } },
    updateMask: 'trafficSplit',
  },
  UpdateModelRequest: {
    model: { name: `${MODEL}@2`, labels: { status: 'live' }, versionDescription: 'why' },
    updateMask: 'labels,version_description',
  },
  MutateDeployedModelRequest: {
    endpoint: ENDPOINT,
    deployedModel: { id: '24837', dedicatedResources: { minReplicaCount: 2, maxReplicaCount: 4 } },
    updateMask: 'dedicatedResources.minReplicaCount,dedicatedResources.maxReplicaCount',
  },
  MergeVersionAliasesRequest: { name: `${MODEL}@2`, versionAliases: ['champion', '-challenger'] },
  ListPipelineJobsRequest: {
    parent: PARENT,
    filter: 'labels.mlops_system="shop"',
    pageSize: '100',
    readMask: 'name,state',
  },
};
