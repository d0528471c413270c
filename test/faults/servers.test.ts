/** Servers that die, hang or are left alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { bornAt } from '../../constructs/local/processes';
import { endWithUs, pythonVariables } from '../../constructs/local/python';
import { Serving } from '../local/serving';
import { temporaryFolders } from '../local/temporary';
import { DOUBLING, directoryOf, INSTALL_MS, python, row, SCHEMA } from '../serve/harness';

const folder = temporaryFolders();
// Servers are real processes, and the machine may be busy with others.
jest.setTimeout(60_000);
/** Long enough for a server to be started meanwhile on a busy machine. */
const ANSWER_WITHIN = 2_000;
let serving: Serving;
afterEach(() => serving?.close());

async function open(replicas: number, answerWithin?: number): Promise<void> {
  serving = await Serving.open(folder(), replicas, answerWithin === undefined ? {} : { answerWithin });
  await serving.place('v1');
  await serving.shift({ 'v1-r1': 100 });
}

describe('a server that is killed', () => {
  it.each(['idle', 'busy'] as const)('while it is %s costs no request, and is started again', async (when) => {
    await open(2);
    const [first] = serving.pids;
    const clients = when === 'busy' ? Array.from({ length: 32 }, () => serving.predict()) : [];
    process.kill(first!, 'SIGKILL');
    const replies = await Promise.all([...clients, ...Array.from({ length: 32 }, () => serving.predict())]);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect(serving.gateway.failed).toBe(0);
    while (serving.pids.length < 3) await serving.predict();
    expect(serving.log.join('\n')).toContain(`server ${first} went away and is started again: ended with SIGKILL`);
  });
});

describe('a server that hangs', () => {
  it('costs 504 in the stated time, counts as failed, and is started again', async () => {
    await open(1, ANSWER_WITHIN);
    const [first] = serving.pids;
    const stuck = await serving.predict({ hang: true });
    expect(stuck).toMatchObject({ status: 504, body: expect.stringContaining('it took longer than 2 s') as string });
    expect(serving.endpoint.health('v1-r1', 0)).toMatchObject({ requests: 1, errorRate: 1 });
    expect(await serving.predict()).toMatchObject({ status: 200 });
    expect(serving.pids).toHaveLength(2);
    expect(serving.log.join('\n')).toContain(`server ${first} has answered nothing for 2 s, and is ended`);
  });

  it(
    'is a model server too, where the model never answers',
    async () => {
      const interpreter = await python();
      const model = directoryOf({ 'model.json': { schema: SCHEMA }, 'code/model.py': DOUBLING });
      serving = await Serving.open(folder(), 1, {
        answerWithin: ANSWER_WITHIN,
        launch: async () => ({
          command: [interpreter, '-m', 'mlops_model', 'serve', '--in.model', model, '--param.port', '0'],
          env: { ...pythonVariables(), ...endWithUs },
        }),
      });
      await serving.place('v1');
      await serving.shift({ 'v1-r1': 100 });
      expect(await serving.predict(row(15))).toMatchObject({ status: 504 });
      while ((await serving.predict(row(2))).status !== 200);
      expect(serving.pids).toHaveLength(2);
      expect(bornAt(serving.pids[0]!)).toBe('');
    },
    INSTALL_MS,
  );

  it('does not keep what waits behind it: that is sent again to the next server', async () => {
    await open(1, ANSWER_WITHIN);
    const stuck = serving.predict({ hang: true });
    await new Promise((later) => setTimeout(later, ANSWER_WITHIN / 2));
    expect((await serving.predict()).status).toBe(200);
    expect((await stuck).status).toBe(504);
    expect(serving.gateway.retried).toBe(1);
  });

  it('refuses with 503, in the stated time, where no server is ready by then', async () => {
    serving = await Serving.open(folder(), 1, {
      answerWithin: 50,
      // Fine once, and never again.
      launch: async () => ({
        command: [process.execPath, join(__dirname, '../local/stub-server.js'), serving.pids.length ? 'broken' : 'v1'],
        env: process.env,
      }),
    });
    await serving.place('v1');
    await serving.shift({ 'v1-r1': 100 });
    const [first] = serving.pids;
    process.kill(first!, 'SIGKILL');
    while (bornAt(first!) !== '') await new Promise((later) => setTimeout(later, 5));
    const reply = await serving.predict();
    expect([502, 503]).toContain(reply.status);
    expect(await serving.predict()).toMatchObject({
      status: 503,
      body: expect.stringContaining('none was ready within 0.05 s') as string,
    });
  });
});

it(
  'a model server does not outlive the process that started it, however that one ends',
  async () => {
    const model = directoryOf({ 'model.json': { schema: SCHEMA }, 'code/model.py': DOUBLING });
    const parent = `
      const { Worker } = require(${JSON.stringify(join(__dirname, '../../constructs/local/worker'))});
      const { endWithUs } = require(${JSON.stringify(join(__dirname, '../../constructs/local/python'))});
      const [python, ...args] = process.argv.slice(1);
      const launch = { command: [python, ...args], env: { ...process.env, ...endWithUs } };
      Worker.start(launch, console.error, new AbortController().signal).then(({ pid }) => console.log(pid));`;
    const serve = ['-m', 'mlops_model', 'serve', '--in.model', model, '--param.port', '0'];
    const child = spawn(process.execPath, ['-r', 'tsx/cjs', '-e', parent, await python(), ...serve], {
      env: pythonVariables(),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    expect(bornAt(Number(line))).not.toBe('');
    child.kill('SIGKILL');
    while (bornAt(Number(line)) !== '') await new Promise((later) => setTimeout(later, 10));
  },
  INSTALL_MS,
);
