/** What the loop asks of an endpoint: the same bodies as test/gcp/runtime/endpoint.test.ts sees sent, with what stands in the path. */
import type { Body } from './bodies';

const PARENT = 'projects/shop-project/locations/europe-west4';
const ENDPOINT = `${PARENT}/endpoints/shop-online`;
const CPU = 'aiplatform.googleapis.com/prediction/online/cpu/utilization';

/** Of a mask as it stands in JSON. Google's own serializer leaves it as it is. https://protobuf.dev/programming-guides/json/ */
const onTheWire = (mask: string): string => mask.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export const ENDPOINT_BODIES: readonly Body[] = [
  {
    what: 'a deployment with autoscaling beside one that serves',
    type: 'DeployModelRequest',
    ours: {
      endpoint: ENDPOINT,
      deployedModel: {
        id: '26186',
        displayName: 'v2-0a1b2c3d',
        model: `${PARENT}/models/shop-sales@2`,
        serviceAccount: 'serve@shop-project.iam.gserviceaccount.com',
        dedicatedResources: {
          machineSpec: { machineType: 'n1-standard-2' },
          minReplicaCount: 1,
          maxReplicaCount: 4,
          autoscalingMetricSpecs: [{ metricName: CPU, target: 60 }],
        },
      },
      trafficSplit: { 16186: 100, 0: 0 },
    },
    official: ({ endpoints }) =>
      endpoints.deployModel({
        endpoint: ENDPOINT,
        deployedModel: {
          id: '26186',
          displayName: 'v2-0a1b2c3d',
          model: `${endpoints.modelPath('shop-project', 'europe-west4', 'shop-sales')}@2`,
          serviceAccount: 'serve@shop-project.iam.gserviceaccount.com',
          dedicatedResources: {
            machineSpec: { machineType: 'n1-standard-2' },
            minReplicaCount: 1,
            maxReplicaCount: 4,
            autoscalingMetricSpecs: [{ metricName: CPU, target: 60 }],
          },
        },
        trafficSplit: { '16186': 100, '0': 0 },
      }),
  },
  {
    what: 'a change of traffic',
    type: 'UpdateEndpointRequest',
    ours: {
      endpoint: { name: ENDPOINT, trafficSplit: { 16186: 90, 26186: 10 }, etag: 'AMEw9yM' },
      updateMask: onTheWire('trafficSplit'),
    },
    official: ({ endpoints }) =>
      endpoints.updateEndpoint({
        endpoint: { name: ENDPOINT, trafficSplit: { '16186': 90, '26186': 10 }, etag: 'AMEw9yM' },
        updateMask: { paths: ['traffic_split'] },
      }),
  },
  {
    what: 'the end of a deployment',
    type: 'UndeployModelRequest',
    ours: { endpoint: ENDPOINT, deployedModelId: '16186' },
    official: ({ endpoints }) => endpoints.undeployModel({ endpoint: ENDPOINT, deployedModelId: '16186' }),
  },
  {
    what: 'the end of one that has traffic',
    type: 'UndeployModelRequest',
    ours: { endpoint: ENDPOINT, deployedModelId: '26186', trafficSplit: { 16186: 100 } },
    official: ({ endpoints }) =>
      endpoints.undeployModel({ endpoint: ENDPOINT, deployedModelId: '26186', trafficSplit: { '16186': 100 } }),
  },
  {
    what: 'more replicas',
    type: 'MutateDeployedModelRequest',
    ours: {
      endpoint: ENDPOINT,
      deployedModel: { id: '26186', dedicatedResources: { minReplicaCount: 2 } },
      updateMask: onTheWire('dedicatedResources.minReplicaCount'),
    },
    official: ({ endpoints }) =>
      endpoints.mutateDeployedModel({
        endpoint: ENDPOINT,
        deployedModel: { id: '26186', dedicatedResources: { minReplicaCount: 2 } },
        updateMask: { paths: ['dedicated_resources.min_replica_count'] },
      }),
  },
];
