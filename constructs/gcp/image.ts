/** ModelImage: the one image that jobs and servers run from, with the requirements of one pipeline's model code. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ComponentResourceOptions, Resource } from '@pulumi/pulumi';
import { checkRequirements, stageImage, type ImageContext } from '../packaging/image-context';
import { given } from '../packaging/records';
import { Room } from '../pulumi/room';
import { SpecError } from '../spec/problem';
import { checkReference, resourceOf, uriOf } from './artifact-registry';
import { dockerBuild } from './docker-build';
import { ImageBuild, type ImageBuildTransform } from './image-build';
import { ImageRepository, type ImageRepositoryTransform } from './image-repository';
import type { Image } from './pipeline';
import type { Place } from './place';
import type { Storage } from './storage';

/** Where an image comes from. */
export type ImageSource =
  /** Cloud Build builds it; until it is there, the loops stand back. For machines without Docker. */
  | { readonly kind: 'cloud-build' }
  /**
   * The Docker of the machine that deploys builds it, by the package @pulumi/docker-build, and pushes it with Docker's own
   * credentials: `gcloud auth configure-docker REGION-docker.pkg.dev`.
   */
  | { readonly kind: 'docker' }
  /** One that exists, with all that image/README.md says: it is made elsewhere, and this stack makes nothing. */
  | {
      readonly kind: 'digest';
      /** `REGION-docker.pkg.dev/PROJECT/REPOSITORY/NAME@sha256:…`; a tag is refused, since it may mean another image tomorrow. */
      readonly reference: string;
    };

export interface ModelImageProps {
  readonly place: Place;
  readonly storage: Storage;
  /** What it is called in names, after the prefix: the pipeline. */
  readonly name: string;
  readonly source: ImageSource;
  /** Folder of the model code, whose requirements.txt is installed. The code itself is no part of the image. */
  readonly requirements: string;
  readonly transform?: ImageTransform;
}

export type ImageTransform = ImageBuildTransform & ImageRepositoryTransform;

type Made = Pick<ModelImage, 'uri' | 'digest' | 'awaited' | 'repository' | 'ready'>;

/** Below the folder of the stack, so that paths of contexts are the same on every machine. */
const STAGE = join('.mlops', 'images');

export class ModelImage extends Room implements Image {
  readonly uri: string;
  readonly digest: string;
  readonly awaited: string | false;
  readonly repository: string | undefined;
  readonly ready: readonly Resource[];

  /** Throws a SpecError for code without requirements and for a reference that is no digest. */
  constructor(name: string, props: ModelImageProps, options: ComponentResourceOptions = {}) {
    super('mlops:gcp:ModelImage', name, options);
    const { source } = props;
    const made = source.kind === 'digest' ? existing(source.reference, props) : this.built(props);
    this.uri = made.uri;
    this.digest = made.digest;
    this.awaited = made.awaited;
    this.repository = made.repository;
    this.ready = made.ready;
  }

  private built({ place, storage, name, source, requirements, transform }: ModelImageProps): Made {
    const problems = checkRequirements(requirements, 'requirements');
    if (problems.length > 0) throw new SpecError(place.prefix, problems);
    const context = staged(requirements);
    const common = { place, storage, name, ...given({ transform }) };
    const repository = new ImageRepository(this.named('repository'), common, { parent: this });
    const tag = { repositoryId: repository.repositoryId, tag: context.digest.slice(0, 32) };
    const uri = uriOf(place, tag);
    const made = { uri, digest: context.digest, repository: repository.repositoryId };
    if (source.kind === 'docker') {
      const image = dockerBuild(this.named('image'), context.directory, uri, {
        parent: this,
        dependsOn: [repository.resource],
      });
      return { ...made, awaited: false, ready: [image, ...repository.ready] };
    }
    const build = new ImageBuild(this.named('build'), { ...common, context, repository, uri }, { parent: this });
    return { ...made, awaited: resourceOf(place, tag), ready: [build.object, ...repository.ready] };
  }
}

/** Named by its contents, and put there whole: others may do the same at the same time. */
function staged(requirements: string): ImageContext {
  const own = join(STAGE, String(process.pid));
  const context = stageImage(requirements, own);
  const directory = join(STAGE, basename(context.directory));
  if (!existsSync(directory)) renameSync(context.directory, directory);
  rmSync(own, { recursive: true });
  return { ...context, directory };
}

function existing(reference: string, { place }: ModelImageProps): Made {
  const problems = checkReference(reference, 'image.reference');
  if (problems.length > 0) throw new SpecError(place.prefix, problems);
  const digest = reference.slice(reference.indexOf('@sha256:') + '@sha256:'.length);
  return { uri: reference, digest, awaited: false, repository: undefined, ready: [] };
}
