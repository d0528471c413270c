/** The list of what an emulator does not create (skipped.ts) against what it does: what is wrong with either. */
import type { Deployment } from './deployment';
import { hasService } from './reality';
import type { Skipped } from './skipped';
import type { Made } from './stack';
import { kindOf, without, type Properties, type Resource, type Template } from './template';
import { tryAlone } from './tried';

type Kinds = ReadonlyMap<string, ReadonlyMap<string, Resource>>;

/**
 * One line for each kind that is not what the list says it is. A kind that the deployed template does not have is tried in a
 * stack of its own.
 * @param answered - custom resources that were answered in their place
 * @param lacking - properties that were taken out
 */
export async function contradictions(
  on: Deployment,
  skipped: Skipped,
  { answered = [], lacking = {} }: { readonly answered?: readonly string[]; readonly lacking?: Properties } = {},
): Promise<readonly string[]> {
  const whole = byKind(await on.whole());
  const deployed = byKind(on.first.template);
  const wrong: string[] = [];
  for (const [kind, resources] of whole) {
    const ids = [...(deployed.get(kind)?.keys() ?? [])];
    const first = [...resources.values()][0]!;
    const seen = ids.length > 0 ? fate(ids, on.all, answered) : await tryAlone(on.clients, first);
    const expected = skipped[kind]?.seen ?? 'works';
    const isRight = typeof expected === 'string' ? seen === expected : expected.test(seen);
    if (!isRight) wrong.push(`${kind}: ${seen}, expected ${String(expected)}`);
  }
  const strangers = Object.keys(skipped).filter((kind) => !whole.has(kind));
  return [...wrong, ...strangers.map((kind) => `${kind}: none of ours`), ...(await needlessly(on, whole, lacking))];
}

/** Logical ids of all that is not listed and has a service of its own to ask. */
export const unlisted = ({ first }: Deployment, skipped: Skipped): readonly string[] =>
  Object.entries(first.template.Resources).flatMap(([id, resource]) =>
    hasService(resource.Type) && !(kindOf(resource) in skipped) ? [id] : [],
  );

/** Properties that were taken out, and need not be. */
async function needlessly(on: Deployment, whole: Kinds, lacking: Properties): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [type, names] of Object.entries(lacking))
    for (const name of names) {
      const having = [...(whole.get(type)?.values() ?? [])].find(({ Properties }) => Properties?.[name] !== undefined);
      const others = names.filter((other) => other !== name);
      const seen = having ? await tryAlone(on.clients, without(having, others)) : 'none of ours';
      if (!having || seen === 'works') wrong.push(`${name} of ${type}: ${seen}`);
    }
  return wrong;
}

/** Of all resources of a kind, as the deployment shows it. */
function fate(ids: readonly string[], all: ReadonlyMap<string, Made>, answered: readonly string[]): string {
  const missing = ids.filter((id) => !all.has(id));
  if (missing.length > 0) return missing.length === ids.length ? 'left out' : `left out: ${missing.join(', ')}`;
  return ids.every((id) => answered.includes(id)) ? 'answered in its place' : 'works';
}

function byKind({ Resources }: Template): Kinds {
  const kinds = new Map<string, Map<string, Resource>>();
  for (const [id, resource] of Object.entries(Resources)) {
    const kind = kindOf(resource);
    kinds.set(kind, (kinds.get(kind) ?? new Map<string, Resource>()).set(id, resource));
  }
  return kinds;
}
