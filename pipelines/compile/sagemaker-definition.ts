/**
 * The language of SageMaker pipelines, as much of it as is spoken here: version 2020-12-01, Training steps only.
 * A step's `Arguments` are those of CreateTrainingJob, without the job's name, which the service makes up:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 */

export interface PipelineDefinition {
  readonly Version: '2020-12-01';
  readonly Metadata: Readonly<Record<string, never>>;
  readonly Parameters: readonly PipelineParameter[];
  /** In order of their names: what they read orders their runs. */
  readonly Steps: readonly TrainingStep[];
}

/** Without a default: it must be given at each start, at most 1024 characters. */
export interface PipelineParameter {
  readonly Name: string;
  readonly Type: 'String';
}

export interface TrainingStep {
  /** The task's. */
  readonly Name: string;
  readonly Type: 'Training';
  readonly Arguments: TrainingJob;
  readonly RetryPolicies: readonly RetryPolicy[];
}

export interface ParameterReference {
  readonly Get: `Parameters.${string}`;
}

/** The folder with all outputs of a task; the step that names it waits for that task. */
export interface OutputsReference {
  readonly Get: `Steps.${string}.ModelArtifacts.S3ModelArtifacts`;
}

/** The values with slashes between them. */
export interface PathOf {
  readonly 'Std:Join': { readonly On: '/'; readonly Values: readonly [ParameterReference, string] };
}

export interface TrainingJob {
  readonly AlgorithmSpecification: AlgorithmSpecification;
  readonly RoleArn: string;
  readonly InputDataConfig: readonly Channel[];
  readonly OutputDataConfig: OutputDataConfig;
  readonly ResourceConfig: ResourceConfig;
  readonly StoppingCondition: StoppingCondition;
  readonly VpcConfig?: VpcConfig;
  readonly EnableNetworkIsolation: boolean;
  /** One instance a job: there is no traffic between any. */
  readonly EnableInterContainerTrafficEncryption: false;
  readonly EnableManagedSpotTraining: boolean;
  readonly Environment: Readonly<Record<string, string | ParameterReference>>;
}

export interface AlgorithmSpecification {
  readonly TrainingImage: string;
  /** The inputs are copied to the disk before the program begins. */
  readonly TrainingInputMode: 'File';
  readonly ContainerEntrypoint: readonly [string, ...string[]];
  readonly ContainerArguments: readonly string[];
}

export interface Channel {
  readonly ChannelName: string;
  readonly DataSource: { readonly S3DataSource: S3DataSource };
}

export interface S3DataSource {
  /** All objects whose keys begin with it. */
  readonly S3DataType: 'S3Prefix';
  readonly S3Uri: string | ParameterReference | OutputsReference;
  readonly S3DataDistributionType: 'FullyReplicated';
}

export interface OutputDataConfig {
  readonly S3OutputPath: PathOf;
  readonly KmsKeyId: string;
  readonly CompressionType: 'NONE';
}

export interface ResourceConfig {
  readonly InstanceType: string;
  readonly InstanceCount: 1;
  readonly VolumeSizeInGB: number;
  readonly VolumeKmsKeyId?: string;
}

export interface StoppingCondition {
  readonly MaxRuntimeInSeconds: number;
  /** Waiting for spot capacity and running, together. */
  readonly MaxWaitTimeInSeconds?: number;
}

export interface VpcConfig {
  readonly Subnets: readonly string[];
  readonly SecurityGroupIds: readonly string[];
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html */
export interface RetryPolicy {
  readonly ExceptionType: readonly RetriedException[];
  /** Before the first attempt; at most 43,200. */
  readonly IntervalSeconds: number;
  /** Each interval is that many times the one before. */
  readonly BackoffRate: number;
  /** At most 20. */
  readonly MaxAttempts: number;
}

export type RetriedException =
  | 'Step.SERVICE_FAULT'
  | 'Step.THROTTLING'
  | 'SageMaker.JOB_INTERNAL_ERROR'
  | 'SageMaker.CAPACITY_ERROR'
  | 'SageMaker.RESOURCE_LIMIT';
