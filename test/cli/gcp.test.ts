/** The commands on a system that is deployed to Google Cloud: what they show, and what they ask of the loop. */
import { commandsOn } from './cloud-commands';
import { GcpPerson } from './gcp-person';

jest.setTimeout(60_000);

const person = new GcpPerson();

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(() => person.renew());

commandsOn(person);

test('status as JSON names the project', async () => {
  expect(JSON.parse(await person.printed('status', '--json'))).toMatchObject({
    ...{ name: 'shop', project: 'shop-project', region: 'europe-west4', state: 'ready' },
  });
});

test('a request that Google Cloud does not take is not said to be filed', async () => {
  person.refusal = { at: /^POST \/upload\//, status: 403, message: 'No.' };
  const { code, out, err } = await person.mlops('train');
  expect({ code, out }).toEqual({ code: 64, out: '' });
  expect(err).toContain('Google Cloud does not allow ada@example.com storage.objects.create (No).');
});

test('health that Cloud Monitoring does not tell is no reason to show nothing', async () => {
  await person.serve();
  person.refusal = {
    ...{ at: /^GET .*\/timeSeries$/, query: /prediction\/online/ },
    ...{ status: 429, reason: 'RESOURCE_EXHAUSTED', message: 'Too many.' },
  };
  expect(await person.printed('status')).toContain('v1 at 100 % (no health figures yet since the shares are so)');
});

test('check says what Google Cloud does in another way than asked', async () => {
  person.folder.write({
    'data/rows.csv': 'when,order,price,sold\n',
    'model/model.py': '',
    'model/requirements.txt': '',
  });
  expect((await person.printed('check')).split('\n')).toEqual([
    'shop is right: 1 dataset (sales), 1 pipeline (training), 1 endpoint (online)',
    '  pipelines.training: waits for data: there are no rows yet',
    expect.stringContaining('endpoints.online.rollout.rollBackOn.quality: here, requests that are logged to BigQuery'),
    expect.stringContaining('endpoints.online.monitors.inputs: here, requests that are logged to BigQuery'),
    expect.stringContaining('endpoints.online.monitors.quality: here, requests that are logged to BigQuery'),
  ]);
});
