/** ModelService, as its .proto tells it. */
import type { JsonObject } from '../protos';
import { GoogleError, invalid, precondition } from './errors';
import { filterOf } from './filter';
import { applied, masked, pathsOf } from './masks';
import { ordered, pageOf } from './pages';
import {
  changed,
  DEFAULT,
  deployments,
  familyOf,
  mergeAliases,
  resolveVersion,
  shown,
  split,
  versionsOf,
} from './vertex-versions';
import { checkLabels, Work, type Handlers, type ModelVersion, type VertexState } from './vertex-state';

const LABELS = { labels: [':'], 'labels.*': ['=', '!=', ':'] } as const;
const FILTER = { ...LABELS, model: ['=', '!='], displayName: ['=', '!='] } as const;
const OF_FAMILY = ['displayName', 'description', 'labels'];
const OF_VERSION = ['versionDescription', 'labels'];

export function modelHandlers(state: VertexState): Handlers {
  return {
    UploadModel: (request) => upload(state, request),
    GetModel: ({ name }) => shown(state, resolveVersion(state, name)),

    ListModels(request, asOf) {
      state.within(request.parent);
      const matches = filterOf(request.filter as string, FILTER);
      const hits = state.families
        .values(asOf)
        .map(({ name }) => shown(state, resolveVersion(state, name)))
        .filter((model) => matches({ ...model, model: (model.name as string).split('/').at(-1) }));
      return listed(request, hits, ['displayName', 'createTime', 'updateTime'], 'create_time desc', state.page);
    },

    /** The only list whose names hold the version. */
    ListModelVersions(request, asOf) {
      const family = familyOf(state, request.name);
      const matches = filterOf(request.filter as string, LABELS);
      const hits = versionsOf(state, family.name, asOf)
        .map((version) => ({ ...shown(state, version), name: version.name }))
        .filter(matches);
      // [unverified] which order it is without orderBy.
      const fields = ['createTime', 'updateTime', 'versionCreateTime', 'versionUpdateTime'];
      const order =
        typeof request.orderBy === 'string'
          ? request.orderBy.replace(/\b(create|update)_?[tT]ime/g, 'version_$1_time')
          : '';
      return listed({ ...request, orderBy: order }, hits, fields, 'version_create_time desc', state.page);
    },

    UpdateModel: (request) => update(state, request),

    MergeVersionAliases(request) {
      const version = exact(state, request.name);
      return shown(state, mergeAliases(state, version, request.versionAliases as readonly string[]));
    },

    DeleteModelVersion(request) {
      const version = exact(state, request.name);
      if (versionsOf(state, split(version.name)[0]).length === 1)
        throw precondition(`${version.name} is the only version: delete the Model.`);
      // [unverified] that the default version is refused.
      if (version.versionAliases.includes(DEFAULT)) throw precondition(`${version.name} is the default version.`);
      refuseDeployed(state, [version]);
      return new Work(split(version.name)[0], () => {
        state.versions.delete(version.name);
        return {};
      });
    },

    DeleteModel(request) {
      const { name } = familyOf(state, request.name);
      const versions = versionsOf(state, name);
      refuseDeployed(state, versions);
      return new Work(name, () => {
        for (const version of versions) state.versions.delete(version.name);
        state.families.delete(name);
        return {};
      });
    },
  };
}

function listed(
  request: JsonObject,
  hits: readonly JsonObject[],
  fields: readonly string[],
  order: string,
  most: number,
) {
  const { entries, ...next } = pageOf(ordered(hits, request.orderBy, fields, order), request, most);
  return { models: entries.map((model) => masked('Model', model, request.readMask)), ...next };
}

/** The id must be spelt out: an alias would do for no change. */
function exact(state: VertexState, name: unknown): ModelVersion {
  const [family, version] = split(state.named(name));
  if (!version || !/^\d+$/.test(version)) throw invalid(`${String(name)} must hold a version id.`);
  return resolveVersion(state, `${family}@${version}`);
}

function refuseDeployed(state: VertexState, versions: readonly ModelVersion[]): void {
  for (const version of versions) {
    const [one] = deployments(state, version);
    if (one) throw precondition(`${version.name} is deployed at ${String(one.endpoint)}: undeploy it first.`);
  }
}

function upload(state: VertexState, request: JsonObject): Work {
  const parent = state.within(request.parent);
  const model = request.model as JsonObject & { readonly displayName: string };
  checkLabels(model.labels);
  // [unverified] that both are refused together.
  if (request.parentModel && request.modelId) throw invalid('Only one of parent_model and model_id can be set.');
  const id = (request.modelId as string | undefined) ?? String(state.number());
  if (request.modelId && !/^[a-z_][a-z0-9_-]{0,62}$/.test(id)) throw invalid(`Invalid model_id ${id}`);
  const name = request.parentModel ? familyOf(state, request.parentModel).name : `${parent}/models/${id}`;
  if (!request.parentModel && state.families.has(name))
    throw new GoogleError('ALREADY_EXISTS', `Model ${name} exists.`);
  return new Work(name, () => ({ model: name, modelVersionId: addVersion(state, name, model).versionId }));
}

/** Numbers are never given twice, whatever was deleted. */
export function addVersion(
  state: VertexState,
  name: string,
  { displayName, description, versionAliases = [], ...model }: JsonObject & { readonly displayName: string },
): ModelVersion {
  const at = state.clock.iso();
  const known = state.families.get(name);
  const number = (known?.versions ?? 0) + 1;
  const about = { displayName, ...(description !== undefined && { description }) };
  state.families.set(name, {
    ...(known ?? { name, ...about, createTime: at }),
    versions: number,
    updateTime: at,
  });
  const versionName = `${name}@${number}`;
  const own = { name: versionName, versionId: String(number), versionAliases: [], etag: state.etag() };
  const version = state.versions.set(versionName, { ...model, ...own, createTime: at, updateTime: at });
  return mergeAliases(state, version, [...(known ? [] : [DEFAULT]), ...(versionAliases as readonly string[])]);
}

function update(state: VertexState, request: JsonObject): JsonObject {
  const body = request.model as JsonObject;
  const [family, asked] = split(state.named(body.name));
  const paths = pathsOf(request.updateMask);
  const allowed = asked ? OF_VERSION : OF_FAMILY;
  const wrong = paths.filter((path) => !allowed.includes(path));
  if (wrong.length > 0)
    throw precondition(`${wrong.join(', ')} can't be updated in ${asked ? 'a model version' : 'a model'}.`);
  const version = resolveVersion(state, asked ? `${family}@${asked}` : family);
  if (body.etag && body.etag !== version.etag)
    throw new GoogleError('ABORTED', `The etag ${body.etag as string} is not that of Model ${version.name}.`);
  if (paths.includes('labels')) checkLabels(body.labels);
  if (asked) return shown(state, changed(state, version.name, applied(version, body, paths)));
  state.families.update(family, (known) => ({ ...applied(known, body, paths), updateTime: state.clock.iso() }));
  for (const one of versionsOf(state, family)) state.versions.set(one.name, { ...one, etag: state.etag() });
  return shown(state, resolveVersion(state, family));
}
