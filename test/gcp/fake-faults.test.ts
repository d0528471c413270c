/** The layer of faults: planned ones happen once, drawn ones follow the seed, and what happens is what it is called. */
import { startGoogle, type Google } from './fake';
import { askOf, type Ask } from './fake/asks';
import type { FaultKind } from './fake/faults';

const PARENT = '/v1/projects/shop-project/locations/europe-west4';
const JOB = { pipelineSpec: {}, runtimeConfig: { gcsOutputDirectory: 'gs://record' } };

let google: Google;
let ask: Ask;
beforeEach(async () => {
  google = await startGoogle();
  ask = askOf(google);
});
afterEach(() => google.stop());

const create = async (id: string): Promise<number | 'cut'> => {
  const asked = ask('POST', `${PARENT}/pipelineJobs`, { query: { pipelineJobId: id }, body: JOB });
  return asked.then(
    ({ status }) => status,
    () => 'cut',
  );
};
const put = (name: string) =>
  ask('POST', '/upload/storage/v1/b/record/o', { query: { uploadType: 'media', name }, raw: 'x' }).then(
    ({ status, body }) => [status, body] as const,
    () => ['cut'] as const,
  );

test.each<readonly [FaultKind, number | 'cut', number]>([
  ['aborted', 409, 0],
  ['throttled', 429, 0],
  ['unavailable', 503, 0],
  ['unavailable-after', 503, 1],
  ['reset-before', 'cut', 0],
  ['reset-after', 'cut', 1],
])('%s', async (kind, seen, made) => {
  google.faults.once('PipelineService.CreatePipelineJob', kind);
  await put('other');
  expect(await create('r1')).toBe(seen);
  expect(google.vertex.jobs()).toHaveLength(made);
  expect(google.faults.injected).toEqual([{ call: 'PipelineService.CreatePipelineJob', kind }]);
  expect(google.requests.of('PipelineService.CreatePipelineJob').map(({ status }) => status)).toEqual([
    seen === 'cut' ? 0 : seen,
  ]);
  // Once.
  expect(await create('r2')).toBe(200);
});

test('what is drawn follows the seed', async () => {
  const drawn = async (seed: number): Promise<readonly string[]> => {
    google.faults.configure({ seed, rate: 0.5, calls: ['objects.insert'] });
    const from = google.faults.injected.length;
    for (let i = 0; i < 20; i += 1) await put(`${i}`);
    return google.faults.injected.slice(from).map(({ kind }) => kind);
  };
  const [first, again, other] = [await drawn(7), await drawn(7), await drawn(8)];
  expect(first.length).toBeGreaterThan(3);
  expect(first.length).toBeLessThan(17);
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
  expect(await create('r1')).toBe(200);
  google.faults.off();
  expect((await put('a'))[0]).toBe(200);
});

test('Storage tells of a fault in its own words', async () => {
  google.faults.once('objects.insert', 'throttled');
  expect(await put('a')).toEqual([
    429,
    {
      error: expect.objectContaining({
        code: 429,
        errors: [expect.objectContaining({ reason: 'rateLimitExceeded' })],
      }) as object,
    },
  ]);
});

test('lists are behind, by no more than the lag; what is read by its name is not', async () => {
  google.faults.configure({ seed: 3, lag: 60_000 });
  const listed = async (): Promise<number> => {
    const { body } = await ask('GET', `${PARENT}/pipelineJobs`);
    return ((body.pipelineJobs ?? []) as readonly unknown[]).length;
  };
  await create('r1');
  google.clock.advance(30_000);
  const looks = await Promise.all(Array.from({ length: 20 }, listed));
  expect(new Set(looks)).toEqual(new Set([0, 1]));
  expect((await ask('GET', `${PARENT}/pipelineJobs/r1`)).status).toBe(200);
  google.clock.advance(30_000);
  expect(await Promise.all(Array.from({ length: 20 }, listed))).toEqual(Array.from({ length: 20 }, () => 1));
});

test('operations are slow', async () => {
  google.faults.configure({ seed: 3, slow: 4 });
  const model = { displayName: 'sales', artifactUri: 'gs://record/m' };
  const { name } = (await ask('POST', `${PARENT}/models:upload`, { body: { modelId: 'sales', model } })).body;
  google.clock.advance(30_000);
  const isDone = async () => (await ask('GET', `/v1/${name as string}`)).body.done === true;
  expect(await isDone()).toBe(false);
  google.clock.advance(90_000);
  expect(await isDone()).toBe(true);
});
