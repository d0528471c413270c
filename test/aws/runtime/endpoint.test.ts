/** A real-time endpoint whose traffic the loop moves: two slots, and what SageMaker makes of what is asked. */
import { Refused } from '../../../runtime/loop/platform';
import { NAME, REAL_TIME, REVISION, settingsOf, Stage } from './endpoint-stage';
import { invalid } from './fake-json';

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

const scaled = (replicas = { min: 1, max: 4 }) => new Stage(settingsOf({ ...REAL_TIME, replicas }));

describe('the first deployment', () => {
  it('makes model, configuration and endpoint, and has all traffic when it is ready', async () => {
    expect(await stage.view()).toMatchObject({ exists: false, busy: false, deployments: [] });
    await stage.place('v1');
    expect(await stage.seen()).toEqual(['v1 creating 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    expect(stage.sagemaker.log.filter((call) => call.startsWith('Create'))).toEqual([
      'CreateModel',
      'CreateEndpointConfig',
      'CreateEndpoint',
    ]);
    expect(stage.endpoint.figuresOf(`v1-${REVISION}`)).toBe('blue');
  });

  it('is told of image, model, role, machine, keys and capture', async () => {
    await stage.serve();
    expect(stage.sagemaker.last('CreateModel')).toEqual({
      ModelName: `${NAME}-v1-${REVISION}`,
      ExecutionRoleArn: stage.settings.serveRole,
      EnableNetworkIsolation: true,
      PrimaryContainer: {
        Image: stage.settings.image,
        ModelDataSource: {
          S3DataSource: { S3Uri: 's3://record/artifacts/v1/', S3DataType: 'S3Prefix', CompressionType: 'None' },
        },
      },
    });
    expect(stage.sagemaker.last('CreateEndpointConfig')).toEqual({
      EndpointConfigName: expect.stringMatching(/^shop-online-[0-9a-f]{10}$/) as string,
      KmsKeyId: stage.settings.key,
      ProductionVariants: [
        {
          VariantName: 'blue',
          ModelName: `${NAME}-v1-${REVISION}`,
          InstanceType: 'ml.m5.large',
          InitialInstanceCount: 1,
          InitialVariantWeight: 100,
        },
      ],
      DataCaptureConfig: {
        EnableCapture: true,
        InitialSamplingPercentage: 100,
        DestinationS3Uri: `s3://record/captures/online/blue.v1-${REVISION}`,
        KmsKeyId: stage.settings.key,
        CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
        CaptureContentTypeHeader: {
          JsonContentTypes: ['application/json', 'application/jsonlines'],
          CsvContentTypes: ['text/csv'],
        },
      },
    });
  });

  it('keeps what a setting leaves out out of the requests', async () => {
    const serving = { ...REAL_TIME, capture: 0, volumeKey: false };
    stage = new Stage(settingsOf(serving, { network: { subnets: ['s1', 's2'], securityGroups: ['g'] } }));
    await stage.serve();
    expect(stage.sagemaker.last('CreateEndpointConfig')).not.toHaveProperty('KmsKeyId');
    expect(stage.sagemaker.last('CreateEndpointConfig')).not.toHaveProperty('DataCaptureConfig');
    expect(stage.sagemaker.last('CreateModel')).toMatchObject({
      VpcConfig: { Subnets: ['s1', 's2'], SecurityGroupIds: ['g'] },
    });
  });

  it('that fails is a failed deployment, whose retirement deletes the endpoint, so that it can be placed again', async () => {
    await stage.place('v1');
    stage.end('failed');
    expect(await stage.seen()).toEqual(['v1 failed 0']);
    await stage.retire('v1');
    expect(await stage.seen()).toEqual(['v1 deleting 0', 'changing']);
    stage.end();
    expect(await stage.view()).toMatchObject({ exists: false, deployments: [] });
    await stage.serve();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });

  it('is not taken for failed while SageMaker still answers that there is no endpoint', async () => {
    await stage.place('v1');
    stage.sagemaker.endpoint = undefined;
    expect(await stage.seen()).toEqual(['v1 creating 0', 'changing']);
    stage.now += 120_000;
    expect(await stage.seen()).toEqual([]);
  });
});

