/** Puts the parts of the loop together, in the order in which they need each other. */
import type { ApplicationAutoScalingClient } from '@aws-sdk/client-application-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { Time } from '../../runtime/loop/platform';
import type { ResolvedMlops } from '../spec/mlops';
import type { Notice } from '../spec/notify';
import { milliseconds } from '../spec/units';
import { Alarms } from './alarms.runtime';
import { Captures } from './capture.runtime';
import { concluder, madeBy } from './conclude.runtime';
import { Dataset } from './data.runtime';
import { hosted } from './endpoint-config.runtime';
import { SteppedEndpoint } from './endpoint.runtime';
import { newRun } from './given.runtime';
import { HealthFigures } from './health.runtime';
import { Hosting } from './hosting.runtime';
import { LoopHost, specOf } from './loop-host.runtime';
import { NativeEndpoint } from './native-endpoint.runtime';
import { Notifier } from './notify.runtime';
import { Runs } from './pipeline.runtime';
import { AwsPlatform } from './platform.runtime';
import { Registry } from './registry.runtime';
import { Scaling } from './scaling.runtime';
import type { EndpointParts, ServedEndpoint } from './served-endpoint.runtime';
import type { LoopSettings } from './settings';
import { Store } from './store.runtime';
import { longestPeriod } from './times.runtime';
import { Webhook } from './webhook.runtime';

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

export function assemble(options: AssembleOptions): LoopHost {
  const { settings, clients, clock, log } = options;
  const store = new Store(clients.s3, settings.bucket);
  const { platform, endpoint, alarms, notifier } = platformOf(options, store);
  return new LoopHost({ settings, spec: options.spec, store, platform, endpoint, alarms, notifier, clock, log });
}

/** The port alone, as the command line needs it too. */
export function platformOf({ spec, clients, clock, log, ...options }: AssembleOptions, store: Store) {
  const settings = hosted(options.settings);
  const { endpoint: name, endpointName, serving } = settings;
  const { sagemaker, cloudwatch } = clients;
  const where = { spec, endpoint: name, store };
  const registry = new Registry({ sagemaker, group: settings.packageGroup, image: settings.image, clock });
  const endpoint = endpointOf({
    settings,
    hosting: new Hosting(sagemaker, endpointName),
    scaling: new Scaling(clients.scaling, cloudwatch, settings),
    store,
    clock,
    modelOf: async (version) => (await registry.get(version)).model,
  });
  const captures = new Captures({ store, endpoint: name, endpointName, clock });
  const period = longestPeriod(specOf({ settings, spec }, 0));
  const runs = new Runs({
    ...{ sagemaker, store, endpoint: name, pipelines: settings.pipelines, period, clock },
    conclude: concluder(where),
  });
  const world = { spec, settings, store, registry, captures, endpoint: () => endpoint.view() };
  const pipeline = spec.pipelines[spec.endpoints[name]!.model]!;
  const dataset = new Dataset({
    ...{ store, name: pipeline.dataset, endpoint: name },
    dataset: spec.datasets[pipeline.dataset]!,
  });
  const alarms = new Alarms(cloudwatch, settings);
  const notifier = notifierOf({ settings, spec, clients, clock, log }, store);
  const platform = new AwsPlatform({
    name,
    rollout: isStepped(settings) ? 'stepped' : 'native',
    ...{ store, runs, registry, endpoint, alarms, notifier, log },
    health: new HealthFigures(cloudwatch, endpointName, serving.kind, clock),
    look: () => dataset.look(milliseconds(pipeline.history)),
    newRun: (action) => newRun(world, action),
    madeBy: (action, listed) => madeBy(where, action, listed),
  });
  return { platform, endpoint, alarms, notifier, runs };
}

function endpointOf(parts: EndpointParts): ServedEndpoint {
  const { serving } = parts.settings;
  return serving.kind === 'real-time' && !serving.guardrails
    ? new SteppedEndpoint(parts, serving)
    : new NativeEndpoint(parts);
}

const isStepped = ({ serving }: LoopSettings): boolean => serving.kind === 'real-time' && !serving.guardrails;

const EVERYTHING: readonly Notice[] = ['alarm', 'rejected', 'failed', 'rolled-out'];

/** There is a topic in any case: where the spec asks for no notices, whoever subscribes to it gets all. */
function notifierOf({ settings, spec, clients, clock, log }: AssembleOptions, store: Store): Notifier {
  const { system, endpoint, topic, webhook } = settings;
  const { notify } = spec.endpoints[endpoint]!;
  return new Notifier({
    ...{ system, endpoint, store, topic, clock, log, sns: clients.sns },
    on: notify ? notify.on : EVERYTHING,
    webhook: webhook ? new Webhook(webhook, clients.secrets) : undefined,
  });
}
