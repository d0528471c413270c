/** What each kind of endpoint is told, and what it cannot do. */
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import {
  checkKind,
  guardrailsOf,
  servingOf,
  slotsOf,
  type AskedOfKind,
  type EndpointKind,
} from '../../constructs/aws/endpoint-kind';
import type { Problem } from '../../constructs/spec/problem';
import { resolve } from '../../constructs/spec/resolve';
import { full } from '../cases/full';
import { minimal } from '../cases/minimal';
import { networkIn, newStack } from './endpoint-parts';

const GUIDE = 'https://docs.aws.amazon.com/sagemaker/latest/dg';
const API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';
const PATH = 'options.endpoints.online.kind';

const spec = resolve(minimal).endpoints['online']!;
/** One that every kind can be. */
const plain: AskedOfKind = {
  replicas: { min: 1, max: 1 },
  monitors: {},
  rollout: { ...spec.rollout, steps: [], bake: '30 minutes' },
};
const quality = { monitor: 'quality', worseThanChampion: 1.25 };
const judged = { ...plain.rollout, rollBackOn: { ...plain.rollout.rollBackOn, quality } };
const monitored = { ...plain, monitors: resolve(full).endpoints['online']!.monitors };
const withSteps = (...steps: number[]): AskedOfKind => ({ ...plain, rollout: { ...plain.rollout, steps } });
const withReplicas = (min: number, max: number): AskedOfKind => ({ ...plain, replicas: { min, max } });
const problems = (kind: EndpointKind, asked: AskedOfKind = plain): Problem[] => checkKind(kind, asked, undefined, PATH);

test('the default kind does what a spec asks by default, and all that a full one asks', () => {
  expect(problems({ kind: 'real-time' }, spec)).toEqual([]);
  expect(problems({ kind: 'real-time' }, resolve(full).endpoints['online'])).toEqual([]);
});

describe('a real-time endpoint', () => {
  test('refuses to be without a machine', () => {
    expect(problems({ kind: 'real-time' }, withReplicas(0, 1))).toEqual([
      {
        path: PATH,
        got: 'replicas.min 0',
        expected: 'at least 1: a real-time endpoint cannot be without a machine',
        fix: `set replicas.min to 1 in the spec, or kind to "serverless" or "asynchronous"; ${GUIDE}/async-inference-autoscale.html`,
      },
    ]);
  });

  test('refuses a machine that is none, and one that does not scale', () => {
    expect(problems({ kind: 'real-time', machine: 'm5.large' })).toEqual([
      {
        path: `${PATH}.machine`,
        got: '"m5.large"',
        expected: 'an instance type of SageMaker, such as "ml.m5.large"',
        fix: 'write it with its prefix "ml."',
      },
    ]);
    expect(problems({ kind: 'real-time', machine: 'ml.t2.medium' })).toEqual([]);
    expect(problems({ kind: 'real-time', machine: 'ml.t2.medium' }, withReplicas(1, 2))).toEqual([
      {
        path: `${PATH}.machine`,
        got: '"ml.t2.medium" for 1 to 2 replicas',
        expected: 'a machine that scales: burstable ones do not',
        fix: `use ml.m5.large, or make replicas.min and replicas.max the same; ${GUIDE}/endpoint-auto-scaling-add-console.html`,
      },
    ]);
  });

  test.each([-1, 101, 0.5])('refuses to capture %p percent', (capture) => {
    expect(problems({ kind: 'real-time', capture })).toEqual([
      {
        path: `${PATH}.capture`,
        got: `${capture}`,
        expected: 'a whole number of percent from 0 to 100',
        fix: `write 100 to capture all requests, 0 for none; ${API}/API_DataCaptureConfig.html`,
      },
    ]);
  });

  test('refuses to capture nothing where somebody looks', () => {
    expect(problems({ kind: 'real-time', capture: 0 })).toEqual([]);
    expect(problems({ kind: 'real-time', capture: 0 }, { ...monitored, rollout: judged })).toEqual([
      {
        path: `${PATH}.capture`,
        got: '0',
        expected: 'at least 1: errors, inputs, predictions, quality, rollout.rollBackOn.quality would see nothing',
        fix: `set capture to 100; ${GUIDE}/model-monitor-data-capture.html`,
      },
    ]);
  });

  test.each([0, Number.NaN])('refuses to aim at %p requests a minute', (invocationsPerReplica) => {
    expect(problems({ kind: 'real-time', invocationsPerReplica })).toEqual([
      {
        path: `${PATH}.invocationsPerReplica`,
        got: JSON.stringify(invocationsPerReplica),
        expected: 'at least 1 request a minute',
        fix: `measure how many a replica can do, and write half of it; ${GUIDE}/endpoint-scaling-loadtest.html`,
      },
    ]);
  });
});

