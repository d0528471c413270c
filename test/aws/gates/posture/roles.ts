/** One role, one purpose, one service that may take it on. */
import { at, jobDefinitions, list, object, ofType, steps, target, type Template } from '../template';
import { loopSettings } from './network';
import { finding, findingIf, type Rule } from './rule';
import { trusted, trustStatements } from './statements';

export const separateRoles: Rule = {
  claim: 'every purpose has a role of its own',
  findings: (template) => {
    const uses = usesOfRoles(template);
    return ofType(template, 'AWS::IAM::Role').flatMap((role) => {
      const purposes = [...new Set(uses.filter(([id]) => id === role.id).map(([, purpose]) => purpose))];
      return [
        ...findingIf(purposes.length === 0, role, 'serves no purpose'),
        ...findingIf(purposes.length > 1, role, `serves ${purposes.join(' and ')}`),
      ];
    });
  },
};

/** Role and purpose; a role that is not in the template is the user's own business. */
function usesOfRoles(template: Template): readonly (readonly [string | undefined, string])[] {
  const at1 = (type: string, path: string, purpose: (path: string) => string) =>
    ofType(template, type).map((it) => [target(at(it.properties, path)), purpose(it.path)] as const);
  return [
    ...at1('AWS::Lambda::Function', 'Role', (path) => `the function ${path}`),
    ...at1('AWS::SageMaker::Pipeline', 'RoleArn', (path) => `running ${path}`),
    ...at1('AWS::SageMaker::Model', 'ExecutionRoleArn', () => 'serving'),
    ...at1('AWS::CodeBuild::Project', 'ServiceRole', (path) => `building ${path}`),
    ...jobDefinitions(template).map((it) => [target(it.properties['RoleArn']), `jobs of ${it.path}`] as const),
    ...loopSettings(template).map(({ settings }) => [target(settings['serveRole']), 'serving'] as const),
    ...steps(template).map(
      ({ pipeline, arguments: job }) => [target(job['RoleArn']), `jobs of ${pipeline.path}`] as const,
    ),
    ...ofType(template, 'AWS::Events::Rule').flatMap((rule) =>
      list(rule.properties['Targets']).map((it) => [target(object(it)['RoleArn']), `the rule ${rule.path}`] as const),
    ),
  ];
}

export const narrowTrust: Rule = {
  claim: 'a role is taken on by one service, for this account',
  findings: (template) => [
    ...ofType(template, 'AWS::IAM::Role').flatMap((role) =>
      findingIf(trusted(role).length !== 1, role, `trusts ${trusted(role).join(', ') || 'no service'}`),
    ),
    ...trustStatements(template).flatMap(({ resource, whole }) => {
      const principals = object(whole['Principal']);
      const foreign = Object.keys(principals).filter((kind) => kind !== 'Service');
      // Lambda takes a role on without saying for whom: https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
      const forWhom = ['StringEquals', 'ArnLike', 'ArnEquals', 'StringLike'].some((test) =>
        ['aws:SourceAccount', 'aws:SourceArn'].some(
          (key) => at(object(whole['Condition']), `${test}.${key}`) !== undefined,
        ),
      );
      return [
        ...foreign.map((kind) => finding(resource, `trusts ${kind} ${JSON.stringify(principals[kind])}`)),
        ...findingIf(
          !forWhom && !trusted(resource).includes('lambda.amazonaws.com'),
          resource,
          'does not say for whose account it is taken on',
        ),
      ];
    }),
  ],
};
