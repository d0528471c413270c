/** The bucket that is the record, and what tells of new objects in it. */
import { asset, type Input, type Resource } from '@pulumi/pulumi';
import * as pubsub from '@pulumi/gcp/pubsub';
import * as storage from '@pulumi/gcp/storage';
import { publishes } from './access';
import type { Apis } from './apis';
import { agents, bucketName, labels, location, project, system } from './place';

export function newBucket({ on }: Apis): storage.Bucket {
  const discard = { type: 'Delete' };
  const windows = { matchesPrefixes: ['windows/'] };
  return new storage.Bucket(
    'record',
    {
      project,
      name: bucketName,
      location,
      labels,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      versioning: { enabled: true },
      forceDestroy: false,
      lifecycleRules: [
        { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
        { action: discard, condition: { daysSinceNoncurrentTime: 90, withState: 'ARCHIVED' } },
        { action: discard, condition: { age: 7, ...windows } },
        { action: discard, condition: { daysSinceNoncurrentTime: 1, withState: 'ARCHIVED', ...windows } },
      ],
    },
    { retainOnDelete: true, dependsOn: [on.storage] },
  );
}

export const newTopic = ({ on }: Apis, name: string, after: readonly Resource[] = []) =>
  new pubsub.Topic(
    name,
    {
      project,
      name: `${system}-${name}`,
      labels,
      messageStoragePolicy: { allowedPersistenceRegions: [location] },
    },
    { dependsOn: [...after, on.pubsub] },
  );

/** A topic that is told of objects below folders. */
export function tellsOf(
  apis: Apis,
  bucket: storage.Bucket,
  topic: pubsub.Topic,
  name: string,
  folders: readonly string[],
) {
  const publisher = publishes(apis, `${name}-publisher`, topic, agents.storage, apis.agents.storage);
  return folders.map(
    (folder) =>
      new storage.Notification(
        `tells-${folder}`,
        {
          bucket: bucket.name,
          topic: topic.id,
          objectNamePrefix: `${folder}/`,
          eventTypes: ['OBJECT_FINALIZE'],
          payloadFormat: 'NONE',
        },
        { dependsOn: [publisher, apis.on.storage] },
      ),
  );
}

export interface Put {
  readonly path: string;
  readonly text?: Input<string>;
  readonly file?: string;
  readonly kept?: boolean;
  readonly after?: readonly Resource[];
}

/** An object of the bucket: a document, or a file of this machine. */
export const put = (
  { on }: Apis,
  bucket: storage.Bucket,
  logical: string,
  { path, text, file, kept = false, after = [] }: Put,
) =>
  new storage.BucketObject(
    logical,
    {
      bucket: bucket.name,
      name: path,
      ...(text !== undefined && { content: text, contentType: 'application/json' }),
      ...(file !== undefined && { source: new asset.FileAsset(file) }),
    },
    { ...(kept && { retainOnDelete: true }), dependsOn: [...after, on.storage] },
  );
