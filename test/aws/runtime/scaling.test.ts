/** How many replicas a variant has: what is registered with Application Auto Scaling, and when. */
import { Scaling } from '../../../constructs/aws/scaling.runtime';
import type { Machines } from '../../../constructs/aws/endpoint-config.runtime';
import { NAME, REAL_TIME, settingsOf } from './endpoint-stage';
import { FakeCloudWatch } from './fake-cloudwatch';
import { Fault } from './fake-json';
import { FakeScaling } from './fake-scaling';

let fake: FakeScaling;
let cloudwatch: FakeCloudWatch;
beforeEach(() => {
  fake = new FakeScaling();
  cloudwatch = new FakeCloudWatch();
});

const scaling = (serving: Machines) => new Scaling(fake.client, cloudwatch.client, settingsOf(serving));
const between = (min: number, max: number) => scaling({ ...REAL_TIME, replicas: { min, max } });
const queue = (min: number): Machines => ({
  ...{ kind: 'asynchronous', machine: 'ml.m5.large', isolation: true, volumeKey: true },
  replicas: { min, max: 3 },
  maxConcurrentInvocationsPerReplica: 4,
});

describe('a real-time variant', () => {
  it('scales between its bounds, by the requests of a replica', async () => {
    await between(1, 4).ensure(['blue', 'green']);
    expect([...fake.targets.values()]).toEqual(
      ['blue', 'green'].map((variant) => ({
        ServiceNamespace: 'sagemaker',
        ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
        ResourceId: `endpoint/${NAME}/variant/${variant}`,
        MinCapacity: 1,
        MaxCapacity: 4,
      })),
    );
    expect(fake.last('PutScalingPolicy')).toMatchObject({
      PolicyName: `${NAME}-load`,
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 1000,
        PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
      },
    });
  });

  it('is asked about, and left alone, where all is as it should be', async () => {
    await between(1, 4).ensure(['blue']);
    fake.log.length = 0;
    await between(1, 4).ensure(['blue']);
    expect(fake.log).toEqual(['DescribeScalableTargets', 'DescribeScalingPolicies']);
  });

  it('gets the bounds and the aim that the settings have now', async () => {
    await between(1, 4).ensure(['blue']);
    await scaling({ ...REAL_TIME, replicas: { min: 2, max: 6 }, invocationsPerReplica: 500 }).ensure(['blue']);
    expect(fake.targets.get('blue')).toMatchObject({ MinCapacity: 2, MaxCapacity: 6 });
    expect(fake.last('PutScalingPolicy')).toMatchObject({
      TargetTrackingScalingPolicyConfiguration: { TargetValue: 500 },
    });
  });

  it('gets its policy later, where a crash came between the two', async () => {
    fake.before = [
      'PutScalingPolicy',
      () => {
        throw new Error('the process ended');
      },
    ];
    await expect(between(1, 4).ensure(['blue'])).rejects.toThrow('the process ended');
    await between(1, 4).ensure(['blue']);
    expect([...fake.policies.keys()]).toEqual([`blue ${NAME}-load`]);
  });

  it('does not scale any more where the bounds have become one number', async () => {
    await between(1, 4).ensure(['blue', 'green']);
    await between(2, 2).ensure(['blue']);
    expect([...fake.targets.keys()]).toEqual(['green']);
    fake.log.length = 0;
    await between(2, 2).ensure(['blue']);
    expect(fake.log).toEqual(['DescribeScalableTargets']);
  });
});

describe('a release', () => {
  it('is done where nothing was registered', async () => {
    await between(1, 4).release(['blue']);
    await between(1, 4).ensure(['blue']);
    await between(1, 4).release(['blue']);
    expect([fake.targets.size, fake.policies.size]).toEqual([0, 0]);
  });

  it('throws anything else', async () => {
    fake.before = [
      'DeregisterScalableTarget',
      () => {
        throw new Fault('AccessDeniedException', 'not yours');
      },
    ];
    await expect(between(1, 4).release(['blue'])).rejects.toThrow('not yours');
  });
});

describe('an asynchronous variant', () => {
  it('scales by the queue of a replica', async () => {
    await scaling(queue(1)).ensure(['live']);
    expect(fake.last('PutScalingPolicy')).toMatchObject({
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 4,
        CustomizedMetricSpecification: {
          MetricName: 'ApproximateBacklogSizePerInstance',
          Dimensions: [{ Name: 'EndpointName', Value: NAME }],
        },
      },
    });
    expect(cloudwatch.log).toEqual([]);
  });

  it('that may have no replicas is woken by the first request that waits', async () => {
    await scaling(queue(0)).ensure(['live']);
    expect([...fake.policies.keys()]).toEqual([`live ${NAME}-load`, `live ${NAME}-waiting`]);
    expect(cloudwatch.last('PutMetricAlarm')).toMatchObject({
      AlarmName: `${NAME}-waiting`,
      MetricName: 'HasBacklogWithoutCapacity',
      AlarmActions: [`arn:policy/${NAME}-waiting`],
    });
    await scaling(queue(0)).release(['live']);
    expect([fake.targets.size, cloudwatch.alarms.size]).toEqual([0, 0]);
  });

  it('gets its alarm later, where a crash came before it', async () => {
    cloudwatch.before = [
      'PutMetricAlarm',
      () => {
        throw new Error('the process ended');
      },
    ];
    await expect(scaling(queue(0)).ensure(['live'])).rejects.toThrow('the process ended');
    await scaling(queue(0)).ensure(['live']);
    expect(cloudwatch.alarms.has(`${NAME}-waiting`)).toBe(true);
  });
});

it('asks nothing where nothing serves', async () => {
  await between(1, 4).ensure([]);
  await between(1, 4).release([]);
  expect(fake.log).toEqual([]);
});
