/** ModelImage: the one image that jobs and servers run from, with the requirements of one pipeline's model code. */
import { Stack, Stage, Token } from 'aws-cdk-lib/core';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct, DependencyGroup, type IDependable } from 'constructs';
import { SpecError } from '../spec/problem';
import { checkEcrReference, mayPull, repositoryArn } from './ecr';
import { ImageBuild, type ImageBuildTransform } from './image-build';
import { checkRequirements, stageImage } from '../packaging/image-context';
import type { Image } from './pipeline';

/** Where an image comes from. */
export type ImageSource =
  /** CodeBuild builds it while the stack is deployed. For machines without Docker. */
  | { readonly kind: 'codebuild' }
  /** The Docker of the machine that deploys builds it, and pushes it to the repository that `cdk bootstrap` made. */
  | { readonly kind: 'docker' }
  /** One that exists, with all that image/README.md says: it is made elsewhere, and this stack makes nothing. */
  | {
      readonly kind: 'digest';
      /** `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME@sha256:…`; a tag is refused, since it may mean another image tomorrow. */
      readonly reference: string;
      /** @default - the repository that the reference names */
      readonly repository?: ecr.IRepository;
    };

export interface ModelImageProps {
  readonly source: ImageSource;
  /** Folder of the model code, whose requirements.txt is installed. The code itself is no part of the image. */
  readonly requirements: string;
  /** What repository, build and log are encrypted with, where CodeBuild builds. */
  readonly key: kms.IKey;
  readonly transform?: ImageBuildTransform;
}

export class ModelImage extends Construct implements Image {
  readonly uri: string;
  readonly digest: string;
  /** The image is there once this is. What is made of the image must depend on it. */
  readonly dependable: IDependable;
  private readonly repositoryArn: string;

  constructor(scope: Construct, id: string, props: ModelImageProps) {
    super(scope, id);
    const made = props.source.kind === 'digest' ? this.existing(props.source) : this.built(props);
    this.uri = made.uri;
    this.digest = made.digest;
    this.dependable = made.dependable;
    this.repositoryArn = made.repositoryArn;
  }

  pullStatements(): iam.PolicyStatement[] {
    return mayPull(this.repositoryArn);
  }

  private existing({ reference, repository }: ImageSource & { kind: 'digest' }) {
    // What a stack of the user's makes has no name yet; its digest is written down all the same.
    const named = repository && Token.isUnresolved(reference) && /@sha256:[0-9a-f]{64}$/.test(reference);
    const problems = named ? [] : checkEcrReference(reference, 'image.reference');
    if (problems.length > 0) throw new SpecError(Stack.of(this).stackName, problems);
    return {
      uri: reference,
      digest: reference.slice(reference.indexOf('@sha256:') + '@sha256:'.length),
      dependable: new DependencyGroup(),
      repositoryArn: repository?.repositoryArn ?? repositoryArn(this, reference),
    };
  }

  private built({ source, requirements, key, transform }: ModelImageProps) {
    const problems = checkRequirements(requirements, 'requirements');
    if (problems.length > 0) throw new SpecError(Stack.of(this).stackName, problems);
    const context = stageImage(requirements, Stage.of(this)!.assetOutdir);
    if (source.kind === 'codebuild') {
      const build = new ImageBuild(this, 'Build', { context, key, ...(transform && { transform }) });
      return { uri: build.uri, digest: context.digest, dependable: build, repositoryArn: build.repositoryArn };
    }
    const asset = new DockerImageAsset(this, 'Docker', {
      directory: context.directory,
      platform: Platform.LINUX_AMD64,
    });
    return {
      uri: asset.imageUri,
      digest: context.digest,
      // It is pushed before the stack is deployed.
      dependable: new DependencyGroup(),
      repositoryArn: asset.repository.repositoryArn,
    };
  }
}
