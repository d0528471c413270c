/** What the loop may do: start its own pipelines, keep its own versions, change its own endpoint, and write its own record. */
import type { Resource } from '@pulumi/pulumi';
import * as artifactregistry from '@pulumi/gcp/artifactregistry';
import * as bigquery from '@pulumi/gcp/bigquery';
import * as pubsub from '@pulumi/gcp/pubsub';
import * as secretmanager from '@pulumi/gcp/secretmanager';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as vertex from '@pulumi/gcp/vertex';
import { layout } from '../spec/layout';
import { customRole, mayActAs, mayInProject, mayRead, mayWrite, type Permissions } from './access';
import { PROGRAMS } from './loop-host';
import type { RetrainLoopProps } from './loop-props';

/** In the whole project, since Vertex AI, Monitoring and BigQuery know nothing smaller for them. */
export const LOOP_PERMISSIONS: Permissions = {
  'starts, watches and stops runs': [
    'aiplatform.pipelineJobs.cancel',
    'aiplatform.pipelineJobs.create',
    'aiplatform.pipelineJobs.get',
    'aiplatform.pipelineJobs.list',
  ],
  'registers versions, notes what became of them, moves aliases': [
    'aiplatform.models.get',
    'aiplatform.models.list',
    'aiplatform.models.update',
    'aiplatform.models.upload',
  ],
  // Which right asking for an operation takes is documented nowhere. [unverified]
  'asks what became of a deployment or an upload': ['aiplatform.operations.list'],
  'tells gauges': ['monitoring.metricDescriptors.create', 'monitoring.timeSeries.create'],
  'reads how requests are answered': ['monitoring.timeSeries.list'],
  'sees which alerts ring': ['monitoring.alerts.get', 'monitoring.alerts.list'],
  'exports what was logged': ['bigquery.jobs.create'],
};

/** On its own endpoint. */
export const ENDPOINT_PERMISSIONS: Permissions = {
  'sees what serves': ['aiplatform.endpoints.get'],
  'deploys a version, takes one away': ['aiplatform.endpoints.deploy', 'aiplatform.endpoints.undeploy'],
  'moves traffic': ['aiplatform.endpoints.update'],
};

export interface LoopAccess {
  readonly parent: Resource;
  readonly named: (part: string) => string;
  readonly account: serviceaccount.Account;
}

/** All that must be there before the loop can do its work. */
export function loopRights(of: LoopAccess, props: RetrainLoopProps): readonly Resource[] {
  const { place, endpoint, storage, training, monitoring, served, webhook, host } = props;
  const { model } = props.spec.endpoints[endpoint]!;
  const { dataset } = props.spec.pipelines[model]!;
  return [
    ...projectRole(of, props),
    ...endpointRole(of, props),
    ...mayRead(of.parent, of.named('reads'), storage, of.account, [
      ...[layout.data(dataset), layout.labels(dataset), 'pipelines', `code`],
      ...[`artifacts/${model}`, layout.noChampion, `reports/${endpoint}`, `windows/${endpoint}`, `loop/${endpoint}`],
      ...(host?.kind === 'image' ? [PROGRAMS] : []),
    ]),
    ...mayWrite(of.parent, of.named('writes'), storage, of.account, [
      ...[`loop/${endpoint}`, `windows/${endpoint}`, `reports/${endpoint}`],
    ]),
    ...actAs(of, { train: training.account.account, monitor: monitoring.account, serve: served.serveAccount }),
    new bigquery.DatasetIamMember(
      of.named('reads-requests'),
      {
        project: place.project,
        datasetId: served.requestLog.datasetId,
        role: 'roles/bigquery.dataViewer',
        member: of.account.member,
      },
      { parent: of.parent },
    ),
    new pubsub.TopicIAMMember(
      of.named('tells'),
      { project: place.project, topic: props.topic.name, role: 'roles/pubsub.publisher', member: of.account.member },
      { parent: of.parent },
    ),
    ...seesImage(of, props),
    ...(webhook === undefined
      ? []
      : [
          new secretmanager.SecretIamMember(
            of.named('reads-webhook'),
            {
              project: place.project,
              secretId: webhook.replace(/\/versions\/[^/]+$/, ''),
              role: 'roles/secretmanager.secretAccessor',
              member: of.account.member,
            },
            { parent: of.parent },
          ),
        ]),
  ];
}

function projectRole(
  { parent, named, account }: LoopAccess,
  { place, endpoint }: RetrainLoopProps,
): readonly Resource[] {
  const title = `the loop of ${endpoint}`;
  const role = customRole(parent, named('role'), place, [endpoint, 'loop'], title, LOOP_PERMISSIONS);
  return [mayInProject(parent, named('may-run'), place, account, role.name)];
}

function endpointRole(
  { parent, named, account }: LoopAccess,
  { place, endpoint, served }: RetrainLoopProps,
): readonly Resource[] {
  const title = `deploys to ${endpoint}`;
  const role = customRole(parent, named('deploys'), place, [endpoint, 'deploys'], title, ENDPOINT_PERMISSIONS);
  const { project, location } = place;
  return [
    new vertex.AiEndpointIamMember(
      named('may-deploy'),
      { project, location, endpoint: served.endpointId, role: role.name, member: account.member },
      { parent },
    ),
  ];
}

/** Whoever starts a job or a server that runs as an account must be allowed to: these accounts, and no other. */
function actAs(
  { parent, named, account }: LoopAccess,
  others: Readonly<Record<string, serviceaccount.Account>>,
): readonly Resource[] {
  return Object.entries(others).map(([who, other]) => mayActAs(parent, named(`runs-as-${who}`), account, other));
}

/** It waits for the image that is being built. */
function seesImage({ parent, named, account }: LoopAccess, { place, image }: RetrainLoopProps): readonly Resource[] {
  const repository = image.awaited ? /\/repositories\/([^/]+)/.exec(image.awaited)?.[1] : undefined;
  if (repository === undefined) return [];
  return [
    new artifactregistry.RepositoryIamMember(
      named('sees-image'),
      {
        project: place.project,
        location: place.location,
        repository,
        role: 'roles/artifactregistry.reader',
        member: account.member,
      },
      { parent },
    ),
  ];
}
