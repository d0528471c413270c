/** What is published: packed, unpacked into an empty project, used from there. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '..');
const project = mkdtempSync(join(tmpdir(), 'mlops-package-'));
const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: project, encoding: 'utf8' });

beforeAll(() => {
  // --silent keeps what the build prints out of the answer; the packed package is unpacked as npm would.
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', project], {
    cwd: root,
    encoding: 'utf8',
  });
  const modules = join(project, 'node_modules');
  const installed = join(modules, 'mlops-constructs');
  mkdirSync(installed, { recursive: true });
  run('tar', 'xzf', packed.trim().split('\n').at(-1)!, '-C', installed, '--strip-components=1');
  // Its dependencies are the ones of this checkout: a test installs nothing.
  for (const name of readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.')))
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

const spec = `
  const { resolve, training, dataset } = require('mlops-constructs');
  module.exports.tiny = {
    name: 'tiny',
    datasets: { rows: dataset({ source: './data', time: 't', key: ['t'], label: 'y', features: { x: 'number' } }) },
    pipelines: { training: training({ dataset: 'rows', code: './model', history: '9 days', test: '2 days', candidates: { a: {} }, choose: { metric: 'mae' } }) },
    endpoints: { online: { model: 'training' } },
  };
  console.log(resolve(module.exports.tiny).endpoints.online.rollout.bake);`;

test('the vocabulary works from JavaScript, and its declarations from TypeScript', () => {
  writeFileSync(join(project, 'mlops.js'), spec);
  expect(run(process.execPath, 'mlops.js').trim()).toBe('1 hour');
  writeFileSync(
    join(project, 'typed.ts'),
    `import type { MlopsSpec } from 'mlops-constructs';\nexport const spec: MlopsSpec = { name: 'x' };\n`,
  );
  const tsc = join(root, 'node_modules/@typescript/native/bin/tsc');
  run(process.execPath, tsc, '--noEmit', '--strict', '--module', 'node16', '--skipLibCheck', '--types', '', 'typed.ts');
});

test('the command checks a spec there', () => {
  mkdirSync(join(project, 'data'));
  mkdirSync(join(project, 'model'));
  writeFileSync(join(project, 'model/model.py'), '');
  writeFileSync(join(project, 'model/requirements.txt'), '');
  writeFileSync(join(project, 'mlops.js'), spec.replace(/console.log.*/, ''));
  expect(run(process.execPath, 'node_modules/mlops-constructs/bin/mlops.js', 'check')).toContain('tiny is right');
});

test('the command makes a project there that is right', () => {
  const mlops = (cwd: string, ...argv: string[]) =>
    execFileSync(process.execPath, [join(project, 'node_modules/mlops-constructs/bin/mlops.js'), ...argv], {
      cwd,
      encoding: 'utf8',
    });
  mlops(project, 'init', 'shop');
  expect(mlops(join(project, 'shop'), 'check')).toContain('shop is right');
});

test('the local target has an entry point of its own', () => {
  const script = `const { LocalMlops, support } = require('mlops-constructs/local'); console.log(typeof LocalMlops.open, support.training);`;
  expect(run(process.execPath, '-e', script).trim()).toBe('function native');
});

test('a system is synthesized for AWS there, from what was built with the package', () => {
  writeFileSync(
    join(project, 'aws.js'),
    `${spec.replace(/console.log.*/, '')}
    const { App, Stack } = require('aws-cdk-lib/core');
    const { AwsMlops } = require('mlops-constructs/aws');
    const { snapshotOf } = require('mlops-constructs/testing');
    const app = new App({ outdir: 'cdk.out', analyticsReporting: false });
    const stack = new Stack(app, 'tiny');
    new AwsMlops(stack, 'Mlops', module.exports.tiny, { root: __dirname });
    const template = app.synth().getStackByName('tiny').template;
    console.log(Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function').length);
    console.log(snapshotOf(template).includes('tiny-training'));`,
  );
  expect(run(process.execPath, 'aws.js').trim().split('\n')).toEqual(['4', 'true']);
});

test('no cloud SDK is among its dependencies, and no file of a test or of a checkout is in it', () => {
  const names = execFileSync('find', [join(project, 'node_modules/mlops-constructs'), '-type', 'f'], {
    encoding: 'utf8',
  })
    .trim()
    .split('\n');
  expect(names.filter((name) => /\.test\.|__pycache__|\.mlops|stacks/.test(name))).toEqual([]);
  expect(names.some((name) => name.endsWith('dist/runtime/serve/requirements.txt'))).toBe(true);
});
