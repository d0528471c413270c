/** The house: who may import whom, how long a file may be. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { preProcessFile } from 'typescript';

const ROOT = join(__dirname, '..');

/** Folders by path, npm packages as `npm:<name>`, Node's own modules as `node`. A layer may always import itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'constructs/spec': ['npm:ajv', 'npm:fastest-levenshtein', 'node'],
  pipelines: ['constructs/spec'],
  'runtime/loop': ['constructs/spec', 'npm:croner'],
  'runtime/steps': [
    'constructs/spec',
    'pipelines/components',
    'npm:@duckdb/node-api',
    'npm:fastest-levenshtein',
    'node',
  ],
  'constructs/local': [
    'constructs/spec',
    'pipelines',
    'runtime/loop/platform',
    'runtime/loop/notice',
    'runtime/steps',
    'npm:@duckdb/node-api',
    'npm:undici',
    'node',
  ],
  replay: [
    'constructs/spec',
    'constructs/local',
    'pipelines',
    'runtime/loop',
    'runtime/steps',
    'npm:@duckdb/node-api',
    'npm:undici',
    'npm:vega',
    'npm:vega-lite',
    'node',
  ],
  cli: [
    'constructs/spec',
    'constructs/local',
    'runtime/loop',
    'runtime/steps',
    'replay',
    'npm:mlops-constructs',
    'npm:commander',
    'npm:yaml',
    'npm:undici',
    'node',
  ],
  stacks: ['index'],
};

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|py)$/.test(entry.name) && !entry.parentPath.includes('.mlops'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

/** What a file imports: a path from the root without its ending, `npm:<name>` or `node`. */
function imports(file: string): string[] {
  const { importedFiles } = preProcessFile(readFileSync(join(ROOT, file), 'utf8'), true, true);
  return importedFiles.map(({ fileName }) => {
    if (fileName.startsWith('.')) return relative(ROOT, resolve(ROOT, file, '..', fileName)) || 'index';
    if (fileName.startsWith('node:') || builtinModules.includes(fileName)) return 'node';
    return `npm:${fileName
      .split('/')
      .slice(0, fileName.startsWith('@') ? 2 : 1)
      .join('/')}`;
  });
}

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

describe.each(Object.entries(LAYERS))('%s', (layer, allowed) => {
  test('imports only what it may', () => {
    const wrong = sources(layer).flatMap((file) =>
      imports(file)
        .filter((path) => ![layer, ...allowed].some((folder) => within(path, folder)))
        .map((path) => `${file} may not import ${path}`),
    );
    expect(wrong).toEqual([]);
  });
});

test('the table covers every folder with source files', () => {
  const folders = ['cli', 'constructs', 'pipelines', 'replay', 'runtime', 'stacks'].flatMap(sources);
  const homeless = folders.filter(
    (file) => file.endsWith('.ts') && !Object.keys(LAYERS).some((layer) => within(file, layer)),
  );
  expect(homeless).toEqual([]);
});

test('no source file is longer than 250 lines', () => {
  const long = ['cli', 'constructs', 'pipelines', 'replay', 'runtime', 'stacks']
    .flatMap(sources)
    .map((file) => ({ file, lines: readFileSync(join(ROOT, file), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > 250);
  expect(long).toEqual([]);
});

test('no folder re-exports another folder, except the public entry points', () => {
  const wrong = Object.keys(LAYERS)
    .flatMap(sources)
    .filter((file) => /^export \* from '\.\.\//m.test(readFileSync(join(ROOT, file), 'utf8')));
  expect(wrong).toEqual([]);
});
