/**
 * The README's commands on this project's own `Pulumi.yaml`, through Pulumi's own command line, against a STUB of Google Cloud. The
 * language host is a STAND-IN (test/pulumi/host).
 */
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { prepare, type Prepared } from '../pulumi/engine';
import { Stub } from '../pulumi/stub';
import { GIVEN } from './program';
import { GCP_RULES } from './stub-rules';
import { gcpSchema } from './used-types';

const execute = promisify(execFile);
const ROOT = join(__dirname, '../..');

let stub: Stub;
let prepared: Prepared;
let checkout: string;

beforeAll(async () => {
  stub = await Stub.start({
    packages: [{ name: 'gcp', schema: gcpSchema(), rules: GCP_RULES }],
    project: GIVEN.project,
    projectNumber: GIVEN.projectNumber,
    region: GIVEN.location,
  });
  prepared = await prepare(stub);
  // Commands write the stack's configuration beside Pulumi.yaml.
  const cache = join(ROOT, 'node_modules/.cache/mlops-constructs');
  mkdirSync(cache, { recursive: true });
  checkout = mkdtempSync(join(cache, 'pulumi-checkout-'));
  cpSync(join(ROOT, 'Pulumi.yaml'), join(checkout, 'Pulumi.yaml'));
  for (const each of ['stacks', 'node_modules', 'package.json', 'tsconfig.json'])
    symlinkSync(join(ROOT, each), join(checkout, each));
  const host = join(prepared.folder, 'work/pulumi-language-nodejs');
  const standIn = join(__dirname, '../pulumi/host/language-host.js');
  writeFileSync(host, `#!/bin/sh\nexec ${process.execPath} ${standIn} "$@"\n`);
  chmodSync(host, 0o755);
});

afterAll(() => {
  rmSync(checkout, { recursive: true });
  rmSync(prepared.folder, { recursive: true });
  stub.close();
});

/** Throws what it printed where it fails. */
async function pulumi(...args: readonly string[]): Promise<string> {
  const { variables, folder } = prepared;
  const PATH = [join(folder, 'work'), variables['PATH']].join(delimiter);
  const env = { ...process.env, ...variables, PATH };
  const { stdout } = await execute('pulumi', [...args, '--non-interactive'], {
    cwd: checkout,
    env,
    maxBuffer: 1 << 26,
  });
  return stdout;
}

test('the example is previewed, made, found unchanged, and taken down', async () => {
  await pulumi('stack', 'init', 'dev');
  await expect(pulumi('preview')).rejects.toThrow('projectNumber');
  await pulumi('config', 'set', 'gcp:project', GIVEN.project);
  await pulumi('config', 'set', 'gcp:region', GIVEN.location);
  await pulumi('config', 'set', 'projectNumber', GIVEN.projectNumber);
  expect(await pulumi('preview')).toMatch(/\+ \d{3} to create/);
  expect(stub.live()).toEqual([]);
  expect(await pulumi('up', '--yes', '--skip-preview')).toMatch(/\+ \d{3} created/);
  expect(JSON.parse(await pulumi('stack', 'output', '--json'))).toMatchObject({
    endpoints: { online: 'bike-rentals-online' },
    loops: { online: 'bike-rentals-online-loop' },
  });
  expect(await pulumi('preview', '--expect-no-changes')).toMatch(/\d{3} unchanged/);
  await pulumi('destroy', '--yes', '--skip-preview');
  expect(stub.live().filter(({ type }) => type.endsWith(':Service') || type.endsWith(':AiEndpoint'))).toEqual([]);
});
