/** A template's references as the names and ARNs that CloudFormation would fill in, in one account and region. */
import type { Json, JsonObject } from '../../../testing';
import { list, object, text, written, type Resource, type Template } from './template';

export const ACCOUNT = '111122223333';
export const REGION = 'eu-west-1';

/** Where `cdk bootstrap` keeps assets. */
export const ASSETS = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::NoValue': '',
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::StackId': `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/gates/1`,
  'AWS::StackName': 'gates',
  'AWS::URLSuffix': 'amazonaws.com',
};

interface Kind {
  /** Property that names it; CloudFormation makes a name up where it is missing. */
  readonly name: string;
  /** After `arn:aws:`. */
  readonly arn: (name: string) => string;
  /** What `Ref` gives. */
  readonly ref: 'name' | 'arn';
}

const regional = (service: string, resource: string) => (name: string) =>
  `${service}:${REGION}:${ACCOUNT}:${resource}${name}`;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html */
const KINDS: Readonly<Record<string, Kind>> = {
  'AWS::CloudWatch::Alarm': { name: 'AlarmName', arn: regional('cloudwatch', 'alarm:'), ref: 'name' },
  'AWS::CodeBuild::Project': { name: 'Name', arn: regional('codebuild', 'project/'), ref: 'name' },
  'AWS::ECR::Repository': { name: 'RepositoryName', arn: regional('ecr', 'repository/'), ref: 'name' },
  'AWS::Events::Rule': { name: 'Name', arn: regional('events', 'rule/'), ref: 'name' },
  'AWS::IAM::Role': { name: 'RoleName', arn: (name) => `iam::${ACCOUNT}:role/${name}`, ref: 'name' },
  'AWS::KMS::Key': { name: '-', arn: regional('kms', 'key/'), ref: 'name' },
  'AWS::Lambda::Function': { name: 'FunctionName', arn: regional('lambda', 'function:'), ref: 'name' },
  // Its Arn ends with the wildcard for its streams.
  'AWS::Logs::LogGroup': {
    name: 'LogGroupName',
    arn: (name) => `${regional('logs', 'log-group:')(name)}:*`,
    ref: 'name',
  },
  'AWS::S3::Bucket': { name: 'BucketName', arn: (name) => `s3:::${name}`, ref: 'name' },
  'AWS::SNS::Topic': { name: 'TopicName', arn: regional('sns', ''), ref: 'arn' },
  'AWS::SQS::Queue': { name: 'QueueName', arn: regional('sqs', ''), ref: 'name' },
  'AWS::SageMaker::ModelPackageGroup': {
    name: 'ModelPackageGroupName',
    arn: regional('sagemaker', 'model-package-group/'),
    ref: 'arn',
  },
  'AWS::SageMaker::Pipeline': { name: 'PipelineName', arn: regional('sagemaker', 'pipeline/'), ref: 'name' },
  'AWS::SecretsManager::Secret': { name: 'Name', arn: regional('secretsmanager', 'secret:'), ref: 'arn' },
};

export function nameOf(template: Template, { id, type, properties }: Resource): string {
  const given = concrete(template, properties[KINDS[type]?.name ?? '-']);
  return text(given) || `gates-${id}-1A2B3C`.toLowerCase();
}

export function arnOf(template: Template, resource: Resource): string {
  const kind = KINDS[resource.type];
  if (!kind) throw new Error(`No ARN is known for ${resource.type}: add it to KINDS.`);
  return `arn:aws:${kind.arn(nameOf(template, resource))}`;
}

/** The value with every reference filled in. Throws for a function of CloudFormation that it does not know. */
export function concrete(template: Template, value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map((item: Json) => concrete(template, item));
  if (typeof value === 'string') return value.replaceAll('<asset bucket>', ASSETS);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const whole = value as JsonObject;
  const [name] = Object.keys(whole);
  if (name === 'Ref' || name === 'Fn::GetAtt') return reference(template, whole);
  if (name === 'Fn::Sub') return substituted(template, text(whole['Fn::Sub']));
  if (name === 'Fn::Join') {
    const [separator, parts] = list(whole['Fn::Join']);
    return list(concrete(template, parts)).map(text).join(text(separator));
  }
  if (name === 'Fn::Select') {
    const [index, items] = list(whole['Fn::Select']);
    return list(concrete(template, items))[Number(index)] ?? null;
  }
  if (name === 'Fn::Split') {
    const [separator, joined] = list(whole['Fn::Split']);
    return text(concrete(template, joined)).split(text(separator));
  }
  if (name === 'Fn::FindInMap') {
    const keys = list(concrete(template, whole[name])).map(text);
    return keys.reduce<Json>((map, key) => object(map)[key] ?? null, template.whole['Mappings'] ?? {});
  }
  if (name?.startsWith('Fn::')) throw new Error(`${name} is not known here: add it to concrete().`);
  return Object.fromEntries(Object.entries(whole).map(([key, item]) => [key, concrete(template, item)]));
}

const substituted = (template: Template, pattern: string): string =>
  pattern.replaceAll('<asset bucket>', ASSETS).replaceAll(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    const [id, ...attribute] = name.split('.');
    return reference(template, attribute.length > 0 ? { 'Fn::GetAtt': [id!, attribute.join('.')] } : { Ref: name });
  });

function reference(template: Template, value: JsonObject): string {
  const [id, attribute] = value['Ref'] !== undefined ? [text(value['Ref'])] : list(value['Fn::GetAtt']).map(text);
  const pseudo = PSEUDO[id!];
  if (pseudo !== undefined) return pseudo;
  if (attribute === 'GroupId') return 'sg-0123456789abcdef0';
  const resource = template.resources.find((it) => it.id === id);
  // A parameter, or what a custom resource will answer: no ARN is known, and none is needed.
  const kind = resource && KINDS[resource.type];
  if (!kind) return `${written(value).replaceAll(/[${}]/g, '')}`;
  if (attribute === undefined) return kind.ref === 'arn' ? arnOf(template, resource) : nameOf(template, resource);
  if (/Arn$/.test(attribute)) return arnOf(template, resource);
  return nameOf(template, resource);
}
