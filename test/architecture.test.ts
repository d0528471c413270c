/** The house: who may import whom, how long a file may be. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { preProcessFile } from 'typescript';
import { PACKAGES as AWS_PACKAGES } from '../cli/aws/open';
import { PACKAGES as GCP_PACKAGES } from '../cli/gcp/open';

const ROOT = join(__dirname, '..');

/** Infrastructure as code: what provisions. */
const IAC = ['npm:aws-cdk-lib', 'npm:constructs'];
const PULUMI = ['npm:@pulumi/pulumi', 'npm:@pulumi/gcp', 'npm:@pulumi/docker-build'];
/** What is called after deployment, by functions and by people. */
const AWS_CLIENTS = [
  'application-auto-scaling',
  'cloudformation',
  'cloudwatch',
  'cloudwatch-logs',
  'codebuild',
  'lambda',
  's3',
  'sagemaker',
  'secrets-manager',
  'sns',
].map((service) => `npm:@aws-sdk/client-${service}`);

const CLIENTS = [...AWS_CLIENTS, 'npm:google-auth-library'];

/** Folders by path, npm packages as `npm:<name>`, Node's own modules as `node`. A layer may always import itself. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'constructs/spec': ['npm:ajv', 'npm:fastest-levenshtein', 'node'],
  pipelines: ['constructs/spec'],
  'runtime/loop': ['constructs/spec', 'npm:croner'],
  'runtime/cloud': ['constructs/spec', 'pipelines', 'runtime/loop', 'node'],
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
  'constructs/pulumi': ['constructs/spec', 'constructs/packaging', 'npm:@pulumi/pulumi', 'node'],
  'constructs/gcp': [
    'constructs/spec',
    'constructs/packaging',
    'constructs/pulumi',
    'pipelines',
    'runtime/loop',
    'runtime/cloud',
    ...PULUMI,
    'npm:google-auth-library',
    'node',
  ],
  'constructs/packaging': ['constructs/spec', 'npm:esbuild', 'node'],
  'constructs/aws': [
    'constructs/spec',
    'constructs/packaging',
    'pipelines',
    'runtime/loop',
    'runtime/cloud',
    ...IAC,
    ...AWS_CLIENTS,
    'npm:@smithy/node-http-handler',
    'node',
  ],
  testing: ['constructs/spec', 'npm:yaml', 'node'],
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
    'constructs/aws/called',
    'constructs/aws/log-lines.runtime',
    'constructs/aws/operator.runtime',
    'constructs/aws/record.runtime',
    'constructs/aws/run-log.runtime',
    'constructs/aws/stack.runtime',
    'constructs/aws/store.runtime',
    'constructs/aws/support',
    'constructs/gcp/asker',
    'constructs/gcp/google-error.runtime',
    'constructs/gcp/google.runtime',
    'constructs/gcp/log-lines.runtime',
    'constructs/gcp/operator.runtime',
    'constructs/gcp/record.runtime',
    'constructs/gcp/store.runtime',
    'constructs/gcp/support',
    'constructs/gcp/system.runtime',
    'constructs/gcp/task-detail.runtime',
    'runtime/cloud',
    'runtime/loop',
    'runtime/steps',
    'replay',
    'npm:mlops-constructs',
    'npm:commander',
    'npm:yaml',
    'npm:undici',
    'node',
  ],
  stacks: ['index', 'constructs/aws', 'constructs/gcp', ...IAC, ...PULUMI, 'node'],
};

const FOLDERS = ['cli', 'constructs', 'pipelines', 'replay', 'runtime', 'stacks', 'testing'];

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|py)$/.test(entry.name) && !entry.parentPath.includes('.mlops'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

/** What a file imports: a path from the root without its ending, `npm:<name>` or `node`. */
function imports(file: string): string[] {
  // A value of a stack's configuration is no module: config.require('project').
  const text = readFileSync(join(ROOT, file), 'utf8').replaceAll('.require(', '.required(');
  const { importedFiles } = preProcessFile(text, true, true);
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

test('what provisions loads no cloud client, and what runs after deployment loads no infrastructure as code', () => {
  const wrong = sources('constructs').flatMap((file) =>
    imports(file)
      .filter((path) => (file.includes('.runtime.') ? [...IAC, ...PULUMI].includes(path) : CLIENTS.includes(path)))
      .map((path) => `${file} may not import ${path}`),
  );
  expect(wrong).toEqual([]);
});

/** All that a file imports, and what that imports: what is loaded lazily too, but not by the table of all targets. */
function reached(files: readonly string[]): string[] {
  const found = new Set(files);
  for (const file of found)
    if (existsSync(join(ROOT, file)) && (file !== TABLE || files.includes(TABLE)))
      imports(file)
        .map((path) => fileOf(path) ?? path)
        .forEach((path) => found.add(path));
  return [...found].sort();
}

const TABLE = 'cli/targets.ts';

const fileOf = (path: string): string | undefined =>
  [`${path}.ts`, `${path}/index.ts`].find((file) => existsSync(join(ROOT, file)));

test('the command never loads infrastructure as code, whatever it is asked', () => {
  expect(reached(sources('cli')).filter((path) => [...IAC, ...PULUMI].includes(path))).toEqual([]);
});

test('the command asks for the clients of AWS that it loads, but for the optional one of logs, and loads none of Google', () => {
  const clients = reached(['cli/aws/system.ts']).filter((path) => CLIENTS.includes(path));
  const asked = AWS_PACKAGES.map((name) => `npm:${name}`);
  expect(clients).toEqual([...asked, 'npm:@aws-sdk/client-cloudwatch-logs'].sort());
});

test('the command asks for the library of Google that it loads, and loads no client of AWS for it', () => {
  const clients = reached(['cli/gcp/system.ts']).filter((path) => CLIENTS.includes(path));
  expect(clients).toEqual(GCP_PACKAGES.map((name) => `npm:${name}`));
});

test('what explains errors loads no client of any cloud', () => {
  expect(reached(['cli/exit.ts']).filter((path) => CLIENTS.includes(path))).toEqual([]);
});

test('the table covers every folder with source files', () => {
  const folders = FOLDERS.flatMap(sources);
  const homeless = folders.filter(
    (file) => file.endsWith('.ts') && !Object.keys(LAYERS).some((layer) => within(file, layer)),
  );
  expect(homeless).toEqual([]);
});

test('no source file is longer than 250 lines', () => {
  const long = FOLDERS.flatMap(sources)
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