describe('a second deployment', () => {
  beforeEach(() => stage.serve());

  it('comes into the other slot without traffic, and what serves keeps its own', async () => {
    await stage.place('v2');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    expect(stage.sagemaker.config()).toMatchObject({
      ProductionVariants: [
        { VariantName: 'blue', InitialVariantWeight: 100 },
        { VariantName: 'green', InitialVariantWeight: 0 },
      ],
      DataCaptureConfig: { DestinationS3Uri: `s3://record/captures/online/blue.v1-${REVISION},green.v2-${REVISION}` },
    });
    // What retention would do to a new variant, and to the capture, is not documented: the configuration says it all.
    expect(stage.sagemaker.last('UpdateEndpoint')).not.toHaveProperty('RetainAllVariantProperties');
  });

  it('begins beside what autoscaling has made of the first', async () => {
    stage.sagemaker.scale('blue', 3);
    await stage.place('v2');
    stage.end();
    expect(stage.sagemaker.config().ProductionVariants.map((each) => each.InitialInstanceCount)).toEqual([3, 1]);
  });

  it('at another revision has its own machine, and leaves the first one its own', async () => {
    const other = settingsOf({ ...REAL_TIME, machine: 'ml.c5.xlarge' }, { revision: 'ffff0000' });
    stage.reopen(other);
    await stage.place('v1', 'ffff0000');
    stage.end();
    expect(stage.sagemaker.config().ProductionVariants.map((each) => each.InstanceType)).toEqual([
      'ml.m5.large',
      'ml.c5.xlarge',
    ]);
    expect((await stage.view()).deployments.map(({ id }) => id)).toEqual([`v1-${REVISION}`, 'v1-ffff0000']);
  });

  it('that does not start leaves the endpoint as it was, and is seen as failed until it is cleared away', async () => {
    await stage.place('v2');
    stage.end('rolledBack');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 failed 0']);
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 failed 0']);
    const { etag } = await stage.view();
    await stage.retire('v2');
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    expect((await stage.view()).etag).not.toBe(etag);
    expect(stage.sagemaker.times('UpdateEndpoint')).toBe(1);
    await stage.place('v2');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
  });

  it('is placed once, however often it is asked for', async () => {
    await stage.place('v2');
    await stage.place('v2');
    stage.end();
    await stage.place('v2');
    expect(stage.sagemaker.times('UpdateEndpoint')).toBe(1);
  });

  it('is placed by a second look where the first one crashed before it asked', async () => {
    stage.sagemaker.before = [
      'UpdateEndpoint',
      () => {
        throw new Error('the process ended');
      },
    ];
    await expect(stage.place('v2')).rejects.toThrow('the process ended');
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    await stage.place('v2');
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    // Model and configuration were there already.
    expect(stage.sagemaker.times('CreateModel')).toBe(3);
    expect(stage.sagemaker.models.size).toBe(2);
  });

  it('is known to have failed also where the look that asked for it did not live to hear the answer', async () => {
    stage.sagemaker.after = [
      'UpdateEndpoint',
      () => {
        throw new Error('the process ended');
      },
    ];
    await expect(stage.place('v2')).rejects.toThrow('the process ended');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
    stage.end('rolledBack');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 failed 0']);
  });

  it('is not seen as failed while SageMaker answers for a moment as if nothing had been asked', async () => {
    await stage.place('v2');
    stage.sagemaker.stale = true;
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 creating 0', 'changing']);
  });

  it('refuses a third one, and one of a revision whose settings are not known', async () => {
    await stage.place('v2');
    stage.end();
    await expect(stage.place('v3')).rejects.toThrow('both slots are taken');
    await stage.retire('v2');
    stage.end();
    await expect(stage.place('v1', 'ffff0000')).rejects.toThrow(`got revision ffff0000, expected ${REVISION}`);
  });
});

