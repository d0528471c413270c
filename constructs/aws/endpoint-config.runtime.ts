/** What SageMaker is told of a deployment: its model, its variant, and the configuration that holds the variants. */
import { createHash } from 'node:crypto';
import type {
  CreateEndpointConfigCommandInput,
  CreateModelCommandInput,
  ProductionVariant,
} from '@aws-sdk/client-sagemaker';
import { configName, releaseName, releaseNamed, type Named } from './release-names';
import type { LoopSettings, Serving } from './settings';

/** A variant with a model: what SageMaker's types leave open is settled when it is read. */
export type Variant = ProductionVariant & { readonly VariantName: string; readonly ModelName: string };

/** The only variant of an endpoint whose traffic SageMaker moves itself. */
export const LIVE = 'live';

/**
 * What the loop deploys needs machines: a serverless endpoint takes no model that is a folder.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html
 */
export type Machines = Exclude<Serving, { readonly kind: 'serverless' }>;

export type HostedSettings = LoopSettings & { readonly serving: Machines };

export function hosted(settings: LoopSettings): HostedSettings {
  const { endpointName, serving } = settings;
  if (serving.kind !== 'serverless') return { ...settings, serving };
  throw new Error(
    `${endpointName}: got a serverless endpoint, expected one with machines: SageMaker starts no serverless one from the folders ` +
      'that versions are; deploy the stack with another kind',
  );
}

/** `artifact`: S3 URI of the model's directory. */
export function modelRequest(settings: HostedSettings, deployment: string, artifact: string): CreateModelCommandInput {
  const { endpointName, image, serveRole, network, serving } = settings;
  return {
    ModelName: releaseName(endpointName, deployment),
    ExecutionRoleArn: serveRole,
    PrimaryContainer: {
      Image: image,
      ModelDataSource: {
        // Without the slash at its end, SageMaker takes the prefix for the name of one object.
        S3DataSource: { S3Uri: artifact.replace(/\/*$/, '/'), S3DataType: 'S3Prefix', CompressionType: 'None' },
      },
    },
    ...(network && { VpcConfig: { Subnets: [...network.subnets], SecurityGroupIds: [...network.securityGroups] } }),
    EnableNetworkIsolation: serving.isolation,
  };
}

export function newVariant(
  { endpointName, serving }: HostedSettings,
  name: string,
  deployment: string,
  { weight, replicas }: { readonly weight: number; readonly replicas: number },
): Variant {
  return {
    VariantName: name,
    ModelName: releaseName(endpointName, deployment),
    InitialVariantWeight: weight,
    InstanceType: serving.machine as NonNullable<ProductionVariant['InstanceType']>,
    InitialInstanceCount: replicas,
  };
}

/** Fewest replicas that a new deployment begins with: no endpoint can be made with none, even where it may scale to none. */
export const firstReplicas = ({ replicas }: Machines): number => Math.max(1, replicas.min);

/**
 * The configuration of these variants. Its name is a digest of its contents, so that making it again finds it, and one of other
 * contents never has its name.
 */
export function configRequest(
  settings: HostedSettings,
  variants: readonly Variant[],
): CreateEndpointConfigCommandInput {
  const contents = configContents(settings, variants);
  const digest = createHash('sha256').update(canonical(contents)).digest('hex');
  return { EndpointConfigName: configName(settings.endpointName, digest), ...contents };
}

/** The configuration of a deployment that serves alone, under its own name: the revision in it covers all of its contents. */
export function aloneRequest(
  settings: HostedSettings,
  deployment: string,
  { variant, replicas }: { readonly variant: string; readonly replicas: number },
): CreateEndpointConfigCommandInput {
  return {
    EndpointConfigName: releaseName(settings.endpointName, deployment),
    ...configContents(settings, [newVariant(settings, variant, deployment, { weight: 100, replicas })]),
  };
}

function configContents(
  settings: HostedSettings,
  variants: readonly Variant[],
): Omit<CreateEndpointConfigCommandInput, 'EndpointConfigName'> {
  const { serving, key, bucket, endpoint } = settings;
  return {
    ProductionVariants: [...variants],
    // NVMe disks refuse our key.
    ...(serving.volumeKey && { KmsKeyId: key }),
    ...(serving.kind === 'real-time' &&
      serving.capture > 0 && { DataCaptureConfig: capture(settings, serving, variants) }),
    ...(serving.kind === 'asynchronous' && {
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: serving.maxConcurrentInvocationsPerReplica },
        OutputConfig: {
          KmsKeyId: key,
          S3OutputPath: `s3://${bucket}/responses/${endpoint}/answers`,
          S3FailurePath: `s3://${bucket}/responses/${endpoint}/failures`,
        },
      },
    }),
  };
}

/** Which version answered a captured request follows from the path: below it, SageMaker names endpoint and variant only. */
function capture(
  { bucket, endpoint, endpointName, key }: LoopSettings,
  serving: Extract<Serving, { kind: 'real-time' }>,
  variants: readonly Variant[],
): NonNullable<CreateEndpointConfigCommandInput['DataCaptureConfig']> {
  const slots = variants.map((variant) => `${variant.VariantName}.${deploymentOf(endpointName, variant).id}`).sort();
  return {
    EnableCapture: true,
    InitialSamplingPercentage: serving.capture,
    DestinationS3Uri: `s3://${bucket}/captures/${endpoint}/${slots.join(',')}`,
    KmsKeyId: key,
    CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
    // What is not listed is captured in base64.
    CaptureContentTypeHeader: {
      JsonContentTypes: ['application/json', 'application/jsonlines'],
      CsvContentTypes: ['text/csv'],
    },
  };
}

/**
 * What a variant serves. One that the loop did not place counts as version `v0`, which no registry has: it keeps its traffic
 * until a version of ours has come through its rollout beside it.
 */
export function deploymentOf(endpointName: string, { ModelName }: Variant): Named {
  const named = releaseNamed(endpointName, ModelName);
  if (named) return named;
  const revision = createHash('sha256').update(ModelName).digest('hex').slice(0, 8);
  return { id: `v0-${revision}`, version: 'v0', revision };
}

/** JSON with sorted keys, and without what is undefined. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
