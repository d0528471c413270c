/**
 * Loaded before a program of ours: ends it by SIGKILL at a chosen moment of its progress. A step is anything that leaves a
 * trace: something on disk, a process that is started, a request that arrives. KILL_AT is the step before which it ends;
 * the number of steps that were made is written to STEPS_FILE where it ends by itself.
 */
'use strict';
const childProcess = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const { isMainThread } = require('node:worker_threads');

const killAt = Number(process.env.KILL_AT ?? Infinity);
let steps = 0;

function step() {
  steps += 1;
  if (steps === killAt) process.kill(process.pid, 'SIGKILL');
}

function count(object, names) {
  for (const name of names) {
    const real = object[name];
    object[name] = function (...args) {
      step();
      return real.apply(this, args);
    };
  }
}

if (isMainThread) {
  count(fs.promises, ['mkdir', 'writeFile', 'rename', 'rm', 'link', 'copyFile', 'cp', 'appendFile']);
  count(childProcess, ['spawn']);
  const { emit } = http.Server.prototype;
  http.Server.prototype.emit = function (event, ...args) {
    if (event === 'request') step();
    return emit.call(this, event, ...args);
  };
  const { open } = fs.promises;
  fs.promises.open = async (...args) => {
    const handle = await open(...args);
    const prototype = Object.getPrototypeOf(handle);
    fs.promises.open = open;
    count(prototype, ['writeFile', 'sync', 'truncate']);
    return handle;
  };
  if (process.env.STEPS_FILE) process.on('exit', () => fs.writeFileSync(process.env.STEPS_FILE, String(steps)));
}
