/** The endpoint, without what it serves, and alerts on its health. */
import { interpolate, type Output } from '@pulumi/pulumi';
import * as bigquery from '@pulumi/gcp/bigquery';
import type * as monitoring from '@pulumi/gcp/monitoring';
import type * as storage from '@pulumi/gcp/storage';
import * as vertex from '@pulumi/gcp/vertex';
import { listed, newAccount, onFolders, type Account } from './access';
import { ASK, newAlert, traffic } from './alerts';
import type { Apis } from './apis';
import { agents, endpoint, labels, location, project, system } from './place';

export interface Served {
  readonly resource: vertex.AiEndpoint;
  readonly account: Account;
  readonly requests: bigquery.Dataset;
  readonly table: Output<string>;
  readonly alerts: readonly monitoring.AlertPolicy[];
  readonly reads: storage.BucketIAMMember;
  readonly logs: bigquery.DatasetIamMember;
}

export function newEndpoint(apis: Apis, bucket: storage.Bucket): Served {
  const { on } = apis;
  const account = newAccount(apis, `serve ${endpoint}`, `Models of ${endpoint}: read models`);
  const reads = onFolders(apis, 'serve reads', bucket, account, {
    role: 'Viewer',
    folders: ['artifacts/training'],
    clauses: listed,
  });
  const requests = new bigquery.Dataset(
    'requests',
    {
      project,
      location,
      datasetId: `${system}-${endpoint}`.replaceAll('-', '_'),
      description: `Requests to ${endpoint}, and what was answered`,
      labels,
      deleteContentsOnDestroy: false,
    },
    { retainOnDelete: true, dependsOn: [bucket, on.bigquery] },
  );
  const logs = new bigquery.DatasetIamMember(
    'requests-writer',
    { project, datasetId: requests.datasetId, role: 'roles/bigquery.dataEditor', member: agents.aiplatform },
    { dependsOn: [on.bigquery, apis.agents.aiplatform] },
  );
  const resource = new vertex.AiEndpoint(
    endpoint,
    {
      project,
      location,
      region: location,
      name: `${system}-${endpoint}`,
      displayName: `${system} ${endpoint}`,
      labels,
      predictRequestResponseLoggingConfig: {
        enabled: true,
        samplingRate: 1,
        bigqueryDestination: { outputUri: interpolate`bq://${project}.${requests.datasetId}` },
      },
      dedicatedEndpointEnabled: true,
    },
    { dependsOn: [bucket, reads, logs, on.aiplatform], ignoreChanges: ['trafficSplit'] },
  );
  const asks = (query: (of: ReturnType<typeof traffic>) => string) => resource.name.apply((id) => query(traffic(id)));
  const alerts = [
    newAlert(apis, {
      what: 'errors',
      says: `More than 0.01 of the requests to one deployed model failed within 5 minutes, judged on 20 requests or more. ${ASK}`,
      query: asks(({ errors, requests: all }) => `(${errors} / ${all}) > 0.01 and ${all} >= 20`),
      severity: 'ERROR',
    }),
    newAlert(apis, {
      what: 'latency',
      says: `99 of 100 requests to one deployed model took longer than 250 ms within 5 minutes. ${ASK}`,
      query: asks(({ p99, requests: all }) => `${p99} > 250 and ${all} >= 20`),
      severity: 'ERROR',
    }),
  ];
  const table = interpolate`${project}.${requests.datasetId}.request_response_logging`;
  return { resource, account, requests, table, alerts, reads, logs };
}
