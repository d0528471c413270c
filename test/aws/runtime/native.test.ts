/** An endpoint whose traffic SageMaker moves: asynchronous, or behind its guardrails. */
import { Refused } from '../../../runtime/loop/platform';
import type { Machines } from '../../../constructs/aws/endpoint-config.runtime';
import { NAME, REAL_TIME, REVISION, settingsOf, Stage } from './endpoint-stage';

const ASYNCHRONOUS: Machines = {
  kind: 'asynchronous',
  machine: 'ml.m5.large',
  replicas: { min: 0, max: 3 },
  isolation: true,
  volumeKey: true,
  maxConcurrentInvocationsPerReplica: 4,
};
const GUARDED: Machines = {
  ...REAL_TIME,
  replicas: { min: 2, max: 4 },
  guardrails: { canary: 25, waitSeconds: 600, alarms: ['errors', 'latency'] },
};

let stage: Stage;
beforeEach(() => {
  stage = new Stage(settingsOf(GUARDED));
});

/** v1 serves, v2 can. */
async function beside(): Promise<void> {
  await stage.serve();
  await stage.place('v2');
}

describe('a deployment', () => {
  it('makes the endpoint where there is none, and has all traffic when it is ready', async () => {
    await stage.place('v1');
    expect(await stage.seen()).toEqual(['v1 creating 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    expect((await stage.view()).last).toEqual({ deployment: `v1-${REVISION}`, outcome: 'done' });
    expect(stage.endpoint.figuresOf(`v1-${REVISION}`)).toBe('live');
  });

  it('beside one that serves is a configuration under its own name, ready at once, with as many replicas', async () => {
    await stage.serve();
    stage.sagemaker.scale('live', 3);
    await stage.place('v2');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    expect(stage.sagemaker.times('UpdateEndpoint')).toBe(0);
    expect(stage.sagemaker.last('CreateEndpointConfig')).toMatchObject({
      EndpointConfigName: `${NAME}-v2-${REVISION}`,
      ProductionVariants: [{ VariantName: 'live', ModelName: `${NAME}-v2-${REVISION}`, InitialInstanceCount: 3 }],
      DataCaptureConfig: { DestinationS3Uri: `s3://record/captures/online/live.v2-${REVISION}` },
    });
  });

  it('that the endpoint failed to become is failed, and cleared away with the endpoint', async () => {
    await stage.place('v1');
    stage.end('failed');
    expect(await stage.seen()).toEqual(['v1 failed 0']);
    expect((await stage.view()).last).toEqual({ deployment: `v1-${REVISION}`, outcome: 'failed' });
    await stage.retire('v1');
    stage.end();
    // Its configuration is still there, but nothing is deployed without an endpoint.
    expect(await stage.view()).toMatchObject({ exists: false, deployments: [] });
    await stage.place('v1');
    expect(await stage.seen()).toEqual(['v1 creating 0', 'changing']);
  });

  it('is placed once, in one of two places', async () => {
    await beside();
    await stage.place('v2');
    expect(stage.sagemaker.times('CreateEndpointConfig')).toBe(2);
    await expect(stage.place('v3')).rejects.toThrow('both slots are taken');
  });

  it('that is retired is gone at once, with its model; not while it has the traffic', async () => {
    await beside();
    await expect(stage.retire('v1')).rejects.toThrow('100 % of the traffic');
    await stage.retire('v2');
    await stage.retire('v2');
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    expect([...stage.sagemaker.models.keys()]).toEqual([`${NAME}-v1-${REVISION}`]);
    expect([...stage.sagemaker.configs.keys()]).toEqual([`${NAME}-v1-${REVISION}`]);
  });
});

describe('traffic', () => {
  beforeEach(beside);

  it('moves behind guardrails, and is where it was until it has moved', async () => {
    await stage.shift({ v2: 100 });
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0', 'changing']);
    expect(stage.sagemaker.last('UpdateEndpoint')).toEqual({
      EndpointName: NAME,
      EndpointConfigName: `${NAME}-v2-${REVISION}`,
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: {
            Type: 'CANARY',
            CanarySize: { Type: 'CAPACITY_PERCENT', Value: 25 },
            WaitIntervalInSeconds: 600,
          },
          TerminationWaitInSeconds: 600,
          MaximumExecutionTimeoutInSeconds: 8400,
        },
        AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'errors' }, { AlarmName: 'latency' }] },
      },
    });
    stage.end();
    expect(await stage.seen()).toEqual(['v2 ready 100', 'v1 ready 0']);
    expect((await stage.view()).last).toEqual({ deployment: `v2-${REVISION}`, outcome: 'done' });
  });

  it('that SageMaker took back in silence is a rollback, at another etag than before', async () => {
    const before = await stage.view();
    await stage.shift({ v2: 100 });
    expect(await stage.view()).not.toHaveProperty('last');
    stage.end('rolledBack');
    const after = await stage.view();
    expect(after).toMatchObject({ busy: false, last: { deployment: `v2-${REVISION}`, outcome: 'rolledBack' } });
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    // The trial that began at the etag before is the one that was rolled back.
    expect(after.etag).not.toBe(before.etag);
    // Seen again by a process that knows nothing.
    stage.reopen();
    expect((await stage.view()).last).toEqual(after.last);
  });

  it('that a look asked for and did not live to hear of is a rollback too, once it was seen under way', async () => {
    stage.sagemaker.after = [
      'UpdateEndpoint',
      () => {
        throw new Error('the process ended');
      },
    ];
    await expect(stage.shift({ v2: 100 })).rejects.toThrow('the process ended');
    expect(await stage.seen()).toContain('changing');
    stage.end('rolledBack');
    expect((await stage.view()).last).toEqual({ deployment: `v2-${REVISION}`, outcome: 'rolledBack' });
  });

  it('that was never asked for is no rollback', async () => {
    stage.sagemaker.before = [
      'UpdateEndpoint',
      () => {
        throw new Error('the process ended');
      },
    ];
    await expect(stage.shift({ v2: 100 })).rejects.toThrow('the process ended');
    stage.now += 3_600_000;
    expect(await stage.view()).not.toHaveProperty('last');
  });

  it('that is unguarded has no alarms that could undo it', async () => {
    await stage.shift({ v2: 100 });
    stage.end();
    await stage.shift({ v1: 100 }, { guarded: false });
    expect(stage.sagemaker.last('UpdateEndpoint')).not.toHaveProperty('DeploymentConfig');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
  });

  it('is not divided, and goes nowhere that is not placed', async () => {
    await expect(stage.shift({ v1: 50, v2: 50 })).rejects.toThrow('expected one that gets all');
    await expect(stage.shift({ v9: 100 })).rejects.toThrow(Refused);
    await stage.shift({ v1: 100 });
    expect(stage.sagemaker.times('UpdateEndpoint')).toBe(0);
  });

  it('is refused on an older look', async () => {
    const { etag } = await stage.view();
    await stage.shift({ v2: 100 });
    stage.end();
    await expect(stage.shift({ v1: 100 }, { ifMatch: etag })).rejects.toThrow(Refused);
  });

  it('goes to another machine only when the variant is no scalable target any more', async () => {
    await stage.endpoint.tend();
    expect(stage.scaling.targets.size).toBe(1);
    stage.reopen(settingsOf({ ...GUARDED, machine: 'ml.c5.xlarge' }, { revision: 'ffff0000' }));
    await stage.retire('v2');
    await stage.place('v2', 'ffff0000');
    await stage.shift({ 'v2-ffff0000': 100 });
    stage.end();
    expect(await stage.seen()).toEqual(['v2 ready 100', 'v1 ready 0']);
    expect(stage.scaling.targets.size).toBe(0);
    await stage.endpoint.tend();
    expect(stage.scaling.targets.size).toBe(1);
  });

  it('moves at once where the settings say so', async () => {
    stage = new Stage(settingsOf({ ...REAL_TIME, guardrails: { canary: 100, waitSeconds: 300, alarms: ['errors'] } }));
    await beside();
    await stage.shift({ v2: 100 });
    expect(stage.sagemaker.last('UpdateEndpoint')).toMatchObject({
      DeploymentConfig: {
        BlueGreenUpdatePolicy: {
          TrafficRoutingConfiguration: { Type: 'ALL_AT_ONCE', WaitIntervalInSeconds: 300 },
          TerminationWaitInSeconds: 300,
        },
      },
    });
  });
});

