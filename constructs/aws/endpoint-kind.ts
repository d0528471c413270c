/** The kinds of endpoint that SageMaker has, and what each is told. */
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { ResolvedEndpoint } from '../spec/mlops';
import type { Problem } from '../spec/problem';
import { milliseconds, type Size } from '../spec/units';
import { checkLimits } from './kind-limits';
import { gibibytes, SMALLEST, takesVolumeKey } from './machines';
import type { NetworkOptions } from './network';
import type { Guardrails, Replicas, Serving } from './settings';

/** `replicas` of the spec are machines, except where a kind says otherwise. */
export type EndpointKind = RealTimeKind | ServerlessKind | AsynchronousKind;

/** Answers at once, from machines that always run: the only kind whose requests can be captured, and so be monitored. */
export interface RealTimeKind {
  readonly kind: 'real-time';
  /**
   * Instance type of each replica. Where a version is given and its replicas scale, SageMaker refuses another type: deploy
   * once with `replicas.max` at `replicas.min`, then change it.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
   * @default 'ml.m5.large', the cheapest
   */
  readonly machine?: string;
  /**
   * Requests a minute that one replica should have, where `replicas` differ: with more, another one is started. The
   * default is half of what one core does with a model that takes 10 ms: measure yours.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-loadtest.html
   * @default 3000
   */
  readonly invocationsPerReplica?: number;
  /**
   * Percent of the requests that are captured, 0 to 100. Monitors and trials by labels see only these.
   * @default 100
   */
  readonly capture?: number;
  /**
   * SageMaker itself moves the traffic and takes it back when an alarm rings, in place of the loop: one variant, at
   * most one step of the rollout, and bakes of at most an hour.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
   * @default false
   */
  readonly guardrails?: GuardrailsOptions | false;
}

export interface GuardrailsOptions {
  /** Alarms of your own that take the traffic back too, beside those on errors and latency. @default [] */
  readonly alarms?: readonly cloudwatch.IAlarm[];
}

/**
 * Answers at once and runs only while it answers; the first request after a pause waits for a start. `replicas.min`
 * must be 0, and `replicas.max` is how many requests are answered at a time: 1 to 200.
 */
export interface ServerlessKind {
  readonly kind: 'serverless';
  /** 1 to 6 GiB, whole; cores come with it. @default '2 GiB' */
  readonly memory?: Size;
}

/**
 * Answers into the bucket, from a queue of requests that lie there: requests of up to 1 GB and an hour. The only kind
 * of machines that may go down to 0.
 */
export interface AsynchronousKind {
  readonly kind: 'asynchronous';
  /** Instance type of each replica. @default 'ml.m5.large', the cheapest */
  readonly machine?: string;
  /**
   * Requests that one replica works on at a time, 1 to 1000. Where `replicas` differ, another one is started when more wait.
   * @default 4
   */
  readonly maxConcurrentInvocationsPerReplica?: number;
}

/** The spec of an endpoint, as far as its kind matters to it. */
export type AskedOfKind = Pick<ResolvedEndpoint, 'replicas' | 'rollout' | 'monitors'>;

/**
 * What the kind cannot do of what the spec asks, for an endpoint that the loop makes. `path` is that of the kind among
 * the options. `isolation` is what was asked for, if anything was.
 */
export function checkKind(
  kind: EndpointKind,
  endpoint: AskedOfKind,
  network: NetworkOptions | undefined,
  path: string,
  isolation?: boolean,
): Problem[] {
  const { replicas, rollout, monitors } = endpoint;
  return checkLimits({ kind, replicas, rollout, monitors: Object.keys(monitors), network, isolation }, path);
}

/** The variants that the endpoint has: two that take turns where the loop moves the traffic itself, else one. */
export function slotsOf(kind: EndpointKind, givenVersion: boolean): readonly string[] {
  return kind.kind === 'real-time' && !kind.guardrails && !givenVersion ? ['blue', 'green'] : ['live'];
}

export function servingOf(
  kind: EndpointKind,
  replicas: Replicas,
  isolation: boolean,
  guardrails: Guardrails | false,
): Serving {
  if (kind.kind === 'serverless')
    return { kind: 'serverless', memoryMiB: gibibytes(kind.memory ?? '2 GiB') * 1024, maxConcurrency: replicas.max };
  const { machine = SMALLEST } = kind;
  const machines = { machine, replicas, isolation, volumeKey: takesVolumeKey(machine) };
  if (kind.kind === 'asynchronous') {
    const { maxConcurrentInvocationsPerReplica = 4 } = kind;
    return { kind: 'asynchronous', ...machines, maxConcurrentInvocationsPerReplica };
  }
  const { invocationsPerReplica = 3000, capture = 100 } = kind;
  return { kind: 'real-time', ...machines, invocationsPerReplica, capture, guardrails };
}

/** The spec's one step is the canary; without a step all changes at once, and is baked. */
export function guardrailsOf(
  kind: EndpointKind,
  { steps, bake }: Pick<ResolvedEndpoint['rollout'], 'steps' | 'bake'>,
  health: readonly cloudwatch.IAlarm[],
): Guardrails | false {
  if (kind.kind !== 'real-time' || !kind.guardrails) return false;
  const { alarms = [] } = kind.guardrails;
  return {
    canary: steps[0] ?? 100,
    waitSeconds: milliseconds(bake) / 1000,
    alarms: [...health, ...alarms].map(({ alarmName }) => alarmName),
  };
}
