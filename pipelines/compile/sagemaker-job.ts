/** The job of one task: a request to CreateTrainingJob. */
import type { PlanTask } from './plan';
import { jobCommand } from './sagemaker-command';
import type { Channel, TrainingJob } from './sagemaker-definition';
import { channelOf, LAUNCH_CHANNEL, OUTPUT_PARAMETER, parameterName } from './sagemaker-names';

/** What the spec does not know. Texts may stand for what only a deployment knows: they are passed on as they are. */
export interface SagemakerSettings {
  /** Reference of the image that a task runs in: the system's own, or what its component asks for. */
  readonly image: (task: string) => string;
  readonly machine: (task: string) => JobMachine;
  /** ARN of the execution role of the jobs. */
  readonly role: string;
  /** ARN of the key that outputs and volumes are encrypted with. */
  readonly key: string;
  /** S3 URI of the folder that holds `launch.sh`, and nothing else. */
  readonly launcher: string;
  /** `false`: SageMaker's own network. */
  readonly network: JobNetwork | false;
  /** Whether the containers are cut off from every network; channels and outputs pass all the same. */
  readonly isolation: boolean;
  /** Jobs run on spare capacity, and begin anew where that is taken away. */
  readonly spot: boolean;
}

export interface JobMachine {
  /** Such as `ml.m5.large`. */
  readonly type: string;
  /** Whether its disk takes our key: those with local NVMe do not. */
  readonly takesVolumeKey: boolean;
}

export interface JobNetwork {
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}

export function trainingJob(task: PlanTask, settings: SagemakerSettings): TrainingJob {
  const { key, network, spot } = settings;
  const machine = settings.machine(task.name);
  const command = jobCommand(task);
  const seconds = Math.ceil(task.timeoutSeconds);
  return {
    AlgorithmSpecification: {
      TrainingImage: settings.image(task.name),
      TrainingInputMode: 'File',
      ContainerEntrypoint: ['/bin/sh', `/opt/ml/input/data/${LAUNCH_CHANNEL}/launch.sh`],
      ContainerArguments: command.arguments,
    },
    RoleArn: settings.role,
    InputDataConfig: channels(task, settings.launcher),
    OutputDataConfig: {
      S3OutputPath: { 'Std:Join': { On: '/', Values: [{ Get: `Parameters.${OUTPUT_PARAMETER}` }, task.name] } },
      KmsKeyId: key,
      CompressionType: 'NONE',
    },
    ResourceConfig: {
      InstanceType: machine.type,
      InstanceCount: 1,
      VolumeSizeInGB: VOLUME_GIB,
      ...(machine.takesVolumeKey && { VolumeKmsKeyId: key }),
    },
    StoppingCondition: {
      MaxRuntimeInSeconds: seconds,
      ...(spot && { MaxWaitTimeInSeconds: seconds + SPOT_WAIT_SECONDS }),
    },
    ...(network && { VpcConfig: { Subnets: network.subnets, SecurityGroupIds: network.securityGroups } }),
    EnableNetworkIsolation: settings.isolation,
    EnableInterContainerTrafficEncryption: false,
    EnableManagedSpotTraining: spot,
    Environment: command.environment,
  };
}

function channels(task: PlanTask, launcher: string): Channel[] {
  const uris = Object.values(task.inputs).map((source): [string, Uri] => [
    channelOf(source),
    'task' in source
      ? { Get: `Steps.${source.task}.ModelArtifacts.S3ModelArtifacts` }
      : { Get: `Parameters.${parameterName(source.external)}` },
  ]);
  const byName = new Map<string, Uri>([...uris, [LAUNCH_CHANNEL, launcher]]);
  return [...byName.keys()].sort().map((name) => ({
    ChannelName: name,
    DataSource: {
      S3DataSource: { S3DataType: 'S3Prefix', S3Uri: byName.get(name)!, S3DataDistributionType: 'FullyReplicated' },
    },
  }));
}

type Uri = Channel['DataSource']['S3DataSource']['S3Uri'];

/**
 * Room for inputs and outputs, for cents an hour; a machine with local disks has those instead:
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
 */
const VOLUME_GIB = 100;

/** A day's peak passes. */
const SPOT_WAIT_SECONDS = 8 * 3600;
