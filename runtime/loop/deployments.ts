/**
 * What can be read off the registry and the endpoint alone.
 */
import type { Deployment, Observed, Version } from './platform';

export type Sight = Pick<Observed, 'versions' | 'endpoint'>;
/** A version at a revision, deployed or not. */
export type Release = Pick<Deployment, 'version' | 'revision'>;

export const deploymentId = (version: string, revision: string): string => `${version}-${revision}`;

/** The release that a deployment id names, if the registry has its version. */
export function releaseOf(sight: Pick<Observed, 'versions'>, id: string): Release | undefined {
  const name = sight.versions.find((v) => id.startsWith(deploymentId(v.name, '')))?.name;
  return name === undefined ? undefined : { version: name, revision: id.slice(deploymentId(name, '').length) };
}

export function versionOf(sight: Pick<Observed, 'versions'>, name: string): Version | undefined {
  return sight.versions.find((v) => v.name === name);
}

/** This revision of the version came through its bake, and is not on trial again since. */
export function isLive(sight: Pick<Observed, 'versions'>, { version: name, revision }: Release): boolean {
  const version = versionOf(sight, name);
  return version?.live?.revision === revision && version.trial?.revision !== revision;
}

/** Deployments with traffic, the largest share first. */
export function holders(sight: Sight): readonly Deployment[] {
  return sight.endpoint.deployments.filter((d) => d.share > 0).sort((a, b) => b.share - a.share);
}
