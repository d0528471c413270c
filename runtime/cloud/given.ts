/** What a run is given: the parameters of its pipeline, and whatever must be in place before it starts. */
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import type { Graph } from '../../constructs/spec/component';
import { layout } from '../../constructs/spec/layout';
import type { ResolvedMlops } from '../../constructs/spec/mlops';
import type { MonitorSubject } from '../../constructs/spec/report';
import type { Action, Endpoint, RunTags, Time } from '../loop/platform';
import { labelsSince } from './labels';
import type { Captures, CloudSettings, NewRun, RegisteredVersion, Registry, RunInputs } from './parts';
import type { Store } from './store';

export interface World {
  readonly spec: ResolvedMlops;
  readonly settings: Pick<CloudSettings, 'endpoint' | 'code' | 'pipelines'>;
  readonly store: Store;
  readonly registry: Registry;
  readonly captures: Captures;
  readonly endpoint: () => Promise<Endpoint>;
}

export function newRun(world: World, { id, kind, tags }: Extract<Action, { do: 'start' }>): NewRun {
  const { training, trial } = world.settings.pipelines;
  if (kind === 'train') return { id, tags, pipeline: training, prepare: () => trainingGiven(world, id, tags) };
  const measured = measuredBy(tags);
  const pipeline = tags.reason === 'trial' ? trial : world.settings.pipelines.monitors[measured.monitor];
  if (!pipeline) throw new Error(`there is no pipeline for ${id}: deploy the stack with the spec as it is`);
  return { id, tags, pipeline, prepare: () => monitorGiven(world, id, tags, measured) };
}

/** The prefix of a training run's outputs, without a slash at the end. */
export const trainingPrefix = (pipeline: string, run: string): string => `artifacts/${pipeline}/${run}`;

async function trainingGiven({ spec, settings, ...world }: World, id: string, tags: RunTags): Promise<RunInputs> {
  const { store } = world;
  const { model: pipeline } = spec.endpoints[settings.endpoint]!;
  const { dataset } = spec.pipelines[pipeline]!;
  const champion = championOf(await world.registry.list(), await world.endpoint());
  return inputsOf(store.uri(trainingPrefix(pipeline, id)), trainingGraph(spec, pipeline), {
    data: store.uri(layout.data(dataset)),
    code: store.uri(layout.code(tags.code ?? settings.code)),
    champion: champion?.model ?? store.uri(layout.noChampion),
  });
}

/** The version that serves and has come through its bake, the largest share first; else the last one that did. */
export function championOf(
  versions: readonly RegisteredVersion[],
  { deployments }: Endpoint,
): RegisteredVersion | undefined {
  const live = versions.filter((version) => version.live && version.status === 'approved');
  const serving = deployments
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share)
    .flatMap(({ version, revision }) => live.find((v) => v.name === version && v.live!.revision === revision) ?? []);
  return serving[0] ?? [...live].sort((a, b) => b.live!.at - a.live!.at)[0];
}

type Measured = Required<Pick<RunTags, 'monitor' | 'version' | 'window'>>;

function measuredBy(tags: RunTags): Measured {
  const { monitor, version, window, champion } = tags;
  if (!monitor || !version || !window)
    throw new Error(`a monitor's run needs a monitor, a version and a window; got ${JSON.stringify(tags)}`);
  if (tags.reason === 'trial' && !champion)
    throw new Error(`the trial of ${version} needs a champion; got ${JSON.stringify(tags)}`);
  return { monitor, version, window };
}

async function monitorGiven(
  { spec, settings: { endpoint }, store, registry, captures }: World,
  id: string,
  { reason, champion }: RunTags,
  { monitor, version, window }: Measured,
): Promise<RunInputs> {
  const isTrial = reason === 'trial';
  const graph = isTrial ? trialGraph(spec, endpoint) : monitoringGraph(spec, endpoint, monitor);
  const folder = layout.window(endpoint, monitor, id);
  const { model } = await registry.get(version);
  const { dataset } = spec.pipelines[spec.endpoints[endpoint]!.model]!;
  await captures.window(version, model.slice(store.uri('').length), window, `${folder}/captures`);
  if ('labels' in graph.externals) await labelsSince(store, dataset, window.from, `${folder}/labels`);
  const subject: MonitorSubject = {
    monitor,
    endpoint,
    version,
    window: { from: iso(window.from), to: iso(window.to) },
    scope: isTrial ? 'trial' : 'window',
  };
  return inputsOf(store.uri(layout.report(endpoint, monitor, id)), graph, {
    captures: `${store.uri(folder)}/captures`,
    labels: `${store.uri(folder)}/labels`,
    model,
    ...(champion && { champion: (await registry.get(champion)).model }),
    subject: JSON.stringify(subject),
  });
}

/** All that the pipeline knows, and nothing else: platforms refuse what it does not. */
function inputsOf(output: string, graph: Graph, values: Readonly<Record<string, string>>): RunInputs {
  const taken = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, values[name]!]));
  return { output, externals: taken(graph.externals), parameters: taken(graph.parameters) };
}

const iso = (at: Time): string => new Date(at).toISOString();
