/** ImageBuilder: what all builds over one bucket share: the topic that tells of contexts, and the account that builds run as. */
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import * as pubsub from '@pulumi/gcp/pubsub';
import type * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import { Room } from '../pulumi/room';
import { account, mayInProject, mayRead } from './access';
import { physicalName } from './names';
import { agent } from './place';
import type { Storage } from './storage';

export class ImageBuilder extends Room {
  static readonly #made = new WeakMap<Storage, ImageBuilder>();

  /** Told of each new object below `builds/`: a bucket can tell of no more than ten prefixes. */
  readonly topic: pubsub.Topic;
  /** It reads contexts, and writes logs and images. */
  readonly account: serviceaccount.Account;
  /** A context that comes after these is built. */
  readonly ready: readonly Resource[];

  static of(record: Storage): ImageBuilder {
    const made = ImageBuilder.#made.get(record) ?? new ImageBuilder(record, { parent: record });
    ImageBuilder.#made.set(record, made);
    return made;
  }

  private constructor(record: Storage, options: ComponentResourceOptions) {
    super('mlops:gcp:ImageBuilder', `${record.place.prefix}/builds`, options);
    const { place } = record;
    const { project, prefix, labels, location } = place;
    this.topic = new pubsub.Topic(
      this.named('topic'),
      {
        project,
        name: physicalName('topic', prefix, 'builds'),
        labels,
        messageStoragePolicy: { allowedPersistenceRegions: [location] },
        ...(record.key && { kmsKeyName: record.key }),
      },
      { parent: this, dependsOn: [...record.ready] },
    );
    this.account = account(this, this.named('account'), place, ['build'], 'Builds images');
    this.ready = [
      this.newNotification(record),
      ...mayRead(this, this.named('reads'), record, this.account, ['builds']),
      mayInProject(this, this.named('logs'), place, this.account, 'roles/logging.logWriter'),
    ];
  }

  private newNotification({ place, bucket, ready }: Storage): Resource {
    const publisher = new pubsub.TopicIAMMember(
      this.named('publisher'),
      {
        project: place.project,
        topic: this.topic.name,
        role: 'roles/pubsub.publisher',
        member: agent(place, 'gs-project-accounts'),
      },
      { parent: this },
    );
    return new storage.Notification(
      this.named('tells'),
      {
        bucket,
        topic: this.topic.id,
        objectNamePrefix: 'builds/',
        eventTypes: ['OBJECT_FINALIZE'],
        payloadFormat: 'NONE',
      },
      { parent: this, dependsOn: [publisher, ...ready] },
    );
  }
}
