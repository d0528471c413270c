/**
 * A project with a `Pulumi.yaml`, as people have it, through Pulumi's own command line, against a STUB provider. The language host is
 * a STAND-IN (host/language-host.js): what it shows is that such a program runs, not how Pulumi would start it.
 */
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { GCP_RULES } from '../gcp/stub-rules';
import { gcpSchema } from '../gcp/used-types';
import { prepare, type Prepared } from './engine';
import { Stub } from './stub';

const execute = promisify(execFile);
/** Below the project's own modules, so that the program finds them. */
const CACHE = resolve(__dirname, '../../node_modules/.cache/mlops-constructs');

let stub: Stub;
let prepared: Prepared;
let program: string;

beforeAll(async () => {
  stub = await Stub.start({ packages: [{ name: 'gcp', schema: gcpSchema(), rules: GCP_RULES }] });
  prepared = await prepare(stub);
  mkdirSync(CACHE, { recursive: true });
  program = mkdtempSync(join(CACHE, 'pulumi-program-'));
  cpSync(join(__dirname, 'host/program'), program, { recursive: true });
  const host = join(prepared.folder, 'work/pulumi-language-nodejs');
  writeFileSync(host, `#!/bin/sh\nexec ${process.execPath} ${join(__dirname, 'host/language-host.js')} "$@"\n`);
  chmodSync(host, 0o755);
});

afterAll(() => {
  rmSync(program, { recursive: true });
  rmSync(prepared.folder, { recursive: true });
  stub.close();
});

/** Throws what it printed where it fails. */
async function pulumi(...args: readonly string[]): Promise<string> {
  const { variables, folder } = prepared;
  const PATH = [join(folder, 'work'), variables['PATH']].join(delimiter);
  const env = { ...process.env, ...variables, PATH };
  const { stdout } = await execute('pulumi', [...args, '--non-interactive'], { cwd: program, env });
  return stdout;
}

test('a program in TypeScript is made, found unchanged, and taken down', async () => {
  await pulumi('stack', 'init', 'dev');
  const made = await pulumi('up', '--yes', '--skip-preview');
  expect(made).toContain('+ 2 created');
  expect(stub.live().map(({ id }) => id)).toEqual(['shop-from-yaml']);
  expect(await pulumi('stack', 'output', 'url')).toBe('gs://shop-from-yaml\n');
  expect(await pulumi('preview', '--expect-no-changes')).toContain('2 unchanged');
  await pulumi('destroy', '--yes', '--skip-preview');
  expect(stub.live()).toEqual([]);
});
