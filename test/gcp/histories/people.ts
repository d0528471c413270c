/** What happens to the system from outside: people, weather, and what they do to the loop's record. */
import { BUCKET, ENDPOINT, HOUR, MINUTE } from './settings';
import type { World } from './world';

export const INTERFERENCES = [
  ...(['lose', 'approve', 'approve', 'reject', 'reapprove', 'delete', 'train', 'train', 'rollback'] as const),
  ...(['answer', 'answer', 'sicken', 'quiet', 'storm', 'failing', 'drift', 'drift', 'complain', 'force'] as const),
  ...(['data', 'labels', 'scale', 'break', 'switch', 'hand'] as const),
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
      if (picked?.status === 'pending') world.versions.setStatus(picked.name, 'approved');
      return;
    case 'reject':
      if (picked && b % 3 === 0) world.versions.setStatus(picked.name, 'rejected');
      return;
    case 'reapprove':
      if (picked?.status === 'rejected' && b % 3 === 0) world.versions.setStatus(picked.name, 'approved');
      return;
    case 'delete':
      if (versions.length > 1 && b % 4 === 0) world.versions.delete(versions.at(-1)!.name);
      return;
    case 'train':
      return ask(world, { kind: 'train' });
    case 'rollback': {
      const [serving] = [...world.served()].sort((p, q) => q.share - p.share);
      if (serving && b % 3 === 0) ask(world, { kind, version: serving.version });
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
      return world.disturb([0, 0.03, 0.15, 0.4][b % 4]!);
    default:
      return happen(world, kind, a, b);
  }
}

/** What may be deleted at any time: a memory, and what was found out once. */
const LOST = ['loop/online/memory.json', 'loop/online/known/runs.json', 'loop/online/known/data.json'] as const;

function lose(world: World, path: string): void {
  world.google.objects.delete(BUCKET, path);
  // Neither the registry nor the memory knows of these any more.
  if (path === LOST[0]) world.versions.deleted.clear();
}

type Rest = 'drift' | 'complain' | 'force' | 'data' | 'labels' | 'scale' | 'break' | 'switch' | 'hand';

function happen(world: World, kind: Rest, a: number, b: number): void {
  switch (kind) {
    case 'drift':
      world.drift = [0, 0.4, 0.95][b % 3]!;
      return;
    case 'complain':
      return ring(world, 'revenue', b % 3 === 0);
    case 'force':
      return ring(world, 'quality', b % 3 === 0);
    case 'data':
      return world.addRows(b % 4 === 0 ? 0 : 15);
    case 'labels':
      return world.put(`labels/rentals/${b}.jsonl`, { order: b, label: 1, at: new Date(world.now).toISOString() });
    case 'scale':
      return scale(world, b);
    case 'switch':
      return world.turn(b % 4 === 0 ? 'down' : 'up');
    case 'break':
      if (b % 3 === 0) world.broken.add(world.newest().settings.revision);
      else world.broken.clear();
      return;
    case 'hand':
      return moveByHand(world, a, b);
  }
}

export function ring(world: World, alarm: keyof World['policies'], rings: boolean): void {
  const { monitoring } = world.google;
  if (rings) monitoring.openAlert(world.policies[alarm]);
  else monitoring.closeAlert(world.policies[alarm]);
}

/** Autoscaling at work. */
function scale({ google, given, endpoint }: World, b: number): void {
  if (!given.scales) return;
  const deployedModels = endpoint.deployedModels.map((one) => ({
    ...one,
    status: { availableReplicaCount: 1 + (b % 3) },
  }));
  google.vertex.state.endpoints.update(endpoint.name, (now) => ({ ...now, deployedModels }));
}

/** Somebody gives one of two that may serve the traffic of the other, in the console. */
function moveByHand(world: World, a: number, b: number): void {
  const both = world.served().filter((each) => world.versions.isSettled(each) && world.versions.isSound(each));
  if (world.isBusy || both.length < 2 || b % 3) return;
  const before = world.served();
  const trafficSplit = Object.fromEntries(both.map(({ deployedModel }, i) => [deployedModel, i === a % 2 ? 100 : 0]));
  world.google.vertex.setEndpoint(ENDPOINT, { trafficSplit });
  world.noteChanges(before, 'a change by hand');
}

type Asked =
  { readonly kind: 'train' } | { readonly kind: 'rollback' | 'approve' | 'reject'; readonly version: string };

/** As `mlops` files requests. */
function ask(world: World, what: Asked): void {
  const id = `q${(world.asked += 1)}`;
  world.put(`loop/online/requests/${id}.json`, { id, at: world.now, ...what });
}

/** Nobody interferes any more, and all that was broken is whole. */
export function calmDown(world: World): void {
  Object.assign(world, { calm: true, drift: 0 });
  world.disturb(0);
  world.setWeather({ quiet: false, storm: false });
  world.broken.clear();
  world.turn('up');
  world.addRows(15);
  ring(world, 'revenue', false);
  for (const { name, status } of world.versions.all())
    if (status === 'pending') world.versions.setStatus(name, 'approved');
}

/** Waits between two events. */
export const WAITS = [MINUTE, 7 * MINUTE, 20 * MINUTE, HOUR, HOUR, 5 * HOUR, 26 * HOUR, 3 * 24 * HOUR, 9 * 24 * HOUR];
