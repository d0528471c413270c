/**
 * CloudFormation's own validator and cfn-lint over the template of every system: `npm run test:templates`. Needs Python and,
 * the first time, a network; without them it fails. Apart from the unit tests, because the two take seconds.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib/core';
import { SYSTEMS, synthesized } from './systems';
import { cfnLint, cfnLintComplaints, cloudFormationComplaints, type Complaint } from './validators';

const folder = mkdtempSync(join(tmpdir(), 'mlops-templates-'));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, template: object): string => {
  const file = join(folder, `${name.replaceAll(/\W+/g, '-')}.json`);
  writeFileSync(file, JSON.stringify(template, null, 2));
  return file;
};

const bad = (Type: string, Properties: object) => ({ Resources: { Bad: { Type, Properties } } });

/** What each of the two must find, or it is not working. */
const PLANTED: readonly (readonly [string, object, readonly ('validator' | 'cfn-lint')[]])[] = [
  ['unknown property', bad('AWS::SNS::Topic', { Nme: 'x' }), ['validator', 'cfn-lint']],
  ['missing property', bad('AWS::SageMaker::Pipeline', { PipelineName: 'x' }), ['validator', 'cfn-lint']],
  [
    // The validator only warns of it.
    'unknown value',
    bad('AWS::CloudWatch::Alarm', {
      ComparisonOperator: 'Bigger',
      EvaluationPeriods: 1,
      MetricName: 'x',
      Namespace: 'x',
    }),
    ['validator', 'cfn-lint'],
  ],
  ['dangling reference', bad('AWS::SNS::Topic', { TopicName: { Ref: 'Nobody' } }), ['validator', 'cfn-lint']],
  [
    'misspelt action',
    bad('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' } }],
      },
      Policies: [
        {
          PolicyName: 'access',
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: 's3:GetObjekt', Resource: 'arn:aws:s3:::x/*' }],
          },
        },
      ],
    }),
    ['cfn-lint'],
  ],
];

describe.each([
  ['validator', (files: readonly string[]) => Promise.resolve(cloudFormationComplaints(new App(), files))],
  ['cfn-lint', async (files: readonly string[]) => cfnLintComplaints(await cfnLint(), files)],
] as const)('%s', (name, complaintsOf: (files: readonly string[]) => Promise<Complaint[]>) => {
  test('finds what is planted', async () => {
    const files = PLANTED.filter(([, , finders]) => finders.includes(name)).map(([fault, template]) =>
      write(`planted ${fault}`, template),
    );
    const complaints = await complaintsOf(files);
    expect(files.filter((file) => !complaints.some((complaint) => complaint.startsWith(file)))).toEqual([]);
  }, 300_000);

  test('finds nothing in any system', async () => {
    const files = SYSTEMS.map((system) => write(system.name, synthesized(system).json));
    expect(await complaintsOf(files)).toEqual([]);
  }, 300_000);
});
