'use strict';
/** As Lambda does it at a cold start: loads index.js of the working directory and hands it one event. Prints CPU milliseconds. */
const { join } = require('node:path');

const cpu = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function main() {
  const node = cpu();
  const { handler } = require(join(process.cwd(), 'index.js'));
  const loaded = cpu();
  await handler({}, { getRemainingTimeInMillis: () => 120_000 });
  const answered = cpu();
  console.log(JSON.stringify({ node, load: loaded - node, event: answered - loaded, all: answered }));
}

void main();
