/** What a template says about who may do what. */
import type { JsonObject } from '../../../../testing';
import { at, list, object, ofType, target, text, type Resource, type Template } from '../template';

export interface Statement {
  /** The role, or where the policy stands. */
  readonly resource: Resource;
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly (JsonObject | string)[];
  readonly whole: JsonObject;
}

/** Of everything that stands at a role, in it or beside it. */
export function identityStatements(template: Template): Statement[] {
  const inline = ofType(template, 'AWS::IAM::Role').flatMap((role) =>
    list(role.properties['Policies']).flatMap((policy) => statementsIn(role, at(object(policy), 'PolicyDocument'))),
  );
  const beside = ofType(template, 'AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::IAM::ManagedPolicy').flatMap(
    (policy) => statementsIn(policy, policy.properties['PolicyDocument']),
  );
  return [...inline, ...beside];
}

/** Where resources keep the policy that says who may use them. */
const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  'AWS::ECR::Repository': 'RepositoryPolicyText',
  'AWS::KMS::Key': 'KeyPolicy',
  'AWS::Lambda::Permission': '',
  'AWS::S3::BucketPolicy': 'PolicyDocument',
  'AWS::SNS::TopicPolicy': 'PolicyDocument',
  'AWS::SQS::QueuePolicy': 'PolicyDocument',
  'AWS::SecretsManager::ResourcePolicy': 'ResourcePolicy',
};

export const resourceStatements = (template: Template): Statement[] =>
  ofType(template, ...Object.keys(RESOURCE_POLICIES)).flatMap((resource) =>
    statementsIn(resource, at(resource.properties, RESOURCE_POLICIES[resource.type]!)),
  );

export const trustStatements = (template: Template): Statement[] =>
  ofType(template, 'AWS::IAM::Role').flatMap((role) => statementsIn(role, role.properties['AssumeRolePolicyDocument']));

/** Services that may take a role on. */
export const trusted = (role: Resource): string[] =>
  list(at(role.properties, 'AssumeRolePolicyDocument.Statement')).flatMap((statement) =>
    list(at(object(statement), 'Principal.Service')).map(text),
  );

/** Roles that a policy beside them is attached to; the role itself for one in it. */
export const holders = (template: Template, { resource }: Statement): Resource[] => {
  if (resource.type === 'AWS::IAM::Role') return [resource];
  const ids = list(resource.properties['Roles'] ?? resource.properties['RoleName']).map(target);
  return ofType(template, 'AWS::IAM::Role').filter(({ id }) => ids.includes(id));
};

const statementsIn = (resource: Resource, document: Parameters<typeof object>[0]): Statement[] =>
  list(object(document)['Statement'])
    .map(object)
    .map((whole) => ({
      resource,
      allows: whole['Effect'] === 'Allow',
      actions: list(whole['Action']).map(text),
      resources: list(whole['Resource']).map((value) => (typeof value === 'string' ? value : object(value))),
      whole,
    }));
