/** ImageBuild: an image that Cloud Build builds once its context is in the bucket. */
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import * as artifactregistry from '@pulumi/gcp/artifactregistry';
import * as cloudbuild from '@pulumi/gcp/cloudbuild';
import * as storage from '@pulumi/gcp/storage';
import type { ImageContext } from '../packaging/image-context';
import { archiveOf } from '../pulumi/files';
import { unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import { ImageBuilder } from './image-builder';
import type { ImageRepository } from './image-repository';
import { physicalName } from './names';
import type { Place } from './place';
import type { Storage } from './storage';

export interface ImageBuildProps {
  readonly place: Place;
  readonly storage: Storage;
  /** What the trigger is called, after the prefix. */
  readonly name: string;
  readonly context: ImageContext;
  readonly repository: ImageRepository;
  /** Of the image, with its tag. */
  readonly uri: string;
  readonly transform?: ImageBuildTransform;
}

export interface ImageBuildTransform {
  readonly trigger?: Transform<cloudbuild.TriggerArgs>;
}

/** Starts Docker as Cloud Build has it: https://cloud.google.com/build/docs/cloud-builders */
const DOCKER = 'gcr.io/cloud-builders/docker';

/**
 * A tag means one image for ever: one that is there is the right one, and a push that came second is no failure. In sh, without
 * variables: Cloud Build would take them for its own.
 */
export const buildCommand = (uri: string): string =>
  [
    `there() { docker manifest inspect '${uri}' > /dev/null 2>&1; }`,
    `if there; then echo '${uri} is there already'`,
    `else docker build --platform linux/amd64 --tag '${uri}' . && { docker push '${uri}' || there; }; fi`,
  ].join('; ');

/**
 * Starts by itself with the upload, and by hand with `gcloud builds triggers run NAME --region REGION`: where rights given a moment ago
 * were not in force yet, say. [unverified: that a trigger on Pub/Sub takes the source of an inline build from a bucket]
 */
export class ImageBuild extends Room {
  readonly trigger: cloudbuild.Trigger;
  /** The context, whose arrival starts the build. */
  readonly object: storage.BucketObject;

  constructor(name: string, props: ImageBuildProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:ImageBuild', name, options);
    const { place, storage: record, context, repository } = props;
    const builder = ImageBuilder.of(record);
    const path = `builds/${props.name}/${context.digest}.zip`;
    const writer = new artifactregistry.RepositoryIamMember(
      this.named('writer'),
      { ...repository.whole(place), role: 'roles/artifactregistry.writer', member: builder.account.member },
      { parent: this },
    );
    this.trigger = this.newTrigger(props, builder, path, [writer]);
    this.object = new storage.BucketObject(
      this.named('context'),
      { bucket: record.bucket, name: path, source: archiveOf(context.directory).archive },
      // Nobody tells of it again.
      { parent: this, retainOnDelete: true, dependsOn: [this.trigger, writer, ...builder.ready] },
    );
  }

  private newTrigger(
    { place, storage: record, name, uri, transform: { trigger = unchanged } = {} }: ImageBuildProps,
    builder: ImageBuilder,
    object: string,
    dependsOn: readonly Resource[],
  ): cloudbuild.Trigger {
    return new cloudbuild.Trigger(
      this.named('trigger'),
      trigger({
        project: place.project,
        location: place.location,
        name: physicalName('trigger', place.prefix, name),
        description: 'Builds the image that jobs and models run from',
        serviceAccount: builder.account.name,
        pubsubConfig: { topic: builder.topic.id },
        // One topic tells of all contexts.
        substitutions: { _OBJECT: '$(body.message.attributes.objectId)' },
        filter: `_OBJECT == "${object}"`,
        build: {
          source: { storageSource: { bucket: record.bucket, object } },
          steps: [
            {
              name: DOCKER,
              entrypoint: 'sh',
              args: ['-c', buildCommand(uri)],
              // An image, not an index of an image and what says how it was built.
              envs: ['BUILDX_NO_DEFAULT_ATTESTATIONS=1'],
            },
          ],
          // A build that runs as an account of ours keeps no log of its own in a bucket.
          options: { logging: 'CLOUD_LOGGING_ONLY' },
          timeout: '3600s',
        },
      }),
      { parent: this, dependsOn: [...dependsOn, ...builder.ready] },
    );
  }
}
