/** What a deployment does to the resources of the one before it. */
import type { Resource, Template } from './synthesize';

export interface Changes {
  /** Logical ids. */
  readonly added: readonly string[];
  /** No longer in the template, and gone. */
  readonly destroyed: readonly string[];
  /** No longer in the template, and kept: nobody's any more. */
  readonly orphaned: readonly string[];
  /** Made anew in place of the old one. */
  readonly replaced: readonly string[];
  readonly changed: readonly string[];
  /** Names that one resource has while another still holds them: CloudFormation makes the new one first, and fails. */
  readonly collisions: readonly string[];
}

/**
 * Properties that only a new resource can have otherwise, of what cannot be made again and of what has a name of its own: as the rule
 * I9001 of CloudFormation Validate tells them (1.14, in aws-cdk-lib 2.276).
 */
export const CREATE_ONLY: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': ['AlarmName'],
  'AWS::CloudWatch::Dashboard': ['DashboardName'],
  'AWS::ECR::Repository': ['EncryptionConfiguration', 'RepositoryName'],
  'AWS::KMS::Key': [],
  'AWS::Logs::LogGroup': ['LogGroupName'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace'],
  'AWS::SageMaker::ModelPackageGroup': ['ModelPackageGroupDescription', 'ModelPackageGroupName'],
  'AWS::SageMaker::Pipeline': ['PipelineName'],
  'AWS::SNS::Topic': ['FifoTopic', 'TopicName'],
  'AWS::SQS::Queue': ['FifoQueue', 'QueueName'],
};

export function changesOf({ Resources: before }: Template, { Resources: after }: Template): Changes {
  const both = Object.keys(before).filter((id) => id in after);
  const replaced = both.filter((id) => isReplaced(before[id]!, after[id]!));
  const removed = Object.keys(before).filter((id) => !(id in after));
  const isKept = (id: string) => before[id]!.DeletionPolicy?.startsWith('Retain') ?? false;
  return {
    added: Object.keys(after).filter((id) => !(id in before)),
    destroyed: removed.filter((id) => !isKept(id)),
    orphaned: removed.filter(isKept),
    replaced,
    changed: both.filter((id) => text(before[id]) !== text(after[id])),
    collisions: Object.entries(after).flatMap(([id, resource]) =>
      namesOf(resource).filter((name) => isHeld(name, id, replaced, before)),
    ),
  };
}

const text = (value: unknown): string => JSON.stringify(value) ?? '';

function isReplaced(before: Resource, after: Resource): boolean {
  if (before.Type !== after.Type) return true;
  return (CREATE_ONLY[before.Type] ?? []).some(
    (name) => text(before.Properties?.[name]) !== text(after.Properties?.[name]),
  );
}

/** `TYPE NAME` */
const namesOf = ({ Type, Properties = {} }: Resource): string[] =>
  (CREATE_ONLY[Type] ?? [])
    .filter((key) => /Name$/.test(key) && Properties[key])
    .map((key) => `${Type} ${text(Properties[key])}`);

const isHeld = (name: string, id: string, replaced: readonly string[], before: Template['Resources']): boolean =>
  Object.entries(before).some(
    ([other, resource]) => namesOf(resource).includes(name) && (other !== id || replaced.includes(id)),
  );

/** What cannot be made again. */
export function isStateful({ Type, DeletionPolicy, UpdateReplacePolicy }: Resource): boolean {
  const types = ['AWS::KMS::Key', 'AWS::S3::Bucket', 'AWS::SageMaker::ModelPackageGroup'];
  return types.includes(Type) || [DeletionPolicy, UpdateReplacePolicy].some((policy) => policy?.startsWith('Retain'));
}
