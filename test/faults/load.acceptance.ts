/** A minute of traffic from 32 clients, while the model is replaced again and again and its servers are killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { bornAt } from '../../constructs/local/processes';
import { endWithUs, pythonVariables } from '../../constructs/local/python';
import { Serving } from '../local/serving';
import { temporaryFolders } from '../local/temporary';
import { directoryOf, modelCode, python, row, SCHEMA } from '../serve/harness';
import { seeded } from './commands';

const SECONDS = Number(process.env.MLOPS_FAULT_SECONDS ?? 60);
const CONNECTIONS = 32;
const REPLACEMENTS = 10;
const KILLS = 5;
const folder = temporaryFolders();

/** Clients that ask until they are told to stop. */
class Clients {
  answered = 0;
  readonly versions = new Set<unknown>();
  readonly failures: string[] = [];
  private readonly pool: Pool;
  private stopped = false;
  private readonly asking: Promise<unknown>;

  constructor(url: string) {
    this.pool = new Pool(url, { connections: CONNECTIONS });
    this.asking = Promise.all(Array.from({ length: CONNECTIONS }, () => this.ask()));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.asking;
    await this.pool.close();
  }

  private async ask(): Promise<void> {
    const body = JSON.stringify({ instances: [row(21)] });
    while (!this.stopped) {
      try {
        const reply = await this.pool.request({ method: 'POST', path: '/online/predict', body });
        const text = await reply.body.text();
        if (reply.statusCode !== 200 || text !== '{"predictions":[42.0]}')
          this.failures.push(`${reply.statusCode} ${text}`);
        this.answered += 1;
        this.versions.add(reply.headers['x-mlops-version']);
      } catch (error) {
        this.failures.push(String(error));
      }
    }
  }
}

async function open(): Promise<Serving> {
  const interpreter = await python();
  const model = directoryOf({
    'model.json': { schema: SCHEMA },
    'code/model.py': modelCode('return np.nan_to_num(batch["x"]) * 2'),
  });
  return Serving.open(folder(), 2, {
    launch: async () => ({
      command: [interpreter, '-m', 'mlops_model', 'serve', '--in.model', model, '--param.port', '0'],
      env: { ...pythonVariables(), ...endWithUs },
    }),
  });
}

it('fails no request, as the clients see it', async () => {
  const serving = await open();
  await serving.place('v0');
  await serving.shift({ 'v0-r1': 100 });
  const clients = new Clients(serving.url);
  const random = seeded(32);
  const killed: number[] = [];
  const kill = () => {
    const running = serving.pids.filter((pid) => bornAt(pid) !== '');
    const pid = running[Math.floor(random() * running.length)]!;
    process.kill(pid, 'SIGKILL');
    killed.push(pid);
  };
  for (let n = 1; n <= REPLACEMENTS; n += 1) {
    await sleep((SECONDS * 1000) / REPLACEMENTS);
    const [old, next] = [`v${n - 1}`, `v${n}`];
    await serving.place(next);
    await serving.shift({ [`${old}-r1`]: 50, [`${next}-r1`]: 50 });
    // While both versions answer, so that a kill meets each part of a replacement.
    if (n % (REPLACEMENTS / KILLS) === 0) kill();
    await sleep(random() * 500);
    await serving.shift({ [`${next}-r1`]: 100 });
    await serving.retire(old);
    await serving.idle();
  }
  await clients.stop();
  const { served, failed, retried } = serving.gateway;
  await serving.close();
  expect(clients.failures).toEqual([]);
  expect(killed).toHaveLength(KILLS);
  expect(clients.versions.size).toBe(REPLACEMENTS + 1);
  expect({ served, failed }).toEqual({ served: clients.answered, failed: 0 });
  expect(serving.pids.some((pid) => bornAt(pid) !== '')).toBe(false);
  process.stdout.write(
    `${served} requests in ${SECONDS} s and ${REPLACEMENTS} replacements, ${retried} sent twice, 0 failed\n`,
  );
});
