/** What the kinds cannot do whose traffic cannot be divided: serverless and asynchronous endpoints. */
import { show } from '../spec/problem';
import type { AsynchronousKind, EndpointKind, RealTimeKind, ServerlessKind } from './endpoint-kind';
import type { Limit } from './kind-limits';
import { gibibytes } from './machines';

const GUIDE = 'https://docs.aws.amazon.com/sagemaker/latest/dg';
const API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';
const EXCLUDED = `${GUIDE}/serverless-endpoints.html#serverless-endpoints-how-it-works-exclusions`;
const CAPTURE = `${GUIDE}/model-monitor-data-capture.html`;

const oneVariant = <K extends EndpointKind>(page: string, why: string): Limit<K> => ({
  page,
  broken: ({ rollout: { steps } }) =>
    steps.length > 0 && {
      got: `rollout.steps ${show(steps)}`,
      expected: `[]: ${why}`,
      fix: 'set rollout.steps to [] in the spec, or kind to "real-time"',
    },
});

const noCapture = <K extends EndpointKind>(page: string, why: string): readonly Limit<K>[] => [
  {
    page,
    broken: ({ monitors }) =>
      monitors.length > 0 && {
        got: `monitors: ${monitors.join(', ')}`,
        expected: `none: ${why}`,
        fix: 'remove the monitors from the spec, or set kind to "real-time"',
      },
  },
  {
    page,
    broken: ({ rollout: { rollBackOn } }) =>
      rollBackOn.quality !== false && {
        got: 'rollout.rollBackOn.quality',
        expected: `false: ${why}`,
        fix: 'remove it from the spec, or set kind to "real-time"',
      },
  },
];

/** Of all kinds with machines. */
export const burstable: Limit<RealTimeKind | AsynchronousKind> = {
  page: `${GUIDE}/endpoint-auto-scaling-add-console.html`,
  broken: ({ kind: { machine = '' }, replicas: { min, max } }) =>
    max > min &&
    /^ml\.t\d/.test(machine) && {
      at: 'machine',
      got: `${show(machine)} for ${min} to ${max} replicas`,
      expected: 'a machine that scales: burstable ones do not',
      fix: 'use ml.m5.large, or make replicas.min and replicas.max the same',
    },
};

export const serverlessLimits: readonly Limit<ServerlessKind>[] = [
  ...noCapture<ServerlessKind>(EXCLUDED, 'requests of serverless endpoints cannot be captured'),
  oneVariant(EXCLUDED, 'a serverless endpoint has one variant, which changes all at once'),
  {
    page: EXCLUDED,
    broken: ({ network }) =>
      network !== undefined && {
        got: 'a network',
        expected: 'none: a serverless endpoint cannot be in a VPC',
        fix: 'set kind to "real-time", or remove the network',
      },
  },
  {
    page: EXCLUDED,
    broken: ({ isolation }) =>
      isolation === true && {
        got: 'isolation true',
        expected: 'no isolation: a serverless endpoint cannot be cut off from the network',
        fix: 'set kind to "real-time", or leave isolation out',
      },
  },
  {
    page: `${API}/API_ProductionVariantServerlessConfig.html`,
    broken: ({ kind: { memory = '2 GiB' } }) =>
      !(Number.isInteger(gibibytes(memory)) && gibibytes(memory) >= 1 && gibibytes(memory) <= 6) && {
        at: 'memory',
        got: show(memory),
        expected: 'a whole number of GiB from 1 to 6',
        fix: "write '2 GiB'",
      },
  },
  {
    page: `${API}/API_ProductionVariantServerlessConfig.html`,
    broken: ({ replicas: { max } }) =>
      max > 200 && {
        got: `replicas.max ${max}`,
        expected: 'at most 200: as many requests are answered at a time',
        fix: 'lower replicas.max in the spec',
      },
  },
  {
    page: `${GUIDE}/serverless-endpoints.html`,
    broken: ({ replicas: { min } }) =>
      min > 0 && {
        got: `replicas.min ${min}`,
        expected: '0: a serverless endpoint keeps nothing running',
        fix: 'set replicas to { min: 0, max: 20 } in the spec, or kind to "real-time"',
      },
  },
  {
    page: `${API}/API_ContainerDefinition.html`,
    broken: ({ artifact }) =>
      !artifact?.endsWith('.tar.gz') && {
        got: artifact === undefined ? 'the versions of a pipeline, which are folders' : show(artifact),
        expected: 'one model.tar.gz: a serverless endpoint reads no folder',
        fix: 'set kind to "real-time", or use an Endpoint with a given version whose artifact is a model.tar.gz',
      },
  },
];

export const asynchronousLimits: readonly Limit<AsynchronousKind>[] = [
  burstable,
  ...noCapture<AsynchronousKind>(CAPTURE, 'AWS captures requests of real-time endpoints only'),
  oneVariant(
    `${GUIDE}/async-inference.html`,
    'an asynchronous endpoint has one variant here, which changes all at once',
  ),
  {
    page: `${API}/API_AsyncInferenceClientConfig.html`,
    broken: ({ kind: { maxConcurrentInvocationsPerReplica: most = 4 } }) =>
      !(Number.isInteger(most) && most >= 1 && most <= 1000) && {
        at: 'maxConcurrentInvocationsPerReplica',
        got: show(most),
        expected: 'a whole number from 1 to 1000',
        fix: 'write how many requests the model works on at a time',
      },
  },
];
