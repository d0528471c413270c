/** How Vertex AI is told which version at which revision a deployed model is, and how it is read back. */
import { createHash } from 'node:crypto';
import type { DeployedModel } from './hosting.runtime';

/** A version at a revision. */
export interface Named {
  readonly id: string;
  readonly version: string;
  readonly revision: string;
}

/** Digits of the revision: the rest of the ten that an id may have is the version's number. */
const REVISION_DIGITS = 4;
const LONGEST = 10;

/**
 * The id that a deployment gets as a deployed model. Logged requests and the figures of Cloud Monitoring name nothing else, so the
 * version has to follow from it.
 */
export function deployedModelId({ version, revision }: Omit<Named, 'id'>): string {
  const digest = createHash('sha256').update(revision).digest().readUInt32BE() % 10 ** REVISION_DIGITS;
  const id = `${version.slice(1)}${String(digest).padStart(REVISION_DIGITS, '0')}`;
  if (id.length > LONGEST)
    throw new RangeError(`${version}: got a number of more than ${LONGEST - REVISION_DIGITS} digits`);
  return id;
}

/** The version that answered as this deployed model; nothing where the id can't be one of the loop's: Vertex AI's own are longer. */
export function versionServed(deployedModel: string): string | undefined {
  const isOurs =
    /^[1-9]\d*$/.test(deployedModel) && deployedModel.length > REVISION_DIGITS && deployedModel.length <= LONGEST;
  return isOurs ? `v${deployedModel.slice(0, -REVISION_DIGITS)}` : undefined;
}

export function namedOf(deployment: string): Named | undefined {
  const [, version, revision] = /^(v[1-9]\d*)-([0-9a-z]+)$/.exec(deployment) ?? [];
  return version && revision ? { id: deployment, version, revision } : undefined;
}

/**
 * What a deployed model is. One that the loop did not place counts as version `v0`, which no registry has: it keeps its traffic until
 * a version of ours has come through its rollout beside it.
 */
export function deploymentOf({ id, displayName = '' }: DeployedModel): Named {
  const named = namedOf(displayName);
  if (named && deployedModelId(named) === id) return named;
  const revision = createHash('sha256').update(id).digest('hex').slice(0, 8);
  return { id: `v0-${revision}`, version: 'v0', revision };
}
