/** What runs foreign code reaches nothing but its inputs and outputs, and nothing is open to the world. */
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
import { findingIf, type Finding, type Rule } from './rule';

export const isolated: Rule = {
  claim: 'jobs and models have no network, and several instances talk encrypted',
  findings: (template) => [
    ...steps(template).flatMap(({ pipeline, name, arguments: job }) => {
      const step = { path: `${pipeline.path} ${name}` };
      const several = Number(at(job, 'ResourceConfig.InstanceCount') ?? 1) > 1;
      return [
        ...findingIf(job['EnableNetworkIsolation'] !== true, step, 'EnableNetworkIsolation is not true'),
        ...findingIf(
          several && job['EnableInterContainerTrafficEncryption'] !== true,
          step,
          'several instances without EnableInterContainerTrafficEncryption',
        ),
      ];
    }),
    ...ofType(template, 'AWS::SageMaker::Model').flatMap((model) =>
      findingIf(model.properties['EnableNetworkIsolation'] !== true, model, 'EnableNetworkIsolation is not true'),
    ),
    ...jobDefinitions(template).flatMap((definition) =>
      ['EnableNetworkIsolation', 'EnableInterContainerTrafficEncryption'].flatMap((key) =>
        findingIf(at(definition.properties, `NetworkConfig.${key}`) !== true, definition, `${key} is not true`),
      ),
    ),
    ...loopSettings(template).flatMap(({ resource, settings }) =>
      // A serverless endpoint has no such switch.
      findingIf(at(settings, 'serving.isolation') === false, resource, 'MLOPS_SETTINGS: serving.isolation is false'),
    ),
  ],
};

/** What the loop is told about the models and endpoints that it will make. */
export const loopSettings = (template: Template) =>
  ofType(template, 'AWS::Lambda::Function').flatMap((resource) => {
    const settings = at(resource.properties, 'Environment.Variables.MLOPS_SETTINGS.<json>');
    return settings === undefined ? [] : [{ resource, settings: object(settings) }];
  });

const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'] as const;

export const privateBuckets: Rule = {
  claim: 'buckets block public access',
  findings: (template) =>
    ofType(template, 'AWS::S3::Bucket').flatMap((bucket) =>
      BLOCKS.flatMap((block) =>
        findingIf(
          at(bucket.properties, `PublicAccessBlockConfiguration.${block}`) !== true,
          bucket,
          `${block} is not true`,
        ),
      ),
    ),
};

/** The policies of resources that are reached over HTTP: type, property that names the resources, and their type. */
const POLICIES = [
  ['AWS::S3::BucketPolicy', 'Bucket', 'AWS::S3::Bucket'],
  ['AWS::SNS::TopicPolicy', 'Topics', 'AWS::SNS::Topic'],
  ['AWS::SQS::QueuePolicy', 'Queues', 'AWS::SQS::Queue'],
] as const;

export const tlsOnly: Rule = {
  claim: 'buckets, topics and queues refuse what comes unencrypted',
  findings: (template) =>
    POLICIES.flatMap(([policyType, names, type]) => {
      const refusing = ofType(template, policyType).filter(({ properties }) => refusesPlain(properties));
      const covered = refusing.flatMap(({ properties }) => list(properties[names]).map(target));
      return ofType(template, type).flatMap((resource) =>
        findingIf(!covered.includes(resource.id), resource, 'no policy refuses requests without TLS'),
      );
    }),
};

const refusesPlain = (properties: Resource['properties']): boolean =>
  list(at(properties, 'PolicyDocument.Statement'))
    .map(object)
    .some(
      ({ Effect, Principal, Condition }) =>
        Effect === 'Deny' &&
        isEverybody(Principal) &&
        [false, 'false'].includes((at(object(Condition), 'Bool.aws:SecureTransport') ?? '') as string),
    );

export const isEverybody = (principal: Json | undefined): boolean =>
  principal === '*' || Object.values(object(principal)).some((names) => list(names).includes('*'));

export const nothingPublic: Rule = {
  claim: 'no resource lets in the world',
  findings: (template) => template.resources.flatMap(open),
};

function open(resource: Resource): Finding[] {
  const { type, properties } = resource;
  switch (type) {
    case 'AWS::Lambda::Url':
      return findingIf(properties['AuthType'] !== 'AWS_IAM', resource, 'a function address that asks for no signature');
    case 'AWS::Lambda::Permission':
      return [
        ...findingIf(properties['Principal'] === '*', resource, 'anybody may call the function'),
        ...findingIf(
          text(properties['Principal']).endsWith('.amazonaws.com') &&
            !properties['SourceArn'] &&
            !properties['SourceAccount'],
          resource,
          'a service may call the function in the name of any account',
        ),
      ];
    case 'AWS::EC2::SecurityGroup':
      return list(properties['SecurityGroupIngress']).flatMap((rule) => ingress(resource, object(rule)));
    case 'AWS::EC2::SecurityGroupIngress':
      return ingress(resource, properties);
    default:
      return [];
  }
}

const ingress = (resource: Resource, rule: Resource['properties']): Finding[] =>
  findingIf(
    ['0.0.0.0/0', '::/0'].includes(written(rule['CidrIp'] ?? rule['CidrIpv6'])),
    resource,
    'the whole internet may come in',
  );
