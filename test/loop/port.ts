/**
 * The world as one look of a loop meets it: calls that fail, wait their turn, or never return because the loop crashed.
 */
import {
  Refused,
  type Health,
  type MonitorReport,
  type Observed,
  type Platform,
  type Time,
} from '../../runtime/loop/platform';
import { DAY, MINUTE } from './settings';
import type { World } from './world';

/** What happens before each call: nothing, a wait, or the end of the process. */
export type Gate = () => Promise<void> | void;
export class Crash extends Error {}

/** What one look of a loop knew: an action is judged by what its loop could see. */
export interface LookContext {
  /** When it last read. */
  at: Time;
  /** When it read the endpoint. */
  endpointAt: Time;
  /** When it first read. */
  seq: number;
  /** The memory that it read, and the one that it wrote to claim its actions. */
  memory: number;
  claim?: number;
  /** The runs that it read of as running. */
  inFlight: readonly string[];
  reports: readonly MonitorReport[];
  alarms: readonly string[];
  data: Observed['data'];
}

/** The platform for one look, which keeps what the look has read. */
export function port(world: World, gate: Gate = () => undefined): Platform {
  const look: LookContext = {
    at: world.now,
    endpointAt: world.now,
    seq: world.seq,
    memory: world.memoryTag,
    inFlight: [],
    reports: [],
    alarms: [],
    data: false,
  };
  const call = async <T>(value: () => T): Promise<T> => {
    await gate();
    return value();
  };
  const read = <T>(value: () => T): Promise<T> =>
    call(() => {
      look.at = world.now;
      return value();
    });
  return {
    rollout: world.options.rollout,
    readMemory: () =>
      read(() => {
        look.seq = world.seq;
        look.memory = world.memoryTag;
        return { etag: String(world.memoryTag), ...(world.memory && { memory: world.memory }) };
      }),
    writeMemory: (memory, ifMatch) =>
      call(() => {
        if (ifMatch !== String(world.memoryTag)) throw new Refused('another loop was faster');
        if (world.memory) world.pastMemories.push(world.memory);
        world.memory = memory;
        look.claim = ++world.memoryTag;
      }),
    runs: () =>
      read(() => {
        look.inFlight = [...world.running.keys()];
        return world.listedRuns();
      }),
    versions: () => read(() => [...world.versions.values()]),
    endpoint: () =>
      read(() => {
        look.endpointAt = world.now;
        return {
          exists: world.exists,
          busy: world.operation !== undefined,
          etag: String(world.etag),
          deployments: [...world.deployments.values()],
          ...(world.last && { last: world.last }),
        };
      }),
    health: (id, since) => read(() => health(world, look, id, since)),
    reports: () => read(() => (look.reports = world.reports.filter((r) => r.window.to > world.now - 30 * DAY))),
    alarms: () => read(() => (look.alarms = [...world.alarms])),
    requests: () => read(() => world.requests),
    data: () => read(() => (look.data = world.data)),
    act: (action) =>
      call(() => {
        if (world.chance(world.failing)) throw new Refused('unavailable');
        world.act(action, look);
        // A call whose answer was lost is made again.
        if (!world.forgetsIds && world.chance(0.03)) unlessRefused(() => world.act(action, look));
      }),
    record: () => call(() => undefined),
  };
}

function health(world: World, look: LookContext, id: string, since: number): Health {
  const d = world.deployments.get(id);
  if (!d) return 'unknown';
  const known = world.nature(d.version) !== 'dark' && !world.chance(world.failing);
  if (!known) {
    const times = (world.darkness.get(id) ?? 0) + 1;
    world.darkness.set(id, times);
    if (times >= 3) world.excused.add(d.version);
    return 'unknown';
  }
  const requests = world.quiet ? 0 : Math.max(0, Math.floor((world.now - since) / MINUTE));
  const others = [...world.deployments.values()].filter((x) => x.share > 0 && x.id !== id);
  // Only the figures of another that came through its bake tell a storm from a sick version.
  const telling = others.some(
    (x) =>
      world.nature(x.version) !== 'dark' && world.isSettled(x) && world.isSound(x) && !world.isBeingRejected(x.version),
  );
  const alone = !telling || world.failing > 0;
  if (world.storm && alone) world.excused.add(d.version);
  const changed = world.changedAt(id);
  const early =
    // Once its memory was replaced, the look's claim is refused: it judges nothing.
    look.memory === world.memoryTag &&
    !world.isSettled(d) &&
    world.isSound(d) &&
    !world.disowned.has(d.version) &&
    !world.mayBeMistaken(d.version) &&
    changed < look.endpointAt &&
    since < changed - 25 * MINUTE;
  world.umpire.demand(4, !early, `${id} is judged by what was before its present share`);
  return { requests, errorRate: world.storm || world.isSick(d.version) ? 0.5 : 0, p99: 10 };
}

function unlessRefused(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}
