/** Runs on Vertex AI: each id once, listed as the loop needs them, at few calls a look. */
import { taskFolders } from '../../../constructs/gcp/output.runtime';
import type { StartedRun } from '../../../constructs/gcp/pipeline-job.runtime';
import { Runs } from '../../../constructs/gcp/pipeline.runtime';
import { tasksOf } from '../../../constructs/gcp/run-log.runtime';
import type { RunTags } from '../../../runtime/loop/platform';
import { DAY, HOUR, INPUTS, MINUTE, NOTHING_GIVEN, PERIOD, Shop, START, TRAINING } from './shop';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

const ids = async () => (await shop.runs.list()).map(({ id }) => id);
const tags = (change: Partial<RunTags> = {}): RunTags => ({ reason: 'window', at: shop.now, generation: 7, ...change });
const day = (n: number) => ({ from: START + n * DAY, to: START + (n + 1) * DAY });
const calls = (call: string) => shop.fake.requests.of(`PipelineService.${call}`);
const CREATE = 'PipelineService.CreatePipelineJob';

/** Starts a run of a monitor, with nothing to gather. */
async function measure(n: number, state: 'SUCCEEDED' | 'FAILED' | 'RUNNING' = 'SUCCEEDED'): Promise<string> {
  const id = `inputs-v1-${n}`;
  const run = { id, pipeline: INPUTS, tags: tags({ monitor: 'inputs', version: 'v1', window: day(n) }) };
  const output = `gs://record/reports/online/inputs/${id}`;
  await shop.runs.start({ ...run, prepare: async () => ({ ...NOTHING_GIVEN, output }) });
  if (state === 'SUCCEEDED') {
    const window = { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' };
    const report = { monitor: 'inputs', version: 'v1', scope: 'window', verdict: 'fine', window };
    shop.fake.vertex.writeOutputs(shop.jobId(id), { 'report/report/report.json': report });
  }
  if (state !== 'RUNNING') shop.end(id, state);
  return id;
}

describe('a start', () => {
  test('asks for a job with its pipeline, its labels and whom it runs as', async () => {
    await shop.train(1);
    const [{ query, body }] = calls('CreatePipelineJob') as [(typeof shop.fake.requests.all)[0]];
    expect(query).toEqual({ pipelineJobId: `shop-online-train-1-${START.toString(36)}` });
    expect(body).toEqual({
      displayName: 'shop online: train-1',
      labels: { mlops_system: 'shop', mlops_endpoint: 'online', mlops_run: 'train-1' },
      pipelineSpec: shop.json(TRAINING),
      runtimeConfig: {
        gcsOutputDirectory: 'gs://record/artifacts/training/train-1',
        parameterValues: {
          data_uri: 'gs://record/data/sales',
          code_uri: 'gs://record/code/c0de',
          champion_uri: 'gs://record/artifacts/none',
        },
        failurePolicy: 'PIPELINE_FAILURE_POLICY_FAIL_FAST',
      },
      serviceAccount: 'train@shop',
    });
  });

  test('has the key and the network of its system, and a monitor its own account', async () => {
    const attachment = 'projects/1/regions/europe-west4/networkAttachments/jobs';
    shop.runs = shop.newRuns(PERIOD, { key: 'projects/p/keys/k', networkAttachment: attachment });
    await measure(0, 'RUNNING');
    expect(calls('CreatePipelineJob')[0]!.body).toMatchObject({
      serviceAccount: 'monitor@shop',
      encryptionSpec: { kmsKeyName: 'projects/p/keys/k' },
      pscInterfaceConfig: { networkAttachment: attachment },
      runtimeConfig: { parameterValues: { captures_uri: 'gs://record/none', subject: '{}' } },
    });
  });

  test('comes back as it was given', async () => {
    await shop.train(1, { requests: ['train-4f0c', 'train-11aa'] });
    expect(await shop.runs.list()).toEqual([
      {
        ...{ id: 'train-1', kind: 'train', state: 'running', pipeline: 'training', started: START },
        resource: shop.jobs('train-1')[0]!.name,
        tags: {
          ...{ n: 1, reason: 'bootstrap', at: START, generation: 7, code: 'c0de' },
          requests: ['train-4f0c', 'train-11aa'],
        },
      },
    ]);
  });

  test('of an id that exists changes nothing, and prepares nothing', async () => {
    await shop.train(1);
    shop.end('train-1', 'FAILED');
    shop.wait(HOUR);
    const prepare = () => Promise.reject(new Error('no'));
    await shop.newRuns().start({ id: 'train-1', tags: tags(), pipeline: TRAINING, prepare });
    expect(calls('CreatePipelineJob')).toHaveLength(1);
  });

  test.each([
    ['was not asked for', 'reset-before', 1],
    ['was asked for and not answered', 'reset-after', 1],
  ] as const)('that was cut short when the job %s goes on with the same job', async (_, kind, jobs) => {
    shop.pace.sleep = async () => Promise.reject(new Error('cut short'));
    shop.fake.faults.once(CREATE, kind);
    await expect(shop.train(1)).rejects.toThrow('cut short');
    shop.wait(5 * MINUTE);
    await shop.train(1, { code: 'new-c0de' });
    expect(shop.jobs('train-1')).toHaveLength(jobs);
    // The id is that of the first attempt; the tags are those of the job that runs.
    expect(shop.jobId('train-1')).toBe(`shop-online-train-1-${START.toString(36)}`);
    const code = kind === 'reset-before' ? 'new-c0de' : 'c0de';
    expect(shop.json<StartedRun>('loop/online/runs/train-1.json').tags.code).toBe(code);
    expect(shop.jobs('train-1')[0]).toMatchObject({
      runtimeConfig: { parameterValues: { code_uri: `gs://record/code/${code}` } },
    });
  });

  test.each(['reset-after', 'unavailable-after', 'throttled', 'unavailable'] as const)(
    'whose answer is %s starts one job',
    async (kind) => {
      shop.fake.faults.once(CREATE, kind);
      await shop.train(1);
      expect(shop.jobs('train-1')).toHaveLength(1);
      expect(await ids()).toEqual(['train-1']);
    },
  );

  test('of two loops at once starts one job', async () => {
    const other = shop.newRuns();
    const run = { id: 'train-1', tags: tags({ n: 1 }), pipeline: TRAINING, prepare: async () => trainingGiven };
    await Promise.allSettled([shop.runs.start(run), other.start(run), shop.runs.start(run)]);
    expect(shop.jobs('train-1')).toHaveLength(1);
  });

  test('is seen before any list shows it', async () => {
    shop.fake.faults.configure({ seed: 1, lag: HOUR });
    await shop.train(1);
    expect(await ids()).toEqual(['train-1']);
  });

  test('that is refused while it is prepared leaves nothing', async () => {
    const prepare = () => Promise.reject(new Error('not yet'));
    await expect(shop.runs.start({ id: 'train-1', tags: tags(), pipeline: TRAINING, prepare })).rejects.toThrow(
      'not yet',
    );
    expect(shop.keys('loop/online/runs')).toEqual([]);
  });

  test('goes to the pipeline of its monitor, and is an error where the stack has none', async () => {
    await expect(
      shop.start('x-v1-0-1', 'monitor', { ...tags(), monitor: 'x', version: 'v1', window: day(0) }),
    ).rejects.toThrow('there is no pipeline for x-v1-0-1: deploy the stack with the spec as it is');
    shop.fake.objects.delete('record', TRAINING);
    await expect(shop.train(1)).rejects.toThrow(`there is no gs://record/${TRAINING}: deploy the stack`);
  });
});

const trainingGiven = {
  output: 'gs://record/artifacts/training/train-1',
  externals: { data: 'gs://record/a', code: 'gs://record/b', champion: 'gs://record/c' },
  parameters: {},
};

test('a system that is made again with the same names has runs of its own', async () => {
  await shop.train(1);
  shop.end('train-1', 'FAILED');
  for (const key of shop.keys('loop/')) shop.fake.objects.delete('record', key);
  shop.wait(DAY);
  shop.runs = shop.newRuns();
  expect(await ids()).toEqual([]);
  await shop.train(1);
  expect(shop.jobs('train-1')).toHaveLength(2);
  expect(await shop.runs.list()).toMatchObject([{ id: 'train-1', state: 'running', started: START + DAY }]);
});

describe('a training that succeeded', () => {
  test.each(['register', 'keep'] as const)('has decided to %s', async (decision) => {
    await shop.train(1);
    shop.leaveModel('train-1', decision);
    shop.end('train-1');
    expect(await shop.runs.list()).toMatchObject([{ state: 'succeeded', decision }]);
  });

  test('is read from the newest attempt, where a task was tried again', async () => {
    await shop.train(1);
    shop.leaveModel('train-1', 'register');
    shop.wait(HOUR);
    shop.leaveModel('train-1', 'keep');
    shop.end('train-1');
    expect(await shop.runs.list()).toMatchObject([{ decision: 'keep' }]);
  });

  test.each([
    ['decision.json', undefined, /^select.decision: decision.json: got no such file, expected/],
    ['decision.json', { decision: 'maybe' }, /^select.decision: decision.json: got {"decision":"maybe"}/],
    ['model.json', undefined, /^select.model cannot become a version: got no model.json/],
    ['reference.json', undefined, /got no reference.json, expected the reference profile/],
    ['model.json', { metrics: { mae: 1 } }, /got no wape in the metrics of model.json/],
  ])('without a fit %s (%j) is one that failed', async (file, content, error) => {
    await shop.train(1);
    shop.leaveModel('train-1');
    const [key] = shop.keys('artifacts/').filter((one) => one.endsWith(file));
    if (content) shop.fake.objects.put('record', key!, content);
    else shop.fake.objects.delete('record', key!);
    shop.end('train-1');
    expect(await shop.runs.list()).toMatchObject([{ state: 'failed', error: expect.stringMatching(error) }]);
  });

  test('is not taken for failed when the bucket does not answer, and nothing of that look is kept', async () => {
    await shop.train(1);
    await measure(0);
    shop.leaveModel('train-1');
    shop.end('train-1');
    shop.pace.sleep = async () => Promise.reject(new Error('slow down'));
    shop.fake.requests.clear();
    for (let i = 0; i < 3; i += 1) shop.fake.faults.once('objects.list', 'throttled');
    await expect(shop.runs.list()).rejects.toThrow('slow down');
    shop.fake.faults.off();
    expect(await shop.runs.list()).toMatchObject([
      { state: 'succeeded', decision: 'register' },
      { state: 'succeeded' },
    ]);
  });
});

test('outputs are found by the name of the task alone, whatever number it has, at the depth that there is', async () => {
  const folder = 'artifacts/training/train-1';
  for (const path of ['9/job/candidate-only_12/model/x', '9/job/candidate-only_-3/model/x', '9/job/select_4/model/x'])
    shop.fake.objects.put('record', `${folder}/${path}`, '');
  shop.fake.objects.put('record', `${folder}/other/9/job/candidate-only_7/model/x`, '');
  shop.fake.objects.put('record', `${folder}/9/job/candidate-only_x1/model/x`, '');
  expect((await taskFolders(shop.store, folder, 'candidate_only', 'model')).slice().sort()).toEqual(
    [
      `${folder}/9/job/candidate-only_-3/model`,
      `${folder}/9/job/candidate-only_12/model`,
      `${folder}/other/9/job/candidate-only_7/model`,
    ].sort(),
  );
  expect(await taskFolders(shop.store, folder, 'champion', 'model')).toEqual([]);
});

describe('a run that failed says why', () => {
  const task = (taskName: string, minute: number, message?: string, state = 'FAILED') => ({
    ...{ taskId: String(10 + minute), parentTaskId: '1', taskName, state },
    ...{ startTime: new Date(START).toISOString(), endTime: new Date(START + minute * MINUTE).toISOString() },
    ...(message !== undefined && { error: { code: 9, message } }),
    executorDetail: { containerDetail: { mainJob: `projects/1/locations/europe-west4/customJobs/77${minute}` } },
  });
  const WHOLE = { taskId: '1', taskName: 'training', state: 'FAILED', error: { code: 9, message: 'the DAG failed' } };
  test.each([
    [
      'the first task that failed, and where its log is',
      [
        WHOLE,
        task('select', 9, 'later'),
        task('prepare', 1, undefined, 'SUCCEEDED'),
        task('candidate-only', 5, 'exit 64'),
      ],
      `candidate_only: exit 64; its log: gcloud logging read 'resource.type="ml_job" AND resource.labels.job_id="775"'`,
    ],
    ['a task without a reason', [WHOLE, task('select', 1)], /^select: Vertex AI gives no reason; its log: /],
    ['the job itself', [WHOLE], 'no capacity'],
    [
      'a long reason',
      [WHOLE, { ...task('select', 1, 'x'.repeat(3000)), executorDetail: {} }],
      `select: ${'x'.repeat(999)}…`,
    ],
  ])('%s', async (_, taskDetails, error) => {
    await shop.train(1);
    shop.fake.vertex.setJob(shop.jobId('train-1'), { jobDetail: { taskDetails } });
    shop.end('train-1', 'FAILED', 'no capacity');
    const [run] = await shop.runs.list();
    expect(run).toMatchObject({ state: 'failed' });
    expect(run!.error).toEqual(typeof error === 'string' ? error : expect.stringMatching(error));
  });

  test('or nothing, where Vertex AI does not', async () => {
    await shop.train(1);
    shop.end('train-1', 'FAILED');
    expect(await shop.runs.list()).toMatchObject([{ error: 'Vertex AI gives no reason' }]);
  });

  test('task by task', async () => {
    await shop.train(1);
    const waiting = { taskId: '30', parentTaskId: '1', taskName: 'select', state: 'PENDING' };
    const taskDetails = [WHOLE, waiting, task('candidate-only', 5, 'exit 64')];
    shop.fake.vertex.setJob(shop.jobId('train-1'), { jobDetail: { taskDetails } });
    expect(await tasksOf(shop.google, { resource: shop.jobs('train-1')[0]!.name })).toEqual([
      { name: 'candidate_only', state: 'failed', job: '775', started: START, error: 'exit 64' },
      { name: 'select', state: 'pending' },
    ]);
  });
});

describe('a cancelled run', () => {
  test('is running until it has stopped, and then failed', async () => {
    shop.fake.vertex.takes['CancelPipelineJob'] = MINUTE;
    await shop.train(1);
    await shop.runs.cancel('train-1');
    expect(await shop.runs.list()).toMatchObject([{ state: 'running' }]);
    await shop.runs.cancel('train-1');
    shop.wait(MINUTE);
    expect(await shop.runs.list()).toMatchObject([{ state: 'failed', error: 'it was cancelled' }]);
    await shop.runs.cancel('train-1');
    await shop.runs.cancel('train-9');
    expect(calls('CancelPipelineJob')).toHaveLength(1);
  });

  test('that ends just then stays as it ended', async () => {
    await shop.train(1);
    await shop.runs.list();
    const list = shop.runs.list.bind(shop.runs);
    shop.runs.list = async () => {
      const before = await list();
      shop.end('train-1', 'FAILED', 'by itself');
      return before;
    };
    await shop.runs.cancel('train-1');
    expect(calls('CancelPipelineJob')).toMatchObject([{ status: 400 }]);
    expect(await list()).toMatchObject([{ state: 'failed', error: 'by itself' }]);
  });
});

describe('the list', () => {
  test('has what is in flight, the newest ten and the newest that succeeded, however old', async () => {
    for (let n = 1; n <= 30; n += 1) {
      await shop.train(n);
      if (n === 3) shop.leaveModel('train-3');
      if (n !== 5) shop.end(`train-${n}`, n === 3 ? 'SUCCEEDED' : 'FAILED');
      shop.wait(DAY);
    }
    shop.wait(PERIOD);
    const newest = Array.from({ length: 10 }, (_, i) => `train-${30 - i}`);
    for (const runs of [shop.newRuns(), shop.runs, shop.newRuns()]) {
      shop.runs = runs;
      expect(await ids()).toEqual([...newest, 'train-5', 'train-3']);
    }
  });

  test('leaves out what people start themselves, and clones of ours', async () => {
    await shop.train(1);
    const [job] = shop.jobs('train-1');
    shop.fake.vertex.state.jobs.set(`${job!.name}-clone`, { ...job!, name: `${job!.name}-clone` });
    const other = { ...job!, name: `${job!.name}-other`, labels: { mlops_system: 'shop', mlops_endpoint: 'online' } };
    shop.fake.vertex.state.jobs.set(other.name, other);
    expect(await shop.newRuns().list()).toMatchObject([{ resource: job!.name }]);
  });

  test('asks for little of each job, of this endpoint alone', async () => {
    await shop.train(1);
    await shop.runs.list();
    expect(calls('ListPipelineJobs')[0]!.query).toEqual({
      filter: 'labels.mlops_system="shop" AND labels.mlops_endpoint="online"',
      ...{ orderBy: 'create_time desc', readMask: 'name,state,createTime,labels,error', pageSize: '100' },
    });
  });

  test('is one call where all else is known, in this process and in the next', async () => {
    shop.fake.vertex.state.page = 4;
    for (let n = 0; n < 12; n += 1) {
      await measure(n);
      shop.wait(DAY);
    }
    expect(await shop.runs.list()).toHaveLength(12);
    for (const runs of [shop.runs, shop.newRuns()]) {
      shop.fake.requests.clear();
      expect(await runs.list()).toHaveLength(12);
      expect(shop.fake.requests.lines()).toEqual(['200 objects.get', '200 PipelineService.ListPipelineJobs']);
    }
  });

  test('does not look again at what is too old to matter', async () => {
    for (let n = 0; n < 30; n += 1) {
      await measure(n, 'FAILED');
      shop.wait(DAY);
    }
    shop.runs = shop.newRuns(5 * DAY);
    expect(await shop.runs.list()).toHaveLength(10);
    shop.fake.requests.clear();
    expect(await shop.runs.list()).toHaveLength(10);
    expect(shop.fake.requests.lines()).toEqual(['200 objects.get', '200 PipelineService.ListPipelineJobs']);
    shop.runs = shop.newRuns(20 * DAY);
    expect(await shop.runs.list()).toHaveLength(20);
  });

  test('sees what came while nobody looked, and what is in flight far behind it', async () => {
    shop.fake.vertex.state.page = 4;
    const id = await measure(0, 'RUNNING');
    await shop.runs.list();
    for (let n = 1; n < 10; n += 1) {
      shop.wait(DAY);
      await measure(n);
    }
    shop.runs = shop.newRuns();
    expect(await shop.runs.list()).toHaveLength(10);
    shop.end(id, 'FAILED');
    expect((await shop.runs.list()).at(-1)).toMatchObject({ id, state: 'failed' });
  });

  test('forgets runs in flight of jobs that were deleted, once no list can be behind', async () => {
    await shop.train(1);
    await shop.runs.list();
    shop.fake.vertex.state.jobs.delete(shop.jobs('train-1')[0]!.name);
    expect(await ids()).toEqual(['train-1']);
    shop.wait(11 * MINUTE);
    expect(await ids()).toEqual([]);
  });

  test('never shows a run that ended as running again, however far a list is behind', async () => {
    await shop.train(1);
    shop.wait(10 * MINUTE);
    shop.end('train-1', 'FAILED');
    expect(await shop.runs.list()).toMatchObject([{ state: 'failed' }]);
    shop.fake.faults.configure({ seed: 3, lag: 15 * MINUTE });
    for (let i = 0; i < 20; i += 1) expect(await shop.runs.list()).toMatchObject([{ state: 'failed' }]);
  });

  test('misses nothing behind a page that was read when a look was cut short', async () => {
    shop.fake.vertex.state.page = 1;
    let fails = true;
    const { google, store, clock } = shop;
    const conclude = async ({ id }: { readonly id: string }) => {
      if (id === 'train-1' && fails) throw new Error('cut short');
      return {};
    };
    const runs = new Runs({ google, store, settings: shop.settings, period: PERIOD, clock, conclude });
    expect(await runs.list()).toEqual([]);
    await shop.train(1);
    shop.wait(HOUR);
    await measure(0);
    shop.end('train-1');
    await expect(runs.list()).rejects.toThrow('cut short');
    fails = false;
    expect((await runs.list()).map(({ id }) => id)).toEqual(['train-1', 'inputs-v1-0']);
  });

  test('keeps the runs of a pipeline whose document has changed', async () => {
    await shop.train(1);
    shop.end('train-1', 'FAILED');
    await shop.runs.list();
    const training = `pipelines/training/${'cd'.repeat(32)}.json`;
    const { monitors, trial } = shop.settings.pipelines;
    shop.runs = shop.newRuns(PERIOD, { pipelines: { training, monitors, trial } });
    expect(await ids()).toEqual(['train-1']);
  });

  test('is the same for all who ask at once', async () => {
    const [a, b] = await Promise.all([shop.runs.list(), shop.runs.list()]);
    expect(a).toBe(b);
  });
});
