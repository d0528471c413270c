/** ImageBuild: an image that CodeBuild builds while the stack is deployed, in a repository of its own. */
import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import * as codebuild from 'aws-cdk-lib/aws-codebuild';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { allow, serviceRole } from './access';
import { CustomResourceFunction } from './custom-resource';
import { mayPull } from './ecr';
import type { ImageContext } from '../packaging/image-context';

export interface ImageBuildProps {
  readonly context: ImageContext;
  readonly key: kms.IKey;
  readonly transform?: ImageBuildTransform;
}

export interface ImageBuildTransform {
  readonly repository?: (props: ecr.RepositoryProps) => ecr.RepositoryProps;
  readonly project?: (props: codebuild.CfnProjectProps) => codebuild.CfnProjectProps;
}

/**
 * A tag means one image for ever: one that is there is the right one, and a push that came second is no failure. In sh, with the
 * variable IMAGE.
 */
export const BUILD_COMMANDS: readonly string[] = [
  'aws ecr get-login-password | docker login --username AWS --password-stdin "${IMAGE%%/*}"',
  [
    'there() { docker manifest inspect "$IMAGE" > /dev/null 2>&1; }',
    'if there; then echo "$IMAGE is there already"',
    'else docker build --tag "$IMAGE" . && { docker push "$IMAGE" || there; }; fi',
  ].join('; '),
];

/** Older ones are deleted: whoever still needs one deploys again, and it is built again. */
const MOST_IMAGES = 20;

export class ImageBuild extends Construct {
  /** Its tag is the digest of the build context. */
  readonly uri: string;
  readonly repositoryArn: string;

  constructor(scope: Construct, id: string, { context, key, transform = {} }: ImageBuildProps) {
    super(scope, id);
    const repository = this.newRepository(key, transform.repository);
    this.repositoryArn = repository.repositoryArn;
    this.uri = `${repository.repositoryUri}:${context.digest.slice(0, 32)}`;
    const project = this.newProject(context, key, repository, transform.project);
    const starts = new CustomResourceFunction(this, 'Function', {
      handler: 'build',
      key,
      statements: [allow('Build', ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'], [project.attrArn])],
    });
    const resource = new CustomResource(this, 'Resource', {
      serviceToken: starts.functionArn,
      resourceType: 'Custom::ImageBuild',
      serviceTimeout: Duration.minutes(16),
      properties: { Project: project.ref, Image: this.uri },
    });
    resource.node.addDependency(starts, repository, project);
  }

  private newRepository(
    key: kms.IKey,
    transform: ImageBuildTransform['repository'] = (props) => props,
  ): ecr.Repository {
    return new ecr.Repository(
      this,
      'Repository',
      transform({
        encryption: ecr.RepositoryEncryption.KMS,
        encryptionKey: key,
        imageScanOnPush: true,
        imageTagMutability: ecr.TagMutability.IMMUTABLE,
        lifecycleRules: [
          {
            description: 'What a build left without a name',
            tagStatus: ecr.TagStatus.UNTAGGED,
            maxImageAge: Duration.days(1),
          },
          { description: 'The newest', maxImageCount: MOST_IMAGES },
        ],
        // An image can be built again, so none is kept when the stack goes.
        removalPolicy: RemovalPolicy.DESTROY,
        emptyOnDelete: true,
      }),
    );
  }

  private newProject(
    context: ImageContext,
    key: kms.IKey,
    repository: ecr.Repository,
    transform: ImageBuildTransform['project'] = (props) => props,
  ): codebuild.CfnProject {
    const source = new Asset(this, 'Context', { path: context.directory });
    const log = new logs.LogGroup(this, 'Log', {
      encryptionKey: key,
      retention: logs.RetentionDays.ONE_YEAR,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const sourceArn = `arn:${Stack.of(this).partition}:s3:::${source.s3BucketName}/${source.s3ObjectKey}`;
    const role = serviceRole(this, 'Role', 'codebuild', 'Builds the image', [
      allow('ReadContext', ['s3:GetObject', 's3:GetObjectVersion'], [sourceArn]),
      allow('WriteLog', ['logs:CreateLogStream', 'logs:PutLogEvents'], [log.logGroupArn]),
      allow('Encrypt', ['kms:Decrypt', 'kms:GenerateDataKey'], [key.keyArn]),
      ...mayPull(repository.repositoryArn),
      allow(
        'PushImage',
        ['ecr:CompleteLayerUpload', 'ecr:InitiateLayerUpload', 'ecr:PutImage', 'ecr:UploadLayerPart'],
        [repository.repositoryArn],
      ),
    ]);
    // The L2 would write its own rights into the role, with wildcards for logs and for reports that there are none of.
    return new codebuild.CfnProject(
      this,
      'Project',
      transform({
        description: 'Builds the image that jobs and models run from',
        serviceRole: role.roleArn,
        encryptionKey: key.keyArn,
        artifacts: { type: 'NO_ARTIFACTS' },
        source: {
          type: 'S3',
          location: `${source.s3BucketName}/${source.s3ObjectKey}`,
          buildSpec: JSON.stringify({ version: '0.2', phases: { build: { commands: BUILD_COMMANDS } } }),
        },
        environment: {
          type: 'LINUX_CONTAINER',
          computeType: 'BUILD_GENERAL1_SMALL',
          image: codebuild.LinuxBuildImage.STANDARD_7_0.imageId,
          // Docker in a build needs it: https://docs.aws.amazon.com/codebuild/latest/userguide/sample-docker.html
          privilegedMode: true,
          environmentVariables: [
            { name: 'IMAGE', value: this.uri },
            // SageMaker takes an image, not an index of an image and what says how it was built.
            { name: 'BUILDX_NO_DEFAULT_ATTESTATIONS', value: '1' },
          ],
        },
        logsConfig: { cloudWatchLogs: { status: 'ENABLED', groupName: log.logGroupName } },
        // Longer than a deployment waits: what was built by then is there at the next one.
        timeoutInMinutes: 60,
        queuedTimeoutInMinutes: 60,
      }),
    );
  }
}
