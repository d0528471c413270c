'use strict';
/**
 * Builds dist/: compiled JavaScript with declarations, the Python half beside it, the template of new projects, what the image is
 * built from, and the bundles of what runs in the cloud.
 */
const { execFileSync } = require('node:child_process');
const { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
for (const path of ['runtime/serve', 'cli/template', 'image', 'pipelines/compile/launch.sh'])
  cpSync(join(root, path), join(root, 'dist', path), {
    recursive: true,
    filter: (file) => !file.includes('__pycache__'),
  });

const { BUNDLES, writeBundle } = require('../dist/constructs/packaging/bundle');
const bundles = join(root, 'dist/constructs/packaging/bundles');
// From the sources, as in a checkout: the same bytes, and so the same image and the same functions.
const packages = new Set(BUNDLES.flatMap((name) => writeBundle(name, root, join(bundles, name))));
writeFileSync(join(bundles, 'LICENSES.txt'), [...packages].sort().map(licence).join('\n'));

/** A package's name, version and licence; its licence's text where it brings one. */
function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file && existsSync(join(root, folder, file)) ? readFileSync(join(root, folder, file), 'utf8') : '';
  return `${name} ${version} (${license})\n\n${text}\n${'-'.repeat(80)}\n`;
}
