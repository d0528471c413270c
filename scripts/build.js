'use strict';
/** Builds dist/: compiled JavaScript with declarations, and the Python half beside it. */
const { execFileSync } = require('node:child_process');
const { cpSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
cpSync(join(root, 'runtime/serve'), join(root, 'dist/runtime/serve'), {
  recursive: true,
  filter: (file) => !file.includes('__pycache__'),
});
