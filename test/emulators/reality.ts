/** What is really there: each resource asked of its own service, because a stack can say that it was created and be wrong. */
import { DescribeAlarmsCommand, GetDashboardCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetPolicyCommand,
} from '@aws-sdk/client-lambda';
import {
  GetBucketEncryptionCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { GetTopicAttributesCommand } from '@aws-sdk/client-sns';
import { callJson, callQuery, type Clients } from './clients';
import type { Made } from './stack';

interface Seen {
  readonly clients: Clients;
  readonly made: Made;
  /** Of the resource that a property refers to. */
  readonly refer: (property: unknown) => string;
}

/** Throws where the resource is not there. */
type Look = (seen: Seen) => Promise<unknown>;

const json =
  (service: string, target: string, body: (id: string) => object, found: (answer: object) => unknown): Look =>
  async ({ clients: { endpoint }, made: { physicalId } }) =>
    there(found(await callJson(endpoint, service, target, body(physicalId))), physicalId);

const first = (list: string) => (answer: object) => (answer as Record<string, readonly unknown[]>)[list]?.[0];

const LOOKS: Readonly<Record<string, Look>> = {
  // Not DescribeKey: moto answers 500 where CloudFormation set the policy.
  'AWS::KMS::Key': async ({ clients: { endpoint }, made: { physicalId: KeyId } }) => ({
    rotation: await callJson(endpoint, 'kms', 'TrentService.GetKeyRotationStatus', { KeyId }),
    policy: await callJson(endpoint, 'kms', 'TrentService.GetKeyPolicy', { KeyId, PolicyName: 'default' }),
  }),
  'AWS::S3::Bucket': async ({ clients: { objects }, made: { physicalId: Bucket } }) => ({
    encryption: await objects.send(new GetBucketEncryptionCommand({ Bucket })),
    versioning: await objects.send(new GetBucketVersioningCommand({ Bucket })),
    notifications: await objects.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
  }),
  'AWS::S3::BucketPolicy': ({ clients: { objects }, made: { properties }, refer }) =>
    objects.send(new GetBucketPolicyCommand({ Bucket: refer(properties['Bucket']) })),
  'AWS::SNS::Topic': ({ clients: { topics }, made: { physicalId: TopicArn } }) =>
    topics.send(new GetTopicAttributesCommand({ TopicArn })),
  'AWS::SNS::TopicPolicy': async ({ clients: { topics }, made: { properties }, refer }) => {
    const [TopicArn] = (properties['Topics'] as readonly unknown[]).map(refer);
    const { Attributes } = await topics.send(new GetTopicAttributesCommand({ TopicArn }));
    return there(Attributes?.['Policy'], TopicArn!);
  },
  'AWS::SQS::Queue': ({ clients: { endpoint }, made: { physicalId } }) => queue(endpoint, physicalId),
  'AWS::SQS::QueuePolicy': async ({ clients: { endpoint }, made: { properties }, refer }) => {
    const [url] = (properties['Queues'] as readonly unknown[]).map(refer);
    const attributes = await queue(endpoint, url!);
    return there(/<Name>Policy<\/Name>/.test(attributes) && attributes, url!);
  },
  'AWS::IAM::Role': ({ clients: { endpoint }, made: { physicalId } }) =>
    iam(endpoint, 'GetRole', { RoleName: physicalId }),
  'AWS::IAM::Policy': ({ clients: { endpoint }, made: { properties }, refer }) => {
    const [RoleName] = (properties['Roles'] as readonly unknown[]).map(refer);
    return iam(endpoint, 'GetRolePolicy', { RoleName: RoleName!, PolicyName: properties['PolicyName'] as string });
  },
  'AWS::Lambda::Function': ({ clients: { functions }, made: { physicalId: FunctionName } }) =>
    functions.send(new GetFunctionConfigurationCommand({ FunctionName })),
  'AWS::Lambda::Permission': ({ clients: { functions }, made: { properties }, refer }) =>
    functions.send(new GetPolicyCommand({ FunctionName: refer(properties['FunctionName']) })),
  'AWS::Lambda::EventInvokeConfig': ({ clients: { functions }, made: { properties }, refer }) =>
    functions.send(
      new GetFunctionEventInvokeConfigCommand({
        FunctionName: refer(properties['FunctionName']),
        Qualifier: properties['Qualifier'] as string,
      }),
    ),
  'AWS::Events::Rule': async ({ clients: { events }, made: { physicalId } }) => {
    const Name = physicalId.split('/').at(-1)!;
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ Rule: Name }));
    return {
      rule: await events.send(new DescribeRuleCommand({ Name })),
      targets: there(Targets?.[0] && Targets, Name),
    };
  },
  'AWS::CloudWatch::Alarm': async ({ clients: { alarms }, made: { physicalId } }) => {
    const { MetricAlarms } = await alarms.send(new DescribeAlarmsCommand({ AlarmNames: [physicalId] }));
    return there(MetricAlarms?.[0], physicalId);
  },
  'AWS::CloudWatch::Dashboard': ({ clients: { alarms }, made: { physicalId: DashboardName } }) =>
    alarms.send(new GetDashboardCommand({ DashboardName })),
  'AWS::Logs::LogGroup': json(
    'logs',
    'Logs_20140328.DescribeLogGroups',
    (logGroupNamePrefix) => ({ logGroupNamePrefix }),
    first('logGroups'),
  ),
  'AWS::ECR::Repository': json(
    'ecr',
    'AmazonEC2ContainerRegistry_V20150921.DescribeRepositories',
    (name) => ({ repositoryNames: [name] }),
    first('repositories'),
  ),
  'AWS::CodeBuild::Project': json(
    'codebuild',
    'CodeBuild_20161006.BatchGetProjects',
    (name) => ({ names: [name] }),
    first('projects'),
  ),
};

