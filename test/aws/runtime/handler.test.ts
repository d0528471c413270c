/** What runs in the loop's function, on the whole of a faked cloud: from nothing to a version that serves, and what goes wrong on the way. */
import { specOf } from '../../../runtime/cloud/loop-host';
import { AWS } from '../../../constructs/aws/assemble.runtime';
import { FakeCloud } from './fake-cloud';
import { Fault } from './fake-json';
import { REVISION } from './endpoint-stage';
import { START } from './shop';

let cloud: FakeCloud;
beforeEach(() => {
  cloud = new FakeCloud();
});

const training = () => cloud.shop.sagemaker.executions.filter(({ pipeline }) => pipeline === 'shop-training');

/** Training run n ends, and leaves a model. */
function trained(n: number): void {
  cloud.shop.leaveModel(`train-${n}`);
  cloud.shop.sagemaker.end(`train-${n}`, 'Succeeded');
  cloud.wait(5);
}

/** v1 has been trained and serves. */
async function serving(): Promise<void> {
  await cloud.look();
  trained(1);
  await cloud.look();
  cloud.endpoints.end();
  cloud.wait(5);
  await cloud.look();
}

it('trains, registers, places and settles the first version', async () => {
  await cloud.look();
  expect(training().map(({ name }) => name)).toEqual(['train-1']);
  trained(1);
  await cloud.look();
  expect(cloud.endpoints.endpoint).toMatchObject({ status: 'Creating' });
  cloud.endpoints.end();
  cloud.wait(5);
  await cloud.look();
  expect(cloud.lastLine()).toMatchObject({ deployments: [`v1-${REVISION} ready 100 %`], changing: false });
  cloud.wait(70);
  await cloud.look();
  expect(await cloud.events()).toEqual([
    'start done: there is no version yet: training run 1',
    'register done: training run 1 passed its gate: v1 is registered',
    'place done: v1 is placed beside what serves',
    'mark done: v1 is live: it came through its bake at 100 %',
  ]);
  expect(cloud.sns.published.map(({ Subject }) => Subject)).toEqual(['shop online: rolled-out']);
});

describe('a function that stands back', () => {
  it.each([
    ['another deployment is released', () => cloud.release('d2'), 'deployment d2 is released'],
    ['none is', () => cloud.shop.s3.objects.delete('loop/online/release.json'), 'no deployment is released'],
  ])('does nothing where %s, and says why', async (_when, change, why) => {
    change();
    await cloud.look();
    expect(training()).toEqual([]);
    expect(cloud.cloudwatch.told).toEqual([]);
    expect(cloud.log.join()).toContain(why);
  });

  it('begins again when CloudFormation goes back to it, as a newer generation', async () => {
    cloud.release('d2');
    cloud.wait(10);
    await cloud.look(cloud.host({ deployment: 'd2' }));
    cloud.wait(10);
    cloud.release('d1');
    await cloud.look();
    expect(cloud.lastLine()).toMatchObject({ generation: START + 20 * 60_000, running: ['train-1'] });
  });
});

it('looks again at once while it does something, and stops while there is time', async () => {
  await cloud.look();
  trained(1);
  cloud.log.length = 0;
  await cloud.look();
  // Registered, placed, and then there is nothing to do but wait.
  expect(cloud.log).toHaveLength(3);
  cloud = new FakeCloud();
  cloud.remaining = 30_000;
  await cloud.look();
  trained(1);
  cloud.log.length = 0;
  await cloud.look();
  expect(cloud.log).toHaveLength(1);
});

it('tells at each look that it looked, and what fails', async () => {
  await cloud.look();
  expect(cloud.cloudwatch.told).toContain('Looked=1 shop online');
  cloud.shop.sagemaker.end('train-1', 'Failed', { reason: 'no rows' });
  cloud.cloudwatch.told.length = 0;
  cloud.wait(5);
  await cloud.look();
  expect(cloud.cloudwatch.told).toContain('RunFailed=1 shop online');
  expect(cloud.sns.published.map(({ Subject }) => Subject)).toEqual(['shop online: failed']);
});

it('throws a look that failed, after it has told people of it once', async () => {
  await cloud.look();
  trained(1);
  const deny = () => {
    cloud.endpoints.before = [
      'CreateModel',
      () => {
        throw new Fault('AccessDeniedException', 'not authorized to perform iam:PassRole');
      },
    ];
  };
  for (let look = 0; look < 3; look += 1) {
    deny();
    await expect(cloud.look()).rejects.toThrow('iam:PassRole');
    cloud.wait(5);
  }
  expect(cloud.sns.published.map(({ Subject }) => Subject)).toEqual(['shop online: failed']);
  cloud.endpoints.before = undefined;
  await cloud.look();
  expect(cloud.endpoints.endpoint).toMatchObject({ status: 'Creating' });
});

