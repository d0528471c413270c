/**
 * What the loop's actions do to the world, and the conditions under which they are refused.
 */
import { Refused, type Action, type Endpoint, type Run } from '../../runtime/loop/platform';
import { HOUR, MINUTE } from './settings';
import type { World } from './world';

/** The conditions that the port promises to hold to. */
export function demand(world: World, action: Action): void {
  const { rollout } = world.options;
  if (action.do === 'mark') {
    const version = world.versions.get(action.version);
    if (!version) throw new Refused(`there is no ${action.version}`);
    if (action.patch.status === 'approved' && version.status !== 'pending')
      throw new Refused(`${version.name} is ${version.status}`);
  }
  if (action.do === 'remove' && world.operation) throw new Refused('busy');
  if (action.do === 'place' && !world.exists) throw new Refused('there is no endpoint');
  if (action.do === 'shift' || ((action.do === 'place' || action.do === 'retire') && rollout === 'stepped')) {
    if (!world.exists || world.operation) throw new Refused('busy');
    if (action.ifMatch !== String(world.etag)) throw new Refused('the endpoint changed');
  }
  if (action.do === 'shift')
    for (const id of Object.keys(action.shares))
      if (world.deployments.get(id)?.state !== 'ready') throw new Refused(`${id} is not ready`);
  if (action.do === 'retire') {
    if (world.deployments.get(action.id)?.share) throw new Refused(`${action.id} has traffic`);
    if (world.operation?.to === action.id) throw new Refused(`${action.id} is coming up`);
  }
}

export function apply(world: World, action: Action): void {
  switch (action.do) {
    case 'start':
      return start(world, action);
    case 'cancel': {
      const run = world.runs.get(action.id);
      if (run?.state === 'running') world.finishRun(action.id, { ...run, state: 'failed' });
      return;
    }
    case 'register': {
      const { version: name, n, at } = action;
      if (world.versions.has(name)) return;
      world.pardon(name);
      world.versions.set(name, { name, n, at, status: 'pending' });
      return world.setStatus(name, action.status);
    }
    case 'mark':
      return mark(world, action);
    case 'place':
      return place(world, action);
    case 'shift':
      return shift(world, action);
    case 'retire':
      return retire(world, action);
    case 'remove':
      world.exists = false;
      world.deployments.clear();
      world.starting.clear();
      return;
    case 'tell': {
      const delay = world.random() * (action.degraded ? 10 : 60) * MINUTE;
      if (world.alarms.has(action.monitor) !== action.degraded)
        world.alarming.set(action.monitor, { at: world.now + delay, ring: action.degraded });
      else world.alarming.delete(action.monitor);
      return;
    }
    case 'done':
      world.requests = world.requests.filter((q) => q.id !== action.request);
      return;
  }
}

function start(world: World, { id: name, kind, tags }: Extract<Action, { do: 'start' }>): void {
  const id = world.runs.has(name) ? `${name}-${world.seq}` : name;
  const run: Run = { id, kind, tags, state: 'running' };
  const failed = world.chance(world.calm ? 0 : 0.25);
  const n = world.random();
  const keep = world.chance(world.calm ? 0 : 0.25);
  if (kind === 'train') {
    world.natures.set(
      `v${tags.n}`,
      world.calm || n < 0.5 ? 'good' : n < 0.7 ? 'sick' : n < 0.8 ? 'dark' : n < 0.9 ? 'stillborn' : 'poor',
    );
    if (world.isSick(`v${tags.n}`)) world.sickSince.set(`v${tags.n}`, world.seq);
  }
  const ends = (): Run => {
    if (failed) return { ...run, state: 'failed' };
    if (kind === 'monitor') return report(world, run);
    const serving = [...world.deployments.values()].some((d) => d.share > 0 && world.isSound(d));
    return { ...run, state: 'succeeded', decision: keep || (world.calm && serving) ? 'keep' : 'register' };
  };
  world.runs.set(id, run);
  world.running.set(id, { endsAt: world.now + (0.2 + world.random() * 6) * HOUR, ends });
}

function report(world: World, run: Run): Run {
  const { monitor, window, version, reason } = run.tags;
  if (!monitor || !window || !version) throw new Error(`${run.id} is no run of a monitor`);
  const scope = reason === 'trial' ? 'trial' : 'window';
  const bad = scope === 'trial' ? world.nature(version) === 'poor' : world.chance(world.calm ? 0 : world.drift);
  const verdict = world.chance(world.calm ? 0 : 0.1) ? 'unclear' : bad ? 'violated' : 'fine';
  world.reports.push({ monitor, window, version, scope, verdict });
  return { ...run, state: 'succeeded' };
}

