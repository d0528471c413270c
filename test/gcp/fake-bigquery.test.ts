/** The fake's BigQuery: a job is made once, runs by the clock, and an export leaves the rows that it selects. */
import { startGoogle, type Google } from './fake';
import { askOf, refusal, type Ask } from './fake/asks';
import type { JsonObject } from './protos';

const TABLE = 'shop-project.shop.requests';
const JOBS = '/bigquery/v2/projects/shop-project/jobs';

let google: Google;
let ask: Ask;
beforeEach(async () => {
  google = await startGoogle();
  ask = askOf(google);
  google.bigquery.addRows(TABLE, ...[0, 1, 2, 3].map((hour) => logged('14837', hour)), logged('25948', 1));
});
afterEach(() => google.stop());

const logged = (model: string, hour: number) => ({
  ...{ endpoint: '123', deployed_model_id: model, logging_time: `2026-11-20T0${hour}:00:00.5Z`, request_id: `${hour}` },
  ...{ request_payload: [`{"instances":[${hour}]}`], response_payload: ['{"predictions":[1]}'] },
});
const body = (query: string, more: JsonObject = {}): JsonObject => ({
  jobReference: { projectId: 'shop-project', jobId: 'r1', location: 'europe-west4' },
  configuration: { labels: { mlops_system: 'shop' }, query: { query, useLegacySql: false, ...more } },
});
const EXPORT = `EXPORT DATA OPTIONS (uri = 'gs://record/windows/r1/captures/*.jsonl', format = 'JSON', overwrite = true) AS
  SELECT request_id, deployed_model_id, FORMAT_TIMESTAMP('%FT%H:%M:%E6SZ', logging_time, 'UTC') AS at, request_payload, response_payload
  FROM \`${TABLE}\`
  WHERE deployed_model_id = '14837' AND logging_time >= TIMESTAMP '2026-11-20T01:00:00Z' AND logging_time < TIMESTAMP '2026-11-20T03:00:00Z'`;
const insert = (query = EXPORT, more: JsonObject = {}) => ask('POST', JOBS, { body: body(query, more) });
const status = async () => (await ask('GET', `${JOBS}/r1`, { query: { location: 'europe-west4' } })).body.status;
const exported = () =>
  google.objects
    .names('record', 'windows/r1/captures/')
    .flatMap((name) => google.objects.text('record', name).trim().split('\n').filter(Boolean))
    .map((line) => JSON.parse(line) as JsonObject);

test('a job is made once, runs, and is done', async () => {
  const made = await insert();
  expect(made.body).toMatchObject({ id: 'shop-project:europe-west4.r1', status: { state: 'RUNNING' } });
  const again = await insert();
  expect(refusal(again)).toBe('409 ALREADY_EXISTS: Already Exists: Job shop-project:europe-west4.r1');
  expect(again.body.error).toMatchObject({ errors: [{ reason: 'duplicate' }] });
  google.clock.advance(4999);
  expect(await status()).toEqual({ state: 'RUNNING' });
  google.clock.advance(1);
  expect(await status()).toEqual({ state: 'DONE' });
  // Where it runs has to be said.
  expect((await ask('GET', `${JOBS}/r1`)).status).toBe(404);
});

test('an export leaves its rows, as lines of JSON, in files', async () => {
  google.bigquery.rowsOfAFile = 1;
  google.objects.put('record', 'windows/r1/captures/000000000007.jsonl', 'of another attempt');
  await insert();
  google.clock.advance(5000);
  expect(google.objects.names('record', 'windows/')).toEqual([
    'windows/r1/captures/000000000000.jsonl',
    'windows/r1/captures/000000000001.jsonl',
  ]);
  expect(exported()).toEqual(
    ['1', '2'].map((id) => ({
      ...{ request_id: id, deployed_model_id: '14837', at: `2026-11-20T0${id}:00:00.500000Z` },
      ...{ request_payload: [`{"instances":[${id}]}`], response_payload: ['{"predictions":[1]}'] },
    })),
  );
});

