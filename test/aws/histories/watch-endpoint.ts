/** Models, configurations, the endpoint, its traffic, and how it scales. */
import { releaseNamed, releasePrefix } from '../../../constructs/aws/release-names';
import type { Input } from '../runtime/fake-json';
import type { Effect } from './effects';
import { ENDPOINT } from './settings';
import { TOLERANCE } from './umpire';
import type { Served, World } from './world';

interface Variant {
  readonly VariantName: string;
  readonly ModelName: string;
  readonly InitialVariantWeight?: number;
}

export function watchEndpoint(world: World, effect: Effect): void {
  const { call, input } = effect;
  switch (call) {
    case 'CreateModel':
      return watchModel(world, effect);
    case 'CreateEndpointConfig':
      return watchConfig(world, input);
    case 'CreateEndpoint':
    case 'UpdateEndpoint':
      watchGuard(world, effect);
      return watchTraffic(world, effect, sharesOf(world, input['EndpointConfigName'] as string));
    case 'UpdateEndpointWeightsAndCapacities':
      return watchTraffic(world, effect, desired(world));
    case 'DeleteEndpoint':
      if (world.wasDown(effect.look.seq)) world.life.hasServed = false;
      return world.umpire.demand(3, !world.life.hasServed, 'an endpoint that has served is deleted');
    case 'DeleteEndpointConfig':
    case 'DeleteModel':
      return watchDeletion(world, (input['EndpointConfigName'] ?? input['ModelName']) as string);
    case 'RegisterScalableTarget':
      return watchScaling(world, input);
  }
}

function watchModel(world: World, { input, deployed }: Effect): void {
  const { umpire, versions } = world;
  const name = input['ModelName'] as string;
  const { version = '', revision } = releaseNamed(ENDPOINT, name) ?? {};
  const container = input['PrimaryContainer'] as {
    readonly Image: string;
    readonly ModelDataSource: { readonly S3DataSource: { readonly S3Uri: string } };
  };
  const artifact = container.ModelDataSource.S3DataSource.S3Uri;
  const expected = versions.get(version)?.model;
  umpire.demand(9, expected === undefined || artifact === expected, `${name} is made of ${artifact}`);
  const { settings } = deployed;
  umpire.demand(
    9,
    container.Image === settings.image && revision === settings.revision,
    `${name} is of another revision`,
  );
}

function watchConfig({ umpire, endpoints, rollout }: World, input: Input): void {
  const name = input['EndpointConfigName'] as string;
  const variants = input['ProductionVariants'] as readonly Variant[];
  umpire.demand(
    9,
    new Set(variants.map((it) => it.VariantName)).size === variants.length,
    `${name} has a variant twice`,
  );
  umpire.demand(
    9,
    variants.every(({ ModelName }) => endpoints.models.has(ModelName)),
    `${name} has a model that is gone`,
  );
  umpire.demand(3, variants.length <= (rollout === 'stepped' ? 2 : 1), `${name} has ${variants.length} variants`);
  const capture = input['DataCaptureConfig'] as { readonly DestinationS3Uri: string } | undefined;
  if (!capture) return;
  const slots = variants.map((it) => `${it.VariantName}.${releaseNamed(ENDPOINT, it.ModelName)!.id}`).sort();
  const expected = `s3://record/captures/online/${slots.join(',')}`;
  umpire.demand(9, capture.DestinationS3Uri === expected, `${name} captures to ${capture.DestinationS3Uri}`);
}

/** SageMaker may take back what the loop says that it may, and nothing else. */
function watchGuard({ umpire, given }: World, { input, look }: Effect): void {
  if (given.kind !== 'guarded' || look.action?.do !== 'shift') return;
  const rollback = (input['DeploymentConfig'] as Input | undefined)?.['AutoRollbackConfiguration'] as
    { readonly Alarms: readonly unknown[] } | undefined;
  const { guarded } = look.action;
  umpire.demand(
    4,
    guarded === (rollback?.Alarms.length ?? 0) > 0,
    `traffic moves ${guarded ? 'unguarded' : 'guarded'}`,
  );
}

type Shares = ReadonlyMap<string, number>;

