/** The custom resource that removes what the loop made, before the roles that it needs are gone. */
import { teardown, type TeardownProperties } from '../../../constructs/aws/teardown.runtime';
import { request } from '../cloudformation';
import { NAME, REAL_TIME, REVISION, settingsOf, Stage } from './endpoint-stage';
import { sagemakerOf } from './fake-cloud';
import { FakeSageMaker } from './fake-sagemaker';

const MINUTE = 60_000;

let stage: Stage;
let pipelines: FakeSageMaker;
/** What happens between two rounds; after the last, nothing. */
let between: (() => void)[];
let now: number;

beforeEach(() => {
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  stage = new Stage(settingsOf({ ...REAL_TIME, replicas: { min: 1, max: 3 } }));
  pipelines = new FakeSageMaker();
  between = [];
  now = 0;
});
afterEach(() => jest.restoreAllMocks());

const end = () => stage.sagemaker.end();
const said = () =>
  jest.mocked(console.log).mock.calls.map(([line]) => JSON.parse(line as string) as { left?: string[]; kept?: string });

function remove(change: { readonly RequestType?: 'Create' | 'Update' | 'Delete' } = {}): Promise<void> {
  let begun = false;
  const handle = teardown({
    sagemaker: sagemakerOf(pipelines, stage.sagemaker),
    scaling: stage.scaling.client,
    cloudwatch: stage.cloudwatch.client,
    clock: () => {
      if (begun) between.shift()?.();
      begun = true;
      return now;
    },
    poll: 0,
  });
  const properties: TeardownProperties = { EndpointName: NAME, Pipelines: ['shop-training', 'gone'] };
  return handle(request(properties, { RequestType: 'Delete', ...change }), new AbortController().signal);
}

function run(name: string): void {
  pipelines.executions.push({
    ...{ arn: `arn:execution/${name}`, pipeline: 'shop-training', started: 0, token: name, name, parameters: {} },
    ...{ description: undefined, status: 'Executing', steps: [] },
  });
}

it('does nothing while the stack is made or changed', async () => {
  await stage.serve();
  await remove({ RequestType: 'Create' });
  await remove({ RequestType: 'Update' });
  expect(stage.sagemaker.endpoint).toMatchObject({ status: 'InService' });
});

it('is done at once where the loop made nothing', async () => {
  await remove();
  expect(said()).toEqual([{ endpoint: NAME, kept: expect.stringContaining('versions') as string }]);
});

it('removes scalable targets, endpoint, configurations and models, in the order that SageMaker demands', async () => {
  await stage.serve();
  await stage.place('v2');
  stage.end();
  await stage.endpoint.tend();
  const theirs = `${NAME}-eu-v1-${REVISION}`;
  stage.sagemaker.models.set(theirs, {});
  stage.sagemaker.log.length = 0;
  between = [end];
  await remove();
  expect(stage.scaling.targets.size).toBe(0);
  expect(stage.sagemaker.endpoint).toBeUndefined();
  expect(stage.sagemaker.configs.size).toBe(0);
  expect([...stage.sagemaker.models.keys()]).toEqual([theirs]);
  const deletes = stage.sagemaker.log.filter((call) => call.startsWith('Delete'));
  expect([...new Set(deletes)]).toEqual(['DeleteEndpoint', 'DeleteEndpointConfig', 'DeleteModel']);
});

it('waits for an endpoint that is changing, and for runs to stop', async () => {
  await stage.serve();
  await stage.place('v2');
  run('train-7');
  between = [
    // Still changing; then it has changed, and can be deleted; then the run has stopped.
    () => undefined,
    () => stage.end(),
    () => undefined,
    end,
    () => pipelines.end('train-7', 'Stopped'),
  ];
  await remove();
  expect(pipelines.log.filter((call) => call === 'StopPipelineExecution')).toHaveLength(1);
  expect(said()[0]!.left).toEqual(['arn:execution/train-7', `the endpoint ${NAME}, which is Updating`]);
  expect(stage.sagemaker.endpoint).toBeUndefined();
  expect(stage.sagemaker.models.size).toBe(0);
});

it('removes what a loop that was still looking has made meanwhile', async () => {
  between = [];
  await stage.serve();
  between = [
    () => {
      end();
      run('train-8');
    },
    () => pipelines.end('train-8', 'Stopped'),
  ];
  await remove();
  expect(pipelines.executions[0]).toMatchObject({ status: 'Stopped' });
});

it('removes the alarm that wakes an asynchronous endpoint', async () => {
  stage = new Stage(
    settingsOf({
      ...{ kind: 'asynchronous', machine: 'ml.m5.large', isolation: true, volumeKey: true },
      replicas: { min: 0, max: 2 },
      maxConcurrentInvocationsPerReplica: 1,
    }),
  );
  await stage.serve();
  await stage.endpoint.tend();
  expect(stage.cloudwatch.alarms.size).toBe(1);
  between = [end];
  await remove();
  expect([stage.cloudwatch.alarms.size, stage.sagemaker.configs.size]).toEqual([0, 0]);
});

it('gives up in time for an answer, and says what is still there', async () => {
  await stage.serve();
  await stage.place('v2');
  between = [() => undefined, () => (now += 14 * MINUTE)];
  await expect(remove()).rejects.toThrow(
    `still there: the endpoint ${NAME}, which is Updating; delete the stack again`,
  );
});

it('throws what it may not do', async () => {
  await stage.serve();
  stage.sagemaker.before = [
    'DeleteEndpoint',
    () => {
      throw new Error('not authorized');
    },
  ];
  await expect(remove()).rejects.toThrow('not authorized');
});
