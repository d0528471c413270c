/** What is deployed, and how its traffic moves. */
import { namedOf } from '../../../constructs/gcp/endpoint-names.runtime';
import type { JsonObject } from '../protos';
import type { Effect } from './effects';
import { TOLERANCE } from './umpire';
import type { Served, World } from './world';

export function watchEndpoint(world: World, effect: Effect): void {
  const { call, input } = effect;
  switch (call) {
    case 'EndpointService.DeployModel':
      return watchDeployment(world, effect);
    case 'EndpointService.UpdateEndpoint':
      return watchTraffic(world, effect, input.trafficSplit as Split);
    case 'EndpointService.UndeployModel':
      return watchUndeployment(world, effect);
    case 'EndpointService.MutateDeployedModel':
      return watchScaling(world, input);
  }
}

type Split = Readonly<Record<string, number>>;

interface Deployed {
  readonly id: string;
  readonly displayName: string;
  readonly model: string;
  readonly dedicatedResources: {
    readonly machineSpec: { readonly machineType: string };
    readonly minReplicaCount: number;
  };
}

function watchDeployment(world: World, { input, look, before, deployed: { settings } }: Effect): void {
  const { umpire, versions } = world;
  const { id, displayName, model, dedicatedResources } = input.deployedModel as Deployed;
  world.isTakenDown = false;
  const named = namedOf(displayName);
  if (!named) return umpire.demand(9, false, `${displayName} is deployed, which names no version`);
  const { version, revision } = named;
  umpire.count('placed');
  const known = versions.get(version);
  const resource = known?.resource.replace(/projects\/[^/]+/, '');
  umpire.demand(
    9,
    !resource || model.replace(/projects\/[^/]+/, '') === resource,
    `${displayName} is made of ${model}`,
  );
  umpire.demand(
    9,
    id.startsWith(version.slice(1)) && id.length === version.length + 3,
    `${displayName} is called ${id}`,
  );
  umpire.demand(9, revision === settings.revision, `${displayName} is of another revision`);
  const { machineSpec, minReplicaCount } = dedicatedResources;
  const { machine, replicas } = settings.serving;
  const asSet = machineSpec.machineType === machine && minReplicaCount === replicas.min;
  umpire.demand(9, asSet, `${displayName} runs on another machine`);
  umpire.demand(3, before.served.length < 2, `${displayName} is a third deployment`);
  umpire.demand(5, !before.served.some((each) => each.id === displayName), `${displayName} is deployed twice`);
  umpire.demand(4, !versions.isBurned(named, look.seq), `${displayName} was rejected, and is placed`);
  umpire.demand(3, versions.wasApproved(version, look.seq), `${displayName} is placed, and is not approved`);
  const { 0: begins = 0, ...others } = input.trafficSplit as Split;
  const stays = before.served.every(({ deployedModel, share }) => (others[deployedModel] ?? 0) === share);
  umpire.demand(3, stays, `${displayName} is deployed, and the others' traffic moves`);
  const nobody = before.served.every(({ share }) => share === 0);
  umpire.demand(4, begins === (nobody ? 100 : 0), `${displayName} begins at ${begins} %`);
}

function watchTraffic(world: World, effect: Effect, split: Split): void {
  const { umpire } = world;
  const { before, input } = effect;
  umpire.demand(5, input.etag !== undefined, 'traffic moves without a condition');
  const total = Object.values(split).reduce((sum, share) => sum + share, 0);
  umpire.demand(3, total === 100, `shares are asked for that add up to ${total}`);
  for (const each of before.served) {
    const share = split[each.deployedModel] ?? 0;
    if (share > each.share) watchGain(world, effect, { ...each, share }, each.share);
  }
}

function watchGain(world: World, { look, before }: Effect, d: Served, now: number): void {
  const { umpire, versions } = world;
  const others = before.served.filter((each) => each.id !== d.id);
  const sound = others.filter(
    (each) => versions.isSound(each) && versions.statusAt(each.version, look.seq) === 'approved',
  );
  const may = versions.wasApproved(d.version, look.seq);
  const { action } = look;
  umpire.demand(3, may || sound.length === 0, `${d.id} gains traffic though it may not serve (${action?.why ?? ''})`);
  const deployment = action?.do === 'shift' ? action : undefined;
  umpire.demand(3, deployment !== undefined, `${d.id} gains traffic, and nobody decided that`);
  if (!deployment) return;
  umpire.demand(
    5,
    deployment.shares[d.id] === d.share,
    `${d.id} gets ${d.share} %, and not ${deployment.shares[d.id] ?? 0}`,
  );
  if (!deployment.guarded) return;
  umpire.demand(4, !versions.isBurned(d, look.seq), `${d.id} is tried again`);
  const { steps, bake } = world.loopSpec().rollout;
  if (now === 0) return umpire.demand(4, d.share <= (steps[0] ?? 100), `${d.id} skips the canary`);
  umpire.demand(4, world.now - world.changedAt(d.id) >= bake - TOLERANCE, `${d.id} advances before its bake is over`);
  const suffering = others.some((each) => world.isSick(each.version));
  umpire.demand(4, suffering || !world.wasSick(d.version, look.seq), `${d.id} advances though it is sick`);
}

function watchUndeployment(world: World, { input, look, before }: Effect): void {
  const { umpire } = world;
  const gone = before.served.find(({ deployedModel }) => deployedModel === input.deployedModelId);
  const { action } = look;
  if (action?.do === 'remove') {
    umpire.demand(3, world.wasDown(look.seq), 'the endpoint is taken down, and nobody wants that');
    world.isTakenDown = true;
    return;
  }
  const asked = action?.do === 'retire' ? action.id : undefined;
  umpire.demand(9, gone?.id === asked, `${gone?.id ?? 'nothing'} is undeployed, and ${asked ?? 'nothing'} was to go`);
  umpire.demand(3, gone?.share === 0, `${gone?.id ?? ''} is undeployed with ${gone?.share ?? 0} % of the traffic`);
}

function watchScaling(world: World, input: JsonObject): void {
  const { id, dedicatedResources } = input.deployedModel as Pick<Deployed, 'id' | 'dedicatedResources'>;
  const known = world.served().some(({ deployedModel }) => deployedModel === id);
  world.umpire.demand(9, known, `${id} is to scale, and there is none`);
  const { min, max } = world.newest().settings.serving.replicas;
  const { minReplicaCount } = dedicatedResources;
  world.umpire.demand(
    8,
    minReplicaCount >= min && minReplicaCount <= max,
    `${id} is to have ${minReplicaCount} replicas`,
  );
}
