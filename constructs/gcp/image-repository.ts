/** ImageRepository: where the image of one pipeline lies. */
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import * as artifactregistry from '@pulumi/gcp/artifactregistry';
import { kept, unchanged, type Transform } from '../pulumi/options';
import { Room } from '../pulumi/room';
import { physicalName } from './names';
import { agent, type Place } from './place';
import type { Storage } from './storage';

export interface ImageRepositoryProps {
  readonly place: Place;
  readonly storage: Storage;
  /** What it is called, after the prefix. */
  readonly name: string;
  readonly transform?: ImageRepositoryTransform;
}

export interface ImageRepositoryTransform {
  readonly repository?: Transform<artifactregistry.RepositoryArgs>;
}

export class ImageRepository extends Room {
  readonly repositoryId: string;
  readonly resource: artifactregistry.Repository;
  /** What is in it can be served once these are there. */
  readonly ready: readonly Resource[];

  constructor(name: string, props: ImageRepositoryProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:ImageRepository', name, options);
    const { place, storage } = props;
    this.repositoryId = physicalName('repository', place.prefix, props.name);
    this.resource = this.newRepository(props);
    // Whoever a model runs as, it is Vertex AI's own agent that pulls its image.
    const reader = new artifactregistry.RepositoryIamMember(
      this.named('reader'),
      { ...this.whole(place), role: 'roles/artifactregistry.reader', member: agent(place, 'gcp-sa-aiplatform') },
      { parent: this, dependsOn: [...storage.ready] },
    );
    this.ready = [reader];
  }

  /** As rights name it. */
  whole({ project, location }: Place) {
    return { project, location, repository: this.resource.repositoryId };
  }

  private newRepository({ place, storage, transform: { repository = unchanged } = {} }: ImageRepositoryProps) {
    const { project, location, labels } = place;
    return new artifactregistry.Repository(
      this.named('repository'),
      {
        ...repository({
          format: 'DOCKER',
          description: 'The image that jobs and models run from',
          labels,
          // A tag is the digest of what an image is made of: it means one image for ever.
          dockerConfig: { immutableTags: true },
          cleanupPolicies: [
            { id: 'unnamed', action: 'DELETE', condition: { tagState: 'UNTAGGED', olderThan: `${86_400}s` } },
          ],
          ...(storage.key && { kmsKeyName: storage.key }),
          repositoryId: this.repositoryId,
          project,
          location,
        }),
        // References are made of these.
        ...{ repositoryId: this.repositoryId, project, location },
      },
      { parent: this, ...kept(storage.onDestroy), dependsOn: [...storage.ready] },
    );
  }
}
