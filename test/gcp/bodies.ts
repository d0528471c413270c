/**
 * What the loop sends to Vertex AI, beside how Google's own client is asked for the same: both must encode to the same bytes.
 * Whoever sends another body adds it here.
 */
import { ENDPOINT_BODIES } from './bodies-endpoint';
import type { Official } from './fake/official';
import type { JsonObject } from './protos';

export interface Body {
  readonly what: string;
  /** Type of the request message. */
  readonly type: string;
  /** The whole request: what stands in the path and in the query is in it. */
  readonly ours: JsonObject;
  readonly official: (client: Official) => Promise<unknown>;
}

const PARENT = 'projects/shop-project/locations/europe-west4';

export const BODIES: readonly Body[] = [
  ...ENDPOINT_BODIES,
  {
    what: 'a deployment at no traffic',
    type: 'DeployModelRequest',
    ours: {
      endpoint: `${PARENT}/endpoints/shop-online`,
      deployedModel: {
        id: '25948',
        displayName: 'v2-1a2b3c4d',
        model: `${PARENT}/models/shop-sales@2`,
        serviceAccount: 'serve@shop-project.iam.gserviceaccount.com',
        dedicatedResources: { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 1, maxReplicaCount: 1 },
      },
      trafficSplit: { 14837: 100, 0: 0 },
    },
    official: ({ endpoints }) =>
      endpoints.deployModel({
        endpoint: endpoints.projectLocationEndpointPath('shop-project', 'europe-west4', 'shop-online'),
        deployedModel: {
          model: `${endpoints.modelPath('shop-project', 'europe-west4', 'shop-sales')}@2`,
          id: '25948',
          displayName: 'v2-1a2b3c4d',
          serviceAccount: 'serve@shop-project.iam.gserviceaccount.com',
          dedicatedResources: { machineSpec: { machineType: 'n1-standard-2' }, minReplicaCount: 1, maxReplicaCount: 1 },
        },
        trafficSplit: { '0': 0, '14837': 100 },
      }),
  },
];