describe('traffic', () => {
  beforeEach(async () => {
    await stage.serve();
    await stage.place('v2');
    stage.end();
  });

  it('moves by weights, and counts only when it has moved', async () => {
    await stage.shift({ v1: 90, v2: 10 });
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 90', 'v2 ready 10']);
    await stage.shift({ v2: 100 });
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 0', 'v2 ready 100']);
    expect(stage.sagemaker.shares()).toEqual({ blue: 0, green: 100 });
  });

  it('that SageMaker could not move is where it was', async () => {
    await stage.shift({ v1: 90, v2: 10 });
    stage.end('rolledBack');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    await stage.shift({ v1: 90, v2: 10 });
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 90', 'v2 ready 10']);
  });

  it('that is so already is not moved', async () => {
    await stage.shift({ v1: 100 });
    expect(stage.sagemaker.times('UpdateEndpointWeightsAndCapacities')).toBe(0);
  });

  it('refuses shares that do not add up, or go to what is not ready', async () => {
    await expect(stage.shift({ v1: 90, v2: 20 })).rejects.toThrow('got a sum of 110, expected 100');
    await expect(stage.shift({ v1: 90, v3: 10 })).rejects.toThrow(Refused);
  });

  it('is refused on an older look: whatever was changed since', async () => {
    const before = (await stage.view()).etag;
    await stage.shift({ v1: 90, v2: 10 });
    await expect(stage.shift({ v2: 100 }, { ifMatch: before })).rejects.toThrow('the endpoint is changing');
    stage.end();
    await expect(stage.shift({ v2: 100 }, { ifMatch: before })).rejects.toThrow('the endpoint has changed');
    // Back to the same weights, but not to the same etag: a trial that began before is over.
    await stage.shift({ v1: 100 });
    stage.end();
    await expect(stage.shift({ v2: 100 }, { ifMatch: before })).rejects.toThrow(Refused);
    expect(stage.sagemaker.shares()).toEqual({ blue: 100, green: 0 });
  });

  it('of two looks at the same moment only one moves', async () => {
    const { etag } = await stage.view();
    const other = new Stage();
    Object.assign(other, { s3: stage.s3, sagemaker: stage.sagemaker, scaling: stage.scaling, now: stage.now });
    other.reopen();
    const results = await Promise.allSettled([
      stage.shift({ v1: 90, v2: 10 }, { ifMatch: etag }),
      other.shift({ v2: 100 }, { ifMatch: etag }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(stage.sagemaker.times('UpdateEndpointWeightsAndCapacities')).toBe(1);
  });

  it('is refused, and nothing is on record, where SageMaker is busy with what nobody here asked for', async () => {
    const { etag } = await stage.view();
    stage.sagemaker.before = [
      'UpdateEndpointWeightsAndCapacities',
      () => {
        throw invalid('Cannot update in-progress endpoint "arn".');
      },
    ];
    await expect(stage.shift({ v1: 90, v2: 10 }, { ifMatch: etag })).rejects.toThrow(Refused);
    expect((await stage.view()).etag).toBe(etag);
  });

  it('has an etag that autoscaling does not touch, and that anybody else’s change of weights does', async () => {
    const { etag } = await stage.view();
    stage.sagemaker.scale('blue', 4);
    expect((await stage.view()).etag).toBe(etag);
    stage.sagemaker.endpoint!.variants[1]!.CurrentWeight = 50;
    expect((await stage.view()).etag).not.toBe(etag);
    // What a model package's metadata take: the registry keeps it.
    expect(etag).toMatch(/^[\w.:/=+\-@]{1,256}$/);
  });
});

describe('a deployment that gets more traffic', () => {
  const replicas = async (carrying: number, shares: Record<string, number>, guarded = true) => {
    stage = scaled();
    await stage.serve();
    await stage.place('v2');
    stage.end();
    stage.sagemaker.scale('blue', carrying);
    before = (await stage.view()).etag;
    return stage.shift(shares, { guarded });
  };
  let before = '';

  it('gets its part of the replicas first', async () => {
    await expect(replicas(4, { v1: 50, v2: 50 })).rejects.toThrow('gets 2 replicas first');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0', 'changing']);
    stage.end();
    // No traffic has moved: a trial that began before goes on.
    expect((await stage.view()).etag).toBe(before);
    await stage.shift({ v1: 50, v2: 50 });
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 50', 'v2 ready 50']);
  });

  it('goes on without them where they do not come', async () => {
    await expect(replicas(4, { v1: 50, v2: 50 })).rejects.toThrow(Refused);
    stage.end('rolledBack');
    await stage.shift({ v1: 50, v2: 50 });
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 50', 'v2 ready 50']);
  });

  it('does not wait where it has enough, or where others must be left at once', async () => {
    await replicas(4, { v1: 90, v2: 10 });
    await replicas(4, { v2: 100 }, false);
    expect(stage.sagemaker.times('UpdateEndpointWeightsAndCapacities')).toBe(1);
  });
});

describe('a retirement', () => {
  beforeEach(async () => {
    stage = scaled();
    await stage.serve();
    await stage.place('v2');
    stage.end();
    await stage.endpoint.tend();
  });

  it('takes the variant away, which is no scalable target any more', async () => {
    expect([...stage.scaling.targets.keys()]).toEqual(['blue', 'green']);
    await stage.retire('v2');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 deleting 0', 'changing']);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
    expect([...stage.scaling.targets.keys()]).toEqual(['blue']);
    expect(stage.sagemaker.config()).toMatchObject({
      DataCaptureConfig: { DestinationS3Uri: `s3://record/captures/online/blue.v1-${REVISION}` },
    });
  });

  it('frees its slot for the next one', async () => {
    await stage.shift({ v2: 100 }, { guarded: false });
    stage.end();
    await stage.retire('v1');
    stage.end();
    await stage.place('v3');
    stage.end();
    expect(stage.sagemaker.config().ProductionVariants.map((each) => each.VariantName)).toEqual(['green', 'blue']);
    expect(await stage.seen()).toEqual(['v2 ready 100', 'v3 ready 0']);
  });

  it('is refused under traffic, and changes nothing where it is gone already', async () => {
    await expect(stage.retire('v1')).rejects.toThrow('100 % of the traffic');
    await stage.retire('v7');
    await stage.retire('v2');
    await stage.retire('v2');
    expect(stage.sagemaker.times('UpdateEndpoint')).toBe(2);
  });

  it('that SageMaker could not do is seen by the deployment that is still there', async () => {
    await stage.retire('v2');
    stage.end('rolledBack');
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 ready 0']);
    await stage.endpoint.tend();
    expect([...stage.scaling.targets.keys()]).toEqual(['blue', 'green']);
  });
});

describe('an endpoint that failed', () => {
  it('goes on serving as long as machines answer, and what came last has failed', async () => {
    await stage.serve();
    await stage.place('v2');
    stage.end('failed', 1);
    expect(await stage.seen()).toEqual(['v1 ready 100', 'v2 failed 0']);
  });

  it('of which nothing is left is deleted, so that it can be made again', async () => {
    await stage.serve();
    await stage.place('v2');
    stage.end('failed');
    expect(await stage.seen()).toEqual(['v1 failed 0', 'v2 failed 0']);
    await stage.retire('v1');
    stage.end();
    expect(await stage.view()).toMatchObject({ exists: false, deployments: [] });
  });
});

describe('an endpoint that somebody else made', () => {
  const variant = {
    VariantName: 'AllTraffic',
    ModelName: 'theirs',
    InstanceType: 'ml.m4.xlarge',
    InitialInstanceCount: 2,
  };

  it('is carried along: it serves as v0, and gives its traffic to ours', async () => {
    stage.sagemaker.models.set('theirs', {});
    stage.sagemaker.adopt({ EndpointConfigName: 'their-config', ProductionVariants: [variant] });
    expect(await stage.seen()).toEqual(['v0 ready 100']);
    const [{ id } = { id: '' }] = (await stage.view()).deployments;
    await stage.place('v1');
    stage.end();
    expect(await stage.seen()).toEqual(['v0 ready 100', 'v1 ready 0']);
    expect(stage.sagemaker.config().ProductionVariants[0]).toEqual({ ...variant, InitialVariantWeight: 1 });
    await stage.shift({ [id]: 90, v1: 10 });
    stage.end();
    expect(await stage.seen()).toEqual(['v0 ready 90', 'v1 ready 10']);
    await stage.shift({ v1: 100 });
    stage.end();
    await stage.retire(id);
    stage.end();
    expect(await stage.seen()).toEqual(['v1 ready 100']);
  });

  it('is refused where it has what a new configuration would lose', async () => {
    stage.sagemaker.adopt({
      EndpointConfigName: 'their-config',
      ProductionVariants: [variant],
      ShadowProductionVariants: [{ ...variant, VariantName: 'shadow' }],
    });
    await expect(stage.view()).rejects.toThrow('with shadow variants, expected variants with a model each');
  });
});

describe('what is left of deployments that are gone', () => {
  it('is deleted but for the newest and what is in use, and what only sounds alike is left alone', async () => {
    await stage.serve();
    for (const [n, before] of [2, 3, 4, 5].map((each) => [each, each - 1] as const)) {
      await stage.place(`v${n}`);
      stage.end();
      await stage.shift({ [`v${n}`]: 100 }, { guarded: false });
      stage.end();
      await stage.retire(`v${before}`);
      stage.end();
    }
    const alike = ['shop-online-eu-0123456789', 'shop-online-v1', 'other-shop-online-0123456789'];
    for (const name of alike) {
      stage.sagemaker.configs.set(name, { EndpointConfigName: name, ProductionVariants: [] });
      stage.sagemaker.models.set(`${name}-v1-${REVISION}`, {});
    }
    await stage.endpoint.prune();
    const left = [...stage.sagemaker.configs.keys()].filter((name) => !alike.includes(name));
    expect(left).toHaveLength(3);
    expect(left).toContain(stage.sagemaker.endpoint!.config);
    expect([...stage.sagemaker.configs.keys()].filter((name) => alike.includes(name))).toEqual(alike);
    const models = [...stage.sagemaker.models.keys()];
    expect(models.filter((name) => name.startsWith('shop-online-v'))).toEqual([
      `${NAME}-v3-${REVISION}`,
      `${NAME}-v4-${REVISION}`,
      `${NAME}-v5-${REVISION}`,
      `shop-online-v1-v1-${REVISION}`,
    ]);
  });

  describe('is never', () => {
    /** Newer ones, which nobody uses. */
    const add = (count: number) => {
      for (let n = 0; n < count; n += 1) {
        const name = `${NAME}-${String(n).repeat(10)}`;
        stage.sagemaker.configs.set(name, { EndpointConfigName: name, ProductionVariants: [] });
        stage.sagemaker.models.set(`${NAME}-v${n + 90}-${REVISION}`, {});
      }
    };

    it('what is in use, however old it is, and whatever was asked for', async () => {
      await stage.serve();
      const first = stage.sagemaker.endpoint!.config;
      add(5);
      stage.s3.objects.delete('loop/online/endpoint.json');
      await stage.endpoint.prune();
      expect(stage.sagemaker.configs.has(first)).toBe(true);
      expect(stage.sagemaker.models.has(`${NAME}-v1-${REVISION}`)).toBe(true);
      expect(stage.sagemaker.configs.size).toBe(4);
    });

    it.each([
      ['what SageMaker is about to bring', 'loop/online/endpoint.json'],
      ['what was asked for, also where SageMaker does not say so yet', ''],
    ])('%s', async (_what, forgotten) => {
      await stage.serve();
      await stage.place('v2');
      const coming = stage.sagemaker.endpoint!.pending!;
      add(5);
      if (forgotten) stage.s3.objects.delete(forgotten);
      else delete stage.sagemaker.endpoint!.pending;
      await stage.endpoint.prune();
      expect(stage.sagemaker.configs.has(coming)).toBe(true);
      expect(stage.sagemaker.models.has(`${NAME}-v2-${REVISION}`)).toBe(true);
    });
  });
});

it('removes the whole endpoint with its scalable targets, and again without harm', async () => {
  stage = scaled();
  await stage.serve();
  await stage.endpoint.tend();
  await stage.endpoint.remove();
  expect(await stage.seen()).toEqual(['v1 deleting 0', 'changing']);
  expect(stage.scaling.targets.size).toBe(0);
  stage.end();
  await stage.endpoint.remove();
  expect(await stage.view()).toMatchObject({ exists: false, busy: false, deployments: [] });
});

it('throws what is no conflict, such as a quota that is spent', async () => {
  stage.sagemaker.before = [
    'CreateEndpoint',
    () => {
      throw invalid('The account-level service limit is 0 instances');
    },
  ];
  const place = stage.place('v1');
  await expect(place).rejects.toThrow('service limit');
  await expect(place).rejects.not.toThrow(Refused);
  // It was never accepted: nothing has failed to start, and it is tried again.
  expect(await stage.seen()).toEqual([]);
});
