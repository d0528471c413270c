/** What a program loads: of its own cloud what it uses, and nothing of another cloud. Each in a process of its own. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { USED_TYPES } from './gcp/used-types';

const ROOT = join(__dirname, '..');

/** Files of packages, as paths below `node_modules`, that a script has loaded at its end. */
function loadedBy(script: string): readonly string[] {
  const told = `process.once('exit', () => console.log(JSON.stringify(Object.keys(require.cache))));\n${script}`;
  const output = execFileSync(process.execPath, ['--require', 'tsx/cjs', '-e', told], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const files = JSON.parse(output.trim().split('\n').at(-1)!) as string[];
  return files.filter((file) => file.includes('/node_modules/')).map((file) => file.split('/node_modules/').at(-1)!);
}

const AWS = /^(aws-cdk-lib|constructs|@aws-sdk|@aws-cdk|@smithy)\//;
const AZURE = /^(@pulumi\/azure[^/]*|@azure)\//;
/** What loops and people call Google Cloud by: nothing that a program provisions with. */
const GOOGLE_CLIENTS = /^(@google-cloud\/|google-auth-library\/|googleapis)/;
const PULUMI = /^@pulumi\//;
/** It loads every module there is. */
const ALL_OF_GCP = /^@pulumi\/gcp\/index\.js$/;

const matching = (files: readonly string[], ...patterns: readonly RegExp[]) =>
  files.filter((file) => patterns.some((pattern) => pattern.test(file)));

const PULUMI_PROGRAM = `
  const { runtime } = require('@pulumi/pulumi');
  const config = { 'gcp:project': 'acme-ml', 'gcp:region': 'europe-west4', 'project:projectNumber': '123456789012' };
  void runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: () => ({}) });
  runtime.setAllConfig(config);
  require('./stacks/pulumi');`;

describe('the program on Google Cloud', () => {
  let files: readonly string[];
  beforeAll(() => {
    files = loadedBy(PULUMI_PROGRAM);
  }, 60_000);

  test('loads nothing of another cloud, and no client of its own', () => {
    expect(matching(files, AWS, AZURE, GOOGLE_CLIENTS)).toEqual([]);
  });

  test('loads of @pulumi/gcp the modules that it uses, never all of them', () => {
    expect(matching(files, ALL_OF_GCP)).toEqual([]);
    const modules = new Set(files.flatMap((file) => /^@pulumi\/gcp\/(\w+)\//.exec(file)?.[1] ?? []));
    // Those of storage and of pubsub load it, for callbacks that nobody here writes.
    const alsoLoaded = ['cloudfunctions'];
    expect([...Object.keys(USED_TYPES), ...alsoLoaded]).toEqual(expect.arrayContaining([...modules]));
    expect([...modules]).toEqual(expect.arrayContaining(['storage', 'vertex', 'cloudrunv2']));
  });

  test('loads no package that only those install who want it', () => {
    expect(matching(files, /^@pulumi\/docker-build\//)).toEqual([]);
  });
});

test('the stack on AWS loads nothing of another cloud, and no client of its own', () => {
  const files = loadedBy(`
    const { App } = require('aws-cdk-lib/core');
    require('./stacks/aws').bikeRentalsOnAws(new App({ autoSynth: false }));`);
  expect(matching(files, PULUMI, AZURE, GOOGLE_CLIENTS, /^@aws-sdk\//)).toEqual([]);
  expect(matching(files, /^aws-cdk-lib\/aws-sagemaker\//).length).toBeGreaterThan(0);
}, 60_000);

test('a spec by itself loads nothing of any cloud', () => {
  const files = loadedBy(`require('./stacks/bike-rentals/spec');`);
  expect(matching(files, AWS, PULUMI, AZURE, GOOGLE_CLIENTS)).toEqual([]);
});
