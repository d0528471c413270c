/** Endpoint: an empty Vertex AI endpoint whose requests are logged; what it serves is the loop's. */
import { createHash } from 'node:crypto';
import { interpolate, type ComponentResourceOptions, type Input, type Output, type Resource } from '@pulumi/pulumi';
import * as bigquery from '@pulumi/gcp/bigquery';
import type * as monitoring from '@pulumi/gcp/monitoring';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as vertex from '@pulumi/gcp/vertex';
import { kept, unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import type { Duration } from '../spec/units';
import { account, mayRead } from './access';
import type { AlertTransform } from './alert';
import { healthAlerts, type HealthRules } from './health-alerts';
import { physicalName } from './names';
import type { PrivateEndpoint } from './network';
import type { Image } from './pipeline';
import { agent, type Place } from './place';
import type { Serving } from './settings';
import type { Storage } from './storage';

/** What the platform calls the table that it makes where it is given a dataset alone. */
const TABLE = 'request_response_logging';

export interface EndpointProps {
  readonly place: Place;
  readonly storage: Storage;
  /** Its id on Vertex AI: a letter, then at most 62 lower-case letters, digits and hyphens. */
  readonly endpointId: string;
  /** Its name in the spec. */
  readonly endpoint: string;
  readonly image: Image;
  /** Folders of the bucket that models are read from, such as `artifacts/training`. */
  readonly models: readonly string[];
  /**
   * Machine type of the servers. https://cloud.google.com/vertex-ai/docs/predictions/configure-compute
   * @default 'e2-standard-2'
   */
  readonly machine?: string;
  /** @default { min: 1, max: 1 } */
  readonly replicas?: Serving['replicas'];
  /** Percent of the processors' time that autoscaling aims at. @default 60 */
  readonly cpuTarget?: number;
  /** Percent of the requests that are logged. @default 100 */
  readonly capture?: number;
  /** @default {} */
  readonly rollout?: HealthRules;
  /**
   * How much of the past each alert on health looks at: whole minutes, at most a day.
   * @default '5 minutes'
   */
  readonly healthWindow?: Duration;
  /** Reached by Private Service Connect, and by nothing else. @default false: by a DNS name of its own, with credentials */
  readonly privateServiceConnect?: PrivateEndpoint | false;
  /** Told when an alert rings and when it is over. @default [] */
  readonly channels?: readonly Input<string>[];
  readonly transform?: EndpointTransform;
}

export interface EndpointTransform {
  readonly endpoint?: Transform<vertex.AiEndpointArgs>;
  readonly requestLog?: Transform<bigquery.DatasetArgs>;
  readonly alert?: AlertTransform;
}

export class Endpoint extends Room {
  readonly resource: vertex.AiEndpoint;
  readonly endpointId: Output<string>;
  readonly displayName: string;
  /** In the spec. */
  readonly endpoint: string;
  readonly serving: Serving;
  /** Digest of all that shapes a deployment; known while the program runs. */
  readonly revision: string;
  /** Models run as it: it reads models. */
  readonly serveAccount: serviceaccount.Account;
  readonly requestLog: bigquery.Dataset;
  /** `PROJECT.DATASET.TABLE`; Vertex AI makes the table with the first request. */
  readonly requestTable: Output<string>;
  /** On errors and latency. */
  readonly alerts: readonly monitoring.AlertPolicy[];

  constructor(name: string, props: EndpointProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Endpoint', name, options);
    const { place, storage, endpoint, image } = props;
    const { machine = 'e2-standard-2', replicas = { min: 1, max: 1 }, cpuTarget = 60 } = props;
    this.endpoint = endpoint;
    this.displayName = `${place.prefix} ${endpoint}`;
    this.serving = { machine, replicas, cpuTarget };
    this.revision = revisionOf(image.digest, this.serving);
    this.serveAccount = account(
      this,
      this.named('serve'),
      place,
      ['serve', endpoint],
      `Models of ${endpoint}: read models`,
    );
    const rights = mayRead(this, this.named('serve-reads'), storage, this.serveAccount, props.models);
    this.requestLog = this.newRequestLog(props);
    this.requestTable = interpolate`${place.project}.${this.requestLog.datasetId}.${TABLE}`;
    this.resource = this.newEndpoint(props, [...rights, ...this.mayLog(place)]);
    this.endpointId = this.resource.name;
    this.alerts = healthAlerts({
      ...{ parent: this, named: (part) => this.named(part), place, displayName: this.displayName },
      ...{ endpointId: this.endpointId, rules: props.rollout ?? {}, window: props.healthWindow ?? '5 minutes' },
      ...{ channels: props.channels ?? [], transform: props.transform?.alert },
    });
    this.registerOutputs({ endpointId: this.endpointId });
  }

  /** Of its own: Vertex AI names the table itself, and whoever reads one endpoint's requests need not read another's. */
  private newRequestLog({ place, storage, endpoint, transform = {} }: EndpointProps): bigquery.Dataset {
    const { requestLog = unchanged } = transform;
    const { project, location, prefix, labels } = place;
    const { onDestroy, key } = storage;
    return new bigquery.Dataset(
      this.named('request-log'),
      requestLog({
        project,
        location,
        datasetId: physicalName('dataset', prefix, endpoint),
        description: `Requests to ${endpoint}, and what was answered`,
        labels,
        deleteContentsOnDestroy: onDestroy === 'delete',
        ...(key && { defaultEncryptionConfiguration: { kmsKeyName: key } }),
      }),
      { parent: this, ...kept(onDestroy), dependsOn: [...storage.ready] },
    );
  }

  private mayLog(place: Place): readonly Resource[] {
    return [
      new bigquery.DatasetIamMember(
        this.named('request-log-writer'),
        {
          project: place.project,
          datasetId: this.requestLog.datasetId,
          role: 'roles/bigquery.dataEditor',
          member: agent(place, 'gcp-sa-aiplatform'),
        },
        { parent: this },
      ),
    ];
  }

  private newEndpoint(props: EndpointProps, dependsOn: readonly Resource[]): vertex.AiEndpoint {
    const { place, storage, endpointId, capture = 100, privateServiceConnect = false, transform = {} } = props;
    const { project, location, labels } = place;
    const { endpoint = unchanged } = transform;
    return new vertex.AiEndpoint(
      this.named('endpoint'),
      endpoint({
        project,
        location,
        region: location,
        name: endpointId,
        displayName: this.displayName,
        labels,
        ...(capture > 0 && {
          predictRequestResponseLoggingConfig: {
            enabled: true,
            samplingRate: capture / 100,
            bigqueryDestination: { outputUri: interpolate`bq://${project}.${this.requestLog.datasetId}` },
          },
        }),
        ...(privateServiceConnect
          ? {
              privateServiceConnectConfig: {
                enablePrivateServiceConnect: true,
                // Vertex AI's own project is one of those that reach it.
                projectAllowlists: [...new Set([project, ...privateServiceConnect.projects])].sort(),
              },
            }
          : { dedicatedEndpointEnabled: true }),
        ...(storage.key && { encryptionSpec: { kmsKeyName: storage.key } }),
      }),
      {
        parent: this,
        dependsOn: [...storage.ready, ...dependsOn],
        // The loop's; and the logging, once set, is frozen: a difference would be the platform's own.
        ignoreChanges: ['trafficSplit'],
      },
    );
  }
}

function revisionOf(image: string, serving: Serving): string {
  return createHash('sha256')
    .update(JSON.stringify([image, serving]))
    .digest('hex')
    .slice(0, 8);
}
