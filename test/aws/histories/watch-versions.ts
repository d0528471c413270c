/** Versions that are registered, and what is noted of them. */
import { deploymentId } from '../../../runtime/loop/deployments';
import type { Effect } from './effects';
import { tagsOf } from './jobs';
import { TOLERANCE } from './umpire';
import type { Registered } from './versions';
import type { World } from './world';

export function watchVersions(world: World, effect: Effect): void {
  const { call, input, before } = effect;
  const { packages } = world.sagemaker;
  if (call === 'CreateModelPackage' && packages.length > 0) watchRegister(world, effect);
  if (call !== 'UpdateModelPackage') return;
  const arn = input['ModelPackageArn'];
  const was = before.versions.find((version) => version.arn === arn);
  const is = world.versions.all().find((version) => version.arn === arn);
  if (was && is) watchMark(world, effect, was, is);
  else world.umpire.demand(5, false, `a package is marked that is no version: ${String(arn)}`);
}

function watchRegister(world: World, { look, before, deployed }: Effect): void {
  const { umpire, jobs, versions } = world;
  const made = world.sagemaker.packages.at(-1)!;
  const { n, run: id } = made.notes;
  // The token of one that exists: nothing was made.
  if (before.versions.some(({ arn }) => arn === made.arn)) return;
  const name = `v${n!}`;
  umpire.count('registered');
  umpire.demand(5, !before.versions.some((version) => version.name === name), `${name} is registered twice`);
  umpire.demand(5, !versions.deleted.has(name), `${name} was deleted and is registered again`);
  const run = jobs.of('train').find((each) => each.name === id);
  const outcome = run && jobs.outcome(run);
  umpire.demand(3, outcome?.decision === 'register', `${name} did not pass its gate`);
  umpire.demand(9, run !== undefined && tagsOf(run).n === Number(n), `${name} is that of ${id!}`);
  const { model } = versions.get(name)!;
  umpire.demand(9, model === outcome?.model, `${name} is registered with the model ${model}`);
  const { approval } = deployed.spec.endpoints['online']!;
  umpire.demand(
    3,
    made.approval === (approval === 'automatic' ? 'Approved' : 'PendingManualApproval'),
    `${name} is ${made.approval}`,
  );
  umpire.demand(5, look.seq > 0, `${name} is registered by nobody`);
}

function watchMark(world: World, effect: Effect, was: Registered, is: Registered): void {
  const { umpire } = world;
  const { look } = effect;
  const { name } = is;
  umpire.demand(
    4,
    !(was.status === 'rejected' && is.status !== 'rejected'),
    `${name} was rejected and is ${is.status}`,
  );
  umpire.demand(
    4,
    was.bad.every((revision) => is.bad.includes(revision)),
    `${name}: a bad revision is forgotten`,
  );
  const kept = was.n === is.n && was.run === is.run && was.at === is.at && (!was.live || is.live !== undefined);
  umpire.demand(5, kept, `${name}: what was noted is lost`);
  const news = is.bad.filter((revision) => !was.bad.includes(revision));
  if (was.status !== 'rejected' && (is.status === 'rejected' || news.length > 0))
    watchRejection(world, is, look.action?.why ?? '');
  if (is.live && is.live.revision !== was.live?.revision) watchLive(world, effect, is, is.live.revision);
}

function watchRejection(world: World, { name, trial }: Registered, why: string): void {
  const { umpire, life } = world;
  umpire.count(`rejected: ${why.replace(/^.*?: /, '').replace(/[\d.:TZ-]+/g, '#')}`);
  if (why.includes('by hand')) return;
  if (why.includes('rolled it back'))
    return umpire.demand(6, life.everRolledBack.has(name), `${name} was not rolled back`);
  if (why.includes('failed to start')) {
    const failures = Math.max(0, ...[...life.failures].map(([id, count]) => (id.startsWith(`${name}-`) ? count : 0)));
    return umpire.demand(4, failures >= 3, `${name} is rejected for ${failures} failures to start`);
  }
  // What one failed that a version replaced looks like its own to a loop whose clock is behind.
  const inherited = world.wasBehind && world.traffic.heirs.has(name);
  const ground = world.nature(name) !== 'good' || world.excused.has(name) || inherited;
  umpire.demand(4, ground, `${name} is rejected though healthy${trial ? ' in its trial' : ''}: ${why}`);
}

function watchLive(world: World, { look }: Effect, { name }: Registered, revision: string): void {
  const { umpire, life, versions } = world;
  umpire.count('live');
  const id = deploymentId(name, revision);
  // A loop that stalled says late what was true when it looked.
  const late = life.changedAt(id) >= look.at;
  const { bake } = world.loopSpec().rollout;
  umpire.demand(4, late || look.at - life.changedAt(id) >= bake - TOLERANCE, `${id} is live before its bake is over`);
  const others = world.served().filter((it) => it.id !== id && versions.isSound(it) && versions.get(it.version)?.live);
  umpire.demand(4, others.length === 0 || !world.wasSick(name, look.seq), `${id} is live though it is sick`);
}