/** Percent by deployment, once the configuration is in use. */
function sharesOf({ endpoints }: World, config: string): Shares {
  const variants = (endpoints.configs.get(config)?.ProductionVariants ?? []) as readonly Variant[];
  return normalized(
    variants.map((it) => [releaseNamed(ENDPOINT, it.ModelName)?.id ?? '', it.InitialVariantWeight ?? 1]),
  );
}

function desired(world: World): Shares {
  const weights = world.endpoints.endpoint!.variants.map((it) => [it.VariantName, it.DesiredWeight] as const);
  const idOf = (variant: string) => world.served().find((it) => it.variant === variant)!.id;
  return normalized(weights.map(([variant, weight]) => [idOf(variant), weight]));
}

function normalized(weights: readonly (readonly [id: string, weight: number])[]): Shares {
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return new Map(weights.map(([id, weight]) => [id, sum > 0 ? (100 * weight) / sum : 0]));
}

function watchTraffic(world: World, effect: Effect, after: Shares): void {
  const { umpire, rollout, life } = world;
  const { call, before, look } = effect;
  const total = [...after.values()].reduce((sum, share) => sum + share, 0);
  umpire.demand(3, Math.abs(total - 100) < 0.1, `${call} asks for shares that add up to ${total}`);
  if (rollout === 'stepped' && call !== 'UpdateEndpointWeightsAndCapacities' && life.hasServed)
    for (const { id, share } of before.served) {
      const stays = Math.abs((after.get(id) ?? 0) - share) < 0.5;
      umpire.demand(
        3,
        stays,
        `${id} goes from ${share} to ${after.get(id) ?? 0} %, and nothing but a deployment was asked for`,
      );
    }
  for (const [id, share] of after) {
    const now = before.served.find((each) => each.id === id)?.share ?? 0;
    const [version, revision] = id.split('-') as [string, string];
    const burned = world.versions.isBurned({ version, revision }, look.seq);
    if (look.action?.do === 'place' && !before.served.some((each) => each.id === id))
      umpire.demand(4, !burned, `${id} was rejected, and is placed`);
    if (share <= now + 0.01) continue;
    watchGain(world, effect, { id, version, revision, share }, now);
  }
}

function watchGain(world: World, { look, before }: Effect, d: Omit<Served, 'variant'>, now: number): void {
  const { umpire, versions, life } = world;
  const others = before.served.filter((each) => each.id !== d.id);
  const sound = others.filter(
    (each) => versions.isSound(each) && versions.statusAt(each.version, look.seq) === 'approved',
  );
  const may = versions.wasApproved(d.version, look.seq);
  umpire.demand(
    3,
    may || sound.length === 0,
    `${d.id} gains traffic though it may not serve (${look.action?.why ?? ''})`,
  );
  const { action } = look;
  if (action?.do !== 'shift' || !action.guarded || !life.hasServed) return;
  umpire.demand(4, !versions.isBurned(d, look.seq), `${d.id} is tried again`);
  if (world.rollout === 'native') return;
  const { steps, bake } = world.loopSpec().rollout;
  if (now === 0) return umpire.demand(4, d.share <= (steps[0] ?? 100) + 0.1, `${d.id} skips the canary`);
  umpire.demand(4, world.now - life.changedAt(d.id) >= bake - TOLERANCE, `${d.id} advances before its bake is over`);
  const suffering = others.some((each) => world.isSick(each.version));
  umpire.demand(4, suffering || !world.wasSick(d.version, look.seq), `${d.id} advances though it is sick`);
}

/** SageMaker loses sight of the machines of an endpoint whose configuration is deleted. */
function watchDeletion({ umpire, endpoints }: World, name: string): void {
  const { endpoint, configs } = endpoints;
  const used = endpoint ? [endpoint.config, endpoint.pending ?? endpoint.config] : [];
  const models = used.flatMap((config) => configs.get(config)?.ProductionVariants.map((it) => it.ModelName) ?? []);
  umpire.demand(8, ![...used, ...models].includes(name), `${name} is deleted, and it is in use`);
  umpire.demand(8, name.startsWith(`${releasePrefix(ENDPOINT)}-`), `${name} is deleted, and it is somebody else's`);
}

function watchScaling({ umpire, endpoints }: World, input: Input): void {
  const variant = (input['ResourceId'] as string).split('/').at(-1)!;
  const known = endpoints.endpoint?.variants.some((it) => it.VariantName === variant) ?? false;
  umpire.demand(9, known, `${variant} is to scale, and there is none`);
}
