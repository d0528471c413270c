'use strict';
/**
 * Installs what is missing, before anything else can be required: run-time dependencies for `start`, all for `test`.
 * Stamped by the lockfile's digest, so that it costs nothing the second time. `start` never removes what `test` installed.
 */
const { execFileSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const stamp = join(root, 'node_modules', '.mlops-installed.json');
const mode = process.argv[2] === 'test' ? 'test' : 'start';

function installed() {
  return existsSync(stamp) ? JSON.parse(readFileSync(stamp, 'utf8')) : { mode: 'nothing', lock: '' };
}

function main() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(`Node.js ${process.versions.node} is too old: 20.19 or newer is needed.`);
    return 1;
  }
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const have = installed();
  if (have.lock === lock && (have.mode === 'test' || mode === 'start')) return 0;
  const all = mode === 'test' || have.mode === 'test';
  console.log(`installing ${all ? 'all' : 'run-time'} dependencies with npm ci`);
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error', ...(all ? [] : ['--omit=dev'])], {
      cwd: root,
      stdio: 'inherit',
    });
  } catch {
    console.error('The dependencies could not be installed: npm says why above. A network is needed this first time.');
    return 1;
  }
  writeFileSync(stamp, `${JSON.stringify({ mode: all ? 'test' : 'start', lock })}\n`);
  return 0;
}

process.exitCode = main();
