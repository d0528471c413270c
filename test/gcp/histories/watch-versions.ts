/** Versions that are registered, and what is noted of them. */
import { deploymentId } from '../../../runtime/loop/deployments';
import type { Effect } from './effects';
import { TOLERANCE } from './umpire';
import type { Registered } from './versions';
import type { World } from './world';

export function watchVersions(world: World, effect: Effect): void {
  const { call, before } = effect;
  if (call === 'ModelService.MergeVersionAliases') return watchAlias(world, effect);
  if (call !== 'ModelService.UpdateModel') return;
  for (const is of world.versions.all()) {
    const was = before.versions.find((version) => version.resource === is.resource);
    if (was) watchMark(world, effect, was, is);
    else watchRegister(world, effect, is);
  }
}

/** The first notes make it one of ours. */
function watchRegister(world: World, { before, deployed }: Effect, made: Registered): void {
  const { umpire, jobs, versions } = world;
  const { name, run: id, n } = made;
  umpire.count('registered');
  umpire.demand(5, !before.versions.some((version) => version.name === name), `${name} is registered twice`);
  umpire.demand(5, !versions.deleted.has(name), `${name} was deleted and is registered again`);
  const job = jobs.of('train').find((each) => each.run === id);
  const outcome = job && jobs.outcome(job);
  umpire.demand(3, outcome?.decision === 'register', `${name} did not pass its gate`);
  umpire.demand(9, job?.tags.n === n, `${name} is that of ${id}`);
  const isOurs = job !== undefined && made.model.startsWith(`${job.output}/`) && isChosen(world, made.model);
  umpire.demand(9, isOurs, `${name} is registered with the model ${made.model}`);
  const { approval } = deployed.spec.endpoints['online']!;
  const expected = approval === 'automatic' ? 'approved' : 'pending';
  umpire.demand(3, made.status === expected, `${name} is ${made.status}`);
}

/** Of a task that was tried again, the last try counts: it is the one whose decision says so. */
function isChosen({ google }: World, model: string): boolean {
  const [, bucket, folder] = /^gs:\/\/([^/]+)\/(.*)\/model$/.exec(model)!;
  const decision = `${folder}/decision/decision.json`;
  const has = google.objects.has(bucket!, decision);
  return has && google.objects.json<{ readonly decision: string }>(bucket!, decision).decision === 'register';
}

function watchMark(world: World, effect: Effect, was: Registered, is: Registered): void {
  const { umpire } = world;
  const { look } = effect;
  const { name } = is;
  const stays = !(was.status === 'rejected' && is.status !== 'rejected');
  umpire.demand(4, stays, `${name} was rejected and is ${is.status}`);
  const all = was.bad.every((revision) => is.bad.includes(revision));
  umpire.demand(4, all, `${name}: a bad revision is forgotten`);
  const kept = was.n === is.n && was.run === is.run && was.at === is.at && (!was.live || is.live !== undefined);
  umpire.demand(5, kept, `${name}: what was noted is lost`);
  const marked = look.action?.do === 'mark' ? look.action.version : undefined;
  const changed = JSON.stringify(was) !== JSON.stringify(is);
  umpire.demand(9, !changed || marked === name, `${name} is changed, and ${marked ?? 'nothing'} was to be marked`);
  const news = is.bad.filter((revision) => !was.bad.includes(revision));
  if (was.status !== 'rejected' && (is.status === 'rejected' || news.length > 0))
    watchRejection(world, is, look.action?.why ?? '');
  if (is.live && is.live.revision !== was.live?.revision) watchLive(world, effect, is, is.live.revision);
}

function watchRejection(world: World, { name, trial }: Registered, why: string): void {
  const { umpire } = world;
  umpire.count(`rejected: ${why.replace(/^.*?: /, '').replace(/[\d.:TZ-]+/g, '#')}`);
  if (why.includes('by hand')) return;
  if (why.includes('failed to start')) {
    const failures = Math.max(0, ...[...world.failures].map(([id, n]) => (id.startsWith(`${name}-`) ? n : 0)));
    return umpire.demand(4, failures >= 3, `${name} is rejected for ${failures} failures to start`);
  }
  const ground = world.nature(name) !== 'good' || world.excused.has(name);
  umpire.demand(4, ground, `${name} is rejected though healthy${trial ? ' in its trial' : ''}: ${why}`);
}

function watchLive(world: World, { look }: Effect, { name }: Registered, revision: string): void {
  const { umpire, versions } = world;
  umpire.count('live');
  const id = deploymentId(name, revision);
  // A loop that stalled says late what was true when it looked.
  const late = world.changedAt(id) >= look.at;
  const { bake } = world.loopSpec().rollout;
  umpire.demand(4, late || look.at - world.changedAt(id) >= bake - TOLERANCE, `${id} is live before its bake is over`);
  const others = world.served().filter((it) => it.id !== id && versions.isSound(it) && versions.get(it.version)?.live);
  umpire.demand(4, others.length === 0 || !world.wasSick(name, look.seq), `${id} is live though it is sick`);
}

/** Aliases are for people: they never name what was rejected champion. */
function watchAlias(world: World, { input }: Effect): void {
  const aliases = input.versionAliases as readonly string[];
  world.umpire.count(`alias: ${aliases.join(' ')}`);
}
