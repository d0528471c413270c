/** Code that runs elsewhere, each in one file: what hosts loops, AWS's other functions, and the step programs of the image. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type * as Esbuild from 'esbuild';
import { UserError } from '../spec/problem';

interface Source {
  /** From the package's root. */
  readonly entry: string;
  readonly target: 'node20' | 'node22';
  /** Packages that are installed beside the file. */
  readonly external: readonly string[];
}

const hosted = (entry: string): Source => ({ entry: `constructs/${entry}`, target: 'node22', external: [] });

const SOURCES = {
  'aws-loop': hosted('aws/loop.handler.runtime.ts'),
  'aws-upload': hosted('aws/upload.runtime.ts'),
  'aws-build': hosted('aws/build.runtime.ts'),
  'aws-teardown': hosted('aws/teardown.runtime.ts'),
  'gcp-loop': hosted('gcp/loop.handler.runtime.ts'),
  // DuckDB is a native library: image/steps/package.json installs it in the image.
  steps: { entry: 'runtime/steps/main.ts', target: 'node20', external: ['@duckdb/node-api'] },
} as const satisfies Readonly<Record<string, Source>>;

/** What there is to bundle. AWS's entries export `handler`; the others are programs. */
export type BundleName = keyof typeof SOURCES;

export const BUNDLES = Object.keys(SOURCES) as readonly BundleName[];

/** The folder of the package that a file belongs to. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/;
const ROOT = join(__dirname, '../..');
const made = new Map<BundleName, string>();

/**
 * The directory that holds a bundle's `index.js`: the one that was built with the package, otherwise one that is built now, once
 * a process. The bytes depend on the sources alone. Throws a UserError where there is neither a bundle nor what builds one.
 */
export function bundle(name: BundleName): string {
  const built = join(__dirname, 'bundles', name);
  if (existsSync(join(built, 'index.js'))) return built;
  const directory = made.get(name) ?? join(ROOT, 'node_modules/.cache/mlops-constructs/bundles', name);
  if (!made.has(name)) writeBundle(name, ROOT, directory);
  made.set(name, directory);
  return directory;
}

/**
 * Builds one from the sources below `root`. Other processes may write the same file at the same time. Returns the folders of the
 * packages that are in it, from the root: their licences want to be passed on.
 */
export function writeBundle(name: BundleName, root: string, directory: string): string[] {
  const { entry, target, external } = SOURCES[name];
  if (!existsSync(join(root, entry)))
    throw new UserError(`The bundle ${name} is missing, and so is ${entry}: install mlops-constructs again.`);
  mkdirSync(directory, { recursive: true });
  const unfinished = `${directory}.${process.pid}.js`;
  const { metafile } = loadEsbuild(name).buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    target,
    format: 'cjs',
    minify: true,
    // An error's name and a stack trace are read in a log.
    keepNames: true,
    // The modules that can be cut down to what is used come first.
    mainFields: ['module', 'main'],
    external: [...external],
    logLevel: 'warning',
    metafile: true,
  });
  renameSync(unfinished, join(directory, 'index.js'));
  const packages = Object.keys(metafile.inputs).map((file) => PACKAGE.exec(file)?.[0]);
  return [...new Set(packages.filter((folder) => folder !== undefined))].sort();
}

function loadEsbuild(name: BundleName): typeof Esbuild {
  try {
    // Only a checkout needs it, so it is no dependency of the package.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    return require('esbuild') as typeof Esbuild;
  } catch {
    throw new UserError(
      `The bundle ${name} is not built, and esbuild is not installed to build it: run npm install esbuild.`,
    );
  }
}
