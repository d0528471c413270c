/** A server in a container: started by the word `serve` alone, with its model in /opt/ml/model, asked from inside its own network. */
import { spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { cpSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { predictedRows } from './bikes';
import type { Container } from './container';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Asks in another network than this process's, so it is a process of its own: address, body and type come as JSON. */
const ASK = `
  const [path, body, type] = JSON.parse(process.argv[1]);
  fetch('http://127.0.0.1:8080' + path, body === null ? {} : { method: 'POST', body, headers: { 'content-type': type } })
    .then(async (answer) => console.log(JSON.stringify({ status: answer.status, body: await answer.text() })))
    .catch((error) => console.log(JSON.stringify({ status: 0, body: String(error.cause ?? error) })));`;

export async function serving(container: Container, model: string) {
  const ml = mkdtempSync(join(container.scratch, 'serve-'));
  cpSync(model, join(ml, 'model'), { recursive: true });
  const child = container.start(['serve'], { ml });
  let log = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const port = await new Promise<number>((done, failed) => {
    createInterface(child.stdout!).once('line', (line) => done((JSON.parse(line) as { port: number }).port));
    void ended.then((code) => failed(new Error(`the server ended with ${code}: ${log}`)));
  });
  expect(port).toBe(8080);
  const send = async (path: string, body: string | null = null, type = ''): Promise<Answer> => {
    const asked = spawnSync(
      'nsenter',
      [`--net=/proc/${child.pid}/ns/net`, process.execPath, '-e', ASK, JSON.stringify([path, body, type])],
      { encoding: 'utf8' },
    );
    return JSON.parse(asked.stdout) as Answer;
  };
  while ((await send('/ping')).status !== 200) if (child.exitCode !== null) throw new Error(log);
  return {
    send,
    rows: predictedRows,
    /** As SageMaker does: SIGTERM to the first process of the container. Returns its exit code. */
    stop: async (): Promise<number | null> => {
      process.kill(serverOf(child), 'SIGTERM');
      return ended;
    },
  };
}

/** The process that the container was started for: the last of the chain that began here. */
function serverOf(child: ChildProcess): number {
  let pid = child.pid!;
  for (;;) {
    const below = childrenOf(pid);
    if (below.length === 0) return pid;
    pid = below[0]!;
    if (readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('mlops_model')) return pid;
  }
}

const childrenOf = (pid: number): number[] =>
  readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