describe('an asynchronous endpoint', () => {
  it('is told where its answers go, and can have no replicas', async () => {
    stage = new Stage(settingsOf(ASYNCHRONOUS));
    await stage.serve();
    expect(stage.sagemaker.last('CreateEndpointConfig')).toMatchObject({
      KmsKeyId: stage.settings.key,
      ProductionVariants: [{ InitialInstanceCount: 1 }],
      AsyncInferenceConfig: {
        ClientConfig: { MaxConcurrentInvocationsPerInstance: 4 },
        OutputConfig: {
          KmsKeyId: stage.settings.key,
          S3OutputPath: 's3://record/responses/online/answers',
          S3FailurePath: 's3://record/responses/online/failures',
        },
      },
    });
    stage.sagemaker.scale('live', 0);
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    await stage.endpoint.tend();
    expect(stage.scaling.targets.get('live')).toMatchObject({ MinCapacity: 0, MaxCapacity: 3 });
  });
});

it('deletes models that lost their configuration, and none that is about to get one', async () => {
  await beside();
  for (const name of [`${NAME}-v3-${REVISION}`, `${NAME}-v4-${REVISION}`, 'shop-online-eu-v3-0a1b2c3d'])
    stage.sagemaker.models.set(name, {});
  await stage.endpoint.prune();
  expect([...stage.sagemaker.models.keys()]).toEqual([
    `${NAME}-v1-${REVISION}`,
    `${NAME}-v2-${REVISION}`,
    `${NAME}-v4-${REVISION}`,
    'shop-online-eu-v3-0a1b2c3d',
  ]);
});

it('carries on with the variant of an endpoint that somebody else made', async () => {
  stage.sagemaker.models.set('theirs', {});
  const variant = {
    VariantName: 'AllTraffic',
    ModelName: 'theirs',
    InstanceType: 'ml.m5.large',
    InitialInstanceCount: 2,
  };
  stage.sagemaker.adopt({ EndpointConfigName: 'their-config', ProductionVariants: [variant] });
  expect(await stage.seen()).toEqual(['v0 ready 100']);
  await stage.place('v1');
  await stage.shift({ v1: 100 });
  stage.end();
  expect(await stage.seen()).toEqual(['v1 ready 100']);
  expect(stage.endpoint.figuresOf(`v1-${REVISION}`)).toBe('AllTraffic');
});

it('removes the whole endpoint', async () => {
  await beside();
  await stage.endpoint.tend();
  await stage.endpoint.remove();
  expect(stage.scaling.targets.size).toBe(0);
  stage.end();
  await stage.endpoint.remove();
  expect(await stage.view()).toMatchObject({ exists: false, deployments: [] });
});