it('gives up a version that does not start three times, and says what SageMaker said', async () => {
  await cloud.look();
  trained(1);
  for (let tries = 0; tries < 3; tries += 1) {
    await cloud.look();
    cloud.endpoints.end('failed');
    cloud.wait(20);
    await cloud.look();
    expect(cloud.log.join()).toContain('did not pass the ping health check');
    if (cloud.endpoints.endpoint) cloud.endpoints.end();
    cloud.wait(20);
  }
  await cloud.look();
  expect(await cloud.events()).toContain('mark done: v1 is rejected: it failed to start 3 times');
});

describe('a later version', () => {
  beforeEach(async () => {
    await serving();
    cloud.wait(70);
    await cloud.look();
    cloud.shop.s3.put('loop/online/requests/more.json', { id: 'more', at: cloud.shop.now, kind: 'train' });
    await cloud.look();
    trained(2);
    await cloud.look();
    cloud.endpoints.end();
    cloud.wait(10);
    await cloud.look();
  });

  it('begins its trial in the registry, and gets its first part of the traffic', async () => {
    expect((await cloud.events()).slice(-2)).toEqual([
      'mark done: the trial of v2 begins',
      'shift done: v2 goes to 10 %',
    ]);
    cloud.endpoints.end();
    expect(cloud.endpoints.shares()).toEqual({ blue: 90, green: 10 });
  });

  it('that fails its requests loses its traffic at the next look', async () => {
    cloud.endpoints.end();
    cloud.wait(10);
    await cloud.look();
    for (const [figure, value] of [
      ['Invocations Sum blue', 900],
      ['Invocations Sum green', 100],
      ['Invocation5XXErrors Sum green', 20],
    ] as const)
      cloud.cloudwatch.figures.set(figure, value);
    cloud.wait(10);
    await cloud.look();
    cloud.endpoints.end();
    expect(cloud.endpoints.shares()).toEqual({ blue: 100, green: 0 });
    expect((await cloud.events()).join()).toContain('v2 is rejected: 20 % of 100 requests failed');
    expect(cloud.sns.published.at(-1)).toMatchObject({ Subject: 'shop online: rejected' });
  });
});

it('rejects a version that SageMaker took back by itself', async () => {
  const { serving: kind } = cloud.settings;
  const guardrails = { canary: 10, waitSeconds: 60, alarms: ['errors'] };
  cloud = new FakeCloud({ serving: { ...kind, guardrails } as typeof kind });
  await serving();
  cloud.wait(70);
  await cloud.look();
  cloud.shop.s3.put('loop/online/requests/more.json', { id: 'more', at: cloud.shop.now, kind: 'train' });
  await cloud.look();
  trained(2);
  await cloud.look();
  expect((await cloud.events()).slice(-2)).toEqual([
    'mark done: the trial of v2 begins',
    'shift done: v2 goes to 100 %',
  ]);
  expect(cloud.endpoints.last('UpdateEndpoint')).toHaveProperty('DeploymentConfig');
  cloud.endpoints.end('rolledBack');
  cloud.wait(20);
  await cloud.look();
  expect(await cloud.events()).toContain('mark done: v2 is rejected: the platform rolled it back');
  expect(cloud.endpoints.config().EndpointConfigName).toContain('-v1-');
  expect(cloud.log.join()).toContain('did not pass the ping health check');
  expect(cloud.endpoints.times('UpdateEndpoint')).toBe(1);
});

it('retrains on an alarm of the user’s own, and on none that the spec does not ask for', () => {
  const { settings, spec } = cloud;
  expect(specOf({ target: AWS, settings, spec }, 1).retrain).toBe(false);
  const online = {
    ...spec.endpoints['online']!,
    retrain: { on: ['quality'], cooldown: '1 day', onNewCode: true, atMost: { runs: 4, per: '90 days' } },
  } as const;
  const on = specOf({ target: AWS, settings, spec: { ...spec, endpoints: { online } } }, 1).retrain;
  expect(on && on.on).toEqual(['quality', 'revenue']);
});

it('writes down what it waits for, when that changes', async () => {
  const host = cloud.host();
  await cloud.look(host);
  const path = 'loop/online/status.json';
  expect(cloud.shop.s3.json(path)).toEqual({
    at: START,
    waits: [expect.stringContaining('training run 1 is running') as string],
  });
  cloud.shop.s3.log.length = 0;
  cloud.wait(5);
  await cloud.look(host);
  expect(cloud.shop.s3.log).not.toContain(`PUT ${path}`);
});

it('scales what it has placed', async () => {
  const { serving: kind } = cloud.settings;
  cloud = new FakeCloud({ serving: { ...kind, replicas: { min: 1, max: 3 } } as typeof kind });
  await serving();
  expect(cloud.scaling.targets.get('blue')).toMatchObject({ MinCapacity: 1, MaxCapacity: 3 });
});
