/** What a run is given: the parameters of its pipeline, and whatever must be in place before it starts. */
import { OUTPUT_PARAMETER, parameterName } from '../../pipelines/compile/sagemaker-names';
import { monitoringGraph, trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import type { Graph } from '../spec/component';
import { layout } from '../spec/layout';
import type { ResolvedMlops } from '../spec/mlops';
import type { MonitorSubject } from '../spec/report';
import type { Action, Endpoint, RunTags, Time } from '../../runtime/loop/platform';
import type { Captures } from './capture.runtime';
import { labelsSince } from './labels.runtime';
import type { RegisteredVersion } from './package.runtime';
import type { NewRun } from './pipeline.runtime';
import type { Registry } from './registry.runtime';
import type { LoopSettings } from './settings';
import type { Store } from './store.runtime';

export interface World {
  readonly spec: ResolvedMlops;
  readonly settings: Pick<LoopSettings, 'endpoint' | 'code' | 'pipelines'>;
  readonly store: Store;
  readonly registry: Registry;
  readonly captures: Captures;
  readonly endpoint: () => Promise<Endpoint>;
}

type Parameters = Readonly<Record<string, string>>;

export function newRun(world: World, { id, kind, tags }: Extract<Action, { do: 'start' }>): NewRun {
  const { training, trial } = world.settings.pipelines;
  if (kind === 'train') return { id, tags, pipeline: training, prepare: () => trainingGiven(world, id, tags) };
  const measured = measuredBy(tags);
  const pipeline = tags.reason === 'trial' ? trial : world.settings.pipelines.monitors[measured.monitor];
  if (!pipeline) throw new Error(`there is no SageMaker pipeline for ${id}: deploy the stack with the spec as it is`);
  return { id, tags, pipeline, prepare: () => monitorGiven(world, id, tags, measured) };
}

/** The prefix of a training run's outputs, without a slash at the end. */
export const trainingPrefix = (pipeline: string, run: string): string => `artifacts/${pipeline}/${run}`;

async function trainingGiven({ spec, settings, ...world }: World, id: string, tags: RunTags): Promise<Parameters> {
  const { store } = world;
  const { model: pipeline } = spec.endpoints[settings.endpoint]!;
  const { dataset } = spec.pipelines[pipeline]!;
  const champion = championOf(await world.registry.list(), await world.endpoint());
  return parametersOf(store.uri(trainingPrefix(pipeline, id)), trainingGraph(spec, pipeline), {
    data: `${store.uri(layout.data(dataset))}/`,
    code: `${store.uri(layout.code(tags.code ?? settings.code))}/`,
    champion: champion?.model ?? `${store.uri(layout.noChampion)}/`,
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
): Promise<Parameters> {
  const isTrial = reason === 'trial';
  const graph = isTrial ? trialGraph(spec, endpoint) : monitoringGraph(spec, endpoint, monitor);
  const folder = layout.window(endpoint, monitor, id);
  const { model } = await registry.get(version);
  const { dataset } = spec.pipelines[spec.endpoints[endpoint]!.model]!;
  await captures.window(version, model.slice(store.uri('').length, -1), window, `${folder}/captures`);
  if ('labels' in graph.externals) await labelsSince(store, dataset, window.from, `${folder}/labels`);
  const subject: MonitorSubject = {
    monitor,
    endpoint,
    version,
    window: { from: iso(window.from), to: iso(window.to) },
    scope: isTrial ? 'trial' : 'window',
  };
  return parametersOf(store.uri(layout.report(endpoint, monitor, id)), graph, {
    captures: `${store.uri(folder)}/captures/`,
    labels: `${store.uri(folder)}/labels/`,
    model,
    ...(champion && { champion: (await registry.get(champion)).model }),
    subject: JSON.stringify(subject),
  });
}

/** All that the pipeline knows, and nothing else: SageMaker refuses what it does not. */
function parametersOf(output: string, { externals, parameters }: Graph, values: Parameters): Parameters {
  const names = [...Object.keys(externals), ...Object.keys(parameters)];
  return {
    [OUTPUT_PARAMETER]: output,
    ...Object.fromEntries(names.map((name) => [parameterName(name), values[name]!])),
  };
}

const iso = (at: Time): string => new Date(at).toISOString();
