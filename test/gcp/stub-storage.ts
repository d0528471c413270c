/** Cloud Storage as the STUB provider knows it. */
import { createHash } from 'node:crypto';
import type { Rules } from '../pulumi/stub-rules';
import type { WireObject } from '../pulumi/wire';
import * as names from './stub-names';
import { handwritten, iamMember, text } from './stub-rule';

export const STORAGE: Rules = {
  'gcp:storage/bucket:Bucket': handwritten('storage/resource_storage_bucket.go.tmpl', {
    replacedOn: [
      'name',
      'location',
      'project',
      'enableObjectRetention',
      'hierarchicalNamespace',
      'customPlacementConfig.dataLocations',
    ],
    named: true,
    id: (inputs) => text(inputs, 'name'),
    outputs: (_, id, { projectNumber }) => ({
      url: `gs://${id}`,
      selfLink: `https://www.googleapis.com/storage/v1/b/${id}`,
      projectNumber: Number(projectNumber),
    }),
    check: names.all(names.bucketName, names.labels('labels')),
    held: (bucket, { live }) =>
      bucket['forceDestroy'] !== true &&
      live.some(({ properties }) => 'mediaLink' in properties && properties['bucket'] === bucket['name'])
        ? `bucket ${text(bucket, 'name')} holds objects, and forceDestroy is not set`
        : undefined,
  }),
  'gcp:storage/bucketObject:BucketObject': handwritten('storage/resource_storage_bucket_object.go', {
    // Contents are changed in place since https://github.com/GoogleCloudPlatform/magic-modules/pull/10038.
    replacedOn: [
      'bucket',
      'name',
      'cacheControl',
      'contentDisposition',
      'contentEncoding',
      'contentLanguage',
      'contentType',
      'storageClass',
      'kmsKeyName',
      'metadata',
    ],
    named: true,
    id: (inputs) => `${text(inputs, 'bucket')}-${text(inputs, 'name')}`,
    outputs: (inputs, _, place) => {
      const contents = JSON.stringify([inputs['content'] ?? null, inputs['source'] ?? null]);
      const [bucket, name] = [text(inputs, 'bucket'), text(inputs, 'name')];
      return {
        generation: place.next(),
        md5hash: createHash('md5').update(contents).digest('base64'),
        md5hexhash: createHash('md5').update(contents).digest('hex'),
        mediaLink: `https://storage.googleapis.com/download/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`,
        selfLink: `https://www.googleapis.com/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`,
        outputName: name,
      };
    },
    renewed: {
      on: ['content', 'source', 'sourceMd5hash', 'detectMd5hash'],
      outputs: ['generation', 'md5hash', 'md5hexhash', 'crc32c', 'mediaLink'],
    },
    check: names.all(names.objectName, names.oneOf('content', 'source')),
    lacks: (inputs, { live }) => lacksBucket(inputs, live),
  }),
  'gcp:storage/bucketIAMMember:BucketIAMMember': {
    ...iamMember('bucket'),
    lacks: (inputs, { live }) => lacksBucket(inputs, live),
  },
  'gcp:storage/notification:Notification': handwritten('storage/fw_resource_storage_notification.go', {
    replacedOn: 'all',
    id: (inputs, place) => `${text(inputs, 'bucket')}/notificationConfigs/${place.next()}`,
    outputs: (_, id) => ({
      notificationId: id.split('/').at(-1)!,
      selfLink: `https://www.googleapis.com/storage/v1/b/${id}`,
    }),
    // https://cloud.google.com/storage/docs/reporting-changes#before-you-begin
    lacks: (inputs, { live, projectNumber }) => {
      const agent = `serviceAccount:service-${projectNumber}@gs-project-accounts.iam.gserviceaccount.com`;
      const allowed = live.some(
        ({ type, properties }) =>
          type === 'gcp:pubsub/topicIAMMember:TopicIAMMember' &&
          properties['member'] === agent &&
          text(inputs, 'topic').endsWith(text(properties, 'topic').split('/').at(-1)!),
      );
      return allowed ? lacksBucket(inputs, live) : `${agent} may not publish to ${text(inputs, 'topic')}`;
    },
  }),
};

const lacksBucket = (inputs: WireObject, live: readonly { readonly type: string; readonly id: string }[]) =>
  live.some(({ type, id }) => type === 'gcp:storage/bucket:Bucket' && id === text(inputs, 'bucket'))
    ? undefined
    : `bucket ${text(inputs, 'bucket')} does not exist`;
