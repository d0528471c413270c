/** Data, artefacts, captures, logs, messages and disks are encrypted with a key of the system's own. */
import type { Json } from '../../../../testing';
import {
  at,
  jobDefinitions,
  list,
  object,
  ofType,
  steps,
  target,
  text,
  written,
  type Resource,
  type Template,
} from '../template';
import { finding, findingIf, type Finding, type Rule } from './rule';

/** Where a resource names the key for what it keeps. */
const KEYED: Readonly<Record<string, readonly string[]>> = {
  'AWS::CodeBuild::Project': ['EncryptionKey'],
  'AWS::ECR::Repository': ['EncryptionConfiguration.KmsKey'],
  'AWS::Logs::LogGroup': ['KmsKeyId'],
  'AWS::SNS::Topic': ['KmsMasterKeyId'],
  'AWS::SQS::Queue': ['KmsMasterKeyId'],
  'AWS::SecretsManager::Secret': ['KmsKeyId'],
};

const TYPES = Object.keys(KEYED);

/**
 * Instances with a local NVMe disk refuse a key for it, and encrypt it in hardware.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
 */
const LOCAL_DISK = /^ml\.(g\d\w*|p4\w*|p5\w*|trn\d\w*|[a-z]\d+[a-z]*d[a-z]*)\./;

export const ownKey: Rule = {
  claim: 'everything that is kept is encrypted with a key of our own',
  findings: (template) => [
    ...resources(template),
    ...buckets(template),
    ...jobs(template),
    ...definitions(template),
    ...endpoints(template),
  ],
};

/** Whether it is a key in the template, or one that the user handed in by its ARN. Not `alias/aws/…`, which is nobody's own. */
function isOwnKey(template: Template, value: Json | undefined): boolean {
  const id = target(value);
  if (id !== undefined) return ofType(template, 'AWS::KMS::Key').some((key) => key.id === id);
  return /^arn:.*:kms:.*:key\//.test(written(value));
}

function unkeyed(
  template: Template,
  resource: Pick<Resource, 'path'>,
  value: Json | undefined,
  what: string,
): Finding[] {
  return findingIf(
    !isOwnKey(template, value),
    resource,
    `${what} is ${value === undefined ? 'missing' : written(value)}`,
  );
}

const resources = (template: Template): Finding[] =>
  ofType(template, ...TYPES).flatMap((resource) =>
    KEYED[resource.type]!.flatMap((path) => unkeyed(template, resource, at(resource.properties, path), path)),
  );

function buckets(template: Template): Finding[] {
  const all = ofType(template, 'AWS::S3::Bucket');
  // S3 delivers access logs only to buckets that it encrypts itself:
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
  const accessLogs = all.map(({ properties }) => target(at(properties, 'LoggingConfiguration.DestinationBucketName')));
  return all
    .filter(({ id }) => !accessLogs.includes(id))
    .flatMap((bucket) => {
      const [rule] = list(at(bucket.properties, 'BucketEncryption.ServerSideEncryptionConfiguration'));
      const key = at(object(rule), 'ServerSideEncryptionByDefault.KMSMasterKeyID');
      return unkeyed(template, bucket, key, 'BucketEncryption');
    });
}

const jobs = (template: Template): Finding[] =>
  steps(template).flatMap(({ pipeline, name, type, arguments: job }) => {
    const step = { path: `${pipeline.path} ${name}` };
    if (type !== 'Training') return [finding(step, `a ${type} step: no rule says where its keys are`)];
    const machine = text(at(job, 'ResourceConfig.InstanceType'));
    return [
      ...unkeyed(template, step, at(job, 'OutputDataConfig.KmsKeyId'), 'OutputDataConfig.KmsKeyId'),
      ...(LOCAL_DISK.test(machine)
        ? []
        : unkeyed(template, step, at(job, 'ResourceConfig.VolumeKmsKeyId'), 'ResourceConfig.VolumeKmsKeyId')),
    ];
  });

const definitions = (template: Template): Finding[] =>
  jobDefinitions(template).flatMap((definition) => {
    const { properties } = definition;
    const output = Object.keys(properties).find((key) => key.endsWith('JobOutputConfig')) ?? 'JobOutputConfig';
    const machine = text(at(properties, 'JobResources.ClusterConfig.InstanceType'));
    return [
      `${output}.KmsKeyId`,
      ...(LOCAL_DISK.test(machine) ? [] : ['JobResources.ClusterConfig.VolumeKmsKeyId']),
    ].flatMap((path) => unkeyed(template, definition, at(properties, path), path));
  });

const endpoints = (template: Template): Finding[] =>
  ofType(template, 'AWS::SageMaker::EndpointConfig').flatMap((config) => {
    const variants = list(config.properties['ProductionVariants']).map(object);
    const disks = variants.some(
      ({ ServerlessConfig, InstanceType }) => !ServerlessConfig && !LOCAL_DISK.test(text(InstanceType)),
    );
    const capture = config.properties['DataCaptureConfig'];
    return [
      ...(disks ? unkeyed(template, config, config.properties['KmsKeyId'], 'KmsKeyId') : []),
      ...(capture ? unkeyed(template, config, at(object(capture), 'KmsKeyId'), 'DataCaptureConfig.KmsKeyId') : []),
    ];
  });
