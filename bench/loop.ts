/**
 * What a look costs: the cold start of the loop's function beside one that only makes the same clients, and a look over 50
 * endpoints. `npx tsx bench/loop.ts`. Against the fakes of the tests, behind HTTP in this process; the loops run in others.
 */
import { buildSync } from 'esbuild';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundle } from '../constructs/packaging/bundle';
import { CloudServer, servingCloud } from './loop/cloud-server';
import type { Looked, Looks } from './loop/looks';

const ROOT = resolve(__dirname, '..');
const ROUNDS = 7;
const ENDPOINTS = 50;
/** What the SDK says of old versions of Node is no part of a look. */
const QUIET = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** The last line that a program prints, which is JSON. */
async function run<T>(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, input = ''): Promise<T> {
  const variables = {
    PATH: process.env['PATH'],
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    [QUIET]: 'true',
    ...env,
  };
  const child = spawn(process.execPath, args, { cwd, env: variables, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise((done) => child.once('close', done));
  const text = Buffer.concat(chunks).toString();
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${String(code)}:\n${text}`);
  return JSON.parse(text.trim().split('\n').at(-1)!) as T;
}

interface Cold {
  readonly node: number;
  readonly load: number;
  readonly event: number;
  readonly all: number;
}

type Function_ = 'loop' | 'bare';

/** Each in a folder, as Lambda unpacks them. */
async function layOut(folder: string): Promise<void> {
  const { spec } = await servingCloud(Date.now());
  for (const name of ['loop', 'bare']) mkdirSync(join(folder, name));
  copyFileSync(join(bundle('aws-loop'), 'index.js'), join(folder, 'loop/index.js'));
  writeFileSync(join(folder, 'loop/spec.json'), JSON.stringify(spec));
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: ['bench/loop/bare.ts'],
    outfile: join(folder, 'bare/index.js'),
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    minify: true,
    keepNames: true,
    mainFields: ['module', 'main'],
  });
}

async function coldStart(folder: string): Promise<Cold> {
  const server = await CloudServer.open(await servingCloud(Date.now()));
  try {
    const env = { AWS_ENDPOINT_URL: server.url, MLOPS_SETTINGS: JSON.stringify(server.cloud.settings) };
    const cold = await run<Cold>([join(__dirname, 'loop/invoke.js')], folder, env);
    if (!server.cloud.cloudwatch.told.some((line) => line.startsWith('Looked=1'))) throw new Error('It did not look');
    return cold;
  } finally {
    server.close();
  }
}

async function coldStarts(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mlops-bench-'));
  try {
    await layOut(folder);
    const rounds: Record<Function_, Cold>[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({ loop: await coldStart(join(folder, 'loop')), bare: await coldStart(join(folder, 'bare')) });
    console.log(`Cold start, Node ${process.versions.node}: CPU, median of ${ROUNDS} rounds ${load()}`);
    for (const [name, label] of [
      ['loop', 'the loop    '],
      ['bare', 'clients only'],
    ] as const) {
      const of = (what: keyof Cold) => median(rounds.map((round) => round[name][what])).toFixed(0);
      const size = (statSync(join(folder, name, 'index.js')).size / 1000).toFixed(0);
      console.log(
        `  ${label}  ${of('all')} ms: Node ${of('node')}, loading ${size} kB ${of('load')}, the first event ${of('event')}`,
      );
    }
    console.log(`  ratio         ${median(rounds.map(({ loop, bare }) => loop.all / bare.all)).toFixed(2)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function manyLooks(): Promise<void> {
  const now = Date.now();
  const servers: CloudServer[] = [];
  for (let i = 0; i < ENDPOINTS; i++) servers.push(await CloudServer.open(await servingCloud(now)));
  const { settings, spec } = servers[0]!.cloud;
  const before = requests(servers);
  const given: Looks = { urls: servers.map(({ url }) => url), settings, spec, now };
  type Kind = 'first' | 'again' | 'atOnce';
  const looked = await run<Record<Kind, Looked>>(
    ['--require', 'tsx/cjs', join(__dirname, 'loop/looks.ts')],
    ROOT,
    {},
    JSON.stringify(given),
  );
  const each = (requests(servers) - before) / (3 * ENDPOINTS);
  servers.forEach((server) => server.close());
  console.log(`A look over ${ENDPOINTS} endpoints, ${each.toFixed(0)} requests each ${load()}`);
  for (const [kind, label] of [
    ['first', 'one after the other, cold '],
    ['again', 'one after the other, again'],
    ['atOnce', 'all at once               '],
  ] as const) {
    const { wall, cpu, looks } = looked[kind];
    if (looks !== ENDPOINTS) throw new Error(`${looks} looks in place of ${ENDPOINTS}`);
    console.log(`  ${label}  ${(wall / 1000).toFixed(2)} s, ${(cpu / 1000).toFixed(2)} s of CPU`);
  }
}

const requests = (servers: readonly CloudServer[]) => servers.reduce((sum, server) => sum + server.requests, 0);
const load = () => `(load ${loadavg()[0]!.toFixed(1)} on ${cpus().length} cores)`;

async function main(): Promise<void> {
  process.env[QUIET] = 'true';
  await coldStarts();
  await manyLooks();
}

void main();
