/** Pipeline jobs of the fake: made once, listed by labels and in pages, ended by the test. */
import { startGoogle, type Google } from './fake';
import { askOf, refusal, type Ask } from './fake/asks';
import type { JsonObject } from './protos';

const PARENT = '/v1/projects/shop-project/locations/europe-west4';
const NAME = 'projects/123456789012/locations/europe-west4/pipelineJobs';

let google: Google;
let ask: Ask;
beforeEach(async () => {
  google = await startGoogle();
  ask = askOf(google);
});
afterEach(() => google.stop());

const job = (fields: JsonObject = {}): JsonObject => ({
  displayName: 'sales',
  labels: { mlops_system: 'shop' },
  pipelineSpec: {
    pipelineInfo: { name: 'sales' },
    root: { inputDefinitions: { parameters: { subject: { parameterType: 'STRING' } } } },
  },
  runtimeConfig: { gcsOutputDirectory: 'gs://record/artifacts/sales/r1', parameterValues: { subject: 'n' } },
  ...fields,
});
const create = (id: string, body = job()) =>
  ask('POST', `${PARENT}/pipelineJobs`, { query: { pipelineJobId: id }, body });
const list = (query: Readonly<Record<string, string>>) => ask('GET', `${PARENT}/pipelineJobs`, { query });
const ids = (body: JsonObject) =>
  ((body.pipelineJobs ?? []) as readonly { name: string }[]).map(({ name }) => name.split('/').at(-1));

test('a job is made once, and begins when the clock gets there', async () => {
  const made = await create('r1');
  expect(made.body).toMatchObject({
    name: `${NAME}/r1`,
    state: 'PIPELINE_STATE_PENDING',
    createTime: '2026-11-20T00:00:00Z',
  });
  expect(refusal(await create('r1'))).toBe(`409 ALREADY_EXISTS: PipelineJob ${NAME}/r1 exists.`);
  google.clock.advance(30_000);
  expect((await ask('GET', `${PARENT}/pipelineJobs/r1`)).body).toMatchObject({
    ...{ state: 'PIPELINE_STATE_RUNNING', startTime: '2026-11-20T00:00:30Z' },
    runtimeConfig: { parameterValues: { subject: 'n' } },
  });
});

test.each([
  ['an id with capitals', 'R1', job(), /Invalid pipeline_job_id R1/],
  ['an id of 128 characters', 'a'.repeat(128), job(), /Invalid pipeline_job_id/],
  [
    'a parameter that is missing',
    'r1',
    job({ runtimeConfig: { gcsOutputDirectory: 'gs://record' } }),
    /subject is missing/,
  ],
  [
    ...['a parameter of another type and one too many', 'r1'],
    job({ runtimeConfig: { gcsOutputDirectory: 'gs://record', parameterValues: { subject: 1, more: 2 } } }),
    /more is no parameter of the pipeline; subject must be STRING/,
  ],
  ['no pipeline', 'r1', job({ pipelineSpec: undefined }), /One of pipeline_spec and template_uri/],
  ['no URI', 'r1', job({ runtimeConfig: { gcsOutputDirectory: 'record' } }), /must be a gs:\/\/ URI/],
  ['a label with capitals', 'r1', job({ labels: { system: 'Shop' } }), /Invalid value of label system/],
  ['a misspelt field', 'r1', job({ serviceacount: 'x' }), /pipelineJob.serviceacount: unknown field of PipelineJob/],
] as const)('refuses %s', async (_, id, body, how) => {
  const told = refusal(await create(id, body));
  expect(told).toMatch(/^400 INVALID_ARGUMENT/);
  expect(told).toMatch(how);
  expect(google.vertex.jobs()).toEqual([]);
});

test('violations are told one by one', async () => {
  const { body } = await create('r1', job({ state: 'x', colour: 'y' }));
  expect(body.error).toMatchObject({
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.BadRequest',
        fieldViolations: [{ field: 'pipelineJob.state' }, { field: 'pipelineJob.colour' }],
      },
    ],
  });
});

