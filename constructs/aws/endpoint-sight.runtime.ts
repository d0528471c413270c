/** What one look at an endpoint of SageMaker and at its record shows: whether it is changing, what serves, what failed to start. */
import type { DescribeEndpointOutput, EndpointStatus, ProductionVariantSummary } from '@aws-sdk/client-sagemaker';
import { Refused, type Deployment, type Endpoint, type Time } from '../../runtime/loop/platform';
import { deploymentOf, type Variant } from './endpoint-config.runtime';
import type { Asked, EndpointRecord, Kept } from './endpoint-record.runtime';
import type { Hosting } from './hosting.runtime';

export interface Sight {
  readonly at: Time;
  readonly endpoint: DescribeEndpointOutput | undefined;
  /** Of the configuration in use. */
  readonly variants: readonly Variant[];
  readonly kept: Kept;
}

/** `down`: made, or changed, in vain: nothing answers, and SageMaker lets one do nothing but delete it. */
export type Condition = 'absent' | 'changing' | 'serving' | 'down';

const CHANGING: readonly EndpointStatus[] = ['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'];
/** How long SageMaker may answer as if nothing had been asked. */
const SETTLING_MS = 60_000;
/** Whoever asked may have a clock that is ahead of ours by so much: until ours has come as far, we cannot say how long ago it was. */
const AHEAD_MS = 3_600_000;

export async function lookAt(hosting: Hosting, record: EndpointRecord, now: Time): Promise<Sight> {
  // In this order: a change that is asked for in between is seen in the record, and with it as under way.
  const endpoint = await hosting.describe();
  const kept = await record.read();
  const variants = endpoint?.EndpointConfigName ? await hosting.variants(endpoint.EndpointConfigName) : [];
  const sight: Sight = { at: now, endpoint, variants, kept };
  const { asked } = kept.document;
  if (!asked || asked.begun || !isUnderWay(sight, asked)) return sight;
  // Whoever asked could not say any more that it was accepted. Were it forgotten, its failure would look like nothing.
  await record.begin(kept).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
  });
  return { ...sight, kept: await record.read() };
}

export function conditionOf(sight: Sight): Condition {
  const { endpoint, at } = sight;
  const { asked } = sight.kept.document;
  const age = asked ? at - asked.at : 0;
  const settling = asked?.begun && age < SETTLING_MS && age > -AHEAD_MS && !hasLanded(sight, asked);
  if (settling) return 'changing';
  if (!endpoint) return 'absent';
  const status = endpoint.EndpointStatus!;
  if (CHANGING.includes(status)) return 'changing';
  const answers = (endpoint.ProductionVariants ?? []).some(({ CurrentInstanceCount = 0 }) => CurrentInstanceCount > 0);
  return (status === 'Failed' || status === 'OutOfService') && !answers ? 'down' : 'serving';
}

/** The endpoint is as it was asked to be. */
export function hasLanded(sight: Sight, asked: Asked): boolean {
  const { endpoint } = sight;
  switch (asked.operation) {
    case 'place':
    case 'retire':
    case 'switch':
      return endpoint?.EndpointConfigName === asked.config && !CHANGING.includes(endpoint.EndpointStatus!);
    case 'shift': {
      const shares = serving(sight);
      return shares.every(({ id, share }) => share === (asked.shares[id] ?? 0));
    }
    case 'grow':
      return replicasOf(sight, asked.deployment) >= asked.replicas;
    case 'remove':
      return !endpoint || endpoint.EndpointStatus === 'Deleting';
  }
}

function isUnderWay({ endpoint }: Sight, asked: Asked): boolean {
  const config =
    endpoint?.PendingDeploymentSummary?.EndpointConfigName ??
    (endpoint?.EndpointStatus === 'Creating' ? endpoint.EndpointConfigName : undefined);
  return 'config' in asked && config === asked.config;
}

/** Changes with what is asked, and with what anybody else does to configuration and weights; autoscaling changes neither. */
export function etagOf(sight: Sight): string {
  const { endpoint, kept } = sight;
  // A version's trial remembers it, and the metadata of a model package take these characters, but no commas.
  const weights = serving(sight).map(({ variant, share }) => `${variant}=${share}`);
  return [kept.document.change, endpoint?.EndpointConfigName ?? 'none', weights.join('+')].join(':');
}

/** A deployment in a variant of the configuration in use. */
export interface Serving {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
  readonly variant: string;
  /** Percent. */
  readonly share: number;
}

export function serving({ endpoint, variants }: Sight): readonly Serving[] {
  const weights = variants.map((variant) => weightOf(variant, summaryOf(endpoint, variant.VariantName)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return variants.map((variant, i) => ({
    ...deploymentOf(endpoint!.EndpointName!, variant),
    variant: variant.VariantName,
    // Weights are single floats: what is not ours may need rounding.
    share: sum > 0 ? Math.round((10_000 * weights[i]!) / sum) / 100 : 0,
  }));
}

/** What is current, not what is desired: while weights move, and where moving them failed, that is what clients see. */
const weightOf = (variant: Variant, summary: ProductionVariantSummary | undefined): number =>
  summary?.CurrentWeight ?? variant.InitialVariantWeight ?? 1;

export function replicasOf({ endpoint, variants }: Sight, deployment: string): number {
  const variant = variants.find((each) => deploymentOf(endpoint!.EndpointName!, each).id === deployment);
  return variant ? (summaryOf(endpoint, variant.VariantName)?.CurrentInstanceCount ?? 0) : 0;
}

export const summaryOf = (
  endpoint: DescribeEndpointOutput | undefined,
  variant: string,
): ProductionVariantSummary | undefined =>
  endpoint?.ProductionVariants?.find(({ VariantName }) => VariantName === variant);

/** The state of a deployment that is in the configuration in use; it has traffic only where the endpoint answers. */
export function stateOf(sight: Sight, condition: Condition): Deployment['state'] {
  if (condition === 'down') return 'failed';
  const { EndpointStatus: status } = sight.endpoint ?? {};
  return status === 'Creating' ? 'creating' : status === 'Deleting' ? 'deleting' : 'ready';
}

export function viewOf(sight: Sight, condition: Condition, deployments: readonly Deployment[]): Endpoint {
  return {
    exists: condition !== 'absent',
    busy: condition === 'changing',
    etag: etagOf(sight),
    deployments,
  };
}
