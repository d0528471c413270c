/** BigQuery, Artifact Registry and Cloud Build as the STUB provider knows them. */
import type { Rules } from '../pulumi/stub-rules';
import * as names from './stub-names';
import { iamMember, mmv1, path, text } from './stub-rule';

export const DATA: Rules = {
  'gcp:bigquery/dataset:Dataset': mmv1('bigquery/Dataset', {
    replacedOn: ['datasetId', 'location', 'project', 'externalDatasetReference'],
    id: (inputs, { project }) => `projects/${text(inputs, 'project') || project}/datasets/${text(inputs, 'datasetId')}`,
    check: names.all(names.datasetId, names.labels('labels')),
    held: (dataset, { live }) =>
      dataset['deleteContentsOnDestroy'] !== true &&
      live.some(({ properties }) => 'tableId' in properties && properties['datasetId'] === dataset['datasetId'])
        ? `dataset ${text(dataset, 'datasetId')} holds tables, and deleteContentsOnDestroy is not set`
        : undefined,
  }),
  'gcp:bigquery/datasetIamMember:DatasetIamMember': iamMember('datasetId'),
  'gcp:artifactregistry/repository:Repository': mmv1('artifactregistry/Repository', {
    replacedOn: [
      'repositoryId',
      'location',
      'format',
      'kmsKeyName',
      'mode',
      'remoteRepositoryConfig',
      'mavenConfig',
      'project',
    ],
    id: (inputs, place) => path(inputs, place, 'locations/{place}/repositories', 'repositoryId'),
    outputs: (inputs, _, { project, region }) => ({
      name: text(inputs, 'repositoryId'),
      registryUri: `${text(inputs, 'location') || region}-docker.pkg.dev/${project}/${text(inputs, 'repositoryId')}`,
    }),
    check: names.all(names.repositoryId, names.labels('labels')),
  }),
  'gcp:artifactregistry/repositoryIamMember:RepositoryIamMember': iamMember('repository'),
  'gcp:cloudbuild/trigger:Trigger': mmv1('cloudbuild/Trigger', {
    replacedOn: ['location', 'project'],
    named: true,
    id: (inputs, place) =>
      path({ ...inputs, number: String(place.next()) }, place, 'locations/{place}/triggers', 'number'),
    outputs: (_, id) => ({ triggerId: id.split('/').at(-1)! }),
    check: names.triggerName,
  }),
};
