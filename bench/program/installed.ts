/** The programs as an installed package has them: compiled to JavaScript, file by file, with what is bundled beside them. */
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildSync } from 'esbuild';
import { writeBundle } from '../../constructs/packaging/bundle';

const ROOT = join(__dirname, '../..');
const SOURCES = ['constructs', 'pipelines', 'runtime', 'stacks', 'bench/program'];

/** Writes them to a folder below `node_modules`, so that packages are found, and returns it. */
export function installed(): string {
  const folder = join(ROOT, 'node_modules/.cache/mlops-constructs/bench-program');
  rmSync(folder, { recursive: true, force: true });
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ['index.ts', ...SOURCES.flatMap(sourcesBelow)],
    outdir: folder,
    outbase: ROOT,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  for (const path of ['image', 'runtime/serve', 'stacks/bike-rentals', 'constructs/spec/spec.schema.json'])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  for (const name of ['gcp-loop', 'steps'] as const)
    writeBundle(name, ROOT, join(folder, 'constructs/packaging/bundles', name));
  return folder;
}

const sourcesBelow = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.parentPath.includes('.mlops'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
