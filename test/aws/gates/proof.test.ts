/** The proof of a role by recorded calls: on what it must find, and on the list of what is not recorded. */
import type { Act } from './iam';
import { judge, renamed, type Unrecorded } from './proof';
import { readTemplate } from './template';
import { UNRECORDED } from './unrecorded';

const BUCKET = 'arn:aws:s3:::record';
const read = (path: string): Act => ({ action: 's3:GetObject', resource: `${BUCKET}/${path}` });
const list: Act = { action: 's3:ListBucket', resource: BUCKET, context: { 's3:prefix': 'data/' } };
const ACTS = [read('data/a.csv'), read('labels/a.csv'), list];
const LOGS: Unrecorded = { what: 'logs:PutLogEvents', why: 'Lambda writes' };

interface Statement {
  readonly Sid: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: object;
}

const STATEMENTS: readonly Statement[] = [
  { Sid: 'Read', Action: 's3:GetObject', Resource: [`${BUCKET}/data/*`, `${BUCKET}/labels/*`] },
  { Sid: 'List', Action: 's3:ListBucket', Resource: BUCKET, Condition: { StringLike: { 's3:prefix': 'data/*' } } },
  { Sid: 'Log', Action: 'logs:PutLogEvents', Resource: 'arn:aws:logs:eu-west-1:111122223333:log-group:loop:*' },
];

/** Of a role that has these statements. */
function findings(statements: readonly Statement[], acts: readonly Act[], reasons: readonly Unrecorded[] = [LOGS]) {
  const Statement = statements.map((statement) => ({ Effect: 'Allow', ...statement }));
  const Policies = [{ PolicyName: 'access', PolicyDocument: { Version: '2012-10-17', Statement } }];
  const Trust = { Version: '2012-10-17', Statement: [] };
  const template = readTemplate({
    Resources: { Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: Trust, Policies } } },
  });
  return judge(template, template.resources[0]!, acts, reasons);
}

const nothing = { refused: [], unexplained: [], needless: [] };

test('what is recorded and what has a reason are all of it', async () => {
  expect(await findings(STATEMENTS, ACTS)).toEqual(nothing);
});

test('a call that is not allowed', async () => {
  const windows = read('windows/a.csv');
  const refused = [`s3:GetObject on ${windows.resource}`];
  expect(await findings(STATEMENTS, [...ACTS, windows])).toEqual({ ...nothing, refused });
});

test('a call that a condition does not allow', async () => {
  const other = { ...list, context: { 's3:prefix': 'labels/' } };
  const refused = [`s3:ListBucket on ${BUCKET} with {"s3:prefix":"labels/"}`];
  expect(await findings(STATEMENTS, [...ACTS, other])).toEqual({ ...nothing, refused });
});

test('an action that nobody called', async () => {
  const wide = STATEMENTS.map((one) =>
    one.Sid === 'Read' ? { ...one, Action: ['s3:GetObject', 's3:PutObject'] } : one,
  );
  expect(await findings(wide, ACTS)).toEqual({ ...nothing, unexplained: ['Read: s3:PutObject'] });
});

test('resources that nobody touched', async () => {
  const unexplained = [`Read: ${BUCKET}/labels/*`];
  expect(await findings(STATEMENTS, [read('data/a.csv'), list])).toEqual({ ...nothing, unexplained });
});

test('a reason for what was recorded, and for what is not granted', async () => {
  const reasons = [LOGS, { what: 's3:ListBucket', why: '?' }, { what: 'sqs:SendMessage', why: '?' }];
  const needless = ['s3:ListBucket was recorded: List', 'sqs:SendMessage is not granted'];
  expect(await findings(STATEMENTS, ACTS, reasons)).toEqual({ ...nothing, needless });
});

test('a version of a group, which AWS knows and its data do not', async () => {
  const group = (name: string) => `arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/${name}`;
  const versions = { Sid: 'Versions', Action: 'sagemaker:CreateModelPackage', Resource: group('ours') };
  const act = { action: 'sagemaker:CreateModelPackage', resource: group('ours') };
  expect(await findings([...STATEMENTS, versions], [...ACTS, act])).toEqual(nothing);
  const theirs = { ...act, resource: group('theirs') };
  const refused = [`sagemaker:CreateModelPackage on ${theirs.resource}`];
  expect(await findings([...STATEMENTS, versions], [...ACTS, act, theirs])).toEqual({ ...nothing, refused });
});

test('names are put in the place of others wherever they stand', () => {
  expect(renamed([list], [['record', 'bucket-1']])).toEqual([{ ...list, resource: 'arn:aws:s3:::bucket-1' }]);
});

test('each reason is given once', () => {
  expect(new Set(UNRECORDED.map(({ what }) => what)).size).toBe(UNRECORDED.length);
});