describe('guardrails', () => {
  const kind: EndpointKind = { kind: 'real-time', guardrails: {} };
  const at = `${PATH}.guardrails`;
  const two = (rollout: Partial<AskedOfKind['rollout']>): AskedOfKind => ({
    ...plain,
    replicas: { min: 2, max: 2 },
    rollout: { ...plain.rollout, ...rollout },
  });

  test('take one step, and none', () => {
    expect(problems(kind)).toEqual([]);
    expect(problems(kind, two({ steps: [50], bake: '1 hour' }))).toEqual([]);
  });

  test('refuse more steps than one, and one over half', () => {
    expect(problems(kind, two({ steps: [60, 80] }))).toEqual([
      {
        path: at,
        got: 'rollout.steps [60,80]',
        expected: 'at most one step: the canary, and then all',
        fix: `keep the first step only, or set guardrails to false: the loop goes through all of them; ${GUIDE}/deployment-guardrails-blue-green-canary.html`,
      },
      {
        path: at,
        got: 'rollout.steps [60,80]',
        expected: 'a canary of at most 50 percent',
        fix: `lower the step in the spec; ${GUIDE}/deployment-guardrails-blue-green-canary.html`,
      },
    ]);
  });

  test('refuse a canary of one machine', () => {
    expect(problems(kind, withSteps(10))).toEqual([
      {
        path: at,
        got: 'replicas.min 1 for a canary',
        expected: 'at least 2: a canary is a part of the machines',
        fix: `set replicas.min to 2 in the spec, or rollout.steps to []; ${GUIDE}/deployment-guardrails-blue-green-canary.html`,
      },
    ]);
  });

  test.each(['2 hours', '301.5 seconds'] as const)('refuse a bake of %s', (bake) => {
    expect(problems(kind, two({ bake }))).toEqual([
      {
        path: at,
        got: `rollout.bake "${bake}"`,
        expected: 'whole seconds, at most 1 hour',
        fix: `shorten the bake in the spec, or set guardrails to false: the loop waits as long as it is told; ${API}/API_TrafficRoutingConfig.html`,
      },
    ]);
  });

  test('refuse a bake that is over before an alarm can ring', () => {
    expect(problems(kind, two({ bake: '4 minutes' }))).toEqual([
      {
        path: at,
        got: 'rollout.bake "4 minutes"',
        expected: 'at least 5 minutes, which is what the alarms look at',
        fix: `lengthen the bake in the spec: one that is over before an alarm can ring guards nothing; ${GUIDE}/deployment-guardrails-configuration.html`,
      },
    ]);
  });

  test('refuse to judge by labels', () => {
    expect(problems(kind, { ...plain, rollout: judged })).toEqual([
      {
        path: at,
        got: 'rollout.rollBackOn.quality',
        expected: 'false: SageMaker judges by alarms within the bake, before labels are there',
        fix: `remove it from the spec, or set guardrails to false: the loop waits for labels; ${GUIDE}/deployment-guardrails-configuration.html`,
      },
    ]);
  });

  test('refuse to watch nothing, and more alarms than SageMaker takes', () => {
    const none = two({ rollBackOn: { errorRate: false, p99: false, quality: false } });
    const found = (got: string, fix: string) => [
      {
        path: `${at}.alarms`,
        got: `${got} alarms, those on errors and latency among them`,
        expected: '1 to 10',
        fix: `${fix}; ${API}/API_AutoRollbackConfig.html`,
      },
    ];
    expect(problems(kind, none)).toEqual(
      found('0', 'set rollout.rollBackOn.errorRate in the spec, or name an alarm here'),
    );
    const own = Array.from({ length: 10 }, (_, i) => cloudwatch.Alarm.fromAlarmName(newStack(), `Own${i}`, `own-${i}`));
    expect(problems({ kind: 'real-time', guardrails: { alarms: own } }, none)).toEqual([]);
    expect(problems({ kind: 'real-time', guardrails: { alarms: own } })).toEqual(found('11', 'name fewer alarms'));
  });

  test('refuse inf1', () => {
    expect(problems({ ...kind, machine: 'ml.inf1.xlarge' })).toEqual([
      {
        path: `${PATH}.machine`,
        got: '"ml.inf1.xlarge"',
        expected: 'another family than inf1, which changes all at once and without a bake',
        fix: `use ml.inf2, or set guardrails to false; ${GUIDE}/deployment-guardrails-exclusions.html`,
      },
    ]);
  });
});

