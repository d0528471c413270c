/**
 * Whether the world is at rest, as it must be some time after it calmed down.
 */
import { deploymentId } from '../../runtime/loop/deployments';
import type { World } from './world';

/** At rest: one deployment with all traffic, of the best version that there is, and nothing under way. */
export function unrest(world: World): string | undefined {
  const spec = world.spec();
  const training = [...world.running.keys()].some((id) => world.runs.get(id)?.kind === 'train');
  if (spec.teardown) return world.exists || world.running.size ? 'taken down, but something is left' : undefined;
  const deployments = [...world.deployments.values()];
  const [only] = deployments;
  if (training || world.operation) return 'something is under way';
  if (deployments.length !== 1 || only?.share !== 100) return 'not one deployment with all traffic';
  if (!world.isSettled(only)) return 'what serves did not come through its bake';
  if (!world.isSound(only)) return 'what serves may not serve';
  if (world.requests.length) return 'a request is not answered';
  const versions = [...world.versions.values()];
  const broke = versions.some((v) => v.live && v.bad?.includes(spec.revision));
  const blocked = broke && !versions.some((v) => v.live?.revision === spec.revision);
  const best = versions
    .filter((v) => world.isSound({ version: v.name, revision: spec.revision }))
    .sort((a, b) => b.n - a.n)[0];
  // Without any, what serves on an older revision is the best there is.
  if (best && !blocked && only.id !== deploymentId(best.name, spec.revision))
    return `${best.name} is better than what serves`;
  const forgotten = [...world.rolledBack].find((id) => {
    const [name = '', revision = ''] = id.split('-');
    return world.versions.has(name) && world.isSound({ version: name, revision });
  });
  if (forgotten) return `nobody noticed that ${forgotten} was rolled back`;
  const ringing = Object.keys(spec.monitors).find((name) => world.alarms.has(name));
  return ringing && `the alarm of ${ringing} still rings`;
}
