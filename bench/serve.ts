/**
 * What gathering requests is worth: our server against itself without it, on the example's models, one row a request.
 * Run it with `npx tsx bench/serve.ts`. It prints ratios; rounds of the two alternate, so that a busy machine is busy for both.
 */
import { DuckDBInstance } from '@duckdb/node-api';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { pythonEnvironment, pythonVariables, serveRequirements } from '../constructs/local/python';

const ROOT = resolve(__dirname, '..');
const MODEL = join(ROOT, 'stacks/bike-rentals/model');
const CONNECTIONS = 32;
const ROUNDS = 3;
const ROUND_MS = 2_000;
const KINDS = [
  { kind: 'ridge', alpha: 1 },
  { kind: 'boosting', iterations: 150 },
  { kind: 'forest', trees: 60 },
];
const FEATURES = {
  ...Object.fromEntries(['hour', 'weekday', 'working_day', 'weather'].map((name) => [name, { kind: 'category' }])),
  ...Object.fromEntries(['temperature', 'humidity', 'wind_speed'].map((name) => [name, { kind: 'number' }])),
};
const SCHEMA = { time: 'time', key: ['time'], label: 'rentals', features: FEATURES };

interface Rate {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

class Server {
  private constructor(
    private readonly child: ChildProcess,
    private readonly pool: Pool,
  ) {}

  static async start(python: string, model: string, gather: number): Promise<Server> {
    const flags = ['--in.model', model, '--param.port', '0', '--param.gather', String(gather)];
    const child = spawn(python, ['-m', 'mlops_model', 'serve', ...flags], { env: pythonVariables() });
    child.stderr.pipe(process.stderr);
    const line = await new Promise<string>((done) => createInterface(child.stdout).once('line', done));
    const { port } = JSON.parse(line) as { port: number };
    const server = new Server(child, new Pool(`http://127.0.0.1:${port}`, { connections: CONNECTIONS }));
    while ((await server.get('/health/ready')).status !== 200) await sleep(20);
    return server;
  }

  async round(bodies: readonly string[]): Promise<Rate> {
    const [cpu, start] = [await this.cpuSeconds(), performance.now()];
    let count = 0;
    const connection = async () => {
      while (performance.now() - start < ROUND_MS) {
        const body = bodies[count++ % bodies.length]!;
        const response = await this.pool.request({ method: 'POST', path: '/predict', body });
        const text = await response.body.text();
        if (response.statusCode !== 200) throw new Error(text);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
    const seconds = (performance.now() - start) / 1000;
    return { perSecond: count / seconds, cpuMicroseconds: (((await this.cpuSeconds()) - cpu) / count) * 1e6 };
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await new Promise((done) => this.child.once('close', done));
    await this.pool.destroy();
  }

  private async get(path: string) {
    const response = await this.pool.request({ method: 'GET', path });
    return { status: response.statusCode, text: await response.body.text() };
  }

  private async cpuSeconds(): Promise<number> {
    return Number(/^process_cpu_seconds_total (.*)$/m.exec((await this.get('/metrics')).text)?.[1]);
  }
}

async function train(python: string, folder: string, parameters: { readonly kind: string }): Promise<string> {
  const model = join(folder, parameters.kind);
  const flags = ['--in.rows', folder, '--in.code', MODEL, '--out.model', model, '--out.predictions', folder];
  const values = ['--param.schema', JSON.stringify(SCHEMA), '--param.parameters', JSON.stringify(parameters)];
  const names = ['--param.name', parameters.kind, '--param.pipeline', 'training'];
  const command = ['-m', 'mlops_model', 'candidate', ...flags, ...values, ...names];
  const child = spawn(python, command, { env: pythonVariables(), stdio: 'inherit' });
  const code = await new Promise((done) => child.once('close', done));
  if (code !== 0) throw new Error(`training ${parameters.kind} ended with ${String(code)}`);
  return model;
}

/** Three months of rows to train on, and the bodies of requests for the month after them. */
async function prepare(folder: string): Promise<string[]> {
  const db = await (await DuckDBInstance.create(':memory:')).connect();
  const rows = `FROM '${join(ROOT, 'stacks/bike-rentals/data')}/*.parquet'`;
  await db.run(`COPY (${rows} WHERE time < '2011-03-04') TO '${folder}/train.parquet'`);
  await db.run(`COPY (${rows} WHERE time BETWEEN '2011-03-04' AND '2011-03-31') TO '${folder}/test.parquet'`);
  const columns = Object.keys(FEATURES).join(', ');
  const found = await db.runAndReadAll(`SELECT ${columns} ${rows} WHERE time BETWEEN '2011-04-01' AND '2011-04-30'`);
  return found.getRowObjectsJson().map((row) => JSON.stringify({ instances: [row] }));
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function main(): Promise<void> {
  const requirements = [serveRequirements, join(MODEL, 'requirements.txt')];
  const { python } = await pythonEnvironment({ requirements, stateDir: join(ROOT, '.mlops/python'), log: console.log });
  const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-'));
  const bodies = await prepare(folder);
  console.log(
    `${CONNECTIONS} connections, one row a request; gathered against not gathered, median of ${ROUNDS} rounds`,
  );
  for (const parameters of KINDS) {
    const model = await train(python, folder, parameters);
    const servers = [await Server.start(python, model, 1024), await Server.start(python, model, 1)] as const;
    for (const server of servers) await server.round(bodies);
    const rates: [Rate, Rate][] = [];
    for (let round = 0; round < ROUNDS; round++)
      rates.push([await servers[0].round(bodies), await servers[1].round(bodies)]);
    const [faster, cheaper] = [
      median(rates.map(([gathered, single]) => gathered.perSecond / single.perSecond)),
      median(rates.map(([gathered, single]) => single.cpuMicroseconds / gathered.cpuMicroseconds)),
    ];
    const of = (index: 0 | 1) => {
      const each = rates.map((pair) => pair[index]);
      return `${median(each.map((rate) => rate.perSecond)).toFixed(0)}/s, ${median(each.map((rate) => rate.cpuMicroseconds)).toFixed(0)} µs CPU`;
    };
    console.log(
      `${parameters.kind}: ${faster.toFixed(1)} × the requests a second, 1/${cheaper.toFixed(1)} of the CPU (${of(0)} against ${of(1)})`,
    );
    await Promise.all(servers.map((server) => server.stop()));
  }
  rmSync(folder, { recursive: true });
}

void main();
