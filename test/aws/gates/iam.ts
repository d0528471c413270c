/** Whether a role of a template may do something: AWS's evaluation, simulated over the policies that the template makes. */
import { runSimulation, type Simulation } from '@cloud-copilot/iam-simulate';
import type { Json } from '../../../testing';
import { ACCOUNT, arnOf, concrete, nameOf } from './concrete';
import { at, list, object, ofType, target, text, type Resource, type Template } from './template';

export interface Act {
  readonly action: string;
  /** ARN; `*` where the action knows no resource. */
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
}

/** Requests over TLS, by someone of this account. */
const CONTEXT = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3', 'aws:PrincipalAccount': ACCOUNT };

export const actOf = ({ action, resource }: Act): string => `${action} on ${resource}`;

export async function allowed(template: Template, role: Resource, act: Act): Promise<boolean> {
  const result = await runSimulation(simulationOf(template, role, act), {});
  // An action or a resource that AWS does not know would otherwise look like a denial.
  if (result.resultType === 'error') throw new Error(`${actOf(act)}: ${JSON.stringify(result.errors)}`);
  return result.overallResult === 'Allowed';
}

function simulationOf(template: Template, role: Resource, { action, resource, context }: Act): Simulation {
  return {
    request: {
      action,
      principal: arnOf(template, role),
      resource: { resource, accountId: resource.includes(':444455556666:') ? '444455556666' : ACCOUNT },
      contextVariables: { ...CONTEXT, ...context },
    },
    identityPolicies: identityPolicies(template, role),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    resourcePolicy: resourcePolicy(template, resource),
  };
}

function identityPolicies(template: Template, role: Resource): { name: string; policy: Json }[] {
  const managed = list(role.properties['ManagedPolicyArns']).map((value) => text(concrete(template, value)));
  const foreign = managed.filter((arn) => arn.includes(':iam::aws:policy/'));
  if (foreign.length > 0)
    throw new Error(`${role.path} holds ${foreign.join(', ')}, whose contents are not known here.`);
  const beside = ofType(template, 'AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')
    .filter(({ properties }) => list(properties['Roles']).some((value) => target(value) === role.id))
    .map(({ properties }) => properties['PolicyDocument']);
  const inline = list(role.properties['Policies']).map((policy) => object(policy)['PolicyDocument']);
  return [...inline, ...beside].map((policy, nth) => ({ name: `policy ${nth}`, policy: concrete(template, policy) }));
}

/** Type of the resource whose ARN it is, property of the policy that stands beside it, and of the policy in it. */
const BESIDE = [
  ['AWS::S3::Bucket', 'AWS::S3::BucketPolicy', 'Bucket'],
  ['AWS::SNS::Topic', 'AWS::SNS::TopicPolicy', 'Topics'],
  ['AWS::SQS::Queue', 'AWS::SQS::QueuePolicy', 'Queues'],
] as const;

function resourcePolicy(template: Template, resource: string): Json | undefined {
  const key = ofType(template, 'AWS::KMS::Key').find((it) => arnOf(template, it) === resource);
  if (key) return concrete(template, key.properties['KeyPolicy']);
  // Another key, even one that lets this account in: only the role's own policies are left to say no.
  if (resource.includes(':kms:')) return TRUSTING;
  for (const [type, policyType, names] of BESIDE) {
    const found = ofType(template, type).find((it) => isPartOf(resource, arnOf(template, it)));
    if (!found) continue;
    const policy = ofType(template, policyType).find(({ properties }) =>
      list(properties[names]).some((value) =>
        [nameOf(template, found), arnOf(template, found)].includes(text(concrete(template, value))),
      ),
    );
    return policy && concrete(template, at(policy.properties, 'PolicyDocument'));
  }
  return undefined;
}

const isPartOf = (resource: string, whole: string): boolean => resource === whole || resource.startsWith(`${whole}/`);

const TRUSTING: Json = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
};
