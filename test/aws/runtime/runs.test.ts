/** Runs on SageMaker: each id once, listed as the loop needs them, at few calls a look. */
import { CAPTURE_LAG } from '../../../constructs/aws/capture.runtime';
import { longestPeriod, withCaptureLag } from '../../../runtime/cloud/times';
import { Refused, type RunTags } from '../../../runtime/loop/platform';
import { SPEC } from '../../loop/settings';
import { DAY, HOUR, MINUTE, NOTHING_GIVEN, PERIOD, Shop, START } from './shop';

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

const ids = async () => (await shop.runs.list()).map(({ id }) => id);
const TRAINING = 'shop-training';

describe('a start', () => {
  test('carries id, tags and parameters, and comes back as it was given', async () => {
    await shop.train(1, { requests: ['train-4f0c', 'train-11aa'] });
    const [execution] = shop.sagemaker.executions;
    expect(execution).toMatchObject({ pipeline: TRAINING, name: 'train-1' });
    expect(await shop.runs.list()).toEqual([
      {
        id: 'train-1',
        kind: 'train',
        state: 'running',
        pipeline: TRAINING,
        resource: execution!.arn,
        started: START,
        tags: {
          n: 1,
          reason: 'bootstrap',
          at: START,
          generation: 7,
          code: 'c0de',
          requests: ['train-4f0c', 'train-11aa'],
        },
      },
    ]);
  });

  test('of an id that exists changes nothing, and prepares nothing', async () => {
    await shop.train(1);
    shop.sagemaker.end('train-1', 'Failed');
    await shop.runs.start({
      id: 'train-1',
      tags: tags(),
      pipeline: TRAINING,
      prepare: () => Promise.reject(new Error('no')),
    });
    expect(shop.sagemaker.executions).toHaveLength(1);
  });

  test('of an id that the list does not show yet is known by its token', async () => {
    await shop.train(1);
    shop.sagemaker.unlisted = 1;
    await shop.train(1);
    expect(shop.sagemaker.executions).toHaveLength(1);
  });

  test('of the same id by the loop of another deployment is the same run', async () => {
    await shop.train(1);
    shop.sagemaker.unlisted = 1;
    await shop.train(1, { generation: 8 });
    expect(shop.sagemaker.executions).toHaveLength(1);
  });

  test('goes to the pipeline of its monitor, and is refused where the stack has none', async () => {
    await expect(
      shop.start('x-v1-0-1', 'monitor', { ...tags(), monitor: 'x', version: 'v1', window: day(0) }),
    ).rejects.toThrow('there is no pipeline for x-v1-0-1: deploy the stack with the spec as it is');
    await expect(shop.start('inputs-v1-0-1', 'monitor', tags())).rejects.toThrow(
      'needs a monitor, a version and a window',
    );
  });
});

const tags = (change: Partial<RunTags> = {}): RunTags => ({ reason: 'window', at: shop.now, generation: 7, ...change });
const day = (n: number) => ({ from: START + n * DAY, to: START + (n + 1) * DAY });

/** Starts a run of a monitor, with nothing to gather. */
async function measure(n: number, status = 'Succeeded'): Promise<string> {
  const id = `inputs-v1-${n}`;
  const run = { id, pipeline: 'shop-online-inputs', tags: tags({ monitor: 'inputs', version: 'v1', window: day(n) }) };
  await shop.runs.start({ ...run, prepare: async () => NOTHING_GIVEN });
  if (status === 'Succeeded') {
    const report = {
      monitor: 'inputs',
      version: 'v1',
      scope: 'window',
      verdict: 'fine',
      window: { from: '2026-11-20T00:00:00Z', to: '2026-11-21T00:00:00Z' },
    };
    shop.leave(`reports/online/inputs/${id}`, 'report', 'report', { 'report.json': report });
  }
  shop.sagemaker.end(id, status);
  return id;
}

