/** mlops logs on AWS: what jobs and servers printed, where the client of CloudWatch Logs is installed; else where it is. */
import type { PipelineExecutionStep } from '@aws-sdk/client-sagemaker';
import { AwsPerson } from './aws-person';

interface Input {
  readonly logGroupName: string;
  readonly logStreamNamePrefix: string;
  readonly startTime: number;
  readonly nextToken?: string;
}

/** By stream. */
const mockStreams = new Map<
  string,
  { readonly timestamp: number; readonly message: string; readonly eventId: string }[]
>();
const mockAsked: Input[] = [];
let mockFailure: Error | undefined;

/** Two events a page, as a service with many would. */
jest.mock(
  '@aws-sdk/client-cloudwatch-logs',
  () => ({
    FilterLogEventsCommand: class FilterLogEventsCommand {
      constructor(readonly input: Input) {}
    },
    CloudWatchLogsClient: class {
      readonly config = { region: async () => 'eu-central-1' };
      async send({ input }: { input: Input }) {
        mockAsked.push(input);
        if (mockFailure) throw mockFailure;
        const events = [...mockStreams]
          .filter(([name]) => `${name}`.startsWith(`${input.logGroupName} ${input.logStreamNamePrefix}`))
          .flatMap(([, lines]) => lines)
          .filter(({ timestamp }) => timestamp >= input.startTime);
        const from = Number(input.nextToken ?? 0);
        return {
          events: events.slice(from, from + 2),
          ...(from + 2 < events.length && { nextToken: String(from + 2) }),
        };
      }
    },
  }),
  { virtual: true },
);

const person = new AwsPerson();
const { aws } = person;
const JOBS = '/aws/sagemaker/TrainingJobs';
let lines = 0;

function print(stream: string, text: string, at = aws.cloud.shop.now): void {
  lines += 1;
  mockStreams.set(stream, [
    ...(mockStreams.get(stream) ?? []),
    { timestamp: at, message: `${text}\n`, eventId: String(lines) },
  ]);
}

const step = (name: string, status: string, more: Partial<PipelineExecutionStep> = {}): PipelineExecutionStep =>
  ({
    StepName: name,
    StepStatus: status,
    StartTime: aws.cloud.shop.now / 1000,
    Metadata: { TrainingJob: { Arn: `arn:aws:sagemaker:eu-central-1:1:training-job/pipelines-x1-${name}-abc` } },
    ...more,
  }) as unknown as PipelineExecutionStep;

beforeAll(() => person.open());
afterAll(() => person.close());
beforeEach(async () => {
  aws.renew();
  mockStreams.clear();
  mockAsked.length = 0;
  mockFailure = undefined;
  person.folder.pause = undefined;
  await aws.look();
});

/** Training run 1 has come so far. */
const came = (status: string, ...steps: readonly PipelineExecutionStep[]) =>
  aws.cloud.shop.sagemaker.end('train-1', status, { steps });

test('the tasks of a run print, each its own lines, and the run says why it ended as it did', async () => {
  came(
    'Succeeded',
    step('prepare', 'Succeeded'),
    step('select', 'Succeeded'),
    step('train', 'Succeeded', { Metadata: {} }),
  );
  aws.cloud.shop.leaveModel('train-1');
  for (const text of ['552 rows', 'to train on', 'done']) print(`${JOBS} pipelines-x1-prepare-abc/algo-1`, text);
  print(`${JOBS} pipelines-x1-select-abc/algo-1`, 'it is better');
  print(`${JOBS} pipelines-x1-prepare-abcd/algo-1`, 'of another job');
  const { code, out } = await person.mlops('logs', 'train-1');
  expect(code).toBe(0);
  expect(out.split('\n')).toEqual([
    'prepare: 552 rows',
    'prepare: to train on',
    'prepare: done',
    'select: it is better',
    'train: succeeded, and printed nothing',
    'train-1: bootstrap: succeeded: it is better',
  ]);
  expect((await person.mlops('logs', 'pipelines/train-1')).code).toBe(64);
  expect((await person.mlops('logs', 'training/train-1', '--task', 'select')).out.split('\n')[0]).toBe(
    'select: it is better',
  );
  expect((await person.mlops('logs', 'train-1', '--json', '--task', 'select')).out).toBe(
    JSON.stringify({ run: 'train-1', task: 'select', line: 'it is better' }),
  );
});

