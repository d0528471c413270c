/** EndpointService, as its .proto tells it. */
import type { JsonObject } from '../protos';
import { GoogleError, invalid, notFound, precondition } from './errors';
import { filterOf } from './filter';
import { applied, masked, pathsOf } from './masks';
import { ordered, pageOf } from './pages';
import { deployedModel, mutated, splitOf } from './vertex-deployed';
import { resolveVersion } from './vertex-versions';
import { checkLabels, Work, type Endpoint, type Handlers, type VertexState } from './vertex-state';

const FILTER = {
  endpoint: ['=', '!='],
  displayName: ['=', '!='],
  labels: [':'],
  'labels.*': ['=', '!=', ':'],
} as const;
const ORDER = ['displayName', 'createTime', 'updateTime'] as const;

export function endpointHandlers(state: VertexState): Handlers {
  /** As long as it is still there: what was deleted meanwhile stays so. */
  const change = (name: string, fields: (endpoint: Endpoint) => Partial<Endpoint>): Endpoint =>
    state.endpoints.update(name, (endpoint) => ({
      ...endpoint,
      ...fields(endpoint),
      etag: state.etag(),
      updateTime: state.clock.iso(),
    }));

  /** `[unverified]`: that it refuses, rather than queues, what comes while an operation runs; no page of Google's tells. */
  function free(name: unknown): Endpoint {
    const endpoint = state.endpoint(name);
    const [operation] = state.running(endpoint.name);
    if (operation) throw precondition(`Endpoint ${endpoint.name} is being changed by ${operation.name}.`);
    return endpoint;
  }

  return {
    CreateEndpoint: (request) => create(state, request),
    GetEndpoint: ({ name }) => state.endpoint(name),

    ListEndpoints(request, asOf) {
      state.within(request.parent);
      const matches = filterOf(request.filter as string, FILTER);
      const hits = state.endpoints
        .values(asOf)
        .filter((endpoint) => matches({ ...endpoint, endpoint: endpoint.name.split('/').at(-1) }));
      const { entries, ...next } = pageOf(
        ordered(hits, request.orderBy, ORDER, 'create_time desc'),
        request,
        state.page,
      );
      return { endpoints: entries.map((endpoint) => masked('Endpoint', endpoint, request.readMask)), ...next };
    },

    UpdateEndpoint(request) {
      const body = request.endpoint as Endpoint;
      const endpoint = free(body.name);
      if (body.etag && body.etag !== endpoint.etag)
        throw new GoogleError('ABORTED', `The etag ${body.etag} is not that of Endpoint ${endpoint.name}.`);
      const paths = pathsOf(request.updateMask);
      if (paths.includes('labels')) checkLabels(body.labels);
      const next = applied(endpoint, body, paths);
      const trafficSplit = paths.includes('trafficSplit')
        ? splitOf(body.trafficSplit, endpoint.deployedModels)
        : endpoint.trafficSplit;
      return change(endpoint.name, () => ({ ...next, trafficSplit }));
    },

    DeleteEndpoint(request) {
      const { name, deployedModels } = free(request.name);
      if (deployedModels.length > 0) throw precondition(`Endpoint ${name} has deployed models: undeploy them first.`);
      return new Work(name, () => {
        state.endpoints.delete(name);
        return {};
      });
    },

    DeployModel(request) {
      const { name, deployedModels } = free(request.endpoint);
      const asked = request.deployedModel as JsonObject;
      const deployed = deployedModel(state, asked, resolveVersion(state, asked.model), deployedModels);
      const split = Object.entries((request.trafficSplit ?? {}) as Readonly<Record<string, number>>);
      const filled = Object.fromEntries(split.map(([id, share]) => [id === '0' ? deployed.id : id, share]));
      const trafficSplit = splitOf(filled, [...deployedModels, deployed]);
      const without = (endpoint: Endpoint) => endpoint.deployedModels.filter(({ id }) => id !== deployed.id);
      if (state.listsDeploying) change(name, (endpoint) => ({ deployedModels: [...without(endpoint), deployed] }));
      const finish = (): JsonObject => {
        const ready = { ...deployed, createTime: state.clock.iso() };
        change(name, (endpoint) => ({
          deployedModels: [...without(endpoint), ready],
          trafficSplit: split.length > 0 ? trafficSplit : endpoint.trafficSplit,
        }));
        return { deployedModel: ready };
      };
      return new Work(name, finish, () => {
        if (state.listsDeploying) change(name, (endpoint) => ({ deployedModels: without(endpoint) }));
      });
    },

    UndeployModel(request) {
      const { name, deployedModels, trafficSplit } = free(request.endpoint);
      const gone = deployedModels.find(({ id }) => id === request.deployedModelId);
      // [unverified] that it is a 404.
      if (!gone) throw notFound(`The DeployedModel "${String(request.deployedModelId)}" of ${name}`);
      const rest = deployedModels.filter((one) => one !== gone);
      const asked = (request.trafficSplit ?? {}) as Readonly<Record<string, number>>;
      const next = Object.keys(asked).length > 0 ? splitOf(asked, deployedModels) : trafficSplit;
      if ((next[gone.id] ?? 0) > 0 && rest.length > 0)
        throw precondition(`DeployedModel ${gone.id} of ${name} has traffic: shift it first.`);
      return new Work(name, () => {
        const others = Object.entries(next).filter(([id]) => id !== gone.id);
        change(name, () => ({ deployedModels: rest, trafficSplit: rest.length > 0 ? Object.fromEntries(others) : {} }));
        return {};
      });
    },

    MutateDeployedModel(request) {
      const { name, deployedModels } = free(request.endpoint);
      const next = mutated(request, deployedModels);
      return new Work(name, () => {
        change(name, () => ({ deployedModels: deployedModels.map((one) => (one.id === next.id ? next : one)) }));
        return { deployedModel: next };
      });
    },
  };
}

function create(state: VertexState, { parent, endpoint, endpointId }: JsonObject): Work {
  const id = (endpointId as string | undefined) ?? String(state.number());
  if (!/^([a-z]([a-z0-9-]{0,61}[a-z0-9])?|[1-9]\d{0,8})$/.test(id)) throw invalid(`Invalid endpoint_id ${id}`);
  const name = `${state.within(parent)}/endpoints/${id}`;
  if (state.endpoints.has(name)) throw new GoogleError('ALREADY_EXISTS', `Endpoint ${name} exists.`);
  checkLabels((endpoint as JsonObject).labels);
  return new Work(name, () =>
    state.endpoints.set(name, {
      ...(endpoint as JsonObject & { displayName: string }),
      ...{ name, deployedModels: [], trafficSplit: {}, etag: state.etag() },
      ...{ createTime: state.clock.iso(), updateTime: state.clock.iso() },
    }),
  );
}
