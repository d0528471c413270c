/** A policy that is compared with the spec's own: a part of the spec, merged over it. */
import { show, SpecError, type Problem } from '../constructs/spec/problem';
import { resolve, type ResolveOptions } from '../constructs/spec/resolve';
import type { MlopsSpec, ResolvedMlops } from '../constructs/spec/mlops';

/** What a policy may change, and where it stands in the spec. */
const PLACES = {
  history: 'pipeline',
  test: 'pipeline',
  choose: 'pipeline',
  rollout: 'endpoint',
  monitors: 'endpoint',
  retrain: 'endpoint',
} as const;
type Key = keyof typeof PLACES;
const KEYS = Object.keys(PLACES) as Key[];

/** A spec with one policy in it. */
export interface Variant {
  readonly name: string;
  readonly spec: ResolvedMlops;
  /** What the policy changes of the spec; none for the spec itself. */
  readonly changes: readonly Change[];
}

/** One value that a policy changes. */
export interface Change {
  /** As in the policy: `choose.atMost`. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** `choose.atMost 0.5 → 0.35` */
export const changeInWords = ({ path, from, to }: Change): string => `${path} ${inWords(from)} → ${inWords(to)}`;

/** Mappings as they are written in YAML on one line. */
function inWords(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(inWords).join(', ')}]`;
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${key}: ${inWords(inner)}`)
    .join(', ')} }`;
}

export interface Base {
  readonly spec: MlopsSpec;
  readonly endpoint: string;
  readonly options: ResolveOptions;
}

/**
 * Merges the policy over the spec like a JSON merge patch: mappings key by key, anything else as a whole; null takes a key
 * away, so that its default holds. Throws a `SpecError` by the policy's name, with paths as they stand in the policy.
 */
export function variantOf({ spec, endpoint, options }: Base, name: string, policy: unknown): Variant {
  refuseUnknown(name, policy);
  const before = resolve(spec, options);
  const roots = {
    endpoint: `endpoints.${endpoint}`,
    pipeline: `pipelines.${before.endpoints[endpoint]!.model}`,
  };
  const merged = KEYS.filter((key) => key in policy).reduce<unknown>(
    (document, key) => merge(document, nested([...roots[PLACES[key]].split('.'), key], policy[key])),
    structuredClone(spec),
  );
  const after = resolveAs(name, merged as MlopsSpec, options, Object.values(roots));
  const valueAt = (document: unknown, path: readonly string[]) =>
    dig(document, [...roots[PLACES[path[0] as Key]].split('.'), ...path]);
  const changes = leaves(policy, (path) => valueAt(before, path) === undefined)
    .map(({ path, value }) => {
      const [from, to] = [valueAt(before, path), valueAt(after, path)];
      // What is new as a whole is told as it was written, without the defaults that came to it.
      return { path: path.join('.'), from, to: from === undefined ? value : to };
    })
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
  return { name, spec: after, changes };
}

type Mapping = Readonly<Record<string, unknown>>;

const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function refuseUnknown(name: string, policy: unknown): asserts policy is Mapping {
  const expected = `one of ${KEYS.join(', ')}`;
  if (!isMapping(policy))
    throw new SpecError(name, [
      { path: '', got: show(policy), expected: 'what the policy changes', fix: `write ${expected}` },
    ]);
  const problems = Object.keys(policy)
    .filter((key) => !KEYS.includes(key as Key))
    .map((path): Problem => ({ path, got: 'a key that a policy cannot change', expected, fix: 'remove it' }));
  if (problems.length > 0) throw new SpecError(name, problems);
}

/** Problems of the merged spec are the policy's: the spec alone holds. */
function resolveAs(name: string, spec: MlopsSpec, options: ResolveOptions, roots: readonly string[]): ResolvedMlops {
  try {
    return resolve(spec, options);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    const inPolicy = (path: string) => {
      const root = roots.find((each) => path.startsWith(`${each}.`));
      return root === undefined ? path : path.slice(root.length + 1);
    };
    throw new SpecError(
      name,
      error.problems.map((problem) => ({ ...problem, path: inPolicy(problem.path) })),
    );
  }
}

function merge(document: unknown, patch: unknown): unknown {
  if (!isMapping(patch)) return patch;
  const merged = new Map(isMapping(document) ? Object.entries(document) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

const nested = (path: readonly string[], value: unknown): unknown =>
  path.reduceRight((inner, key) => ({ [key]: inner }), value);

const dig = (document: unknown, path: readonly string[]): unknown =>
  path.reduce((node, key) => (isMapping(node) ? node[key] : undefined), document);

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** All that is no mapping, and mappings that are new. */
function leaves(policy: Mapping, isNew: (path: readonly string[]) => boolean, above: readonly string[] = []): Leaf[] {
  return Object.entries(policy).flatMap(([key, value]) => {
    const path = [...above, key];
    return isMapping(value) && !isNew(path) ? leaves(value, isNew, path) : [{ path, value }];
  });
}