test('a run that failed says what its task said, and where its log is', async () => {
  came('Failed', step('prepare', 'Failed', { FailureReason: 'AlgorithmError: no rows', EndTime: new Date() }));
  print(`${JOBS} pipelines-x1-prepare-abc/algo-1`, 'no rows');
  expect((await person.mlops('logs', 'train-1')).out.split('\n')).toEqual([
    'prepare: no rows',
    `train-1: bootstrap: failed: prepare: AlgorithmError: no rows; its log: ${JOBS}, streams pipelines-x1-prepare-abc/…`,
  ]);
  const listed = await person.mlops('logs');
  expect(listed.out.split('\n')).toEqual([
    expect.stringMatching(/^train-1 {2}2026-11-20 00:00 {2}bootstrap: failed: prepare: AlgorithmError: no rows/),
    '',
    'mlops logs train-1 --target aws prints one of them; mlops logs v1 --target aws what the servers of a version printed.',
  ]);
});

test('--follow goes on until the run has ended, and prints each line once', async () => {
  came('Executing', step('prepare', 'Executing'));
  const stream = `${JOBS} pipelines-x1-prepare-abc/algo-1`;
  print(stream, 'first');
  let pauses = 0;
  person.folder.pause = async () => {
    pauses += 1;
    aws.cloud.wait(1);
    print(stream, `line ${pauses}`);
    // One that came late.
    if (pauses === 2) print(stream, 'late', aws.cloud.shop.now - 70_000);
    if (pauses === 3) {
      came('Succeeded', step('prepare', 'Succeeded'));
      aws.cloud.shop.leaveModel('train-1');
    }
  };
  expect((await person.mlops('logs', 'train-1', '--follow')).out.split('\n')).toEqual([
    'prepare: first',
    'prepare: line 1',
    'prepare: line 2',
    'prepare: late',
    'prepare: line 3',
    'train-1: bootstrap: succeeded: it is better',
  ]);
  // What was read before is not asked for again.
  expect(mockAsked.at(-1)!.startTime).toBeGreaterThan(mockAsked[0]!.startTime);
});

test('a task that there is not is refused, with those that there are', async () => {
  came('Executing', step('prepare', 'Executing'));
  expect(await person.mlops('logs', 'train-1', '--task', 'prepair')).toMatchObject({
    code: 64,
    err: 'There is no task prepair in train-1; it has prepare.',
  });
  expect(await person.mlops('logs', 'train-9')).toMatchObject({
    code: 64,
    err: 'There is no run train-9; the newest are training/train-1. mlops logs lists them all.',
  });
});

test('a log that is not there yet is no mistake, and one that may not be read is', async () => {
  came('Executing', step('prepare', 'Executing'));
  mockFailure = Object.assign(new Error('The specified log group does not exist.'), {
    name: 'ResourceNotFoundException',
  });
  expect((await person.mlops('logs', 'train-1')).out.split('\n')[0]).toBe('prepare: executing, and printed nothing');
  mockFailure = Object.assign(new Error('No.'), { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } });
  expect(await person.mlops('logs', 'train-1')).toMatchObject({
    code: 64,
    err: expect.stringContaining('AWS does not allow logs:FilterLogEvents (No.).') as unknown,
  });
});

test('a report of a monitor says what it found', async () => {
  await aws.serve();
  await aws.monitored('inputs-1');
  // The loop puts the report where it stays.
  await aws.look();
  expect((await person.mlops('logs', 'inputs-1')).out).toBe('inputs-1: window: succeeded: violated: price drifted');
});

test('the servers of a version print, from the time on when it was registered', async () => {
  await aws.serve();
  print('/aws/sagemaker/Endpoints/shop-online blue/i-1', 'of an older version', aws.cloud.shop.now - 3_600_000);
  print('/aws/sagemaker/Endpoints/shop-online blue/i-1', 'it listens');
  print('/aws/sagemaker/Endpoints/shop-online green/i-2', 'of another variant');
  expect((await person.mlops('logs', 'v1')).out).toBe('2026-11-20T00:10:00.000Z  blue: it listens');
  expect(await person.mlops('logs', 'v2')).toMatchObject({
    code: 64,
    err: 'There is no version v2; the registry has v1.',
  });
});

test('a version that does not serve has no servers', async () => {
  aws.renew({ approval: 'manual' });
  await aws.look();
  aws.trained(1);
  await aws.look();
  expect(await person.mlops('logs', 'v1')).toMatchObject({
    code: 64,
    err: 'v1 of online has no servers now. What servers printed is kept by variant and machine, in the log group /aws/sagemaker/Endpoints/shop-online.',
  });
});