test('the list is filtered, masked, in pages, and newest first', async () => {
  for (const id of ['r1', 'r2', 'r3']) {
    await create(id, job({ labels: { mlops_system: 'shop', mlops_endpoint: id === 'r2' ? 'other' : 'online' } }));
    google.clock.advance(60_000);
  }
  google.vertex.finishJob('r1');
  const filter = 'labels.mlops_system="shop" AND labels.mlops_endpoint="online"';
  const query = { filter, pageSize: '1', readMask: 'name,state,labels,error' };
  const first = await list(query);
  expect(first.body.pipelineJobs).toEqual([
    {
      name: `${NAME}/r3`,
      state: 'PIPELINE_STATE_RUNNING',
      labels: expect.objectContaining({ mlops_endpoint: 'online' }),
    },
  ]);
  const second = await list({ ...query, pageToken: first.body.nextPageToken as string });
  expect(ids(second.body)).toEqual(['r1']);
  expect(second.body.nextPageToken).toBeUndefined();
  expect(ids((await list({ filter: 'state="PIPELINE_STATE_RUNNING"' })).body)).toEqual(['r3', 'r2']);
  expect(ids((await list({ filter: 'state="PIPELINE_STATE_SUCCEEDED" OR labels.mlops_endpoint=other' })).body)).toEqual(
    ['r2', 'r1'],
  );
  expect(ids((await list({ filter: 'NOT labels.mlops_endpoint:*' })).body)).toEqual([]);
  expect(ids((await list({ filter: 'create_time>"2026-11-20T00:00:59Z"', orderBy: 'create_time' })).body)).toEqual([
    'r2',
    'r3',
  ]);
  expect(refusal(await list({ ...query, filter: '', pageToken: first.body.nextPageToken as string }))).toMatch(
    /of another question/,
  );
  expect(refusal(await list({ filter: 'colour="red"' }))).toMatch(/unknown field colour/);
  expect(refusal(await list({ readMask: 'name,colour' }))).toMatch(/PipelineJob has no colour/);
});

test('outputs stand where Vertex AI puts them, another attempt beside the first', async () => {
  await create('r1');
  google.vertex.finishJob('r1', { outputs: { 'candidate-ridge/model/model.json': { a: 1 }, 'select/decision': 'x' } });
  google.vertex.writeOutputs('r1', { 'select/decision': 'y' });
  const names = google.objects.names('record');
  expect(
    names.filter((name) =>
      /^artifacts\/sales\/r1\/123456789012\/r1\/candidate-ridge_-?\d+\/model\/model.json$/.test(name),
    ),
  ).toHaveLength(1);
  expect(names.filter((name) => /\/select_-?\d+\/decision$/.test(name))).toHaveLength(2);
});

test('a job is cancelled, and deleted once it is over', async () => {
  await create('r1');
  expect(refusal(await ask('DELETE', `${PARENT}/pipelineJobs/r1`))).toMatch(/400 FAILED_PRECONDITION: .* is not over/);
  google.vertex.takes.CancelPipelineJob = 1000;
  expect((await ask('POST', `${PARENT}/pipelineJobs/r1:cancel`, { body: {} })).body).toEqual({});
  expect(google.vertex.job('r1').state).toBe('PIPELINE_STATE_CANCELLING');
  google.clock.advance(1000);
  expect(google.vertex.job('r1')).toMatchObject({ state: 'PIPELINE_STATE_CANCELLED', error: { code: 1 } });
  expect((await ask('DELETE', `${PARENT}/pipelineJobs/r1`)).body).toMatchObject({ done: true });
  expect((await ask('GET', `${PARENT}/pipelineJobs/r1`)).status).toBe(404);
});

test('elsewhere nobody has rights, and nobody has them without a token', async () => {
  expect((await ask('GET', '/v1/projects/other/locations/europe-west4/pipelineJobs')).status).toBe(403);
  expect((await fetch(`${google.url}${PARENT}/pipelineJobs`)).status).toBe(401);
  expect(google.requests.lines()).toEqual([
    '403 PipelineService.ListPipelineJobs',
    '401 PipelineService.ListPipelineJobs',
  ]);
});
