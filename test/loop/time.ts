/**
 * The passing of time: what was begun in the world ends, at its own moment.
 */
import type { Time } from '../../runtime/loop/platform';
import type { World } from './world';

export function advance(world: World, duration: number): void {
  const until = world.now + duration;
  for (let next = nextEnd(world); next <= until; next = nextEnd(world)) {
    world.now = Math.max(world.now, next);
    world.seq++;
    endOperation(world);
    for (const [id, { at, state }] of world.starting) if (at <= world.now) finishStart(world, id, state);
    for (const [id, { endsAt, ends }] of world.running) if (endsAt <= world.now) world.finishRun(id, ends());
    for (const [name, { at, ring }] of world.alarming) if (at <= world.now) changeAlarm(world, name, ring);
  }
  world.now = until;
}

function nextEnd({ operation, starting, running, alarming }: World): Time {
  const ends = [operation?.canaryAt ?? operation?.endsAt ?? Infinity];
  for (const { at } of starting.values()) ends.push(at);
  for (const { endsAt } of running.values()) ends.push(endsAt);
  for (const { at } of alarming.values()) ends.push(at);
  return Math.min(...ends);
}

function endOperation(world: World): void {
  const { operation } = world;
  if (!operation) return;
  if (operation.canaryAt !== undefined && operation.canaryAt <= world.now) {
    delete operation.canaryAt;
    operation.canary?.();
  }
  if (operation.endsAt > world.now) return;
  world.operation = undefined;
  world.last = operation.end();
  world.etag++;
  world.umpire.check('the end of an operation');
}

function finishStart(world: World, id: string, state: 'ready' | 'failed'): void {
  world.starting.delete(id);
  const d = world.deployments.get(id);
  if (!d) return;
  const first =
    state === 'ready' && world.options.autoShare && ![...world.deployments.values()].some((x) => x.share > 0);
  world.deployments.set(id, { ...d, state });
  if (first) world.setShares({ [id]: 100 });
  if (world.options.rollout === 'stepped') world.etag++;
}

function changeAlarm(world: World, name: string, ring: boolean): void {
  world.alarming.delete(name);
  if (ring) world.alarms.add(name);
  else world.alarms.delete(name);
}