describe('a serverless endpoint', () => {
  const excluded = `${GUIDE}/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions`;
  const folders = {
    path: PATH,
    got: 'the versions of a pipeline, which are folders',
    expected: 'one model.tar.gz: a serverless endpoint reads no folder',
    fix: `set kind to "real-time", or use an Endpoint with a given version whose artifact is a model.tar.gz; ${API}/API_ContainerDefinition.html`,
  };
  const idle = withReplicas(0, 20);

  test('refuses the versions of a pipeline: they are folders', () => {
    expect(problems({ kind: 'serverless' }, idle)).toEqual([folders]);
  });

  test('refuses all that needs captured requests or two variants', () => {
    const asked = { ...monitored, replicas: idle.replicas, rollout: { ...judged, steps: [10, 20] } };
    expect(problems({ kind: 'serverless' }, asked)).toEqual([
      {
        path: PATH,
        got: 'monitors: errors, inputs, predictions, quality',
        expected: 'none: requests of serverless endpoints cannot be captured',
        fix: `remove the monitors from the spec, or set kind to "real-time"; ${excluded}`,
      },
      {
        path: PATH,
        got: 'rollout.rollBackOn.quality',
        expected: 'false: requests of serverless endpoints cannot be captured',
        fix: `remove it from the spec, or set kind to "real-time"; ${excluded}`,
      },
      {
        path: PATH,
        got: 'rollout.steps [10,20]',
        expected: '[]: a serverless endpoint has one variant, which changes all at once',
        fix: `set rollout.steps to [] in the spec, or kind to "real-time"; ${excluded}`,
      },
      folders,
    ]);
  });

  test('refuses a network and isolation', () => {
    expect(checkKind({ kind: 'serverless' }, idle, networkIn(newStack()), PATH, true)).toEqual([
      {
        path: PATH,
        got: 'a network',
        expected: 'none: a serverless endpoint cannot be in a VPC',
        fix: `set kind to "real-time", or remove the network; ${excluded}`,
      },
      {
        path: PATH,
        got: 'isolation true',
        expected: 'no isolation: a serverless endpoint cannot be cut off from the network',
        fix: `set kind to "real-time", or leave isolation out; ${excluded}`,
      },
      folders,
    ]);
    expect(checkKind({ kind: 'serverless' }, idle, undefined, PATH, false)).toEqual([folders]);
  });

  test.each(['512 MiB', '1536 MiB', '7 GiB'] as const)('refuses %s', (memory) => {
    expect(problems({ kind: 'serverless', memory }, idle)).toEqual([
      {
        path: `${PATH}.memory`,
        got: `"${memory}"`,
        expected: 'a whole number of GiB from 1 to 6',
        fix: `write '2 GiB'; ${API}/API_ProductionVariantServerlessConfig.html`,
      },
      folders,
    ]);
  });

  test('refuses more requests at a time than 200, and replicas that always run', () => {
    expect(problems({ kind: 'serverless', memory: '3072 MiB' }, withReplicas(1, 201))).toEqual([
      {
        path: PATH,
        got: 'replicas.max 201',
        expected: 'at most 200: as many requests are answered at a time',
        fix: `lower replicas.max in the spec; ${API}/API_ProductionVariantServerlessConfig.html`,
      },
      {
        path: PATH,
        got: 'replicas.min 1',
        expected: '0: a serverless endpoint keeps nothing running',
        fix: `set replicas to { min: 0, max: 20 } in the spec, or kind to "real-time"; ${GUIDE}/serverless-endpoints.html`,
      },
      folders,
    ]);
  });
});