function mark(world: World, { version: name, patch }: Extract<Action, { do: 'mark' }>): void {
  const version = world.versions.get(name);
  if (!version) return;
  const { trial = version.trial, live = version.live } = patch;
  const bad = [...new Set([...(version.bad ?? []), ...(patch.bad ?? [])])];
  const { n, at, status } = version;
  world.versions.set(name, {
    name,
    n,
    at,
    status,
    ...(trial && { trial }),
    ...(live && { live }),
    ...(bad.length && { bad }),
  });
  if (patch.status && patch.status !== status) world.setStatus(name, patch.status);
  if (patch.live) world.umpire.count('live');
  for (const d of world.deployments.values())
    if (d.version === name && !world.isSound(d) && world.versions.get(name)?.status !== 'pending')
      world.burned.set(d.id, world.burned.get(d.id) ?? world.seq);
}

function place(world: World, { id, version, revision }: Extract<Action, { do: 'place' }>): void {
  if (world.deployments.has(id)) return;
  const dies = world.nature(version) === 'stillborn' || world.chance(world.calm ? 0 : 0.1);
  const at = world.now + (2 + world.random() * 20) * MINUTE;
  world.deployments.set(id, { id, version, revision, state: 'creating', share: 0 });
  world.starting.set(id, { at, state: dies ? 'failed' : 'ready' });
  if (world.options.rollout === 'native') return;
  world.etag++;
  if (world.options.slow)
    world.operation = { to: id, endsAt: at, end: () => ({ deployment: id, outcome: dies ? 'failed' : 'done' }) };
}

function shift(world: World, { shares, guarded }: Extract<Action, { do: 'shift' }>): void {
  world.etag++;
  const to = Object.keys(shares).sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))[0] ?? '';
  if (world.options.rollout === 'native' && world.served) return shiftNatively(world, to, shares, guarded);
  if (!world.options.slow) return world.setShares(shares);
  const fails = world.chance(world.calm ? 0 : 0.15);
  const end = (): Endpoint['last'] => {
    if (!fails) world.setShares(shares);
    return { deployment: to, outcome: fails ? 'failed' : 'done' };
  };
  world.operation = { to, endsAt: world.now + (1 + world.random() * 8) * MINUTE, end };
}

/** The platform moves a part, bakes, and takes everything back where its own alarms ring. */
function shiftNatively(world: World, to: string, shares: Readonly<Record<string, number>>, guarded: boolean): void {
  const before = Object.fromEntries([...world.deployments.values()].map((d) => [d.id, d.share]));
  const changes = new Map(world.changes);
  const version = world.deployments.get(to)?.version ?? '';
  const back = guarded && (world.isSick(version) || world.chance(world.calm ? 0 : 0.1));
  const held = Object.keys(before).find((id) => id !== to && (before[id] ?? 0) > 0);
  const end = (): Endpoint['last'] => {
    world.setShares(back ? before : shares);
    if (!back) return { deployment: to, outcome: 'done' };
    // Whoever did not look meanwhile sees the base as it was all the time.
    for (const [id, at] of changes) world.changes.set(id, at);
    world.umpire.count('rolled back by the platform');
    world.everRolledBack.add(version);
    // Without its mark the trial was judged before, and a person may have overruled that.
    if (world.versions.get(version)?.trial) {
      world.burned.set(to, world.burned.get(to) ?? world.seq);
      world.rolledBack.add(to);
    }
    return { deployment: to, outcome: 'rolledBack' };
  };
  const canary = (): void => world.setShares(held ? { [to]: 10, [held]: 90 } : { [to]: 100 });
  const bake = world.spec().rollout.bake;
  world.operation = { to, endsAt: world.now + bake + 5 * MINUTE, canaryAt: world.now + 4 * MINUTE, canary, end };
}

function retire(world: World, { id }: Extract<Action, { do: 'retire' }>): void {
  const d = world.deployments.get(id);
  if (!d) return;
  world.deployments.delete(id);
  world.starting.delete(id);
  if (world.options.rollout === 'stepped') world.etag++;
}
