/** The loop's function as it is deployed: one file, the spec beside it, the settings in its environment. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle } from '../../../constructs/packaging/bundle';
import { resolve } from '../../../constructs/spec/resolve';
import { FakeServer } from '../cloudformation';
import { REAL_TIME, settingsOf } from './endpoint-stage';
import { shop } from './shop';

let folder: string;
let server: FakeServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loop-'));
  copyFileSync(join(bundle('aws-loop'), 'index.js'), join(folder, 'index.js'));
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(resolve(shop)));
  server = await FakeServer.open(() => ({ status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }));
}, 60_000);
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

it('looks for its release first, and stands back where there is none', async () => {
  const program = `require('./index.js').handler({}, { getRemainingTimeInMillis: () => 60000 })`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'nobody',
      AWS_SECRET_ACCESS_KEY: 'nothing',
      AWS_ENDPOINT_URL: server.url,
      MLOPS_SETTINGS: JSON.stringify(settingsOf(REAL_TIME)),
    },
  });
  expect(JSON.parse(stdout)).toEqual({
    endpoint: 'online',
    waits: ['no deployment is released: this one, d1, stands back'],
  });
  expect(server.received.map(({ method, path }) => `${method} ${path}`)).toContain(
    'GET /record/loop/online/release.json',
  );
}, 60_000);
