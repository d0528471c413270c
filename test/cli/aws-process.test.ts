/** The command as a process, as a person runs it: against the faked AWS, with AWS's clients and without them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { shop } from '../aws/runtime/shop';
import { AwsCloud } from './aws-cloud';
import { Folder, type Answer } from './command';
import { ROOT } from './system';

/** On a busy machine a process takes its time. */
jest.setTimeout(60_000);

const aws = new AwsCloud();
const folder = new Folder();
const environment = { ...process.env };

/** What is loaded first on a machine where nobody has installed these clients. */
const without = (...services: readonly string[]): string => `
  const modules = require('node:module');
  const { _resolveFilename: find } = modules;
  modules._resolveFilename = function (name, ...rest) {
    if (${JSON.stringify(services)}.some((service) => name === '@aws-sdk/client-' + service))
      throw Object.assign(new Error(name), { code: 'MODULE_NOT_FOUND' });
    return find.call(this, name, ...rest);
  };`;

beforeAll(async () => {
  await aws.open();
  folder.write({
    'mlops.yaml': stringify(shop),
    'without.js': without('s3', 'sns'),
    'without-logs.js': without('cloudwatch-logs'),
    'loaded.js': `process.on('exit', () => {
      const found = Object.keys(require.cache).flatMap((file) => /node_modules\\/(@aws-sdk\\/client-[\\w-]+|aws-cdk-lib|constructs)\\//.exec(file)?.[1] ?? []);
      console.log('loaded: ' + [...new Set(found)].sort().join(' '));
    });`,
  });
});
afterAll(async () => {
  await aws.close();
  folder.remove();
  process.env = environment;
});
beforeEach(() => aws.renew());

async function mlops(argv: readonly string[], ...preloaded: readonly string[]): Promise<Answer> {
  const preload = preloaded.flatMap((file) => ['--require', join(folder.path, file)]);
  const child = spawn(process.execPath, [...preload, join(ROOT, 'bin/mlops.js'), ...argv], {
    cwd: folder.path,
    env: { ...process.env, ...aws.environment },
  });
  const answer = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (answer.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (answer.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...answer };
}

test('status prints what the fakes show, with a client of each service and nothing of the CDK', async () => {
  await aws.serve();
  const { code, out } = await mlops(['status', '--target', 'aws'], 'loaded.js');
  expect(code).toBe(0);
  expect(out).toContain('shop runs in eu-central-1: stack shop (UPDATE_COMPLETE)\n\nonline, at ');
  expect(out).toContain('  serves    v1 at 100 % (no requests since the shares are so)\n');
  expect(out.trim().split('\n').at(-1)).toBe(
    `loaded: ${[
      'application-auto-scaling',
      'cloudformation',
      'cloudwatch',
      'lambda',
      's3',
      'sagemaker',
      'secrets-manager',
      'sns',
    ]
      .map((name) => `@aws-sdk/client-${name}`)
      .join(' ')}`,
  );
});

test('a command about this machine loads nothing of AWS', async () => {
  const { out } = await mlops(['events'], 'loaded.js');
  expect(out.split('\n').slice(-2)).toEqual(['loaded: ', '']);
});

test('clients that are not installed are named, with the command that installs them', async () => {
  expect(await mlops(['status', '--target', 'aws'], 'without.js')).toEqual({
    code: 64,
    out: '',
    err: "--target aws needs AWS's clients, and some are not installed: npm install @aws-sdk/client-s3 @aws-sdk/client-sns\n",
  });
});

test('what cannot be reached is said in one line', async () => {
  jest.spyOn(aws, 'environment', 'get').mockReturnValue({ ...aws.environment, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
  const { code, err } = await mlops(['status', '--target', 'aws']);
  jest.restoreAllMocks();
  expect(code).toBe(69);
  expect(err).toContain(
    'AWS cannot be reached for cloudformation:DescribeStacks in eu-central-1 (connect ECONNREFUSED 127.0.0.1:9). Is there a network, and such a region?\n',
  );
});

test('a run whose log cannot be printed here says where it is', async () => {
  await aws.look();
  const { now } = aws.cloud.shop;
  aws.cloud.shop.sagemaker.end('train-1', 'Failed', {
    steps: [
      {
        StepName: 'prepare',
        StepStatus: 'Failed',
        StartTime: (now / 1000) as unknown as Date,
        EndTime: new Date(now),
        FailureReason: 'AlgorithmError: no rows',
        Metadata: { TrainingJob: { Arn: 'arn:aws:sagemaker:eu-central-1:1:training-job/pipelines-x1-prepare-abc' } },
      },
    ],
  });
  const { code, out } = await mlops(['logs', 'train-1', '--target', 'aws'], 'without-logs.js');
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    'prepare: failed: AlgorithmError: no rows',
    '  aws logs tail /aws/sagemaker/TrainingJobs --log-stream-name-prefix pipelines-x1-prepare-abc/ --since 2026-11-20T00:00:00Z --region eu-central-1',
    'To print logs here: npm install @aws-sdk/client-cloudwatch-logs',
    'train-1: bootstrap: failed: prepare: AlgorithmError: no rows; its log: /aws/sagemaker/TrainingJobs, streams pipelines-x1-prepare-abc/…',
    '',
  ]);
});
