/** What goes wrong between a person and AWS, and what they are told: the action, the way out, an exit code; no stack trace. */
import { AwsPerson } from './aws-person';
import { FUNCTION } from './aws-cloud';

const person = new AwsPerson();
const { aws } = person;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  await person.open();
  environment = { ...process.env };
});
afterAll(() => person.close());
beforeEach(() => aws.renew());
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});

const expectRefusal = person.refuses.bind(person);

describe('this machine', () => {
  it('has no region', async () => {
    delete process.env['AWS_REGION'];
    await expectRefusal(
      ['status'],
      64,
      'AWS is not told which region. Set AWS_REGION, or region in the profile that AWS_PROFILE names.',
    );
  });

  it('has no credentials', async () => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    await expectRefusal(
      ['status'],
      64,
      'There are no AWS credentials (Could not load credentials from any providers). Sign in with aws sso login or aws configure, and name the profile in AWS_PROFILE.',
    );
  });

  it('has a profile whose session has expired', async () => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    person.folder.write({
      config:
        '[profile me]\nsso_session = work\nsso_account_id = 111122223333\nsso_role_name = Operator\nregion = eu-central-1\n' +
        '[sso-session work]\nsso_region = eu-central-1\nsso_start_url = https://work.invalid/start\n',
    });
    process.env['AWS_CONFIG_FILE'] = `${person.folder.path}/config`;
    process.env['AWS_PROFILE'] = 'me';
    process.env['HOME'] = person.folder.path;
    const { code, err } = await person.mlops('status');
    expect(code).toBe(64);
    expect(err).toMatch(/^(There are no AWS credentials|The AWS credentials have expired) \(/);
    expect(err).toContain('aws sso login');
  });

  it('reaches nothing', async () => {
    process.env['AWS_ENDPOINT_URL'] = 'http://127.0.0.1:9';
    await expectRefusal(['status'], 69, 'connect ECONNREFUSED 127.0.0.1:9). Is there a network, and such a region?');
  });
});

describe('AWS', () => {
  const may = 'Ask whoever keeps your permissions for it: the README lists what each command needs.';
  const denied = (action: string, on: string) =>
    `User: arn:aws:sts::111122223333:assumed-role/Reader/me is not authorized to perform: ${action} on resource: ${on} because no identity-based policy allows the ${action} action`;

  it.each([
    ['cloudformation:DescribeStacks', 'AccessDenied', 403],
    ['lambda:GetFunctionConfiguration', 'AccessDeniedException', 403],
    ['s3:GetObject', 'AccessDenied', 403],
    ['s3:ListBucket', 'AccessDenied', 403],
    ['sagemaker:ListPipelineExecutions', 'AccessDeniedException', 400],
    ['sagemaker:DescribeEndpoint', 'AccessDeniedException', 400],
    ['cloudwatch:DescribeAlarms', 'AccessDenied', 400],
    ['cloudwatch:GetMetricData', 'AccessDenied', 400],
  ])('does not allow %s', async (action, name, status) => {
    const message = denied(action, 'arn:aws:what');
    aws.refusal = { action, name, status, message };
    await expectRefusal(['status'], 64, `AWS does not allow ${action} (${message}). ${may}`);
  });

  it('does not allow what the call needs in turn, and says which', async () => {
    const message = denied('kms:Decrypt', 'the resource associated with this ciphertext');
    aws.refusal = { action: 's3:GetObject', name: 'AccessDenied', status: 403, message };
    await expectRefusal(
      ['status'],
      64,
      'AWS does not allow kms:Decrypt (User: arn:aws:sts::111122223333:assumed-role/',
    );
  });

  it('does not allow s3:ListBucket, and S3 says no more than that', async () => {
    aws.refusal = { action: 's3:ListBucket', name: 'AccessDenied', status: 403, message: 'Access Denied' };
    await expectRefusal(['events'], 64, `AWS does not allow s3:ListBucket (Access Denied). ${may}`);
  });

  it.each([
    ['cloudformation:DescribeStacks', 'ExpiredToken', 403],
    ['sagemaker:ListModelPackages', 'ExpiredTokenException', 400],
    ['s3:GetObject', 'ExpiredToken', 400],
  ])('takes no credentials that have expired, at %s', async (action, name, status) => {
    aws.refusal = { action, name, status, message: 'The security token included in the request is expired' };
    await expectRefusal(
      ['status'],
      64,
      `The AWS credentials have expired (${name}: The security token included in the request is expired). Renew them: aws sso login, or wherever they came from.`,
    );
  });

  it.each([
    ['cloudformation:DescribeStacks', 'InvalidClientTokenId', 403],
    ['cloudformation:DescribeStacks', 'SignatureDoesNotMatch', 403],
    ['lambda:GetFunctionConfiguration', 'UnrecognizedClientException', 403],
    ['s3:GetObject', 'RequestTimeTooSkewed', 403],
  ])('does not know the credentials, at %s: %s', async (action, name, status) => {
    aws.refusal = { action, name, status, message: 'No.' };
    await expectRefusal(
      ['status'],
      64,
      `AWS does not take these credentials (${name}: No.). Check AWS_PROFILE, the keys, and the clock of this machine.`,
    );
  });

  it.each([
    ['cloudformation:DescribeStacks', 'Throttling', 400],
    ['s3:GetObject', 'SlowDown', 503],
    ['sagemaker:ListPipelineExecutions', 'InternalFailure', 500],
  ])('is too busy for %s', async (action, name, status) => {
    aws.refusal = { action, name, status, message: 'Later.' };
    await expectRefusal(['status'], 69, `AWS does not answer ${action} now (${name}: Later.). Try again later.`);
  });

  it('says something else, which is said as it is', async () => {
    aws.refusal = { action: 's3:GetObject', name: 'NoSuchBucket', status: 404, message: 'The bucket is gone' };
    await expectRefusal(['status'], 1, 'AWS answered s3:GetObject with NoSuchBucket: The bucket is gone');
  });
});

