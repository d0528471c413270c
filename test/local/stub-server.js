/**
 * A model server for tests, with the one contract that the real one has: it prints its port, says when it is ready, and answers
 * `POST /predict` with `{"predictions": […]}`: 1 for each instance. An instance may ask for something else:
 * `{"die": FILE}` ends the process unless FILE is there, and makes it; `{"wait": FILE}` answers when FILE is there;
 * `{"status": N}` answers with that status; `{"hang": true}` is not answered, nor is anything that comes after it.
 */
const { existsSync, watch, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { dirname } = require('node:path');

if (process.argv[2] === 'broken') {
  console.error('model.py:12: FileNotFoundError: no model.joblib');
  process.exit(64);
}

// As the real one: it does not outlive whoever started it.
process.stdin.resume().on('end', () => process.exit(1));

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

let stuck = false;
const server = createServer(async (request, response) => {
  if (stuck) return;
  if (request.url === '/health/ready') return response.end('{"ready":true}');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { instances } = JSON.parse(Buffer.concat(chunks).toString());
  const { die, wait, hang, status = 200 } = instances[0];
  if (hang) return void (stuck = true);
  if (die && !existsSync(die)) {
    writeFileSync(die, '');
    process.exit(1);
  }
  const answer = () => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ predictions: instances.map(() => 1), argument: process.argv[2] }));
  };
  if (!wait) return answer();
  writeFileSync(`${wait}.begun`, '');
  when(wait, answer);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
