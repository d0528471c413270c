/** What each kind of endpoint cannot do, as AWS says it: tables of facts, each with its page. */
import type { ResolvedEndpoint } from '../spec/mlops';
import { show, type Problem } from '../spec/problem';
import type { Duration } from '../spec/units';
import type { EndpointKind, RealTimeKind } from './endpoint-kind';
import { guardrailLimits } from './guardrail-limits';
import { checkMachine } from './machines';
import type { NetworkOptions } from './network';
import { asynchronousLimits, burstable, serverlessLimits } from './one-variant-limits';
import type { Replicas } from './settings';

/** What is asked of an endpoint, from wherever it was written. */
export interface Asked<K extends EndpointKind = EndpointKind> {
  readonly kind: K;
  readonly replicas: Replicas;
  readonly rollout: Pick<ResolvedEndpoint['rollout'], 'steps' | 'bake' | 'rollBackOn'>;
  /** By name. */
  readonly monitors: readonly string[];
  readonly network?: NetworkOptions | undefined;
  readonly isolation?: boolean | undefined;
  /** Of a given version; without one, the loop makes the endpoint. */
  readonly artifact?: string | undefined;
  /** How much of the past each health alarm looks at. @default '5 minutes' */
  readonly healthWindow?: Duration | undefined;
}

export interface Limit<K extends EndpointKind> {
  readonly page: string;
  /** What is wrong, where something is; `at` is a field of the kind. */
  readonly broken: (asked: Asked<K>) => (Omit<Problem, 'path'> & { readonly at?: string }) | false;
}

const GUIDE = 'https://docs.aws.amazon.com/sagemaker/latest/dg';
const API = 'https://docs.aws.amazon.com/sagemaker/latest/APIReference';

const realTimeLimits: readonly Limit<RealTimeKind>[] = [
  burstable,
  {
    page: `${GUIDE}/async-inference-autoscale.html`,
    broken: ({ replicas }) =>
      replicas.min === 0 && {
        got: 'replicas.min 0',
        expected: 'at least 1: a real-time endpoint cannot be without a machine',
        fix: 'set replicas.min to 1 in the spec, or kind to "serverless" or "asynchronous"',
      },
  },
  {
    page: `${API}/API_DataCaptureConfig.html`,
    broken: ({ kind: { capture = 100 } }) =>
      !(Number.isInteger(capture) && capture >= 0 && capture <= 100) && {
        at: 'capture',
        got: show(capture),
        expected: 'a whole number of percent from 0 to 100',
        fix: 'write 100 to capture all requests, 0 for none',
      },
  },
  {
    page: `${GUIDE}/model-monitor-data-capture.html`,
    broken: ({ kind: { capture }, monitors, rollout: { rollBackOn } }) =>
      capture === 0 &&
      (monitors.length > 0 || rollBackOn.quality !== false) && {
        at: 'capture',
        got: '0',
        expected: `at least 1: ${[...monitors, ...(rollBackOn.quality ? ['rollout.rollBackOn.quality'] : [])].join(', ')} would see nothing`,
        fix: 'set capture to 100',
      },
  },
  {
    page: `${GUIDE}/endpoint-scaling-loadtest.html`,
    broken: ({ kind: { invocationsPerReplica = 1 } }) =>
      !(invocationsPerReplica >= 1) && {
        at: 'invocationsPerReplica',
        got: show(invocationsPerReplica),
        expected: 'at least 1 request a minute',
        fix: 'measure how many a replica can do, and write half of it',
      },
  },
  ...guardrailLimits,
];

export function checkLimits(asked: Asked, path: string): Problem[] {
  const { kind } = asked;
  switch (kind.kind) {
    case 'real-time':
      return [...ofMachine(kind, path), ...ofTable(realTimeLimits, { ...asked, kind }, path)];
    case 'serverless':
      return ofTable(serverlessLimits, { ...asked, kind }, path);
    case 'asynchronous':
      return [...ofMachine(kind, path), ...ofTable(asynchronousLimits, { ...asked, kind }, path)];
  }
}

const ofMachine = ({ machine }: { readonly machine?: string }, path: string): Problem[] =>
  machine === undefined ? [] : checkMachine(machine, `${path}.machine`);

const ofTable = <K extends EndpointKind>(table: readonly Limit<K>[], asked: Asked<K>, path: string): Problem[] =>
  table.flatMap(({ page, broken }) => {
    const found = broken(asked);
    if (!found) return [];
    const { at, got, expected, fix } = found;
    return [{ path: at === undefined ? path : `${path}.${at}`, got, expected, fix: `${fix}; ${page}` }];
  });
