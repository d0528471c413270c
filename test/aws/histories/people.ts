/** What happens to the system from outside: people, weather, and what they do to the loop's record. */
import { HOUR, MINUTE } from './settings';
import type { World } from './world';

export const INTERFERENCES = [
  'lose',
  'approve',
  'approve',
  'reject',
  'reapprove',
  'delete',
  'train',
  'train',
  'rollback',
  'answer',
  'answer',
  'sicken',
  'quiet',
  'storm',
  'failing',
  'drift',
  'drift',
  'complain',
  'force',
  'mute',
  'data',
  'labels',
  'scale',
  'break',
  'lag',
  'switch',
] as const;

export type Interference = (typeof INTERFERENCES)[number];

export function isInterference(kind: string): kind is Interference {
  return (INTERFERENCES as readonly string[]).includes(kind);
}

/** `a` chooses what it happens to, `b` how. */
export function interfere(world: World, kind: Interference, a: number, b: number): void {
  const versions = world.versions.all();
  const picked = versions[a % (versions.length || 1)];
  // The others are in happen().
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check
  switch (kind) {
    case 'lose':
      return lose(world, LOST[b % LOST.length]!);
    case 'approve':
      if (picked?.status === 'pending') world.versions.setStatus(picked.name, 'Approved');
      return;
    case 'reject':
      if (picked && b % 3 === 0) world.versions.setStatus(picked.name, 'Rejected');
      return;
    case 'reapprove':
      if (picked?.status === 'rejected' && b % 3 === 0) world.versions.setStatus(picked.name, 'Approved');
      return;
    case 'delete':
      if (versions.length > 1 && b % 4 === 0) world.versions.delete(versions.at(-1)!.name);
      return;
    case 'train':
      return ask(world, { kind: 'train' });
    case 'rollback': {
      const [serving, idle] = [...world.served()].sort((p, q) => q.share - p.share);
      // Mostly where there is something to go back to.
      const canGoBack = world.rollout === 'stepped' ? idle?.share === 0 : world.endpoints.configs.size > 1;
      if (serving && (canGoBack || b % 3 === 0)) ask(world, { kind, version: serving.version });
      return;
    }
    case 'answer':
      if (picked) ask(world, { kind: b % 3 ? 'approve' : 'reject', version: picked.name });
      return;
    case 'sicken': {
      const serving = world.served()[a % 2];
      if (serving && b % 3 === 0) world.be(serving.version, 'sick');
      return;
    }
    case 'quiet':
      return world.setWeather({ quiet: b % 3 === 0 });
    case 'storm':
      return world.setWeather({ storm: b % 3 === 0 });
    case 'failing':
      world.failing = [0, 0.03, 0.15, 0.5][b % 4]!;
      return;
    case 'lag':
      world.lag = world.given.lag ? [0, 30_000, 75_000][b % 3]! : 0;
      return;
    default:
      return happen(world, kind, b);
  }
}

/** What may be deleted at any time: a memory, and what was found out once. */
const LOST = ['loop/online/memory.json', 'loop/online/known/runs.json', 'loop/online/known/data.json'] as const;

function lose(world: World, path: string): void {
  world.s3.objects.delete(path);
  // Neither the registry nor the memory knows of these any more.
  if (path === LOST[0]) world.versions.deleted.clear();
}

function happen(
  world: World,
  kind: 'drift' | 'complain' | 'force' | 'mute' | 'data' | 'labels' | 'scale' | 'break' | 'switch',
  b: number,
): void {
  switch (kind) {
    case 'drift':
      world.drift = [0, 0.4, 0.95][b % 3]!;
      return;
    case 'complain':
      return world.meters.set('revenue', b % 3 === 0);
    case 'force':
      if (world.given.kind !== 'asynchronous') world.meters.set('bike-rentals-online-quality-degraded', b % 3 === 0);
      return;
    case 'mute':
      return world.meters.mute('bike-rentals-online-quality-degraded', b % 3 === 0);
    case 'data':
      return world.addRows(b % 4 === 0 ? 0 : 15);
    case 'labels':
      return world.s3.put(`labels/rentals/${b}.jsonl`, { order: b, label: 1, at: new Date(world.now).toISOString() });
    case 'scale':
      return scale(world, b);
    case 'switch':
      return world.turn(b % 4 === 0 ? 'down' : 'up');
    case 'break':
      if (b % 2 === 0) world.broken.add(world.newest().settings.revision);
      else world.broken.clear();
  }
}

/** Autoscaling at work. */
function scale({ endpoints, scaling, given }: World, b: number): void {
  if (endpoints.endpoint?.status !== 'InService') return;
  const { min, max } = given.kind === 'asynchronous' ? { min: 0, max: 3 } : { min: 1, max: 3 };
  for (const { VariantName } of endpoints.endpoint.variants)
    if (scaling.targets.has(VariantName)) endpoints.scale(VariantName, min + (b % (max - min + 1)));
}

type Asked =
  { readonly kind: 'train' } | { readonly kind: 'rollback' | 'approve' | 'reject'; readonly version: string };

/** As `mlops` files requests. */
function ask(world: World, what: Asked): void {
  const id = `q${(world.asked += 1)}`;
  world.s3.put(`loop/online/requests/${id}.json`, { id, at: world.now, ...what });
}

/** Nobody interferes any more, and all that was broken is whole. */
export function calmDown(world: World): void {
  Object.assign(world, { calm: true, failing: 0, lag: 0, drift: 0 });
  world.setWeather({ quiet: false, storm: false });
  world.broken.clear();
  world.turn('up');
  world.addRows(15);
  world.meters.set('revenue', false);
  world.meters.mute('bike-rentals-online-quality-degraded', false);
  for (const { name, status } of world.versions.all())
    if (status === 'pending') world.versions.setStatus(name, 'Approved');
}

/** Waits between two events. */
export const WAITS = [MINUTE, 7 * MINUTE, 20 * MINUTE, HOUR, HOUR, 5 * HOUR, 26 * HOUR, 3 * 24 * HOUR, 9 * 24 * HOUR];
