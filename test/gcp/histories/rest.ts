/** Whether the system is at rest, as it must be some time after the world calmed down. */
import { deploymentId } from '../../../runtime/loop/deployments';
import { BUCKET, MODEL } from './settings';
import type { World } from './world';

/** What still moves, or is not as it should be. */
export function unrest(world: World): string | undefined {
  const { jobs, versions, google, endpoint } = world;
  if (jobs.inFlight('train').length > 0 || world.isBusy) return 'something is under way';
  const [only, ...more] = world.served();
  if (!only || more.length > 0 || only.share !== 100) return 'not one deployment with all traffic';
  if (!versions.isSettled(only)) return `${only.id} serves, and did not come through its bake`;
  if (!versions.isSound(only)) return `${only.id} serves, and may not`;
  const asked = google.objects.names(BUCKET, 'loop/online/requests/');
  if (asked.length > 0) return `${asked.join(', ')} is not answered`;
  const { revision, serving } = world.newest().settings;
  const all = versions.all();
  const broke = all.some((version) => version.live && version.bad.includes(revision));
  const blocked = broke && !all.some((version) => version.live?.revision === revision);
  const best = all.filter(({ name }) => versions.isSound({ version: name, revision })).sort((a, b) => b.n - a.n)[0];
  // Without any, what serves on an older revision is the best there is.
  if (best && !blocked && only.id !== deploymentId(best.name, revision))
    return `${best.name} is better than ${only.id}`;
  const ringing = world.ringing().filter((name) => name !== 'revenue');
  if (ringing.length > 0) return `the alarm of ${ringing.join(', ')} rings`;
  const [model] = endpoint.deployedModels as unknown as readonly { dedicatedResources: { minReplicaCount: number } }[];
  const least = model!.dedicatedResources.minReplicaCount;
  if (only.revision === revision && least !== serving.replicas.min) return `${least} replicas stay for nobody`;
  const number = versions.get(only.version)!.resource.split('@')[1]!;
  const { versionAliases } = google.vertex.version(MODEL, number) as { readonly versionAliases: readonly string[] };
  return versionAliases.includes('champion') ? undefined : `${only.id} serves, and is not called champion`;
}
