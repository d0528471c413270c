#!/usr/bin/env node
'use strict';
// Specs are TypeScript, and so is this repository: tsx compiles both on the way in, without a type check.
require('tsx/cjs');
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const built = join(__dirname, '../dist/cli/main.js');
const { main } = require(existsSync(join(__dirname, '../cli/main.ts')) ? '../cli/main.ts' : built);

main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
