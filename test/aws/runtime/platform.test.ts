/** The port as a whole: what each of its calls comes to. */
import { Refused, type Action, type LoopEvent } from '../../../runtime/loop/platform';
import { EMPTY } from '../../../runtime/loop/memory';
import { platformFor } from '../../../constructs/aws/assemble.runtime';
import type { Machines } from '../../../constructs/aws/endpoint-config.runtime';
import type { CloudPlatform } from '../../../runtime/cloud/platform';
import { FakeCloud } from './fake-cloud';
import { REAL_TIME, REVISION } from './endpoint-stage';
import { START } from './shop';

let cloud: FakeCloud;
let platform: CloudPlatform;
const open = (settings: ConstructorParameters<typeof FakeCloud>[0] = {}) => {
  cloud = new FakeCloud(settings);
  platform = platformFor(cloud.options(), cloud.shop.s3.store).platform;
};
beforeEach(() => open());

const ID = `v1-${REVISION}`;
const tags = { n: 1, reason: 'bootstrap', at: START, generation: 1, code: 'c0de' };
const act = (action: Action) => platform.act(action);
const start = () => act({ do: 'start', id: 'train-1', kind: 'train', tags, why: '' });
const etag = async () => (await platform.endpoint()).etag;

/** Version 1 is registered and serves. */
async function serve(): Promise<void> {
  await start();
  cloud.shop.leaveModel('train-1');
  cloud.shop.sagemaker.end('train-1', 'Succeeded');
  await act({ do: 'register', version: 'v1', n: 1, run: 'train-1', status: 'approved', at: START, why: '' });
  await act({ do: 'place', id: ID, version: 'v1', revision: REVISION, ifMatch: await etag(), why: '' });
  cloud.endpoints.end();
  cloud.wait(5);
}

describe('the memory', () => {
  it('is written by compare-and-swap: of two that read the same one may', async () => {
    const { memory, etag: none } = await platform.readMemory();
    expect(memory).toBeUndefined();
    await platform.writeMemory({ ...EMPTY, turn: 1 }, none);
    await expect(platform.writeMemory({ ...EMPTY, turn: 2 }, none)).rejects.toThrow(Refused);
    const read = await platform.readMemory();
    expect(read.memory).toEqual({ ...EMPTY, turn: 1 });
    await platform.writeMemory({ ...EMPTY, turn: 2 }, read.etag);
  });
});

describe('an act', () => {
  it('starts and cancels a run, which is seen with nothing that is only ours', async () => {
    await start();
    expect(await platform.runs()).toEqual([{ id: 'train-1', kind: 'train', state: 'running', tags }]);
    await act({ do: 'cancel', id: 'train-1', why: '' });
    expect(cloud.shop.sagemaker.executions[0]).toMatchObject({ status: 'Stopping' });
  });

  it('registers what a run left, marks it, and serves it from there', async () => {
    await serve();
    await act({ do: 'mark', version: 'v1', patch: { live: { revision: REVISION, at: START } }, why: 'it is live' });
    const [version] = await platform.versions();
    expect(version).toMatchObject({ name: 'v1', status: 'approved', live: { revision: REVISION } });
    expect(cloud.endpoints.last('CreateModel')).toMatchObject({
      PrimaryContainer: { ModelDataSource: { S3DataSource: { S3Uri: `${version!.model}/` } } },
    });
    expect(await platform.endpoint()).toMatchObject({ deployments: [{ id: ID, state: 'ready', share: 100 }] });
    // The etag of any endpoint must find room in the registry, where a trial is noted.
    const before = await etag();
    await act({ do: 'mark', version: 'v1', patch: { trial: { revision: 'r2', before } }, why: '' });
    expect((await platform.versions())[0]).toMatchObject({ trial: { before } });
  });

  it('changes the endpoint', async () => {
    await serve();
    await expect(act({ do: 'retire', id: ID, ifMatch: await etag(), why: '' })).rejects.toThrow(Refused);
    await expect(
      act({ do: 'shift', shares: { [ID]: 100 }, guarded: true, ifMatch: await etag(), why: '' }),
    ).resolves.toBeUndefined();
    await act({ do: 'remove', why: '' });
    expect(cloud.endpoints.endpoint).toMatchObject({ status: 'Deleting' });
  });

  it('tells a gauge, and acknowledges a request', async () => {
    await act({ do: 'tell', monitor: 'quality', degraded: true, why: '' });
    expect(cloud.cloudwatch.told).toEqual(['Degraded=1 shop online quality']);
    cloud.shop.s3.put('loop/online/requests/q1.json', { id: 'q1', at: START, kind: 'train' });
    expect(await platform.requests()).toEqual([{ id: 'q1', at: START, kind: 'train' }]);
    await act({ do: 'done', request: 'q1', why: '' });
    expect(await platform.requests()).toEqual([]);
  });
});

it('looks at data, alarms and health', async () => {
  expect(await platform.data()).toMatchObject({ newest: START });
  cloud.cloudwatch.alarms.set('theirs', { StateValue: 'ALARM', ActionsEnabled: true });
  expect(await platform.alarms()).toEqual(['revenue']);
  await serve();
  await platform.endpoint();
  cloud.cloudwatch.figures.set('Invocations Sum blue', 7);
  expect(await platform.health(ID, START)).toMatchObject({ requests: 7 });
  expect(await platform.health('v9-none', START)).toBe('unknown');
});

it('keeps a notice before the event, so that none is lost between the two', async () => {
  const event: LoopEvent = {
    ...{ at: START, endpoint: 'online', what: 'tell', text: 'quality is degraded', outcome: 'done' },
    action: { do: 'tell', monitor: 'quality', degraded: true, why: '' },
  };
  await platform.record(event);
  expect(await cloud.allEvents()).toEqual([event]);
  const writes = cloud.shop.s3.log.filter((line) => line.startsWith('PUT'));
  expect(writes.map((line) => line.split('/')[2])).toEqual(['notices', 'events']);
});

it.each<[string, Machines]>([
  ['stepped', REAL_TIME],
  ['native', { ...REAL_TIME, guardrails: { canary: 10, waitSeconds: 60, alarms: ['errors'] } }],
  [
    'native',
    {
      ...{ kind: 'asynchronous', machine: 'ml.m5.large', isolation: true, volumeKey: true },
      replicas: { min: 0, max: 1 },
      maxConcurrentInvocationsPerReplica: 1,
    },
  ],
])('is %s where SageMaker can do it so', (rollout, serving) => {
  open({ serving });
  expect(platform.rollout).toBe(rollout);
});

it('refuses an endpoint that takes no folder for a model', () => {
  const settings = { serving: { kind: 'serverless', memoryMiB: 1024, maxConcurrency: 1 } } as const;
  expect(() => open(settings)).toThrow('got a serverless endpoint, expected one with machines');
});