describe('an asynchronous endpoint', () => {
  test('may scale to zero', () => {
    expect(problems({ kind: 'asynchronous' }, withReplicas(0, 4))).toEqual([]);
  });

  test('refuses all that needs captured requests or two variants, and a machine that does not scale', () => {
    const asked = { ...monitored, replicas: { min: 0, max: 2 }, rollout: { ...judged, steps: [10] } };
    expect(problems({ kind: 'asynchronous', machine: 'ml.t2.large' }, asked)).toEqual([
      {
        path: `${PATH}.machine`,
        got: '"ml.t2.large" for 0 to 2 replicas',
        expected: 'a machine that scales: burstable ones do not',
        fix: `use ml.m5.large, or make replicas.min and replicas.max the same; ${GUIDE}/endpoint-auto-scaling-add-console.html`,
      },
      {
        path: PATH,
        got: 'monitors: errors, inputs, predictions, quality',
        expected: 'none: AWS captures requests of real-time endpoints only',
        fix: `remove the monitors from the spec, or set kind to "real-time"; ${GUIDE}/model-monitor-data-capture.html`,
      },
      {
        path: PATH,
        got: 'rollout.rollBackOn.quality',
        expected: 'false: AWS captures requests of real-time endpoints only',
        fix: `remove it from the spec, or set kind to "real-time"; ${GUIDE}/model-monitor-data-capture.html`,
      },
      {
        path: PATH,
        got: 'rollout.steps [10]',
        expected: '[]: an asynchronous endpoint has one variant here, which changes all at once',
        fix: `set rollout.steps to [] in the spec, or kind to "real-time"; ${GUIDE}/async-inference.html`,
      },
    ]);
  });

  test.each([0, 1001, 1.5])('refuses to work on %p requests at a time', (maxConcurrentInvocationsPerReplica) => {
    expect(problems({ kind: 'asynchronous', machine: 'large', maxConcurrentInvocationsPerReplica })).toEqual([
      {
        path: `${PATH}.machine`,
        got: '"large"',
        expected: 'an instance type of SageMaker, such as "ml.m5.large"',
        fix: 'write it with its prefix "ml."',
      },
      {
        path: `${PATH}.maxConcurrentInvocationsPerReplica`,
        got: `${maxConcurrentInvocationsPerReplica}`,
        expected: 'a whole number from 1 to 1000',
        fix: `write how many requests the model works on at a time; ${API}/API_AsyncInferenceClientConfig.html`,
      },
    ]);
  });
});

describe('what SageMaker is told', () => {
  const replicas = { min: 1, max: 3 };

  test('of each kind, with every default', () => {
    const machines = { machine: 'ml.m5.large', replicas, isolation: true, volumeKey: true };
    expect(servingOf({ kind: 'real-time' }, replicas, true, false)).toEqual({
      kind: 'real-time',
      ...machines,
      invocationsPerReplica: 3000,
      capture: 100,
      guardrails: false,
    });
    expect(servingOf({ kind: 'asynchronous' }, replicas, true, false)).toEqual({
      kind: 'asynchronous',
      ...machines,
      maxConcurrentInvocationsPerReplica: 4,
    });
    expect(servingOf({ kind: 'serverless' }, { min: 0, max: 20 }, false, false)).toEqual({
      kind: 'serverless',
      memoryMiB: 2048,
      maxConcurrency: 20,
    });
  });

  test('no key for a disk that takes none', () => {
    expect(servingOf({ kind: 'real-time', machine: 'ml.g5.xlarge' }, replicas, true, false)).toMatchObject({
      volumeKey: false,
    });
  });

  test('two variants only where the loop moves the traffic', () => {
    expect(slotsOf({ kind: 'real-time' }, false)).toEqual(['blue', 'green']);
    expect(slotsOf({ kind: 'real-time' }, true)).toEqual(['live']);
    expect(slotsOf({ kind: 'real-time', guardrails: {} }, false)).toEqual(['live']);
    expect(slotsOf({ kind: 'serverless' }, false)).toEqual(['live']);
    expect(slotsOf({ kind: 'asynchronous' }, false)).toEqual(['live']);
  });

  test('the step as the canary, the bake as the wait', () => {
    const alarm = (name: string) => cloudwatch.Alarm.fromAlarmName(newStack(), name, name);
    const kind: EndpointKind = { kind: 'real-time', guardrails: { alarms: [alarm('revenue')] } };
    const health = [alarm('errors')];
    expect(guardrailsOf(kind, { steps: [20], bake: '10 minutes' }, health)).toEqual({
      canary: 20,
      waitSeconds: 600,
      alarms: ['errors', 'revenue'],
    });
    expect(guardrailsOf(kind, { steps: [], bake: '1 hour' }, health)).toMatchObject({ canary: 100 });
    expect(guardrailsOf({ kind: 'real-time' }, { steps: [20], bake: '1 hour' }, health)).toBe(false);
  });
});
