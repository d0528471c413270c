/** Wrong drivers that are a part of the adapter changed. */
import { serving } from '../../../constructs/gcp/endpoint-sight.runtime';
import type { VertexServedEndpoint } from '../../../constructs/gcp/endpoint.runtime';
import type { ServedEndpoint } from '../../../runtime/cloud/parts';
import type { Action } from '../../../runtime/loop/platform';
import type { Planted } from './planted';
import type { Lab, Parts } from './process';

const planted = (
  what: string,
  breaks: Planted['breaks'],
  plant: NonNullable<Lab['plant']>,
  where?: Planted['where'],
): Planted => ({ what, breaks, lab: { plant }, ...(where && { where }) });

const insides = (endpoint: ServedEndpoint) => {
  const { parts, record } = endpoint as VertexServedEndpoint as unknown as {
    readonly parts: VertexServedEndpoint['parts'];
    readonly record: VertexServedEndpoint['record'];
  };
  return { parts: parts as { -readonly [K in keyof typeof parts]: (typeof parts)[K] }, record };
};

/** Done otherwise, or not at all. */
const doing = (
  { platform }: Parts,
  change: (action: Action, act: (action: Action) => Promise<void>) => Promise<void>,
) => {
  const act = platform.act.bind(platform);
  platform.act = (action) => change(action, act);
};

/** Undeploys what has the most of the traffic, and keeps what it was told to take. */
function retireTheOther({ endpoint }: Parts): void {
  const { hosting } = insides(endpoint).parts;
  const undeploy = hosting.undeploy.bind(hosting);
  hosting.undeploy = async (id, split) => {
    const found = await hosting.describe();
    const [most, other] = [...serving({ endpoint: found })].sort((a, b) => b.share - a.share);
    return most && other ? undeploy(most.deployedModel, { [other.deployedModel]: 100 }) : undeploy(id, split);
  };
}

export const IN_PARTS: readonly Planted[] = [
  planted('what was rejected passes for approved', [3, 4], ({ platform }) => {
    const versions = platform.versions.bind(platform);
    platform.versions = async () => (await versions()).map((version) => ({ ...version, status: 'approved' }));
  }),
  planted('what is undeployed is what has the traffic', [3], retireTheOther),
  planted('nothing is ever undeployed', [7], (parts) =>
    doing(parts, async (action, act) => (action.do === 'retire' ? undefined : act(action))),
  ),
  planted('what is taken down keeps its last deployment', [8], ({ endpoint }) => {
    const remove = endpoint.remove.bind(endpoint);
    endpoint.remove = async () => ((await endpoint.view()).deployments.length > 1 ? remove() : undefined);
  }),
  planted('a failed operation is forgotten', [7], ({ endpoint }, world) => {
    // What is newest never starts.
    const newest = world.versions.all().at(-1);
    if (newest) world.be(newest.name, 'stillborn');
    const { hosting } = insides(endpoint).parts;
    const operation = hosting.operation.bind(hosting);
    hosting.operation = async (name) => {
      const found = await operation(name);
      return found?.error ? undefined : found;
    };
  }),
  planted('the model is that of the first version', [9], ({ endpoint, platform }) => {
    const first = async () => (await platform.versions())[0] as unknown as { readonly resource: string };
    insides(endpoint).parts.modelOf = async () => (await first()).resource;
  }),
  planted(
    'replicas that were added stay',
    [7],
    ({ endpoint }) => {
      const { parts } = insides(endpoint);
      endpoint.tend = async () => parts.align(await endpoint.view());
    },
    ({ scales }) => scales,
  ),
  planted('aliases follow nothing', [7], ({ endpoint }) => {
    insides(endpoint).parts.align = async () => undefined;
  }),
  planted('health is that of the other deployment', [4], ({ platform, endpoint }) => {
    const health = platform.health.bind(platform);
    platform.health = async (id, since) => {
      const { deployments } = await endpoint.view();
      return health(deployments.find((other) => other.id !== id && other.share > 0)?.id ?? id, since);
    };
  }),
  planted('milliseconds are taken for seconds', [7], ({ platform }) => {
    const health = platform.health.bind(platform);
    platform.health = async (id, since) => {
      const found = await health(id, since);
      return found === 'unknown' ? found : { ...found, p99: found.p99 * 1000 };
    };
  }),
  planted('another version is marked', [9], ({ registry, platform }) => {
    const mark = registry.mark.bind(registry);
    registry.mark = async (action) => {
      const other = (await platform.versions()).find(({ name }) => name !== action.version);
      await mark(other ? { ...action, version: other.name } : action);
    };
  }),
  planted('the decision is that of another run', [3], ({ platform }) => {
    const { options } = platform['parts'].runs as unknown as {
      readonly options: { conclude: (run: { readonly id: string; readonly kind: string }) => Promise<unknown> };
    };
    const conclude = options.conclude.bind(options);
    options.conclude = (run) => conclude(run.kind === 'train' ? { ...run, id: 'train-1' } : run);
  }),
  planted('the oldest try of a task counts', [3, 9], ({ store }) => {
    const read = store.read.bind(store);
    store.read = async <T>(path: string) => {
      const found = await read<T>(path);
      return found && path.startsWith('artifacts/') ? { ...found, modified: -found.modified } : found;
    };
  }),
  planted('the gauge of one monitor is told of another', [2], ({ alarms }) => {
    const tell = alarms.tell.bind(alarms);
    alarms.tell = (monitor, degraded) => tell(monitor === 'quality' ? 'inputs' : 'quality', degraded);
  }),
  planted('what is degraded is told to be fine', [2], ({ alarms }, world) => {
    world.drift = 1;
    const tell = alarms.tell.bind(alarms);
    alarms.tell = (monitor) => tell(monitor, false);
  }),
  planted('requests are acknowledged when they are read', [5], ({ platform }) => {
    const requests = platform.requests.bind(platform);
    platform.requests = async () => {
      const found = await requests();
      for (const { id } of found) await platform.act({ do: 'done', request: id, why: 'it was read' });
      return found;
    };
  }),
  planted('requests are never acknowledged', [7], (parts) =>
    doing(parts, async (action, act) => (action.do === 'done' ? undefined : act(action))),
  ),
  planted('a deployment that is not released any more goes on', [5], ({ store }, { newest }) => {
    const read = store.read.bind(store);
    const { deployment } = newest().settings;
    store.read = async <T>(path: string) => {
      const found = await read<T>(path);
      return found && path.endsWith('/release.json') ? { ...found, value: { deployment } as T } : found;
    };
  }),
];
