/** Whether the system is at rest, as it must be some time after the world calmed down. */
import { deploymentId } from '../../../runtime/loop/deployments';
import { isConfigName, releaseNamed } from '../../../constructs/aws/release-names';
import { ENDPOINT } from './settings';
import { forgottenRollback } from './watch-looks';
import type { Served, World } from './world';

/** What still moves, or is not as it should be. */
export function unrest(world: World): string | undefined {
  const { endpoints, jobs, life, versions, meters } = world;
  if (jobs.inFlight('train').length > 0 || life.isBusy) return 'something is under way';
  if (endpoints.endpoint?.status !== 'InService') return `the endpoint is ${endpoints.endpoint?.status ?? 'gone'}`;
  const [only, ...more] = world.served();
  if (!only || more.length > 0 || only.share !== 100) return 'not one deployment with all traffic';
  if (!versions.isSettled(only)) return `${only.id} serves, and did not come through its bake`;
  if (!versions.isSound(only)) return `${only.id} serves, and may not`;
  const asked = world.s3.keys('loop/online/requests/');
  if (asked.length > 0) return `${asked.join(', ')} is not answered`;
  const { revision } = world.newest().settings;
  const all = versions.all();
  const broke = all.some((version) => version.live && version.bad.includes(revision));
  const blocked = broke && !all.some((version) => version.live?.revision === revision);
  const best = all.filter(({ name }) => versions.isSound({ version: name, revision })).sort((a, b) => b.n - a.n)[0];
  // Without any, what serves on an older revision is the best there is.
  if (best && !blocked && only.id !== deploymentId(best.name, revision))
    return `${best.name} is better than ${only.id}`;
  const forgotten = forgottenRollback(world);
  if (forgotten) return `nobody noticed that ${forgotten} was rolled back`;
  const ringing = meters.ringing().filter((name) => name !== 'revenue');
  if (ringing.length > 0) return `the alarm of ${ringing.join(', ')} rings`;
  return untidy(world, only);
}

/** What is kept of deployments that are gone: of a few, for people who want to look. */
const KEPT = 3;

function untidy(world: World, only: Served): string | undefined {
  const { endpoints, scaling, given, rollout } = world;
  const configs = [...endpoints.configs.keys()].filter((name) => isConfigName(ENDPOINT, name));
  if (rollout === 'stepped' && configs.length > KEPT + 1) return `${configs.length} configurations are left`;
  const models = [...endpoints.models.keys()].filter((name) => releaseNamed(ENDPOINT, name));
  if (models.length > 2 * KEPT) return `${models.length} models are left`;
  const targets = [...scaling.targets.keys()].sort().join();
  const expected = given.scales ? only.variant : '';
  // What is there at an older revision keeps what it was given.
  const isOld = only.revision !== world.newest().settings.revision;
  if (targets === expected || (isOld && targets === '')) return undefined;
  return `what scales is [${targets}], and should be [${expected}]`;
}
