/** Puts the parts of the loop on AWS together, in the order in which they need each other. */
import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import { hostOf, platformOf, type CloudParts, type Situation } from '../../runtime/cloud/assemble';
import type { CloudTarget, LoopHost } from '../../runtime/cloud/loop-host';
import { Outputs } from '../../runtime/cloud/output';
import type { ServedEndpoint } from '../../runtime/cloud/parts';
import type { Store } from '../../runtime/cloud/store';
import type { Time } from '../../runtime/loop/platform';
import type { ResolvedMlops } from '../spec/mlops';
import { Alarms } from './alarms.runtime';
import { CAPTURE_LAG, Captures } from './capture.runtime';
import { hosted } from './endpoint-config.runtime';
import { SteppedEndpoint } from './endpoint.runtime';
import { HealthFigures } from './health.runtime';
import { Hosting } from './hosting.runtime';
import { NativeEndpoint } from './native-endpoint.runtime';
import { secretsOf, SnsTopic } from './notify.runtime';
import { jobFolders } from './output.runtime';
import { Runs } from './pipeline.runtime';
import { Registry } from './registry.runtime';
import { Scaling } from './scaling.runtime';
import type { EndpointParts } from './served-endpoint.runtime';
import type { LoopSettings } from './settings';
import { S3Store } from './store.runtime';

export interface Clients {
  readonly sagemaker: SageMakerClient;
  readonly s3: S3Client;
  readonly cloudwatch: CloudWatchClient;
  readonly scaling: ApplicationAutoScalingClient;
  readonly sns: SNSClient;
  readonly secrets: SecretsManagerClient;
}

export interface AssembleOptions {
  readonly settings: LoopSettings;
  /** At least this endpoint, its pipeline and its dataset. */
  readonly spec: ResolvedMlops;
  readonly clients: Clients;
  readonly clock: () => Time;
  readonly log: (line: string) => void;
}

export const AWS: CloudTarget = { name: 'aws', captureLag: CAPTURE_LAG };

export function assemble(options: AssembleOptions): LoopHost {
  const store = new S3Store(options.clients.s3, options.settings.bucket);
  return hostOf(situationOf(options, store), partsOf(options, store));
}

/** All of the port and its parts, on a store that may be another than the loop's own. */
export function platformFor(options: AssembleOptions, store: Store) {
  const parts = partsOf(options, store);
  const { endpoint, alarms, registry } = parts;
  return { endpoint, alarms, registry, ...platformOf(situationOf(options, store), parts) };
}

const situationOf = ({ settings, spec, clock, log }: AssembleOptions, store: Store): Situation => ({
  target: AWS,
  ...{ settings, spec, clock, log },
  outputs: new Outputs(store, jobFolders),
});

export function partsOf({ clients, clock, ...options }: AssembleOptions, store: Store): CloudParts {
  const settings = hosted(options.settings);
  const { endpoint: name, endpointName, serving } = settings;
  const { sagemaker, cloudwatch } = clients;
  const registry = new Registry({ sagemaker, group: settings.packageGroup, image: settings.image, clock });
  const endpoint = endpointOf({
    settings,
    hosting: new Hosting(sagemaker, endpointName),
    scaling: new Scaling(clients.scaling, cloudwatch, settings),
    store,
    clock,
    modelOf: async (version) => (await registry.get(version)).model,
  });
  return {
    rollout: isStepped(settings) ? 'stepped' : 'native',
    runs: (conclude, period) =>
      new Runs({ sagemaker, store, endpoint: name, pipelines: settings.pipelines, period, clock, conclude }),
    registry,
    endpoint,
    health: new HealthFigures(cloudwatch, endpointName, serving.kind, clock),
    alarms: new Alarms(cloudwatch, settings),
    captures: new Captures({ store, endpoint: name, endpointName, clock }),
    topic: new SnsTopic(clients.sns, settings.topic),
    webhook: settings.webhook,
    secretOf: secretsOf(clients.secrets),
  };
}

function endpointOf(parts: EndpointParts): ServedEndpoint {
  const { serving } = parts.settings;
  return serving.kind === 'real-time' && !serving.guardrails
    ? new SteppedEndpoint(parts, serving)
    : new NativeEndpoint(parts);
}

const isStepped = ({ serving }: LoopSettings): boolean => serving.kind === 'real-time' && !serving.guardrails;
