/** The record in the bucket: claims, requests and events. */
import type { Effect } from './effects';
import type { World } from './world';

const REQUESTS = 'loop/online/requests/';

export function watchRecord(world: World, effect: Effect): void {
  const { call, key, look, before } = effect;
  if (call === 'objects.insert' && key === 'loop/online/memory.json')
    world.umpire.demand(5, before.generation === look.memory, 'a loop claimed by a memory that is another by now');
  if (call === 'objects.insert' && key.startsWith('loop/online/events/'))
    world.umpire.demand(5, world.text(key)!.startsWith(before.text ?? ''), `${key} has lost lines`);
  if (call === 'objects.delete' && key.startsWith(REQUESTS) && before.text !== undefined)
    watchAnswer(world, before.text);
}

interface Asked {
  readonly id: string;
  readonly kind: string;
  readonly version?: string;
}

/** A request is acknowledged when it has been obeyed, or cannot be any more. */
function watchAnswer(world: World, text: string): void {
  const { id, kind, version } = JSON.parse(text) as Asked;
  if (kind === 'train') {
    const started = world.jobs.of('train').some(({ tags }) => tags.requests?.includes(id));
    return world.umpire.demand(5, started, `${id} is acknowledged, and no training was started for it`);
  }
  const known = world.versions.get(version!);
  const obeyed = !known || known.status === 'rejected' || (kind === 'approve' && known.status === 'approved');
  // A person may have overruled it since the loop looked.
  const overruled = world.versions.wasJudgedByHand(version!);
  const isBehind = world.given.lag && known !== undefined && world.now - known.at < 24 * 3_600_000;
  world.umpire.demand(
    5,
    obeyed || overruled || isBehind,
    `${id} is acknowledged, and ${version!} is ${known?.status ?? 'gone'}`,
  );
}
