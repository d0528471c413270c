/** The image that jobs and models run from, built by Cloud Build. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { asset, type Resource } from '@pulumi/pulumi';
import * as artifactregistry from '@pulumi/gcp/artifactregistry';
import * as cloudbuild from '@pulumi/gcp/cloudbuild';
import * as storage from '@pulumi/gcp/storage';
import { inProject, listed, newAccount, onFolders, type Account } from './access';
import type { Apis } from './apis';
import { given } from './given';
import { agents, labels, location, project, system } from './place';
import { newTopic, tellsOf } from './record';

export const repositoryId = `${system}-training`;
const tag = given.image.slice(0, 32);
export const uri = `${location}-docker.pkg.dev/${project}/${repositoryId}/model:${tag}`;
export const awaited = `projects/${project}/locations/${location}/repositories/${repositoryId}/packages/model/tags/${tag}`;

const BUILD = [
  `there() { docker manifest inspect '${uri}' > /dev/null 2>&1; }`,
  `if there; then echo '${uri} is there already'`,
  `else docker build --platform linux/amd64 --tag '${uri}' . && { docker push '${uri}' || there; }; fi`,
].join('; ');

/** Returns what the image is ready after. */
export function newImage(apis: Apis, bucket: storage.Bucket): readonly Resource[] {
  const { on } = apis;
  const topic = newTopic(apis, 'builds', [bucket]);
  const account = newAccount(apis, 'build', 'Builds images');
  const builder = [
    ...tellsOf(apis, bucket, topic, 'builds', ['builds']),
    onFolders(apis, 'build reads', bucket, account, { role: 'Viewer', folders: ['builds'], clauses: listed }),
    inProject(apis, 'build logs', account, 'roles/logging.logWriter'),
  ];
  const repository = new artifactregistry.Repository(
    'images',
    {
      project,
      location,
      repositoryId,
      format: 'DOCKER',
      description: 'The image that jobs and models run from',
      labels,
      dockerConfig: { immutableTags: true },
      cleanupPolicies: [{ id: 'unnamed', action: 'DELETE', condition: { tagState: 'UNTAGGED', olderThan: '86400s' } }],
    },
    { retainOnDelete: true, dependsOn: [bucket, on.artifactregistry] },
  );
  const may = (who: string, role: string, member: Account['member'] | string, after: readonly Resource[]) =>
    new artifactregistry.RepositoryIamMember(
      `images-${who}`,
      { project, location, repository: repository.repositoryId, role: `roles/artifactregistry.${role}`, member },
      { dependsOn: [on.artifactregistry, ...after] },
    );
  const reader = may('models', 'reader', agents.aiplatform, [bucket, apis.agents.aiplatform]);
  const writer = may('build', 'writer', account.member, []);
  const object = `builds/training/${given.image}.zip`;
  const trigger = new cloudbuild.Trigger(
    'build-image',
    {
      project,
      location,
      name: `${system}-training`,
      description: 'Builds the image that jobs and models run from',
      serviceAccount: account.name,
      pubsubConfig: { topic: topic.id },
      substitutions: { _OBJECT: '$(body.message.attributes.objectId)' },
      filter: `_OBJECT == "${object}"`,
      build: {
        source: { storageSource: { bucket: bucket.name, object } },
        steps: [
          {
            name: 'gcr.io/cloud-builders/docker',
            entrypoint: 'sh',
            args: ['-c', BUILD],
            envs: ['BUILDX_NO_DEFAULT_ATTESTATIONS=1'],
          },
        ],
        options: { logging: 'CLOUD_LOGGING_ONLY' },
        timeout: '3600s',
      },
    },
    { dependsOn: [writer, ...builder, on.cloudbuild] },
  );
  const context = new storage.BucketObject(
    'build-context',
    { bucket: bucket.name, name: object, source: archiveOf(given.context) },
    { retainOnDelete: true, dependsOn: [trigger, writer, ...builder, on.storage] },
  );
  return [context, reader];
}

/** File by file: an archive of a folder would have the times of its files. */
export const archiveOf = (folder: string): asset.AssetArchive =>
  new asset.AssetArchive(
    Object.fromEntries(
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((file) => [file.slice(folder.length + 1), new asset.FileAsset(file)]),
    ),
  );
