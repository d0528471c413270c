/** What the tests of the Python half share: its environment, model code made on the spot, its programs and its server. */
import { DuckDBInstance } from '@duckdb/node-api';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import { pythonEnvironment, pythonVariables, serveRequirements } from '../../constructs/local/python';
import type { ModelSchema } from '../../constructs/spec/artifact';

const ROOT = resolve(__dirname, '../..');
export const BIKE_MODEL = join(ROOT, 'stacks/bike-rentals/model');
export const BIKE_DATA = join(ROOT, 'stacks/bike-rentals/data');
/** The first test of a fresh checkout installs the environment. */
export const INSTALL_MS = 300_000;

export const SCHEMA: ModelSchema = {
  time: 'at',
  key: ['id'],
  label: 'y',
  features: { x: { kind: 'number', range: false, nulls: 0.5 }, color: { kind: 'category', range: false, nulls: 0.5 } },
};

/** The interpreter with what the server and the example's model need. */
export async function python(): Promise<string> {
  const requirements = [serveRequirements, join(BIKE_MODEL, 'requirements.txt')];
  return (await pythonEnvironment({ requirements, stateDir: join(ROOT, '.mlops/python'), log: () => undefined }))
    .python;
}

export const temporary = () => mkdtempSync(join(tmpdir(), 'mlops-serve-'));

/** Writes files below a fresh directory: contents by path; objects as JSON. */
export function directoryOf(files: Readonly<Record<string, string | object>>): string {
  const directory = temporary();
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
  return directory;
}

/** Model code whose model is its directory; `predict` is its body, in which `model`, `batch` and `np` are at hand. */
export const modelCode = (predict: string, train = 'pass'): string =>
  [
    'import os, time',
    'import numpy as np',
    `def train(data, model): ${train}`,
    'def load(model): return model',
    'def predict(model, batch):',
    ...predict.split('\n').map((line) => `    ${line}`),
    '',
  ].join('\n');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Flags = Readonly<Record<string, string | object>>;

const children = new Set<ChildProcess>();
/** A test that fails must not leave its server behind. */
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

/** Runs `python -m mlops_model PROGRAM --flag value …`; objects become JSON. */
export async function program(name: string, flags: Flags, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return (await start(name, flags, env)).ended;
}

async function start(name: string, flags: Flags, env: NodeJS.ProcessEnv) {
  const values = Object.entries(flags).flatMap(([flag, value]) => [
    `--${flag}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const child = spawn(await python(), ['-m', 'mlops_model', name, ...values], {
    env: { ...pythonVariables(), ...env },
  });
  children.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, stdout, stderr })));
  return { child, ended };
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** An answer as it came. */
export interface Sent {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** A running server. */
export class ModelServer {
  private constructor(
    readonly port: number,
    readonly child: ChildProcess,
    readonly ended: Promise<Ended>,
    private readonly pool: Pool,
  ) {}

  /** Serves an artifact that holds `model.py` and the schema; resolves when it is ready. */
  static async start(
    code: string,
    flags: Readonly<Record<string, string>> = {},
    whenListening: (server: ModelServer, model: string) => Promise<void> = async () => undefined,
  ): Promise<{ server: ModelServer; model: string }> {
    const model = artifact(code);
    const server = await ModelServer.launch({ 'in.model': model, ...flags });
    await whenListening(server, model);
    await server.untilReady();
    return { server, model };
  }

  /** Resolves when it listens. */
  static async launch(flags: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): Promise<ModelServer> {
    const { child, ended } = await start('serve', { 'param.port': '0', ...flags }, env);
    const port = await new Promise<number>((done, failed) => {
      createInterface(child.stdout).once('line', (line) => done((JSON.parse(line) as { port: number }).port));
      void ended.then(({ stderr }) => failed(new Error(stderr)));
    });
    return new ModelServer(port, child, ended, new Pool(`http://127.0.0.1:${port}`, { connections: 128 }));
  }

  async untilReady(): Promise<void> {
    await this.until(async () => (await this.get('/health/ready')).status === 200);
  }

  async send(
    method: 'GET' | 'POST',
    path: string,
    body: string | Buffer = '',
    headers: Record<string, string> = {},
  ): Promise<Sent> {
    const response = await this.pool.request({ method, path, headers, ...(method === 'POST' && { body }) });
    const type = String(response.headers['content-type']);
    return { status: response.statusCode, type, text: await response.body.text() };
  }

  async predict(instances: unknown): Promise<Answer> {
    return this.post('/predict', JSON.stringify({ instances }));
  }

  async post(path: string, body: string): Promise<Answer> {
    const response = await this.pool.request({ method: 'POST', path, body });
    return { status: response.statusCode, body: await response.body.json() };
  }

  async get(path: string): Promise<Answer> {
    const response = await this.pool.request({ method: 'GET', path });
    const text = await response.body.text();
    return { status: response.statusCode, body: path === '/metrics' ? text : JSON.parse(text) };
  }

  /** A number that /metrics shows. */
  async metric(name: string): Promise<number> {
    const text = String((await this.get('/metrics')).body);
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  }

  async until(condition: () => Promise<boolean>): Promise<void> {
    while (!(await condition())) await new Promise((next) => setTimeout(next, 10));
  }

  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    const ended = await this.ended;
    await this.pool.destroy();
    return ended;
  }
}

/** Runs SQL in a database of its own: makes Parquet, or reads it. */
export async function sql(statement: string): Promise<readonly Record<string, unknown>[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  return (await connection.runAndReadAll(statement)).getRowObjectsJson();
}

export const artifact = (code: string) => directoryOf({ 'model.json': { schema: SCHEMA }, 'code/model.py': code });

/** Doubles x; 13 raises, 14 gives no number, 15 takes until the file `gate` is there. */
export const DOUBLING = modelCode(`
x = batch["x"]
if (x == 13).any(): raise ValueError("thirteen")
while (x == 15).any() and not os.path.exists(os.path.join(model, "gate")): time.sleep(0.005)
return np.where(x == 14, np.nan, np.nan_to_num(x) * 2)`);

export const row = <X>(x: X, more: object = {}) => ({ id: 1, x, color: 'red', ...more });
export const openGate = (model: string) => writeFileSync(join(model, 'gate'), '');
