/** An endpoint that serves one given version: model, configuration and endpoint are in the template. */
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkName, show, when, type Problem } from '../spec/problem';
import { Autoscaling } from './autoscaling';
import type { Image } from './pipeline';
import { exchange } from './served-endpoint';
import type { Network, Serving } from './settings';
import type { Storage } from './storage';

export interface GivenVersion {
  /** What captures and reports call it, such as `v3`. */
  readonly name: string;
  /** Its folder in the bucket, or, for a serverless endpoint, its `model.tar.gz` there. */
  readonly artifact: string;
}

/** Each is given the properties and returns those that are used. */
export interface GivenVersionTransform {
  readonly model?: (props: sagemaker.CfnModelProps) => sagemaker.CfnModelProps;
  readonly endpointConfig?: (props: sagemaker.CfnEndpointConfigProps) => sagemaker.CfnEndpointConfigProps;
  readonly endpoint?: (props: sagemaker.CfnEndpointProps) => sagemaker.CfnEndpointProps;
}

export interface GivenVersionProps {
  readonly version: GivenVersion;
  readonly endpointName: string;
  readonly endpoint: string;
  readonly revision: string;
  readonly serving: Serving;
  readonly storage: Storage;
  readonly image: Image;
  readonly role: iam.IRole;
  readonly network: Network | false;
  readonly transform: GivenVersionTransform;
}

const VARIANT = 'live';
const same = <T>(props: T): T => props;

export function checkVersion({ name, artifact }: GivenVersion, path: string): Problem[] {
  return [
    ...checkName(name, `${path}.name`),
    ...when(!/^[^/]+(\/[^/]+)*$/.test(artifact) || artifact.startsWith('s3:'), {
      path: `${path}.artifact`,
      got: show(artifact),
      expected: 'a path in the bucket, with a slash neither at its beginning nor at its end',
      fix: "write it like 'artifacts/training/train-1/select/model'",
    }),
  ];
}

/** Model and configuration are named by CloudFormation: nothing of them can change, so each change makes new ones. */
export function deployVersion(scope: Construct, props: GivenVersionProps): sagemaker.CfnEndpoint {
  const { serving, transform, endpointName, image } = props;
  const model = new sagemaker.CfnModel(scope, 'Model', (transform.model ?? same)(modelProps(props)));
  if (image.dependable) model.node.addDependency(image.dependable);
  const config = new sagemaker.CfnEndpointConfig(
    scope,
    'Config',
    (transform.endpointConfig ?? same)(configProps(props, model.attrModelName)),
  );
  const scaled = serving.kind !== 'serverless' && serving.replicas.max > serving.replicas.min;
  const endpoint = new sagemaker.CfnEndpoint(
    scope,
    'Resource',
    (transform.endpoint ?? same)({
      endpointName,
      endpointConfigName: config.attrEndpointConfigName,
      // Else each update would take the replicas back to the least.
      ...(scaled && { retainAllVariantProperties: true }),
      ...deploymentOf(serving),
    }),
  );
  if (scaled) {
    const autoscaling = new Autoscaling(scope, 'Autoscaling', { endpointName, variantName: VARIANT, serving });
    autoscaling.node.addDependency(endpoint);
  }
  return endpoint;
}

function modelProps({ version, image, role, storage, serving, network }: GivenVersionProps): sagemaker.CfnModelProps {
  const archive = version.artifact.endsWith('.tar.gz');
  const at = storage.uri(version.artifact);
  return {
    executionRoleArn: role.roleArn,
    primaryContainer: {
      image: image.uri,
      ...(archive
        ? { modelDataUrl: at }
        : { modelDataSource: { s3DataSource: { s3Uri: `${at}/`, s3DataType: 'S3Prefix', compressionType: 'None' } } }),
    },
    ...(serving.kind !== 'serverless' && { enableNetworkIsolation: serving.isolation }),
    ...(network && { vpcConfig: { subnets: [...network.subnets], securityGroupIds: [...network.securityGroups] } }),
  };
}

function configProps(
  { serving, storage, endpoint, version, revision }: GivenVersionProps,
  modelName: string,
): sagemaker.CfnEndpointConfigProps {
  const named = { variantName: VARIANT, modelName };
  if (serving.kind === 'serverless') {
    const { memoryMiB, maxConcurrency } = serving;
    const serverlessConfig = { memorySizeInMb: memoryMiB, maxConcurrency };
    return { productionVariants: [{ ...named, serverlessConfig, initialVariantWeight: 1 }] };
  }
  const { machine, replicas, volumeKey } = serving;
  const key = storage.key.keyArn;
  return {
    productionVariants: [
      { ...named, instanceType: machine, initialInstanceCount: Math.max(1, replicas.min), initialVariantWeight: 1 },
    ],
    ...(volumeKey && { kmsKeyId: key }),
    ...(serving.kind === 'asynchronous' && {
      asyncInferenceConfig: {
        outputConfig: {
          s3OutputPath: storage.uri(exchange.answers(endpoint)),
          s3FailurePath: storage.uri(exchange.failures(endpoint)),
          kmsKeyId: key,
        },
        clientConfig: { maxConcurrentInvocationsPerInstance: serving.maxConcurrentInvocationsPerReplica },
      },
    }),
    ...(serving.kind === 'real-time' &&
      serving.capture > 0 && {
        dataCaptureConfig: {
          enableCapture: true,
          initialSamplingPercentage: serving.capture,
          // The version of a captured request follows from its path.
          destinationS3Uri: storage.uri(`captures/${endpoint}/${VARIANT}.${version.name}-${revision}`),
          kmsKeyId: key,
          captureOptions: [{ captureMode: 'Input' }, { captureMode: 'Output' }],
          // Any other type is captured as base64.
          captureContentTypeHeader: {
            csvContentTypes: ['text/csv'],
            jsonContentTypes: ['application/json', 'application/jsonlines'],
          },
        },
      }),
  };
}

function deploymentOf(serving: Serving): Pick<sagemaker.CfnEndpointProps, 'deploymentConfig'> {
  if (serving.kind !== 'real-time' || !serving.guardrails) return {};
  const { canary, waitSeconds, alarms } = serving.guardrails;
  return {
    deploymentConfig: {
      blueGreenUpdatePolicy: {
        trafficRoutingConfiguration: {
          type: canary === 100 ? 'ALL_AT_ONCE' : 'CANARY',
          waitIntervalInSeconds: waitSeconds,
          ...(canary < 100 && { canarySize: { type: 'CAPACITY_PERCENT', value: canary } }),
        },
      },
      autoRollbackConfiguration: { alarms: alarms.map((alarmName) => ({ alarmName })) },
    },
  };
}