describe('a training that succeeded', () => {
  test.each(['register', 'keep'] as const)('has decided to %s', async (decision) => {
    await shop.train(1);
    shop.leaveModel('train-1', decision);
    shop.sagemaker.end('train-1', 'Succeeded');
    expect(await shop.runs.list()).toMatchObject([{ state: 'succeeded', decision }]);
  });

  test('is read from its newest job, where one was tried again', async () => {
    await shop.train(1);
    shop.leaveModel('train-1', 'register', 'job-b');
    shop.wait(HOUR);
    shop.leaveModel('train-1', 'keep', 'job-a');
    shop.sagemaker.end('train-1', 'Succeeded');
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
    const [key] = shop.s3.keys().filter((one) => one.endsWith(file));
    if (content) shop.s3.put(key!, content);
    else shop.s3.objects.delete(key!);
    shop.sagemaker.end('train-1', 'Succeeded');
    expect(await shop.runs.list()).toMatchObject([{ state: 'failed', error: expect.stringMatching(error) }]);
  });

  test('is not taken for failed when the bucket does not answer', async () => {
    await shop.train(1);
    shop.leaveModel('train-1');
    shop.sagemaker.end('train-1', 'Succeeded');
    shop.s3.before = [
      'LIST artifacts/training/train-1/select/',
      () => {
        throw new Error('slow down');
      },
    ];
    await expect(shop.runs.list()).rejects.toThrow('slow down');
    expect(await shop.runs.list()).toMatchObject([{ state: 'succeeded' }]);
  });
});

describe('a run that failed says why', () => {
  const step = (name: string, minute: number, reason?: string) => ({
    StepName: name,
    StepStatus: 'Failed' as const,
    EndTime: new Date(START + minute * MINUTE),
    ...(reason && { FailureReason: reason }),
    Metadata: { TrainingJob: { Arn: `arn:aws:sagemaker:eu-central-1:1:training-job/pipelines-x-${name}-1` } },
  });
  test.each([
    [
      'the first step that failed, and where its log is',
      {
        steps: [
          step('select', 9, 'later'),
          { StepName: 'prepare', StepStatus: 'Succeeded' as const },
          step('candidate_only', 5, 'AlgorithmError: model.py:3: no'),
        ],
      },
      'candidate_only: AlgorithmError: model.py:3: no; its log: /aws/sagemaker/TrainingJobs, streams pipelines-x-candidate_only-1/…',
    ],
    ['a step without a reason', { steps: [step('select', 1)] }, /^select: SageMaker gives no reason; its log: /],
    ['the pipeline itself', { reason: 'no capacity' }, 'no capacity'],
    ['a long reason', { reason: 'x'.repeat(3000) }, `${'x'.repeat(999)}…`],
  ])('%s', async (_, more, error) => {
    await shop.train(1);
    shop.sagemaker.end('train-1', 'Failed', more);
    const [run] = await shop.runs.list();
    expect(run).toMatchObject({ state: 'failed' });
    expect(run!.error).toEqual(typeof error === 'string' ? error : expect.stringMatching(error));
  });
});

describe('a cancelled run', () => {
  test('is running until it has stopped, and then failed', async () => {
    await shop.train(1);
    await shop.runs.cancel('train-1');
    expect(await shop.runs.list()).toMatchObject([{ state: 'running' }]);
    await shop.runs.cancel('train-1');
    shop.sagemaker.end('train-1', 'Stopped');
    expect(await shop.runs.list()).toMatchObject([{ state: 'failed', error: 'it was stopped' }]);
    await shop.runs.cancel('train-1');
    await shop.runs.cancel('train-9');
    expect(shop.sagemaker.log.filter((call) => call === 'StopPipelineExecution')).toHaveLength(1);
  });

  test('that ends just now is looked at again', async () => {
    await shop.train(1);
    shop.sagemaker.before = ['StopPipelineExecution', 1, () => shop.sagemaker.end('train-1', 'Failed')];
    await expect(shop.runs.cancel('train-1')).rejects.toThrow(Refused);
  });
});

