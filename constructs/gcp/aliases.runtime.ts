/** Aliases of the model registry: what the loop sees serve, in words that other tools can ask for. */
import { championOf } from '../../runtime/cloud/given';
import type { RegisteredVersion } from '../../runtime/cloud/parts';
import type { Endpoint } from '../../runtime/loop/platform';

/** Each belongs to one version at most. */
export const ALIASES = ['champion', 'challenger', 'previous'] as const;

export type Alias = (typeof ALIASES)[number];

/**
 * `champion`: what a training is compared with. `challenger`: the newest that is deployed beside it. `previous`: the last other one
 * that came through its bake, which a rollback would lead to.
 */
export function aliasesOf(
  view: Endpoint,
  versions: readonly RegisteredVersion[],
): Readonly<Partial<Record<Alias, RegisteredVersion>>> {
  const champion = championOf(versions, view);
  const others = versions.filter((version) => version !== champion);
  const deployed = view.deployments
    .filter(({ state }) => state === 'creating' || state === 'ready')
    .map(({ version }) => version);
  const challenger = others.filter(({ name }) => deployed.includes(name)).sort((a, b) => b.n - a.n)[0];
  const previous = others
    .filter(({ status, live }) => status === 'approved' && live)
    .sort((a, b) => b.live!.at - a.live!.at)[0];
  return { ...(champion && { champion }), ...(challenger && { challenger }), ...(previous && { previous }) };
}

/** What has to be said of each version, by its resource name: `champion`, or `-champion` where no version has it any more. */
export function changesOf(
  wanted: ReturnType<typeof aliasesOf>,
  present: Readonly<Record<string, readonly string[]>>,
): Readonly<Record<string, readonly string[]>> {
  const changes: Record<string, string[]> = {};
  for (const alias of ALIASES) {
    const to = wanted[alias]?.resource;
    const from = Object.keys(present).find((resource) => present[resource]!.includes(alias));
    if (to === from) continue;
    // One that is given to another version leaves the one that had it.
    if (to !== undefined) (changes[to] ??= []).push(alias);
    else (changes[from!] ??= []).push(`-${alias}`);
  }
  return changes;
}
