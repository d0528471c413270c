/** The gates over every system: what cdk-nag and the posture rules find is acknowledged, and what is acknowledged is found. */
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnEndpointConfig } from 'aws-cdk-lib/aws-sagemaker';
import { App, Stack } from 'aws-cdk-lib/core';
import { snapshotOf } from '../../../testing';
import { ACKNOWLEDGED, type Acknowledged } from './acknowledged';
import { unknownActions } from './actions';
import { careless, nagFindings, unlisted, unused, type NagFinding } from './nag';
import { strangers } from './names';
import { postureOf } from './posture/rules';
import { SYSTEMS, synthesized, type System } from './systems';

const systems = SYSTEMS.map((system) => [system.name, system] as const);

const found = (system: System): NagFinding[] => {
  const { app, template } = synthesized(system);
  const findings = [...nagFindings(app), ...postureOf(template)];
  return system.deletes ? findings.filter(({ id }) => !id.startsWith('kept[')) : findings;
};

test.each(systems)('%s: no finding that is not acknowledged', (_, system) => {
  expect(unlisted(found(system), ACKNOWLEDGED).map(({ id, path }) => `${path}: ${id}`)).toEqual([]);
});

test('no acknowledgement that covers nothing', () => {
  expect(unused(SYSTEMS.flatMap(found), ACKNOWLEDGED)).toEqual([]);
});

test('no acknowledgement that could cover anything', () => {
  expect(careless(ACKNOWLEDGED)).toEqual([]);
});

test.each(systems)('%s: every role has a known purpose, and every action exists', async (_, system) => {
  const { template } = synthesized(system);
  expect(strangers(template)).toEqual([]);
  expect(await unknownActions(template)).toEqual([]);
});

test.each(systems)('%s: no digest of contents is left in its snapshot', (_, system) => {
  const snapshot = snapshotOf(synthesized(system).json);
  expect(snapshot.match(/(?<!sha256:|[0-9A-Za-z-])(?=[a-f]*[0-9])[0-9a-f]{16,}(?![0-9A-Za-z-])/g) ?? []).toEqual([]);
});

describe('the gate itself', () => {
  test('each pack finds what is planted', () => {
    const app = new App();
    const stack = new Stack(app, 'Planted');
    new s3.CfnBucket(stack, 'Bucket');
    new iam.CfnPolicy(stack, 'Policy', {
      policyName: 'wide',
      roles: ['somebody'],
      policyDocument: { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
    });
    new CfnEndpointConfig(stack, 'Config', { productionVariants: [] });
    const ids = nagFindings(app).map(({ id }) => id);
    expect(ids).toContain('AwsSolutions-IAM5[Action::s3:*]');
    expect(ids).toContain('NIST.800.53.R5-SageMakerEndpointConfigurationKMSKeyConfigured');
    expect(ids).toContain('HIPAA.Security-S3BucketVersioningEnabled');
  });

  const because = 'A reason that somebody can judge.';
  const known: Acknowledged = { finding: /^Pack-Rule$/, path: /^Stack\/Known$/, because };

  test('a finding is covered by its id and its path together', () => {
    expect(unlisted([{ id: 'Pack-Rule', path: 'Stack/Known' }], [known])).toEqual([]);
    const others = [
      { id: 'Pack-Rule', path: 'Stack/Other' },
      { id: 'Pack-Other', path: 'Stack/Known' },
    ];
    expect(unlisted(others, [known])).toEqual(others);
    expect(unused(others, [known])).toEqual([known]);
  });

  test.each([
    ['a loose id', { ...known, finding: /Rule/ }],
    ['any id', { ...known, finding: /^.*$/ }],
    ['any path', { ...known, path: /^.*$/ }],
    ['no reason', { ...known, because: '' }],
  ])('an acknowledgement with %s is refused', (_, entry) => {
    expect(careless([entry])).toEqual([entry]);
  });
});