describe('the list', () => {
  test('has what is in flight, the newest ten and the newest that succeeded, however old', async () => {
    for (let n = 1; n <= 30; n += 1) {
      await shop.train(n);
      if (n === 3) shop.leaveModel('train-3');
      shop.sagemaker.end(`train-${n}`, n === 3 ? 'Succeeded' : 'Failed');
      if (n === 5) shop.sagemaker.end('train-5', 'Executing');
      shop.wait(DAY);
    }
    shop.wait(PERIOD);
    const newest = Array.from({ length: 10 }, (_, i) => `train-${30 - i}`);
    expect(await ids()).toEqual([...newest, 'train-5', 'train-3']);
  });

  test('leaves out what people start themselves, and asks for a description that the list does not show', async () => {
    shop.sagemaker.describesInLists = false;
    await shop.train(1);
    shop.sagemaker.executions.push({
      ...shop.sagemaker.executions[0]!,
      arn: 'arn:by-hand',
      name: 'by-hand',
      description: 'mine',
    });
    expect(await ids()).toEqual(['train-1']);
    await shop.runs.list();
    expect(shop.sagemaker.log.filter((call) => call === 'DescribePipelineExecution')).toHaveLength(2);
  });

  test('is one page a pipeline where all else is known, in this process and in the next', async () => {
    shop.sagemaker.page = 4;
    for (let n = 0; n < 12; n += 1) {
      await measure(n);
      shop.wait(DAY);
    }
    expect(await shop.runs.list()).toHaveLength(12);
    for (const runs of [shop.runs, shop.newRuns()]) {
      shop.sagemaker.log.length = 0;
      shop.s3.log.length = 0;
      expect(await runs.list()).toHaveLength(12);
      expect(shop.sagemaker.log).toEqual(Array.from({ length: 4 }, () => 'ListPipelineExecutions'));
      expect(shop.s3.log.filter((line) => !line.startsWith('GET loop/online/known'))).toEqual([]);
    }
  });

  test('sees what came while nobody looked, and what is in flight behind it', async () => {
    shop.sagemaker.page = 4;
    const id = await measure(0, 'Executing');
    await shop.runs.list();
    for (let n = 1; n < 10; n += 1) {
      shop.wait(DAY);
      await measure(n);
    }
    expect(await shop.runs.list()).toHaveLength(10);
    shop.sagemaker.end(id, 'Failed');
    expect((await shop.runs.list()).at(-1)).toMatchObject({ id, state: 'failed' });
  });

  test('goes back further when the spec asks for more than is known', async () => {
    shop.sagemaker.page = 4;
    for (let n = 0; n < 30; n += 1) {
      await measure(n, n === 25 ? 'Succeeded' : 'Failed');
      shop.wait(DAY);
    }
    shop.runs = shop.newRuns(5 * DAY);
    expect(await shop.runs.list()).toHaveLength(10);
    shop.runs = shop.newRuns(20 * DAY);
    expect(await shop.runs.list()).toHaveLength(20);
  });

  test('forgets runs in flight of a pipeline that was deleted', async () => {
    await shop.train(1);
    await shop.runs.list();
    shop.sagemaker.executions.length = 0;
    // A list that is behind looks just the same.
    expect(await ids()).toEqual(['train-1']);
    shop.now += 11 * 60_000;
    expect(await ids()).toEqual([]);
  });

  test('sees a run that people try again', async () => {
    await shop.train(1);
    shop.sagemaker.end('train-1', 'Failed');
    await shop.runs.list();
    shop.sagemaker.end('train-1', 'Executing');
    expect(await shop.runs.list()).toMatchObject([{ state: 'running' }]);
    shop.leaveModel('train-1');
    shop.sagemaker.end('train-1', 'Succeeded');
    expect(await shop.runs.list()).toMatchObject([{ state: 'succeeded', decision: 'register' }]);
  });

  test('is the same for all who ask at once', async () => {
    const [a, b] = await Promise.all([shop.runs.list(), shop.runs.list()]);
    expect(a).toBe(b);
  });
});

test('a window is final when its captures can be there', () => {
  const { monitors } = withCaptureLag(SPEC, CAPTURE_LAG);
  expect([monitors.inputs!.labelsWithin, monitors.quality!.labelsWithin]).toEqual([15 * MINUTE, 12 * HOUR]);
});

test('the longest period is that of the retrainings, of the windows, of a trial, or of a run that waits', () => {
  expect(longestPeriod(SPEC)).toBe(20 * DAY);
  expect(longestPeriod({ ...SPEC, retrain: false })).toBe(5 * 2 * DAY + 12 * HOUR);
  expect(longestPeriod({ ...SPEC, retrain: false, monitors: {} })).toBe(3 * DAY);
  expect(longestPeriod({ ...SPEC, retrain: false, rollout: { ...SPEC.rollout, bake: 30 * DAY } })).toBe(
    31 * DAY + 12 * HOUR,
  );
});