/** Of one resource, as its own service describes it. Throws where it is not there, or nobody taught this file its type. */
export async function look(clients: Clients, one: Made, all: ReadonlyMap<string, Made>): Promise<unknown> {
  const ask = LOOKS[one.type];
  if (!ask) throw new Error(`how to see whether a ${one.type} is there? Teach it to ${__filename}`);
  const refer = (property: unknown): string => {
    if (typeof property === 'string') return property;
    const { Ref, 'Fn::GetAtt': attribute } = property as { Ref?: string; 'Fn::GetAtt'?: readonly [string, string] };
    return there(all.get(Ref ?? attribute?.[0] ?? '')?.physicalId, JSON.stringify(property));
  };
  return ask({ clients, made: one, refer });
}

/** A custom resource is what its function did, and a handle is nothing. */
export const hasService = (type: string): boolean =>
  type.startsWith('AWS::') && !type.startsWith('AWS::CloudFormation::');

export const native = (all: ReadonlyMap<string, Made>): readonly Made[] =>
  [...all.values()].filter(({ type }) => hasService(type));

/** What all of them are like, without what changes by itself. */
export async function picture(
  clients: Clients,
  all: ReadonlyMap<string, Made>,
): Promise<Readonly<Record<string, string>>> {
  const seen = native(all).map(async (one) => [one.logicalId, settled(await look(clients, one, all))] as const);
  return Object.fromEntries(await Promise.all(seen));
}

const settled = (state: unknown): string =>
  typeof state === 'string'
    ? state.replace(/<(RequestId|CreateDate)>[^<]*|<Name>\w*(?:Timestamp|Number\w*)<\/Name><Value>[^<]*/g, '')
    : JSON.stringify(state, (key, value: unknown) =>
        /^\$metadata$|Modified|Timestamp|Updated|RevisionId|storedBytes|^State/.test(key) ? undefined : value,
      );

const iam = (endpoint: string, Action: string, form: Readonly<Record<string, string>>) =>
  callQuery(endpoint, 'iam', { Action, Version: '2010-05-08', ...form });

const queue = (endpoint: string, QueueUrl: string) =>
  callQuery(endpoint, 'sqs', {
    Action: 'GetQueueAttributes',
    Version: '2012-11-05',
    QueueUrl,
    'AttributeName.1': 'All',
  });

function there<T>(value: T | undefined | false | null, what: string): T {
  if (value === undefined || value === false || value === null) throw new Error(`${what} is not there`);
  return value;
}
