/** What of AWS the spec does not say: accounts, networks, machines and what exists already, in CDK's own objects. */
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { BudgetProps } from './budget';
import type { DatasetOptions } from './datasets';
import type { EndpointKind } from './endpoint-kind';
import type { ImageSource } from './image';
import type { ImageBuildTransform } from './image-build';
import type { RetrainLoopTransform } from './loop-props';
import type { MonitorTransform } from './monitor';
import type { NetworkOptions } from './network';
import type { PipelineTransform } from './pipeline';
import type { RegistryTransform } from './registry';
import type { StorageTransform } from './storage';
import type { NoticesProps } from './topic';

export interface AwsOptions {
  /** Folder that relative paths of the spec start at: `__dirname` of the spec. */
  readonly root: string;
  /**
   * Told apart in all names, where one account and region hold the same system more than once: `dev`.
   * @default - names begin with the spec's own name
   */
  readonly environment?: string;
  /** @default - a private, versioned bucket of its own */
  readonly bucket?: s3.IBucket;
  /** @default - a key of its own, rotated each year */
  readonly encryptionKey?: kms.IKey;
  /** Jobs and models run in these subnets. @default - SageMaker's own network */
  readonly network?: NetworkOptions;
  /**
   * Containers of jobs and models reach nothing but what SageMaker hands them.
   * @default true
   */
  readonly isolation?: boolean;
  /**
   * Where the images come from: built by CodeBuild, by this machine's Docker, or by digest.
   * @default { kind: 'codebuild' }
   */
  readonly image?: ImageSource;
  /** By dataset. @default {} */
  readonly datasets?: Readonly<Record<string, DatasetOptions>>;
  /** By pipeline. @default {} */
  readonly pipelines?: Readonly<Record<string, PipelineOptions>>;
  /** By endpoint. @default {} */
  readonly endpoints?: Readonly<Record<string, EndpointOptions>>;
  /** Pipelines that score rows with a version, by a name of your own. @default {} */
  readonly batch?: Readonly<Record<string, BatchOptions>>;
  /** Told of alarms and notices. Each must confirm what AWS sends it. @default [] */
  readonly emails?: readonly string[];
  /** Every role gets it. @default - none */
  readonly permissionsBoundary?: iam.IManagedPolicy;
  /** On all that can have tags, beside `mlops:system`. @default {} */
  readonly tags?: Readonly<Record<string, string>>;
  /** A warning when the month becomes expensive. @default - none */
  readonly budget?: BudgetOptions;
  readonly transform?: AwsTransform;
}

export type BudgetOptions = Pick<BudgetProps, 'monthly'>;

export interface PipelineOptions {
  /** Of this pipeline. @default - as for all */
  readonly image?: ImageSource;
  /** Instance types by task. @default - the cheapest with the cores and the memory that the task asks for */
  readonly machines?: Readonly<Record<string, string>>;
  /**
   * Jobs run on spare capacity, for less, and may have to wait for it.
   * @default false
   */
  readonly spot?: boolean;
}

export interface EndpointOptions {
  /** @default { kind: 'real-time' } */
  readonly kind?: EndpointKind;
  /** Alarms of your own that start a training too, within the spec's cooldown and cap: revenue, complaints. @default {} */
  readonly retrainOn?: Readonly<Record<string, cloudwatch.IAlarm>>;
  /** Holds the address of the webhook, where the spec's `notify` names a variable. */
  readonly webhook?: secretsmanager.ISecret;
}

export interface BatchOptions {
  /** Name of the pipeline whose versions score. */
  readonly pipeline: string;
  /** Instance type. @default - the cheapest */
  readonly machine?: string;
}

/** Changes what is about to be created: each is given the properties and returns those that are used. */
export interface AwsTransform
  extends
    StorageTransform,
    ImageBuildTransform,
    RegistryTransform,
    PipelineTransform,
    MonitorTransform,
    RetrainLoopTransform {
  readonly topic?: NonNullable<NoticesProps['transform']>['topic'];
}
