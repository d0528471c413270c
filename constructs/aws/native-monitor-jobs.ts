/** Job definitions of Model Monitor: nothing of one can change, so CloudFormation names them and makes new ones. */
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import { milliseconds } from '../spec/units';
import { takesVolumeKey } from './machines';
import type { ModelQuality, NativeMonitorProps } from './native-monitor';
import { reportsFolder } from './native-monitor-access';
import type { Network } from './settings';

interface Job {
  readonly image: string;
  readonly role: iam.IRole;
  /** Between two runs. */
  readonly hours: number;
  readonly network: Network | false;
}

type JobDefinition = sagemaker.CfnDataQualityJobDefinition | sagemaker.CfnModelQualityJobDefinition;

export function jobDefinition(scope: Construct, props: NativeMonitorProps, job: Job): JobDefinition {
  const { endpoint, measures, preprocessor } = props;
  const { outputs, ...how } = runs(props, job);
  const app = {
    imageUri: job.image,
    environment: { publish_cloudwatch_metrics: 'Enabled' },
    ...(preprocessor !== undefined && { recordPreprocessorSourceUri: preprocessor }),
  };
  const endpointInput = { endpointName: endpoint.endpointName, localPath: '/opt/ml/processing/input/endpoint' };
  const constraintsResource = { s3Uri: measures.constraints };
  if (measures.kind === 'data-quality')
    return new sagemaker.CfnDataQualityJobDefinition(scope, 'Definition', {
      ...how,
      dataQualityAppSpecification: app,
      dataQualityJobInput: { endpointInput },
      dataQualityBaselineConfig: { constraintsResource, statisticsResource: { s3Uri: measures.statistics } },
      dataQualityJobOutputConfig: outputs,
    });
  return new sagemaker.CfnModelQualityJobDefinition(scope, 'Definition', {
    ...how,
    modelQualityAppSpecification: { ...app, problemType: measures.problem },
    modelQualityJobInput: {
      endpointInput: { ...endpointInput, ...windowOf(measures, job.hours) },
      groundTruthS3Input: { s3Uri: measures.labels },
    },
    modelQualityBaselineConfig: { constraintsResource },
    modelQualityJobOutputConfig: outputs,
  });
}

/** The last whole window whose labels are there by now. */
function windowOf({ labelsWithin, prediction, probability }: ModelQuality, hours: number) {
  const late = milliseconds(labelsWithin) / 3_600_000;
  return {
    startTimeOffset: `-PT${late + hours}H`,
    endTimeOffset: `-PT${late}H`,
    ...(prediction !== undefined && { inferenceAttribute: prediction }),
    ...(probability !== undefined && { probabilityAttribute: probability }),
  };
}

function runs(props: NativeMonitorProps, { role, hours, network }: Job) {
  const { storage, machine = 'ml.m5.xlarge' } = props;
  const key = storage.key.keyArn;
  return {
    roleArn: role.roleArn,
    jobResources: {
      clusterConfig: {
        instanceCount: 1,
        instanceType: machine,
        volumeSizeInGb: 30,
        ...(takesVolumeKey(machine) && { volumeKmsKeyId: key }),
      },
    },
    networkConfig: {
      enableNetworkIsolation: true,
      enableInterContainerTrafficEncryption: true,
      ...(network && { vpcConfig: { subnets: [...network.subnets], securityGroupIds: [...network.securityGroups] } }),
    },
    // A run is over before the next one begins.
    stoppingCondition: { maxRuntimeInSeconds: hours * 3600 },
    outputs: {
      kmsKeyId: key,
      monitoringOutputs: [
        {
          s3Output: {
            s3Uri: storage.uri(reportsFolder(props)),
            localPath: '/opt/ml/processing/output',
            s3UploadMode: 'EndOfJob',
          },
        },
      ],
    },
  };
}
