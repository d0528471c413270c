/** What the loop may do. */
import type { Resource } from '@pulumi/pulumi';
import * as artifactregistry from '@pulumi/gcp/artifactregistry';
import * as bigquery from '@pulumi/gcp/bigquery';
import type * as pubsub from '@pulumi/gcp/pubsub';
import type * as storage from '@pulumi/gcp/storage';
import * as vertex from '@pulumi/gcp/vertex';
import { actsAs, inProject, listed, newRole, onFolders, publishes, type Account } from './access';
import type { Apis } from './apis';
import type { Served } from './endpoint';
import { repositoryId } from './image';
import { endpoint, location, project } from './place';

const RUNS = {
  'starts, watches and stops runs': ['cancel', 'create', 'get', 'list'].map(
    (verb) => `aiplatform.pipelineJobs.${verb}`,
  ),
  'registers versions, notes what became of them, moves aliases': ['get', 'list', 'update', 'upload'].map(
    (verb) => `aiplatform.models.${verb}`,
  ),
  'asks what became of a deployment or an upload': ['aiplatform.operations.list'],
  'tells gauges': ['monitoring.metricDescriptors.create', 'monitoring.timeSeries.create'],
  'reads how requests are answered': ['monitoring.timeSeries.list'],
  'sees which alerts ring': ['monitoring.alerts.get', 'monitoring.alerts.list'],
  'exports what was logged': ['bigquery.jobs.create'],
};
const DEPLOYS = {
  'sees what serves': ['aiplatform.endpoints.get'],
  'deploys a version, takes one away': ['aiplatform.endpoints.deploy', 'aiplatform.endpoints.undeploy'],
  'moves traffic': ['aiplatform.endpoints.update'],
};

export interface Reach {
  readonly bucket: storage.Bucket;
  readonly notices: pubsub.Topic;
  readonly served: Served;
  readonly train: Account;
  readonly monitor: Account;
}

export function loopRights(
  apis: Apis,
  account: Account,
  { bucket, notices, served, train, monitor }: Reach,
): Resource[] {
  const { on } = apis;
  const { member } = account;
  const runs = newRole(apis, `${endpoint}_loop`, `the loop of ${endpoint}`, RUNS);
  const deploys = newRole(apis, `${endpoint}_deploys`, `deploys to ${endpoint}`, DEPLOYS);
  const own = [`loop/${endpoint}`, `reports/${endpoint}`, `windows/${endpoint}`];
  const reads = [
    ['artifacts/none', 'artifacts/training', 'code', 'data/rentals', 'labels/rentals', `loop/${endpoint}`],
    ['pipelines', `reports/${endpoint}`, `windows/${endpoint}`],
  ];
  return [
    inProject(apis, 'loop runs', account, runs.name),
    new vertex.AiEndpointIamMember(
      'loop deploys',
      { project, location, endpoint: served.resource.name, role: deploys.name, member },
      { dependsOn: [on.aiplatform] },
    ),
    ...reads.map((folders, i) =>
      onFolders(apis, `loop reads ${i}`, bucket, account, { role: 'Viewer', folders, clauses: listed }),
    ),
    onFolders(apis, 'loop writes', bucket, account, { role: 'User', folders: own, clauses: listed }),
    ...Object.entries({ train, monitor, serve: served.account }).map(([who, other]) =>
      actsAs(apis, `loop as ${who}`, account, other),
    ),
    new bigquery.DatasetIamMember(
      'loop reads requests',
      { project, datasetId: served.requests.datasetId, role: 'roles/bigquery.dataViewer', member },
      { dependsOn: [on.bigquery] },
    ),
    publishes(apis, 'loop tells', notices, member),
    new artifactregistry.RepositoryIamMember(
      'loop sees image',
      { project, location, repository: repositoryId, role: 'roles/artifactregistry.reader', member },
      { dependsOn: [on.artifactregistry] },
    ),
  ];
}
