/** mlops logs on Google Cloud: what jobs and servers printed, where Cloud Logging may be read; else the commands that show it. */
import { GcpPerson } from './gcp-person';

jest.setTimeout(60_000);

const person = new GcpPerson();
const JOB = 'projects/123456789012/locations/europe-west4/customJobs/';
const ENTRIES = /^POST \/v2\/entries:list$/;

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(async () => {
  await person.renew();
  person.folder.pause = undefined;
  await person.look();
});

interface Task {
  readonly name: string;
  readonly state: string;
  /** Number of the job that ran it. @default - none did */
  readonly job?: string;
  readonly error?: string;
}

/** Training run 1 has come so far. */
function came(state: string, ...tasks: readonly Task[]): void {
  const { vertex } = person.google;
  const taskDetails = tasks.map(({ name, state, job, error }, i) => ({
    ...{ taskId: String(-7 - i), parentTaskId: '-1', taskName: name.replaceAll('_', '-'), state },
    startTime: new Date(person.now).toISOString(),
    executorDetail: { containerDetail: job === undefined ? {} : { mainJob: `${JOB}${job}` } },
    ...(error !== undefined && { error: { code: 9, message: error } }),
  }));
  const id = person.cloud.shop.jobId('train-1');
  vertex.setJob(id, { jobDetail: { taskDetails: [{ taskId: '-1', taskName: 'shop-training' }, ...taskDetails] } });
  if (state !== 'RUNNING') {
    const error = tasks.find((task) => task.error !== undefined)?.error;
    person.cloud.shop.end('train-1', state as 'SUCCEEDED', error);
  }
}

function print(job: string, text: string, at = person.now): void {
  person.google.logging.add({
    ...{ timestamp: new Date(at).toISOString(), logName: 'projects/shop-project/logs/workerpool0-0' },
    resource: { type: 'ml_job', labels: { job_id: job } },
    jsonPayload: { message: `${text}\n`, levelname: 'INFO' },
  });
}

const serverPrints = (text: string, model: string, at = person.now) =>
  person.google.logging.add({
    ...{ timestamp: new Date(at).toISOString(), logName: 'projects/shop-project/logs/container' },
    resource: { type: 'aiplatform.googleapis.com/Endpoint', labels: { endpoint_id: 'shop-online' } },
    ...{ labels: { deployed_model_id: model }, textPayload: text },
  });

test('the tasks of a run print, each its own lines, and the run says why it ended as it did', async () => {
  person.cloud.shop.leaveModel('train-1');
  came(
    'SUCCEEDED',
    { name: 'prepare', state: 'SUCCEEDED', job: '775' },
    { name: 'select', state: 'SUCCEEDED', job: '776' },
    { name: 'candidate_only', state: 'SUCCEEDED', job: '777' },
    { name: 'train', state: 'SKIPPED' },
  );
  for (const text of ['552 rows', 'to train on', 'done']) print('775', text);
  print('776', 'it is better');
  print('7750', 'of another job');
  expect((await person.printed('logs', 'train-1')).split('\n')).toEqual([
    'prepare: 552 rows',
    'prepare: to train on',
    'prepare: done',
    'select: it is better',
    'candidate_only: succeeded, and printed nothing',
    'train: its outputs were in the cache',
    'train-1: bootstrap: succeeded: it is better',
  ]);
  expect((await person.printed('logs', 'training/train-1', '--task', 'select')).split('\n')[0]).toBe(
    'select: it is better',
  );
  expect(await person.printed('logs', 'train-1', '--json', '--task', 'select')).toBe(
    JSON.stringify({ run: 'train-1', task: 'select', line: 'it is better' }),
  );
});

test('a run that failed says what its task said, and where its log is', async () => {
  came('FAILED', { name: 'prepare', state: 'FAILED', job: '775', error: 'no rows' });
  print('775', 'no rows');
  const why = expect.stringMatching(/^train-1: bootstrap: failed: prepare: no rows/) as unknown;
  expect((await person.printed('logs', 'train-1')).split('\n')).toEqual(['prepare: no rows', why]);
  expect((await person.printed('logs')).split('\n')).toEqual([
    expect.stringMatching(/^train-1 {2}2026-11-20 00:00 {2}bootstrap: failed: prepare: no rows/),
    '',
    'mlops logs train-1 --target gcp prints one of them; mlops logs v1 --target gcp what the servers of a version printed.',
  ]);
});

