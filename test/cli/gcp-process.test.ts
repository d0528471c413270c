/** The command as a process, as a person runs it: against the faked Google Cloud, with Google's library and without it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Answer } from './command';
import { GcpPerson } from './gcp-person';
import { ROOT } from './system';

/** On a busy machine a process takes its time. */
jest.setTimeout(60_000);

const person = new GcpPerson();

/** What is loaded first: on a machine where nobody has installed it; by a person who has signed in; by who wants to know what is loaded. */
const WITHOUT = `
  const modules = require('node:module');
  const { _resolveFilename: find } = modules;
  modules._resolveFilename = function (name, ...rest) {
    if (name === 'google-auth-library') throw Object.assign(new Error(name), { code: 'MODULE_NOT_FOUND' });
    return find.call(this, name, ...rest);
  };`;
const SIGNED_IN = `
  const token = { access_token: 'of a person', expires_in: 3599, token_type: 'Bearer' };
  globalThis.window = { fetch: async () => Response.json(token) };`;
const LOADED = `
  process.on('exit', () => {
    const pattern = /node_modules\\/(google-auth-library|@google-cloud\\/[\\w-]+|@pulumi\\/[\\w-]+|@aws-sdk\\/client-[\\w-]+|aws-cdk-lib|constructs)\\//;
    const found = Object.keys(require.cache).flatMap((file) => pattern.exec(file)?.[1] ?? []);
    console.log('loaded: ' + [...new Set(found)].sort().join(' '));
  });`;

beforeAll(async () => {
  await person.open();
  person.folder.write({ 'without.js': WITHOUT, 'signed-in.js': SIGNED_IN, 'loaded.js': LOADED });
});
afterAll(() => person.close());
beforeEach(() => person.renew());

async function mlops(
  argv: readonly string[],
  preloaded: readonly string[],
  more: NodeJS.ProcessEnv = {},
): Promise<Answer> {
  const preload = preloaded.flatMap((file) => ['--require', join(person.folder.path, `${file}.js`)]);
  const child = spawn(process.execPath, [...preload, join(ROOT, 'bin/mlops.js'), ...argv], {
    cwd: person.folder.path,
    env: { ...process.env, ...person.environment, ...more },
  });
  const answer = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (answer.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (answer.err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...answer };
}

test('status prints what the fake shows, with one library of Google and nothing of Pulumi or AWS', async () => {
  await person.serve();
  const { code, out, err } = await mlops(['status', '--target', 'gcp'], ['signed-in', 'loaded']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain(`${person.heading}\n\nonline, at `);
  expect(out).toContain('  serves    v1 at 100 % (no requests since the shares are so)\n');
  expect(out.trim().split('\n').at(-1)).toBe('loaded: google-auth-library');
});

test.each([['events'], ['--help']])('a command about this machine loads nothing of Google: %s', async (...argv) => {
  const { out } = await mlops(argv, ['loaded']);
  expect(out.split('\n').slice(-2)).toEqual(['loaded: ', '']);
});

test('a command about AWS loads nothing of Google', async () => {
  const nowhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:2', AWS_REGION: 'eu-central-1', AWS_MAX_ATTEMPTS: '1' };
  const keys = { AWS_ACCESS_KEY_ID: 'nobody', AWS_SECRET_ACCESS_KEY: 'nothing' };
  const { code, out } = await mlops(['status', '--target', 'aws'], ['loaded'], { ...nowhere, ...keys });
  expect(code).toBe(69);
  expect(out).toMatch(/^loaded: @aws-sdk\/client-/);
  expect(out).not.toMatch(/google|pulumi/);
});

test('a library that is not installed is named, with the command that installs it', async () => {
  expect(await mlops(['status', '--target', 'gcp'], ['without'])).toEqual({
    code: 64,
    out: '',
    err: "--target gcp needs Google's library for credentials, which is not installed: npm install google-auth-library\n",
  });
});

test('who has not signed in is told so, in one line and without a warning of the library', async () => {
  const nobody = { GOOGLE_APPLICATION_CREDENTIALS: '', HOME: person.folder.path, CLOUDSDK_CONFIG: person.folder.path };
  const { code, err } = await mlops(['status', '--target', 'gcp'], [], { ...nobody, METADATA_SERVER_DETECTION: '' });
  expect({ code, err }).toEqual({
    code: 64,
    err:
      'There are no credentials for Google Cloud. Sign in with gcloud auth application-default login, or name a file of credentials in ' +
      'GOOGLE_APPLICATION_CREDENTIALS.\n',
  });
});

test('what cannot be reached is said in one line, before long', async () => {
  const urls = { ...(JSON.parse(person.environment['MLOPS_GOOGLE_URLS']!) as object), run: 'http://127.0.0.1:2' };
  const { code, err } = await mlops(['status', '--target', 'gcp'], ['signed-in'], {
    MLOPS_GOOGLE_URLS: JSON.stringify(urls),
  });
  expect({ code, err }).toEqual({
    code: 69,
    err: 'Google Cloud cannot be reached for run.services.list (connect ECONNREFUSED 127.0.0.1:2). Is there a network?\n',
  });
});
