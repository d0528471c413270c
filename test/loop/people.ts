/**
 * What happens to the world from outside: people, weather, and what they do to the loop's memory.
 */
import type { Memory } from '../../runtime/loop/platform';
import type { World } from './world';

export const INTERFERENCES = [
  'lose',
  'stale',
  'approve',
  'reject',
  'reapprove',
  'delete',
  'train',
  'rollback',
  'answer',
  'sicken',
  'quiet',
  'storm',
  'failing',
  'drift',
  'complain',
  'force',
  'data',
] as const;

export type Interference = (typeof INTERFERENCES)[number];

export function isInterference(kind: string): kind is Interference {
  return (INTERFERENCES as readonly string[]).includes(kind);
}

/** `a` chooses what it happens to, `b` how. */
export function interfere(world: World, kind: Interference, a: number, b: number): void {
  const versions = [...world.versions.values()];
  const picked = versions[a % (versions.length || 1)];
  switch (kind) {
    case 'lose':
      return forget(world);
    case 'stale':
      return forget(world, world.pastMemories[a % (world.pastMemories.length || 1)]);
    case 'approve':
      if (picked?.status === 'pending') world.setStatus(picked.name, 'approved');
      return;
    case 'reject':
      if (picked && b % 4 === 0) world.setStatus(picked.name, 'rejected');
      return;
    case 'reapprove':
      if (picked?.status === 'rejected' && b % 3 === 0) approveAgain(world, picked.name);
      return;
    case 'delete':
      if (b % 4 === 0) deleteNewest(world);
      return;
    case 'train':
      return ask(world, { kind: 'train' });
    case 'rollback': {
      const serving = [...world.deployments.values()].sort((p, q) => q.share - p.share)[0];
      if (serving && b % 4 === 0) ask(world, { kind, version: serving.version });
      return;
    }
    case 'answer':
      if (picked) ask(world, { kind: b % 3 ? 'approve' : 'reject', version: picked.name });
      return;
    case 'sicken': {
      const d = [...world.deployments.values()][a % 2];
      if (d && b % 3 === 0) world.sicken(d.version);
      return;
    }
    case 'quiet':
      world.quiet = b % 3 === 0;
      return;
    case 'storm':
      world.storm = b % 3 === 0;
      return;
    case 'failing':
      world.failing = [0, 0, 0.2, 0.6][b % 4] ?? 0;
      return;
    case 'drift':
      world.drift = [0, 0.3, 0.9][b % 3] ?? 0;
      return;
    case 'complain':
      if (b % 3 === 0) world.alarms.add('complaints');
      else world.alarms.delete('complaints');
      return;
    case 'force':
      if (b % 3 === 0) world.alarms.add('quality');
      return;
    case 'data':
      world.data = b % 4 === 0 ? false : { newest: world.now };
  }
}

/** Somebody overrules the registry: from now on the version may be tried again. */
function approveAgain(world: World, name: string): void {
  world.setStatus(name, 'approved');
  world.pardon(name);
}

function deleteNewest(world: World): void {
  const version = [...world.versions.values()].at(-1);
  if (!version) return;
  const { name, n } = version;
  world.setStatus(name, 'rejected');
  world.versions.delete(name);
  world.disowned.add(name);
  // Before any loop has seen it, a deleted version looks like one that was never registered.
  if (n <= (world.memory?.lastVersion ?? 0)) world.deleted.set(name, world.seq);
}

/** The memory is replaced from outside: by nothing, or by what it once was. */
function forget(world: World, memory?: Memory): void {
  world.memory = memory;
  world.memoryTag++;
  if (memory) world.restored = true;
  // Neither the registry nor the memory knows of these any more.
  world.deleted.clear();
}

type Asked =
  { readonly kind: 'train' } | { readonly kind: 'rollback' | 'approve' | 'reject'; readonly version: string };

function ask(world: World, what: Asked): void {
  world.requests = [...world.requests, { id: `q${++world.asked}`, at: world.now, ...what }];
}
