/** Nobody may do more than it is there for. */
import { list, object, ofType, text, written, type Template } from '../template';
import { finding, findingIf, type Finding, type Rule } from './rule';
import { identityStatements, resourceStatements, trusted, holders, type Statement } from './statements';
import { isEverybody } from './network';

export const noWildcardAction: Rule = {
  claim: 'no action is a wildcard, and none is granted by exclusion',
  findings: (template) =>
    allowed(template).flatMap(({ resource, actions, whole }) => [
      ...actions.filter((action) => action.includes('*')).map((action) => finding(resource, `may ${action}`)),
      ...findingIf(
        ['NotAction', 'NotResource', 'NotPrincipal'].some((key) => key in whole),
        resource,
        'a statement that grants by exclusion',
      ),
    ]),
};

const allowed = (template: Template): Statement[] => identityStatements(template).filter(({ allows }) => allows);

interface Wide {
  readonly because: string;
  /** Of the resources that it may name; `*` alone where there is none. */
  readonly on?: RegExp;
  /** What narrows it instead. */
  readonly condition?: string;
}

const SCALING: Wide = {
  because: 'a scalable target has an id that nobody knows before it is there',
  on: /:scalable-target\/\*$/,
  condition: 'application-autoscaling:service-namespace',
};
const NETWORK: Wide = { because: 'SageMaker makes network interfaces as it needs them', on: /:network-interface\/\*$/ };

/** Actions that AWS authorizes without a resource, or on ones that nobody can name beforehand. */
export const WIDE: Readonly<Record<string, Wide>> = {
  'application-autoscaling:DeregisterScalableTarget': SCALING,
  'application-autoscaling:DescribeScalableTargets': { because: 'it lists' },
  'application-autoscaling:DescribeScalingPolicies': { because: 'it lists' },
  'application-autoscaling:PutScalingPolicy': SCALING,
  'application-autoscaling:RegisterScalableTarget': SCALING,
  'cloudwatch:GetMetricData': { because: 'the metrics of SageMaker and of the loop are no resources' },
  'cloudwatch:PutMetricData': { because: 'metrics are no resources', condition: 'cloudwatch:namespace' },
  'ec2:CreateNetworkInterface': NETWORK,
  'ec2:CreateNetworkInterfacePermission': NETWORK,
  'ec2:DeleteNetworkInterface': NETWORK,
  'ec2:DeleteNetworkInterfacePermission': NETWORK,
  'ec2:DescribeDhcpOptions': { because: 'EC2 describes whole regions' },
  'ec2:DescribeNetworkInterfaces': { because: 'EC2 describes whole regions' },
  'ec2:DescribeSecurityGroups': { because: 'EC2 describes whole regions' },
  'ec2:DescribeSubnets': { because: 'EC2 describes whole regions' },
  'ec2:DescribeVpcs': { because: 'EC2 describes whole regions' },
  'ecr:GetAuthorizationToken': { because: 'the token is for the whole registry; to pull and push has resources' },
  'sagemaker:ListEndpointConfigs': { because: 'it lists' },
  'sagemaker:ListModelPackages': { because: 'it lists; what AWS checks for the list of one group is not documented' },
  'sagemaker:ListModels': { because: 'it lists' },
};

export const noWildcardResource: Rule = {
  claim: 'a resource is a wildcard only where AWS knows none',
  findings: (template) =>
    allowed(template).flatMap(({ resource, actions, resources, whole }) => {
      const wide = resources.map(written).filter(isWide);
      const keys = Object.values(object(whole['Condition'])).flatMap((test) => Object.keys(object(test)));
      return actions.flatMap((action) =>
        wide.flatMap((name) => {
          const { on = /^\*$/, condition } = WIDE[action] ?? { on: /^$/ };
          return [
            ...findingIf(!on.test(name), resource, `may ${action} on ${name}`),
            ...findingIf(
              condition !== undefined && !keys.includes(condition),
              resource,
              `may ${action} on ${name} without a condition on ${condition}`,
            ),
          ];
        }),
      );
    }),
};

/** `*`, or any resource of a kind: `arn:…:function:*`, `arn:aws:s3:::*`. */
function isWide(resource: string): boolean {
  if (resource === '*') return true;
  // A pseudo parameter holds colons of its own.
  const name = resource
    .replaceAll(/\$\{[^}]*\}/g, 'X')
    .split(':')
    .slice(5)
    .join(':');
  return /^(?:\*.*|[a-z-]+[:/]\*.*)$/.test(name);
}

export const passesRolesOnly: Rule = {
  claim: 'whoever passes a role passes named roles to one service',
  findings: (template) =>
    allowed(template)
      .filter(({ actions }) => actions.includes('iam:PassRole'))
      .flatMap(({ resource, resources, whole }) => [
        ...findingIf(
          list(object(object(whole['Condition'])['StringEquals'])['iam:PassedToService']).length !== 1,
          resource,
          'iam:PassRole without one iam:PassedToService',
        ),
        ...resources
          .map(written)
          .filter((name) => name.includes('*'))
          .map((name) => finding(resource, `may pass ${name}`)),
      ]),
};

export const noManagedPolicy: Rule = {
  claim: 'no role holds a policy that AWS may widen',
  findings: (template) =>
    ofType(template, 'AWS::IAM::Role').flatMap((role) =>
      list(role.properties['ManagedPolicyArns'])
        .map(written)
        .filter((name) => name.includes(':iam::aws:policy/'))
        .map((name) => finding(role, name)),
    ),
};

/** What brings a version before users, or lets it through. */
const RELEASING = [
  'sagemaker:CreateEndpoint',
  'sagemaker:CreateEndpointConfig',
  'sagemaker:CreateModel',
  'sagemaker:UpdateEndpoint',
  'sagemaker:UpdateEndpointWeightsAndCapacities',
  'sagemaker:UpdateModelPackage',
  'sagemaker:CreateModelPackage',
];

export const approvedFirst: Rule = {
  claim: 'what trains, monitors or serves can neither register nor approve a version, nor move traffic',
  findings: (template) => [
    ...allowed(template).flatMap((statement) =>
      holders(template, statement)
        .filter((role) => trusted(role).some((service) => !service.startsWith('lambda.')))
        .flatMap((role) =>
          statement.actions
            .filter((action) => RELEASING.includes(action))
            .map((action) => finding(role, `may ${action}`)),
        ),
    ),
    ...ofType(template, 'AWS::SageMaker::ModelPackage').flatMap((version) =>
      findingIf(version.properties['ModelApprovalStatus'] === 'Approved', version, 'approves itself'),
    ),
  ],
};

export const knownPrincipals: Rule = {
  claim: 'resources are open to this account, and to services that act for it',
  findings: (template) =>
    resourceStatements(template)
      .filter(({ allows }) => allows)
      .flatMap(({ resource, whole }): Finding[] => [
        ...findingIf(isEverybody(whole['Principal']), resource, 'allows everybody'),
        ...list(object(whole['Principal'])['Service']).flatMap((service) =>
          findingIf(!bound(whole['Condition']), resource, `allows ${text(service)} in the name of any account`),
        ),
      ]),
};

/** Whether a condition names the account, or something of the account. */
const bound = (condition: Parameters<typeof object>[0]): boolean =>
  Object.values(object(condition)).some((test) =>
    Object.entries(object(test)).some(
      ([key, values]) =>
        /SourceAccount|SourceArn|EncryptionContext|PrincipalOrgID/i.test(key) &&
        list(values).every((value) => /AWS::AccountId|\d{12}|\.Arn\}|^\$\{/.test(written(value))),
    ),
  );