describe('the stack', () => {
  it('is not there', async () => {
    aws.outputs = undefined;
    await expectRefusal(
      ['status'],
      69,
      'There is no stack shop in eu-central-1. Deploy it with npx cdk deploy, or name another with --stack NAME; the region is that of AWS_REGION or of the profile.',
    );
    await expectRefusal(['events', '--stack', 'shop-dev'], 69, 'There is no stack shop-dev in eu-central-1.');
  });

  it('is being made', async () => {
    aws.outputs = {};
    aws.state = 'CREATE_IN_PROGRESS';
    await expectRefusal(
      ['status'],
      69,
      'The stack shop is being made (CREATE_IN_PROGRESS): try again when it is there.',
    );
  });

  it('has no loop', async () => {
    aws.outputs = { MlopsOutputsBucket83259364: 'record', MlopsOutputspipelinesloops3DA16519: 'x' };
    await expectRefusal(
      ['status'],
      64,
      'The stack shop (UPDATE_COMPLETE) has no loop among its outputs: it has no endpoint, or was deployed by an older version. Deploy it again with npx cdk deploy, or name another with --stack NAME.',
    );
  });

  it('holds another system', async () => {
    aws.variables = { MLOPS_SETTINGS: JSON.stringify({ ...aws.cloud.settings, system: 'bakery' }) };
    await expectRefusal(
      ['status'],
      64,
      'The stack shop holds bakery, and the spec is shop. Name the stack of this spec with --stack NAME.',
    );
  });

  it('names a function that is gone', async () => {
    aws.outputs = { MlopsOutputsloopsonlineB51C1982: 'gone' };
    await expectRefusal(['status'], 69, "The loop's function gone is gone: is the stack being deleted?");
  });

  it('names a function that hides its settings', async () => {
    aws.variables = {};
    await expectRefusal(
      ['status'],
      64,
      `The function ${FUNCTION} does not show its variable MLOPS_SETTINGS (it has none).`,
    );
  });
});

describe('an option that would have no effect', () => {
  it('is --state with AWS', () =>
    expectRefusal(
      ['status', '--state', 'here'],
      64,
      '--state: got "here", and the record of aws is in its bucket; fix: leave it out.',
    ));

  it('is --stack without it', async () => {
    expect(await person.folder.mlops('status', '--stack', 'shop')).toEqual({
      code: 64,
      out: '',
      err: '--stack: got "shop", and this machine has no stacks; fix: add the --target that it is deployed to, or leave it out.',
    });
  });
});

test('a system that is deployed twice, for two environments, is found by its stack', async () => {
  aws.variables = { MLOPS_SETTINGS: JSON.stringify({ ...aws.cloud.settings, system: 'shop-dev' }) };
  await aws.serve();
  expect((await person.mlops('status')).out).toContain('shop-dev runs in eu-central-1: stack shop (UPDATE_COMPLETE)');
});
