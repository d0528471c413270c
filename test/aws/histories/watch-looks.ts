/** After some looks that nothing disturbed: what must be done by then. */
import { MINUTE } from './settings';
import type { Served, World } from './world';

const REQUESTS = 'loop/online/requests/';

/** What people have asked for that takes no run. */
export const askedOf = ({ s3 }: World): readonly string[] =>
  s3.keys(REQUESTS).filter((key) => s3.json<{ readonly kind: string }>(key).kind !== 'train');

/** `asked` before them. */
export function watchLooks(world: World, asked: readonly string[]): void {
  const { umpire, versions, life } = world;
  if (world.wasDown(world.seq)) return;
  const left = world.s3.keys(REQUESTS).filter((key) => asked.includes(key));
  umpire.demand(5, left.length === 0, `${left.join(', ')} is not answered after several looks`);
  if (life.isBusy) return;
  const forgotten = forgottenRollback(world);
  umpire.demand(6, !forgotten, `nobody noticed that ${forgotten ?? ''} was rolled back`);
  if (world.rollout === 'native' || world.quiet || world.storm) return;
  for (const d of world.served()) {
    const recently = life.changedAt(d.id) > world.now - 90 * MINUTE;
    if (d.share === 0 || versions.isSettled(d) || recently || !world.wasSick(d.version, world.seq)) continue;
    umpire.demand(4, !hasBetter(world, d), `${d.id} is sick and has ${d.share} % after several looks`);
  }
}

/** What is sick and unproven is to be replaced, where something sound is there that does not suffer too. */
function hasBetter(world: World, d: Served): boolean {
  const others = world.served().filter((other) => other.id !== d.id && world.versions.isSound(other));
  const replaceable = others.some((other) => world.versions.get(other.version)?.live);
  return replaceable && !others.some((other) => other.share > 0 && world.isSick(other.version));
}

/** A deployment whose traffic the platform took back, and which still may serve. */
export function forgottenRollback({ life, versions }: World): string | undefined {
  return [...life.rolledBack].find((id) => {
    const [version, revision] = id.split('-') as [string, string];
    return versions.get(version) && versions.isSound({ version, revision });
  });
}
