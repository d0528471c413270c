/** The commands on a system that is deployed to AWS: what they show, and what they ask of the loop. */
import { Fault } from '../aws/runtime/fake-json';
import { AwsPerson } from './aws-person';
import { commandsOn } from './cloud-commands';

const person = new AwsPerson();
const { aws } = person;

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => person.renew());

commandsOn(person);

test('status as JSON names the stack', async () => {
  expect(JSON.parse(await person.printed('status', '--json'))).toMatchObject({
    ...{ name: 'shop', stack: 'shop', region: 'eu-central-1', state: 'UPDATE_COMPLETE' },
  });
});

test('a request that AWS does not take is not said to be filed', async () => {
  aws.refusal = { action: 's3:PutObject', status: 403, name: 'AccessDenied', message: 'Access Denied' };
  const { code, out, err } = await person.mlops('train');
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err).toContain('AWS does not allow s3:PutObject (Access Denied).');
});

test('health that CloudWatch does not tell is no reason to show nothing', async () => {
  await person.serve();
  aws.cloud.cloudwatch.before = [
    'GetMetricData',
    () => {
      throw new Fault('ThrottlingException', 'Rate exceeded');
    },
  ];
  expect(await person.printed('status')).toContain('v1 at 100 % (no health figures yet since the shares are so)');
});

test('check says what AWS does in another way than asked', async () => {
  person.folder.write({
    'data/rows.csv': 'when,order,price,sold\n',
    'model/model.py': '',
    'model/requirements.txt': '',
  });
  expect((await person.printed('check')).split('\n')).toEqual([
    'shop is right: 1 dataset (sales), 1 pipeline (training), 1 endpoint (online)',
    '  pipelines.training: waits for data: there are no rows yet',
    expect.stringContaining('endpoints.online.rollout.steps: here, two variants of one real-time endpoint'),
    expect.stringContaining('endpoints.online.rollout.rollBackOn.quality: here, real-time endpoints'),
    expect.stringContaining('endpoints.online.monitors.inputs: here, real-time endpoints'),
    expect.stringContaining('endpoints.online.monitors.quality: here, real-time endpoints'),
  ]);
});
