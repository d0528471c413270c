'use strict';
/** Builds dist/: compiled JavaScript with declarations, the Python half beside it, and the template of new projects. */
const { execFileSync } = require('node:child_process');
const { cpSync, rmSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
for (const folder of ['runtime/serve', 'cli/template'])
  cpSync(join(root, folder), join(root, 'dist', folder), {
    recursive: true,
    filter: (file) => !file.includes('__pycache__'),
  });
