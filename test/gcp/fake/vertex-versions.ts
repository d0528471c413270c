/** Versions of a model, their aliases and how one is asked for: `models/m`, `models/m@2`, `models/m@champion`. */
import { without, type JsonObject } from '../protos';
import { invalid, notFound, precondition } from './errors';
import { found, type ModelFamily, type ModelVersion, type VertexState } from './vertex-state';

export const DEFAULT = 'default';

export const split = (name: string): readonly [family: string, version: string | undefined] => {
  const [family, version] = name.split('@');
  return [family!, version === '-' ? undefined : version];
};

export const versionsOf = (state: VertexState, family: string, asOf = Infinity): readonly ModelVersion[] =>
  state.versions.values(asOf).filter(({ name }) => name.startsWith(`${family}@`));

export const familyOf = (state: VertexState, name: unknown): ModelFamily =>
  found(state.families, split(state.named(name))[0], 'Model');

/** Without a version, the one whose alias is `default`. */
export function resolveVersion(state: VertexState, name: unknown): ModelVersion {
  const whole = state.named(name);
  const [family, asked = DEFAULT] = split(whole);
  found(state.families, family, 'Model');
  const version = versionsOf(state, family).find(
    ({ versionId, versionAliases }) => versionId === asked || versionAliases.includes(asked),
  );
  if (!version) throw notFound(`The Model "${whole}"`);
  return version;
}

/** As the registry shows it: with what all versions share, the labels merged, and where it is deployed. */
export function shown(state: VertexState, version: ModelVersion): JsonObject {
  const family = familyOf(state, version.name);
  const shared = without(family, 'versions');
  const { labels, createTime, updateTime, ...own } = version;
  return {
    ...{ ...shared, ...own, name: family.name },
    labels: { ...(family.labels as JsonObject), ...(labels as JsonObject) },
    ...{ createTime: family.createTime, updateTime: family.updateTime },
    ...{ versionCreateTime: createTime, versionUpdateTime: updateTime },
    supportedDeploymentResourcesTypes: ['DEDICATED_RESOURCES'],
    deployedModels: deployments(state, version),
  };
}

export const deployments = (state: VertexState, version: ModelVersion): readonly JsonObject[] =>
  state.endpoints
    .values()
    .flatMap(({ name, deployedModels }) =>
      deployedModels
        .filter(({ model, modelVersionId }) => `${model}@${modelVersionId}` === version.name)
        .map(({ id }) => ({ endpoint: name, deployedModelId: id })),
    );

export const changed = (state: VertexState, name: string, fields: JsonObject): ModelVersion =>
  state.versions.update(name, (version) => ({
    ...version,
    ...fields,
    etag: state.etag(),
    updateTime: state.clock.iso(),
  }));

/** Adds and takes away; an alias that another version has moves. Both of one alias cancel each other out. */
export function mergeAliases(state: VertexState, version: ModelVersion, asked: readonly string[]): ModelVersion {
  for (const alias of asked)
    if (!/^-?[a-z][a-zA-Z0-9-]{0,126}[a-z0-9-]$/.test(alias)) throw invalid(`Invalid version alias ${alias}`);
  const added = asked.filter((alias) => !alias.startsWith('-') && !asked.includes(`-${alias}`));
  const removed = asked
    .filter((alias) => alias.startsWith('-'))
    .map((alias) => alias.slice(1))
    .filter((alias) => !asked.includes(alias));
  if (removed.includes(DEFAULT))
    throw precondition('There is always one default version: give the alias to another one.');
  for (const other of versionsOf(state, split(version.name)[0]))
    if (other.name !== version.name && other.versionAliases.some((alias) => added.includes(alias))) {
      const versionAliases = other.versionAliases.filter((alias) => !added.includes(alias));
      changed(state, other.name, { versionAliases });
    }
  const kept = version.versionAliases.filter((alias) => !removed.includes(alias));
  return changed(state, version.name, { versionAliases: [...new Set([...kept, ...added])] });
}
