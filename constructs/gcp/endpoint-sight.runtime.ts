/** What one look at an endpoint of Vertex AI and at its record shows: whether it is changing, and what serves. */
import { createHash } from 'node:crypto';
import { Refused, type Time } from '../../runtime/loop/platform';
import { deploymentOf, type Named } from './endpoint-names.runtime';
import type { Asked, EndpointRecord, Kept } from './endpoint-record.runtime';
import type { Operation } from './google.runtime';
import type { Hosting, VertexEndpoint } from './hosting.runtime';

export interface Sight {
  readonly at: Time;
  readonly endpoint: VertexEndpoint | undefined;
  readonly kept: Kept;
  /** What goes on about what was last asked; nothing where that is no operation, or none is known. */
  readonly operation: Operation | undefined;
}

/** `absent`: nothing is deployed, nor being deployed. */
export type Condition = 'absent' | 'changing' | 'serving';

/** How long Vertex AI may answer as if nothing had been asked, and its lists may lack what was begun. */
const SETTLING_MS = 60_000;
/** By so much its clock may be behind the loop's. */
const SKEW_MS = 1000;

/** In this order: an operation that is done when it is asked for has had its effect when the endpoint is. */
export async function lookAt(hosting: Hosting, record: EndpointRecord, now: Time): Promise<Sight> {
  const { kept, operation } = await lastAsked(hosting, record, await record.read());
  return { at: now, kept, operation, endpoint: await hosting.describe() };
}

async function lastAsked(
  hosting: Hosting,
  record: EndpointRecord,
  kept: Kept,
): Promise<Pick<Sight, 'kept' | 'operation'>> {
  const { asked } = kept.document;
  if (!asked || asked.operation === 'shift') return { kept, operation: undefined };
  if (asked.begun) return { kept, operation: asked.name ? await hosting.operation(asked.name) : undefined };
  // Whoever asked could not say any more that it was accepted. Were it forgotten, its failure would look like nothing.
  const operation = begunSince(await hosting.operations(), asked);
  if (!operation) return { kept, operation };
  await record.begin(kept, operation.name).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
  });
  return { kept: await record.read(), operation };
}

const METADATA: Readonly<Record<Exclude<Asked['operation'], 'shift'>, string>> = {
  place: 'v1.DeployModelOperationMetadata',
  retire: 'v1.UndeployModelOperationMetadata',
  remove: 'v1.UndeployModelOperationMetadata',
  scale: 'v1.MutateDeployedModelOperationMetadata',
};

/** An operation does not tell of what it is: it is known by its kind, and by being the first one that began after it was asked. */
function begunSince(
  operations: readonly Operation[],
  asked: Exclude<Asked, { operation: 'shift' }>,
): Operation | undefined {
  const ofKind = operations.filter(({ metadata }) => String(metadata?.['@type']).endsWith(METADATA[asked.operation]));
  return ofKind
    .filter((one) => timeOf(one, 'createTime') >= asked.at - SKEW_MS)
    .sort((a, b) => timeOf(a, 'createTime') - timeOf(b, 'createTime'))[0];
}

function timeOf({ metadata }: Operation, which: 'createTime' | 'updateTime'): Time {
  const generic = metadata?.['genericMetadata'] as Readonly<Record<string, string>> | undefined;
  return Date.parse(generic?.[which] ?? '');
}

export function conditionOf(sight: Sight): Condition {
  const { asked } = sight.kept.document;
  if (asked && isUnderWay(sight, asked)) return 'changing';
  return sight.endpoint?.deployedModels?.length ? 'serving' : 'absent';
}

function isUnderWay(sight: Sight, asked: Asked): boolean {
  const { at, operation } = sight;
  const isRecent = (time: Time): boolean => Math.abs(at - time) < SETTLING_MS;
  if (asked.operation === 'shift') return asked.begun && isRecent(asked.at) && !hasLanded(sight, asked);
  if (!asked.begun) return isRecent(asked.at);
  if (!operation) return isRecent(asked.at) && !hasLanded(sight, asked);
  if (!operation.done) return true;
  return !operation.error && isRecent(timeOf(operation, 'updateTime')) && !hasLanded(sight, asked);
}

/** The endpoint is as it was asked to be. */
function hasLanded(sight: Sight, asked: Asked): boolean {
  const present = serving(sight);
  switch (asked.operation) {
    case 'place':
      return present.some(({ id }) => id === asked.deployment);
    case 'retire':
    case 'remove':
      return !present.some(({ id }) => id === asked.deployment);
    case 'shift':
      return present.every(({ id, share }) => share === (asked.shares[id] ?? 0));
    case 'scale':
      return present.every(({ id, least }) => id !== asked.deployment || least === asked.replicas);
  }
}

/** A deployed model. */
export interface Serving extends Named {
  /** As Vertex AI calls it. */
  readonly deployedModel: string;
  /** Percent. */
  readonly share: number;
  /** So many replicas it has at least; 0 where it has no machines of its own. */
  readonly least: number;
  readonly replicas: number;
}

export function serving({ endpoint }: Pick<Sight, 'endpoint'>): readonly Serving[] {
  const { deployedModels = [], trafficSplit = {} } = endpoint ?? {};
  return deployedModels.map((model) => {
    const least = model.dedicatedResources?.minReplicaCount ?? 0;
    return {
      ...deploymentOf(model),
      deployedModel: model.id,
      share: trafficSplit[model.id] ?? 0,
      ...{ least, replicas: model.status?.availableReplicaCount ?? least },
    };
  });
}

/**
 * Changes with what is asked, and with what anybody else deploys or does to the traffic; autoscaling changes neither. Vertex AI's own
 * changes with everything, and a version's trial keeps this one in a label: lower-case letters, digits and hyphens, at most 63.
 */
export function etagOf(sight: Sight): string {
  const shares = serving(sight).map(({ deployedModel, share }) => `${deployedModel}=${share}`);
  const digest = createHash('sha256').update(shares.sort().join(' ')).digest('hex').slice(0, 12);
  return `${sight.kept.document.change}-${digest}`;
}
