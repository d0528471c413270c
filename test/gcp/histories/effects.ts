/** A request reaches the fake: what it does to the world, and who watches. */
import type { JsonObject } from '../protos';
import type { Look, Process } from './process';
import type { Job } from './jobs';
import { BUCKET, MINUTE, type Deployed } from './settings';
import type { Registered } from './versions';
import type { Heard, Sent } from './wire';
import type { Served, World } from './world';
import { namedOf } from '../../../constructs/gcp/endpoint-names.runtime';

/** One request that changed something, and what was before. */
export interface Effect {
  readonly call: string;
  /** Of services that speak JSON. */
  readonly input: JsonObject;
  /** Of Storage: the object. */
  readonly key: string;
  /** Of the look that it is part of. */
  readonly look: Look;
  readonly deployed: Deployed;
  /** When its process began to look. */
  readonly since: number;
  /** That it has created. */
  readonly job: Job | undefined;
  readonly before: {
    readonly served: readonly Served[];
    readonly versions: readonly Registered[];
    /** What the object was. */
    readonly text: string | undefined;
    readonly generation: string | undefined;
  };
}

export function carryOut(world: World, sent: Sent, process: Process): Heard {
  const { routes, google } = world;
  if (sent.method === 'GET') return routes.answer(sent, google.faults.asOf(world.now));
  world.seq++;
  const effect = effectOf(world, sent, process);
  const accepted = prepare(world, sent.call, effect.input);
  if (sent.call === 'EndpointService.UpdateEndpoint') world.traffic.flow();
  const heard = routes.answer(sent, Infinity);
  if (heard.status >= 300) {
    // What was refused takes no time.
    google.vertex['scripts'].length = 0;
    return heard;
  }
  accepted?.();
  const job =
    sent.call === 'PipelineService.CreatePipelineJob' ? world.jobs.begin(sent.query.get('pipelineJobId')!) : undefined;
  if (sent.call.startsWith('ModelService.')) world.versions.note();
  world.umpire.watch({ ...effect, job });
  world.noteChanges(effect.before.served, sent.call);
  return heard;
}

/** Operations take their time, and some fail. Gives what there is to note where it was accepted. */
function prepare(world: World, call: string, input: JsonObject): (() => void) | undefined {
  const { vertex } = world.google;
  const minutes = (least: number, most: number) => (least + world.random() * (most - least)) * MINUTE;
  const fails = (probability: number) => world.chance(world.calm ? 0 : probability);
  const error = { code: 9, message: 'Model server exited unexpectedly.' };
  const method = call.split('.')[1]!;
  if (method === 'UploadModel')
    vertex.script(method, { takes: world.chance(0.6) ? 10_000 : minutes(1, 90), ...(fails(0.1) && { error }) });
  if (method === 'UndeployModel' || method === 'MutateDeployedModel')
    vertex.script(method, { takes: minutes(1, 8), ...(fails(0.1) && { error }) });
  if (method !== 'DeployModel') return undefined;
  const { displayName: id } = input.deployedModel as { readonly displayName: string };
  const { version = '', revision = '' } = namedOf(id) ?? {};
  const dies = world.nature(version) === 'stillborn' || world.broken.has(revision) || fails(0.1);
  vertex.script(method, { takes: minutes(4, 25), ...(dies && { error }) });
  return () => {
    world.umpire.count(`deployment ${dies ? 'failed' : 'done'}`);
    if (dies) world.failures.set(id, (world.failures.get(id) ?? 0) + 1);
  };
}

function effectOf(
  world: World,
  { call, params, query, body }: Sent,
  { look = NO_LOOK, deployed, since }: Process,
): Omit<Effect, 'job'> {
  const { objects } = world.google;
  const isObject = call.startsWith('objects.');
  const key = isObject ? (query.get('name') ?? params['object'] ?? '') : '';
  const has = isObject && objects.has(BUCKET, key);
  return {
    ...{ call, key, look, deployed, since },
    input: isObject || body === '' ? {} : (JSON.parse(body) as JsonObject),
    before: {
      served: world.served(),
      versions: call.startsWith('ModelService.') ? world.versions.all() : [],
      text: has ? objects.text(BUCKET, key) : undefined,
      generation: has ? objects.generationOf(BUCKET, key) : undefined,
    },
  };
}

/** What is done before the first look: nothing that anybody watches. */
const NO_LOOK: Look = { seq: 0, at: 0, memory: undefined, alarms: [] };