test('--follow goes on until the run has ended, prints each line once, and reads again only what may have grown', async () => {
  came(
    'RUNNING',
    { name: 'prepare', state: 'SUCCEEDED', job: '775' },
    { name: 'select', state: 'RUNNING', job: '776' },
  );
  print('775', 'first');
  let pauses = 0;
  person.folder.pause = async () => {
    pauses += 1;
    person.wait(1);
    print('776', `line ${pauses}`);
    // Some that came late.
    if (pauses === 2) print('776', 'late', person.now - 70_000);
    if (pauses === 2) print('775', 'after its end', person.now - 70_000);
    if (pauses !== 3) return;
    person.cloud.shop.leaveModel('train-1');
    came(
      'SUCCEEDED',
      { name: 'prepare', state: 'SUCCEEDED', job: '775' },
      { name: 'select', state: 'SUCCEEDED', job: '776' },
    );
  };
  person.google.requests.clear();
  expect((await person.printed('logs', 'train-1', '--follow')).split('\n')).toEqual([
    'prepare: first',
    'select: line 1',
    'select: late',
    'select: line 2',
    'prepare: after its end',
    'select: line 3',
    'train-1: bootstrap: succeeded: it is better',
  ]);
  const asked = person.google.requests
    .of('entries.list')
    .map(({ body }) => /job_id="(\d+)" AND timestamp >= "(.*)"/.exec((body as { filter: string }).filter)!.slice(1));
  // `prepare` twice: when it was seen first, and when all was over.
  expect(asked.map(([job]) => job).sort()).toEqual(['775', '775', '776', '776', '776', '776']);
  expect(asked.at(-1)![1]! > asked[0]![1]!).toBe(true);
});

test('a task that there is not is refused, with those that there are', async () => {
  came('RUNNING', { name: 'prepare', state: 'RUNNING', job: '775' });
  expect(await person.mlops('logs', 'train-1', '--task', 'prepair')).toMatchObject({
    code: 64,
    err: 'There is no task prepair in train-1; it has prepare.',
  });
  expect(await person.mlops('logs', 'train-9')).toMatchObject({
    code: 64,
    err: 'There is no run train-9; the newest are training/train-1. mlops logs lists them all.',
  });
});

test('a log that may not be read is shown by a command', async () => {
  came('FAILED', { name: 'prepare', state: 'FAILED', job: '775', error: 'no rows' });
  person.refusal = { at: ENTRIES, status: 403, reason: 'PERMISSION_DENIED', message: 'No.' };
  const command =
    `gcloud logging read 'resource.type="ml_job" AND resource.labels.job_id="775" AND timestamp>="2026-11-20T00:00:00.000Z"' ` +
    '--project shop-project --order asc';
  expect((await person.printed('logs', 'train-1')).split('\n')).toEqual([
    'prepare: failed: no rows',
    `  ${command}`,
    'To print logs here, ask for the permission logging.logEntries.list: roles/logging.viewer has it.',
    expect.stringMatching(/^train-1: bootstrap: failed: prepare: no rows/),
  ]);
  expect(JSON.parse(await person.printed('logs', 'train-1', '--json'))).toEqual({
    ...{ run: 'train-1', task: 'prepare', state: 'failed', error: 'no rows', where: command },
  });
});

test('a log that cannot be read now is another matter', async () => {
  came('RUNNING', { name: 'prepare', state: 'RUNNING', job: '775' });
  person.refusal = { at: ENTRIES, status: 429, reason: 'RESOURCE_EXHAUSTED', message: 'Sixty a minute.' };
  expect(await person.mlops('logs', 'train-1')).toMatchObject({
    code: 69,
    err: 'Google Cloud does not answer logging.logEntries.list now (Sixty a minute). Try again in a minute.',
  });
});

test('a report of a monitor says what it found', async () => {
  await serve();
  await person.monitored('inputs-1');
  // The loop puts the report where it stays.
  await person.look();
  expect(await person.printed('logs', 'inputs-1')).toBe('inputs-1: window: succeeded: violated: price drifted');
});

/** Training run 1 is in flight already. */
async function serve(): Promise<void> {
  person.trained(1);
  await person.look();
  person.changed();
  await person.look();
}

describe('the servers of a version', () => {
  it('print, from the time on when it was registered', async () => {
    await serve();
    serverPrints('of an older version', person.serving, person.now - 3_600_000);
    serverPrints('it listens', person.serving);
    serverPrints('of another version', '26186');
    expect(await person.printed('logs', 'v1')).toBe(`2026-11-20T00:10:00.000Z  ${person.serving}: it listens`);
    expect(await person.mlops('logs', 'v2')).toMatchObject({
      code: 64,
      err: 'There is no version v2; the registry has v1.',
    });
  });

  it('have a command, where they may not be read here', async () => {
    await serve();
    person.refusal = { at: ENTRIES, status: 403, reason: 'PERMISSION_DENIED', message: 'No.' };
    expect((await person.printed('logs', 'v1', '--follow')).split('\n')).toEqual([
      `gcloud logging read 'resource.type="aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id="shop-online" AND ` +
        `labels.deployed_model_id="${person.serving}" AND timestamp>="2026-11-20T00:05:00.000Z"' --project shop-project --order asc`,
      'To print logs here, ask for the permission logging.logEntries.list: roles/logging.viewer has it.',
    ]);
  });

  it('are none where it does not serve', async () => {
    await person.renew({ approval: 'manual' });
    await person.look();
    person.trained(1);
    await person.look();
    expect(await person.mlops('logs', 'v1')).toMatchObject({
      code: 64,
      err:
        'v1 of online has no servers now. What all servers of the endpoint printed since it was registered: ' +
        `gcloud logging read 'resource.type="aiplatform.googleapis.com/Endpoint" AND resource.labels.endpoint_id="shop-online" AND ` +
        `timestamp>="2026-11-20T00:05:00.000Z"' --project shop-project --order asc`,
    });
  });
});
