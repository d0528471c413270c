/** resolve(): the one place where a spec is checked and its defaults are filled in. Targets see only what comes out of it. */
import { statSync } from 'node:fs';
import { join, resolve as absolute } from 'node:path';
import { checkMlops, type MlopsSpec, type ResolvedMlops } from './mlops';
import { show, SpecError, type Problem } from './problem';
import { checkStructure } from './structure';
import { featuresOf, type Support } from './support';

export interface ResolveOptions {
  /** The target, and what it can do. @default none: only what holds everywhere is checked */
  readonly target?: { readonly name: string; readonly support: Support };
  /** The folder that the spec's relative paths start at; what they name must exist. @default they are not looked at */
  readonly root?: string;
}

/**
 * Returns the spec with nothing optional left. Throws one SpecError with all problems: structure first; relations, support
 * and files once the structure holds. The argument is not changed.
 */
export function resolve(spec: MlopsSpec, { target, root }: ResolveOptions = {}): ResolvedMlops {
  const document = structuredClone(spec) as unknown;
  const name = nameOf(document);
  expandFeatures(document);
  const structure = checkStructure(document);
  if (structure.length > 0) throw new SpecError(name, structure);
  const resolved = document as ResolvedMlops;
  const problems = [
    ...checkMlops(resolved),
    ...(target ? checkSupport(resolved, target) : []),
    ...(root === undefined ? [] : checkFiles(resolved, root)),
  ];
  if (problems.length > 0) throw new SpecError(name, problems);
  return inOrder(resolved);
}

/** However it was written: texts and digests are made of it. Features keep their order, in which a model sees them. */
function inOrder(spec: ResolvedMlops): ResolvedMlops {
  const ordered = sorted(spec) as ResolvedMlops;
  const datasets = Object.entries(ordered.datasets).map(([name, dataset]) => {
    const columns = Object.keys(spec.datasets[name]!.features);
    return [name, { ...dataset, features: Object.fromEntries(columns.map((key) => [key, dataset.features[key]])) }];
  });
  return { ...ordered, datasets: Object.fromEntries(datasets) as ResolvedMlops['datasets'] };
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const record = value as Readonly<Record<string, unknown>>;
  const keys = Object.keys(record).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(record[key])]));
}

function nameOf(document: unknown): string {
  const { name } = recordOf(document);
  return typeof name === 'string' ? name : 'spec';
}

/** A feature's kind alone means that kind with the default checks: said as the schema says it, before it fills them in. */
function expandFeatures(document: unknown): void {
  for (const dataset of Object.values(recordOf(recordOf(document)['datasets']))) {
    const features = recordOf(recordOf(dataset)['features']);
    for (const [column, kind] of Object.entries(features)) if (typeof kind === 'string') features[column] = { kind };
  }
}

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function checkSupport(spec: ResolvedMlops, { name, support }: { name: string; support: Support }): Problem[] {
  return featuresOf(spec).flatMap(({ feature, path }) => {
    const answer = support[feature];
    if (answer === 'native' || 'via' in answer) return [];
    return [
      { path, got: `${feature}, which ${name} cannot do`, expected: `what ${name} can do`, fix: answer.unsupported },
    ];
  });
}

function checkFiles(spec: ResolvedMlops, root: string): Problem[] {
  const sources = Object.entries(spec.datasets).map(([name, { source }]) => ({
    path: `datasets.${name}.source`,
    file: source,
    inside: '',
  }));
  const codes = Object.entries(spec.pipelines).flatMap(([name, { code }]) =>
    ['model.py', 'requirements.txt'].map((inside) => ({ path: `pipelines.${name}.code`, file: code, inside })),
  );
  return [...sources, ...codes]
    .map(({ path, file, inside }) => ({ path, file, inside, found: absolute(root, file, inside) }))
    .filter(({ found }) => !exists(found))
    .map(({ path, file, inside, found }) => ({
      path,
      got: show(file),
      expected: inside ? `a folder that holds ${inside}` : 'a file or folder that exists',
      fix: `create ${found}, or correct the path; relative paths start at ${join(root, '/')}`,
    }));
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
