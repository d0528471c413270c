/** Storage: the bucket that is the record, the key that all is encrypted with, and the topic that tells of new objects. */
import { output, type ComponentResourceOptions, type Input, type Output, type Resource } from '@pulumi/pulumi';
import type * as kms from '@pulumi/gcp/kms';
import * as pubsub from '@pulumi/gcp/pubsub';
import * as storage from '@pulumi/gcp/storage';
import { kept, unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import { layout } from '../spec/layout';
import type { BucketOfRecord } from './access';
import { EncryptionKey, type Encryption } from './encryption-key';
import { physicalName } from './names';
import { agent, type Place } from './place';

export interface StorageProps {
  readonly place: Place;
  /**
   * Name of a bucket that exists: with uniform access, since rights are given by folder, and in the same region.
   * @default - a private, versioned bucket of its own
   */
  readonly bucket?: Input<string>;
  /** @default 'google' */
  readonly encryption?: Encryption;
  /**
   * What happens to bucket and key when the stack is destroyed.
   * @default 'retain'
   */
  readonly onDestroy?: 'retain' | 'delete';
  /** What must be there first, such as the APIs. @default [] */
  readonly dependsOn?: readonly Resource[];
  readonly transform?: StorageTransform;
}

export interface StorageTransform {
  readonly bucket?: Transform<storage.BucketArgs>;
  readonly key?: Transform<kms.CryptoKeyArgs>;
}

/** What loops are told of: rows, labels, and what people ask for. */
const TOLD = ['data', 'labels', 'loop'] as const;

export class Storage extends Room implements BucketOfRecord {
  readonly place: Place;
  /** Its name. */
  readonly bucket: Output<string>;
  /** Resource name; `false`: Google's own. */
  readonly key: Output<string> | false;
  /** Told of new objects below `data/`, `labels/` and `loop/`. */
  readonly objects: pubsub.Topic;
  readonly onDestroy: 'retain' | 'delete';
  /** What must be there before anything is encrypted, or put into the bucket. */
  readonly ready: readonly Resource[];

  constructor(name: string, props: StorageProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Storage', name, options);
    const { place, bucket, encryption = 'google', onDestroy = 'retain', dependsOn = [], transform = {} } = props;
    this.place = place;
    this.onDestroy = onDestroy;
    const encrypted =
      encryption !== 'google' &&
      new EncryptionKey(
        this.named('encryption'),
        { place, encryption, onDestroy, dependsOn, ...(transform.key && { transform: transform.key }) },
        { parent: this },
      );
    this.key = encrypted && encrypted.key;
    const before = [...dependsOn, ...(encrypted ? encrypted.ready : [])];
    const made = bucket === undefined ? this.newBucket(before, transform.bucket) : undefined;
    this.bucket = made?.name ?? output(bucket!);
    this.ready = [...before, ...(made ? [made] : [])];
    this.objects = this.newTopic(before);
    this.putNoChampion();
  }

  /** `gs://BUCKET/path` */
  uri(path: string): Output<string> {
    return this.bucket.apply((bucket) => `gs://${bucket}/${path}`);
  }

  /**
   * Without access logs: who read what is told by the project's audit logs of data access, which its owner turns on for all buckets.
   * https://cloud.google.com/storage/docs/audit-logging
   */
  private newBucket(dependsOn: readonly Resource[], transform: StorageTransform['bucket'] = unchanged): storage.Bucket {
    const { project, projectNumber, location, prefix, labels } = this.place;
    return new storage.Bucket(
      this.named('bucket'),
      transform({
        project,
        // Names of buckets are the whole world's.
        name: physicalName('bucket', prefix, projectNumber),
        location,
        labels,
        uniformBucketLevelAccess: true,
        publicAccessPrevention: 'enforced',
        versioning: { enabled: true },
        forceDestroy: this.onDestroy === 'delete',
        lifecycleRules: LIFECYCLE,
        ...(this.key && { encryption: { defaultKmsKeyName: this.key } }),
      }),
      { parent: this, ...kept(this.onDestroy), dependsOn: [...dependsOn] },
    );
  }

  private newTopic(dependsOn: readonly Resource[]): pubsub.Topic {
    const { project, location, prefix, labels } = this.place;
    const topic = new pubsub.Topic(
      this.named('objects'),
      {
        project,
        name: physicalName('topic', prefix, 'objects'),
        labels,
        messageStoragePolicy: { allowedPersistenceRegions: [location] },
        ...(this.key && { kmsKeyName: this.key }),
      },
      { parent: this, dependsOn: [...dependsOn] },
    );
    const publisher = new pubsub.TopicIAMMember(
      this.named('objects-publisher'),
      { project, topic: topic.name, role: 'roles/pubsub.publisher', member: agent(this.place, 'gs-project-accounts') },
      { parent: this, dependsOn: [...dependsOn] },
    );
    for (const folder of TOLD)
      new storage.Notification(
        this.named(`tells-${folder}`),
        {
          bucket: this.bucket,
          topic: topic.id,
          objectNamePrefix: `${folder}/`,
          eventTypes: ['OBJECT_FINALIZE'],
          // Whoever hears of it looks for himself.
          payloadFormat: 'NONE',
        },
        { parent: this, dependsOn: [publisher, ...this.ready] },
      );
    return topic;
  }

  private putNoChampion(): void {
    new storage.BucketObject(
      this.named('no-champion'),
      {
        bucket: this.bucket,
        name: `${layout.noChampion}/none.json`,
        content: '{}\n',
        contentType: 'application/json',
      },
      { parent: this, retainOnDelete: true, dependsOn: [...this.ready] },
    );
  }
}

const LIFECYCLE = [
  { action: { type: 'AbortIncompleteMultipartUpload' }, condition: { age: 7 } },
  { action: { type: 'Delete' }, condition: { daysSinceNoncurrentTime: 90, withState: 'ARCHIVED' } },
  // Copies for the runs of monitors, which are over by then.
  { action: { type: 'Delete' }, condition: { age: 7, matchesPrefixes: ['windows/'] } },
  {
    action: { type: 'Delete' },
    condition: { daysSinceNoncurrentTime: 1, withState: 'ARCHIVED', matchesPrefixes: ['windows/'] },
  },
];
