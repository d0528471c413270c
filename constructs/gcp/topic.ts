/** Notices: where what people should hear of goes: a topic for what they connect to it, and their e-mail. */
import type { ComponentResourceOptions, Input, Resource } from '@pulumi/pulumi';
import * as monitoring from '@pulumi/gcp/monitoring';
import * as pubsub from '@pulumi/gcp/pubsub';
import { unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import { physicalName } from './names';
import type { Place } from './place';

export interface NoticesProps {
  readonly place: Place;
  /** Told of alerts. @default [] */
  readonly emails?: readonly string[];
  /** Resource name of the key of the topic, such as `storage.key`. @default false: Google's own */
  readonly key?: Input<string> | false;
  readonly dependsOn?: readonly Resource[];
  readonly transform?: NoticesTransform;
}

export interface NoticesTransform {
  readonly topic?: Transform<pubsub.TopicArgs>;
}

export class Notices extends Room {
  /** The loops publish their notices to it. */
  readonly topic: pubsub.Topic;
  /** Resource names of what alert policies tell people by. */
  readonly channels: readonly Input<string>[];
  /** Channels of one project want to be changed one at a time: the last one so far. */
  readonly last: Resource;

  constructor(name: string, props: NoticesProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:Notices', name, options);
    const { place, emails = [], key = false, dependsOn = [], transform = {} } = props;
    const { project, prefix, labels } = place;
    const { topic = unchanged } = transform;
    this.topic = new pubsub.Topic(
      this.named('topic'),
      topic({
        project,
        name: physicalName('topic', prefix, 'notices'),
        labels,
        messageStoragePolicy: { allowedPersistenceRegions: [place.location] },
        ...(key !== false && { kmsKeyName: key }),
      }),
      { parent: this, dependsOn: [...dependsOn] },
    );
    let last: Resource = this.topic;
    this.channels = emails.map((email) => {
      const channel = new monitoring.NotificationChannel(
        this.named(email),
        {
          project,
          type: 'email',
          displayName: `${prefix}: ${email}`,
          labels: { email_address: email },
          userLabels: labels,
        },
        { parent: this, dependsOn: [last, ...dependsOn] },
      );
      last = channel;
      return channel.name;
    });
    this.last = last;
  }
}
