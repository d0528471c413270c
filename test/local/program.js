/**
 * A component's program for tests: writes what it was given to --out.result/result.json, a line a run to --param.count, and
 * ends as --param.act says.
 */
const { appendFileSync, existsSync, readFileSync, watch, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const flags = {};
for (let i = 2; i < process.argv.length; i += 2) flags[process.argv[i].slice(2)] = process.argv[i + 1];
const runs = existsSync(flags['param.count']) ? readFileSync(flags['param.count'], 'utf8').length : 0;
appendFileSync(flags['param.count'], '.');

const finish = () => {
  const inputs = Object.keys(flags)
    .filter((flag) => flag.startsWith('in.'))
    .map((flag) => readFileSync(join(flags[flag], 'result.json'), 'utf8'));
  writeFileSync(join(flags['out.result'], 'result.json'), JSON.stringify({ value: flags['param.value'], inputs }));
};

/** Calls back when the file is there. */
const when = (file, then) => {
  const watcher = watch(dirname(file), check);
  let done = false;
  function check() {
    if (done || !existsSync(file)) return;
    done = true;
    watcher.close();
    then();
  }
  check();
};

const [act, argument] = flags['param.act'].split(' ');
if (act === 'write') finish();
if (act === 'cores') {
  flags['param.value'] = process.env.OMP_NUM_THREADS;
  finish();
}
if (act === 'fail') {
  console.error(`column "${flags['param.value']}" is missing`);
  process.exit(Number(argument));
}
if (act === 'fail-first') {
  if (runs >= Number(argument)) finish();
  else {
    console.error('the disk is busy');
    process.exit(75);
  }
}
if (act === 'wait') {
  writeFileSync(`${argument}.begun-${flags['param.value']}`, '');
  when(argument, finish);
}
if (act === 'hang') setInterval(() => {}, 1000);
