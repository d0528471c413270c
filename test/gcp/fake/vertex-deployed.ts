/** Deployed models and the traffic between them. */
import { isObject, type JsonObject } from '../protos';
import { GoogleError, invalid, notFound } from './errors';
import { applied, pathsOf } from './masks';
import type { DeployedModel, ModelVersion, VertexState } from './vertex-state';

export type Split = Readonly<Record<string, number>>;

/** Empty, or 100 percent over what is deployed. */
export function splitOf(asked: unknown, deployed: readonly DeployedModel[]): Split {
  const split = Object.fromEntries(
    Object.entries((asked ?? {}) as Readonly<Record<string, unknown>>).map(([id, share]) => [id, Number(share)]),
  );
  const ids = Object.keys(split);
  const unknown = ids.filter((id) => !deployed.some((one) => one.id === id));
  if (unknown.length > 0) throw invalid(`The following DeployedModel ID(s) [${unknown.join(', ')}] do not exist.`);
  const shares = Object.values(split);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (ids.length > 0 && (sum !== 100 || shares.some((share) => share < 0)))
    throw invalid(`The traffic percentage values must add up to 100, got ${JSON.stringify(split)}.`);
  return split;
}

export function deployedModel(
  state: VertexState,
  asked: JsonObject,
  version: ModelVersion,
  others: readonly DeployedModel[],
): DeployedModel {
  const id = (asked.id as string | undefined) || String(state.number());
  if (!/^[0-9]{1,10}$/.test(id)) throw invalid(`DeployedModel ID ${id} must be 1 to 10 digits.`);
  if (others.some((one) => one.id === id)) throw new GoogleError('ALREADY_EXISTS', `DeployedModel ${id} exists.`);
  checkResources(asked);
  const family = state.families.get(version.name.split('@')[0]!)!;
  // [unverified]: whether `model` comes back with the version in it. Who reads modelVersionId is right in any case.
  const named = { id, model: family.name, modelVersionId: version.versionId };
  return { displayName: family.displayName, ...asked, ...named };
}

const REPLICAS = ['minReplicaCount', 'maxReplicaCount'] as const;

function checkResources(model: JsonObject): void {
  const resources = model.dedicatedResources ?? model.automaticResources;
  if (model.sharedResources) return;
  if (!isObject(resources)) throw invalid('prediction_resources of the DeployedModel must be set.');
  const [least = 0, most = least] = REPLICAS.map((name) => resources[name] as number | undefined);
  if (model.dedicatedResources && least < 1) throw invalid(`min_replica_count must be at least 1, got ${least}.`);
  if (most < least) throw invalid(`max_replica_count ${most} is less than min_replica_count ${least}.`);
}

const MUTABLE = [
  ...REPLICAS.flatMap((name) => [`dedicatedResources.${name}`, `automaticResources.${name}`]),
  'dedicatedResources.requiredReplicaCount',
  'dedicatedResources.autoscalingMetricSpecs',
  'disableContainerLogging',
];

export function mutated(request: JsonObject, deployed: readonly DeployedModel[]): DeployedModel {
  const body = request.deployedModel as JsonObject;
  const current = deployed.find(({ id }) => id === body.id);
  if (!current) throw notFound(`The DeployedModel "${String(body.id)}" of ${String(request.endpoint)}`);
  const paths = pathsOf(request.updateMask);
  const fixed = paths.filter((path) => !MUTABLE.includes(path));
  if (fixed.length > 0) throw invalid(`These fields of a DeployedModel can't be mutated: ${fixed.join(', ')}`);
  const next = applied(current, body, paths);
  checkResources(next);
  return next;
}
