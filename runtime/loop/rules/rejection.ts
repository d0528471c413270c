/**
 * How a release is rejected: for good, in the registry, and binding at once.
 */
import { deploymentId } from '../deployments';
import type { Look } from '../look';
import type { Action, Version } from '../platform';

/** A version that never came through a bake is rejected; of one that did, only this revision is. */
export function reject(look: Look, version: Version, revision: string, why: string): readonly Action[] {
  const id = deploymentId(version.name, revision);
  const judged = { why, ...(version.trial && { trial: version.trial.before }) };
  look.memory = { ...look.memory, rejecting: { ...look.memory.rejecting, [id]: judged } };
  if (!version.live) {
    look.rejected.add(version.name);
    return [
      {
        do: 'mark',
        version: version.name,
        patch: { status: 'rejected', trial: null },
        why: `${version.name} is rejected: ${why}`,
      },
    ];
  }
  return [
    {
      do: 'mark',
      version: version.name,
      patch: { bad: [revision], trial: null },
      why: `${version.name} is rejected on revision ${revision}: ${why}`,
    },
  ];
}

/** Whether the registry shows that the release was rejected. */
export function isRejected(version: Version, revision: string): boolean {
  return version.status === 'rejected' || (version.bad?.includes(revision) ?? false);
}