test('what could be taken for markup is escaped', async () => {
  google.bigquery.addRows(TABLE, { ...logged('14837', 1), request_payload: ['<a&b>'] });
  await insert();
  google.clock.advance(5000);
  expect(google.objects.text('record', 'windows/r1/captures/000000000000.jsonl')).toContain(
    '["\\u003ca\\u0026b\\u003e"]',
  );
  expect(exported().at(-1)).toMatchObject({ request_payload: ['<a&b>'] });
});

test('parameters stand for literals; a star for all columns', async () => {
  const named = (name: string, type: string, value: string) => ({
    name,
    parameterType: { type },
    parameterValue: { value },
  });
  await insert(
    `EXPORT DATA OPTIONS(uri='gs://record/windows/r1/captures/*.jsonl', format='JSON', overwrite=true) AS (
     SELECT * FROM \`${TABLE}\` WHERE deployed_model_id IN (@model) and logging_time < @until ORDER BY logging_time)`,
    {
      parameterMode: 'NAMED',
      queryParameters: [named('model', 'STRING', '25948'), named('until', 'TIMESTAMP', '2026-11-20T02:00:00Z')],
    },
  );
  google.clock.advance(5000);
  expect(exported()).toEqual([{ ...logged('25948', 1), logging_time: '2026-11-20 01:00:00.500 UTC' }]);
});

test.each([
  ['legacy SQL', EXPORT, { useLegacySql: true }, /invalidQuery: .*legacy SQL/],
  [
    'a table that is not there yet',
    EXPORT.replaceAll(TABLE, 'shop-project.shop.none'),
    {},
    /notFound: Not found: Table/,
  ],
  [
    'files that are there already',
    EXPORT.replace('overwrite = true', 'overwrite = false'),
    {},
    /invalid: .* is not empty/,
  ],
  ['no star', EXPORT.replace('*.jsonl', 'rows.jsonl'), {}, /invalidQuery: .*single \*/],
  ['a column that is not there', EXPORT.replace('request_id,', 'id,'), {}, /Unrecognized name: id/],
  ['a condition that the fake does not know', `${EXPORT} AND RAND() < 0.5`, {}, /The fake knows no such condition/],
  ['another statement', 'SELECT 1', {}, /The fake knows no such query/],
])('a job with %s fails', async (_, query, more, how) => {
  google.objects.put('record', 'windows/r1/captures/000000000000.jsonl', 'x');
  expect((await insert(query, more)).status).toBe(200);
  google.clock.advance(5000);
  const { state, errorResult } = (await status()) as {
    state: string;
    errorResult: { reason: string; message: string };
  };
  expect(state).toBe('DONE');
  expect(`${errorResult.reason}: ${errorResult.message}`).toMatch(how);
  expect(google.objects.names('record')).toEqual(['windows/r1/captures/000000000000.jsonl']);
});

test('a job fails as the test says', async () => {
  google.bigquery.failNext({ reason: 'backendError', message: 'Try again.' });
  await insert();
  google.clock.advance(5000);
  expect(await status()).toMatchObject({ state: 'DONE', errorResult: { reason: 'backendError' } });
});

test.each([
  ['a misspelt field', { ...body(EXPORT), jobreference: {} }, /Unknown name "jobreference"/],
  [
    'a misspelt field deeper down',
    body(EXPORT, { useLegacySQL: false }),
    /Unknown name "configuration.query.useLegacySQL"/,
  ],
  ['a text where a boolean belongs', body(EXPORT, { useLegacySql: 'false' }), /useLegacySql must be a boolean/],
  ['no id', { ...body(EXPORT), jobReference: { location: 'europe-west4' } }, /jobReference.jobId/],
  [
    'an id with a slash',
    { ...body(EXPORT), jobReference: { jobId: 'a/b', location: 'europe-west4' } },
    /jobReference.jobId/,
  ],
  [
    'another location than that of the data',
    { ...body(EXPORT), jobReference: { jobId: 'r1', location: 'US' } },
    /jobReference.location/,
  ],
  ['no query', { ...body(EXPORT), configuration: {} }, /configuration.query.query is required/],
])('refuses %s', async (_, request, how) => {
  expect(refusal(await ask('POST', JOBS, { body: request }))).toMatch(how);
  expect(google.bigquery.jobs.size).toBe(0);
});
