/** The loop's program as it is deployed: one file, its settings in the environment, the spec in the bucket, a token from the machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../../constructs/packaging/bundle';
import { Cloud } from './cloud';
import { SPEC_PATH, urlsOf } from './shop';

let folder: string;
let cloud: Cloud;
let metadata: Server;
/** What the metadata server was asked for. */
let asked: string[];
let program: ChildProcess | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'loop-'));
  copyFileSync(join(bundle('gcp-loop'), 'index.js'), join(folder, 'index.js'));
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

/** https://cloud.google.com/run/docs/container-contract#metadata-server */
beforeEach(async () => {
  asked = [];
  cloud = await Cloud.open();
  metadata = createServer(({ url = '' }, response) => {
    asked.push(url.split('?')[0]!);
    const isToken = url.includes('/token');
    const body = isToken
      ? JSON.stringify({ access_token: 'of the machine', expires_in: 3600, token_type: 'Bearer' })
      : 'x';
    response.writeHead(200, {
      'metadata-flavor': 'Google',
      'content-type': isToken ? 'application/json' : 'text/plain',
    });
    response.end(body);
  });
  await new Promise<void>((done) => metadata.listen(0, '127.0.0.1', done));
});
afterEach(async () => {
  program?.kill('SIGKILL');
  metadata.closeAllConnections();
  metadata.close();
  await cloud.close();
});

interface Started {
  readonly url: string;
  readonly lines: readonly string[];
  readonly ended: Promise<number | null>;
}

async function start(environment: NodeJS.ProcessEnv = {}): Promise<Started> {
  program = spawn(process.execPath, ['index.js'], {
    cwd: folder,
    env: {
      ...{ PATH: process.env['PATH'], PORT: '0', HOME: folder, METADATA_SERVER_DETECTION: 'assume-present' },
      GCE_METADATA_HOST: `127.0.0.1:${(metadata.address() as AddressInfo).port}`,
      MLOPS_SETTINGS: JSON.stringify(cloud.settings),
      MLOPS_GOOGLE_URLS: JSON.stringify(urlsOf(cloud.shop.fake.url)),
      ...environment,
    },
  });
  const lines: string[] = [];
  const ended = new Promise<number | null>((done) => program!.once('exit', done));
  const first = new Promise<void>((done) => {
    for (const stream of [program!.stdout!, program!.stderr!])
      stream.on('data', (chunk: Buffer) => {
        lines.push(...chunk.toString('utf8').trim().split('\n'));
        done();
      });
  });
  await Promise.race([first, ended]);
  const { port } = JSON.parse(lines[0]!.startsWith('{') ? lines[0]! : '{}') as { readonly port?: number };
  return { url: `http://127.0.0.1:${port}`, lines, ended };
}

it('listens, looks when it is asked to, and ends when it is told to', async () => {
  cloud.shop.fake.objects.put('record', SPEC_PATH, cloud.shop.spec);
  // Its clock is the machine's own: rows until now.
  cloud.shop.wait(Date.now() - cloud.shop.now);
  cloud.addRows(20);
  const { url, lines, ended } = await start();
  expect((await fetch(url)).status).toBe(200);
  expect(cloud.shop.fake.requests.all).toEqual([]);
  const answer = await fetch(url, { method: 'POST', body: '{"message":{}}' });
  expect([answer.status, lines.slice(1)]).toEqual([200, expect.anything()]);
  expect(cloud.shop.jobs('train-1')).toHaveLength(1);
  expect(asked).toContain('/computeMetadata/v1/instance/service-accounts/default/token');
  program!.kill('SIGTERM');
  expect(await ended).toBe(0);
}, 60_000);

it('is an error where there is no spec, and looks again when it is asked again', async () => {
  const { url, lines } = await start();
  expect((await fetch(url, { method: 'POST' })).status).toBe(500);
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    severity: 'ERROR',
    message: expect.stringContaining(`there is no gs://record/${SPEC_PATH}: deploy again`),
  });
  cloud.shop.fake.objects.put('record', SPEC_PATH, cloud.shop.spec);
  cloud.release('another');
  expect((await fetch(url, { method: 'POST' })).status).toBe(200);
  expect(lines.at(-1)).toContain('deployment another is released');
}, 60_000);

it('ends at once, in one line, where it is given no settings', async () => {
  const { lines, ended } = await start({ MLOPS_SETTINGS: undefined });
  expect(await ended).toBe(1);
  expect(lines).toEqual(['MLOPS_SETTINGS: got nothing, expected the settings that the program gives']);
}, 60_000);
