/** The recorder: a program's whole will, without an engine. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import { expectGolden } from '../golden';
import { gcpSchema } from '../gcp/used-types';
import { Room } from '../../constructs/pulumi/room';
import { archiveOf } from '../../constructs/pulumi/files';
import { readable } from './readable';
import { recordProgram, type RecordOptions } from './record';

const OPTIONS: RecordOptions = { project: 'shop', stack: 'dev', schemas: [gcpSchema()] };

const code = mkdtempSync(join(tmpdir(), 'mlops-record-'));
mkdirSync(join(code, 'below'));
for (const name of ['index.js', 'below/part.js']) writeFileSync(join(code, name), `'${name}';\n`);
afterAll(() => rmSync(code, { recursive: true }));

class Archive extends Room {
  constructor(name: string, options: pulumi.ComponentResourceOptions = {}) {
    super('mlops:test:Archive', name, options);
    const account = new serviceaccount.Account(this.named('account'), { accountId: 'shop-reader' }, { parent: this });
    const bucket = new storage.Bucket(
      this.named('bucket'),
      { name: 'shop-archive', location: 'EU', labels: { mlops_system: 'shop' }, uniformBucketLevelAccess: true },
      { parent: this, retainOnDelete: true, ignoreChanges: ['labels'] },
    );
    new storage.BucketIAMMember(
      this.named('reader'),
      { bucket: bucket.name, role: 'roles/storage.objectViewer', member: account.member },
      { parent: this },
    );
    const { archive, digest } = archiveOf(code);
    new storage.BucketObject(
      this.named('code'),
      { bucket: bucket.name, name: `code/${digest}.zip`, source: archive },
      { parent: this, dependsOn: [account] },
    );
    const settings = pulumi.jsonStringify({ bucket: bucket.url, digest: digest.slice(0, 12) });
    new storage.BucketObject(this.named('settings'), { bucket: bucket.name, content: settings }, { parent: this });
  }
}

test('tells inputs and options of every resource', async () => {
  const recorded = await recordProgram(() => {
    new Archive('archive', { aliases: [{ name: 'store' }], protect: true });
    return { url: pulumi.secret('a secret address') };
  }, OPTIONS);
  expectGolden(join(__dirname, 'golden/archive.yaml'), readable(recorded, OPTIONS.schemas));
});

test('runs programs apart, however many at once', async () => {
  const names = ['one', 'two', 'three'];
  const runs = names.map((name) =>
    recordProgram(
      () => {
        new storage.Bucket(name, { location: pulumi.getStack() });
        return { project: pulumi.getProject(), given: new pulumi.Config('shop').require('given') };
      },
      { ...OPTIONS, stack: name, project: `project-${name}`, config: { 'shop:given': name } },
    ),
  );
  const recorded = await Promise.all(runs);
  expect(recorded.map(({ resources }) => resources.map(({ name, inputs }) => [name, inputs['location']]))).toEqual(
    names.map((name) => [[name, name]]),
  );
  expect(recorded.map(({ outputs }) => outputs)).toEqual(
    names.map((name) => ({ project: `project-${name}`, given: name })),
  );
});

test('what an abandoned program does late is no part of the next one', async () => {
  let release = (): void => undefined;
  const waiting = new Promise<void>((resolve) => (release = resolve));
  const abandoned = recordProgram(() => waiting.then(() => void new storage.Bucket('late', { location: 'EU' })), {
    ...OPTIONS,
    patience: 50,
  });
  await expect(abandoned).rejects.toThrow('promises are never settled');
  const { resources } = await recordProgram(async () => {
    release();
    await new Promise((resolve) => setImmediate(resolve));
    new storage.Bucket('own', { location: 'EU' });
  }, OPTIONS);
  expect(resources.map(({ name }) => name)).toEqual(['own']);
});

test('tells of what exists and is only read', async () => {
  const { resources, outputs } = await recordProgram(() => {
    const bucket = storage.Bucket.get('given', 'their-bucket');
    return { name: bucket.name, id: bucket.id };
  }, OPTIONS);
  expect(resources).toMatchObject([{ name: 'given', read: 'their-bucket' }]);
  expect(outputs).toEqual({ name: '${Bucket given.name}', id: 'their-bucket' });
});

const bucket = (args: object) => () => void new storage.Bucket('bucket', args as storage.BucketArgs);

test.each<[string, () => unknown, string]>([
  ['a property of the wrong type', bucket({ location: 7 }), 'Bucket bucket: location must be a string, and is number'],
  [
    'an unknown property below another',
    bucket({ location: 'EU', versioning: { enable: true } }),
    'Bucket bucket: versioning.enable is unknown; there are enabled',
  ],
  [
    'a required property that is missing below another',
    bucket({ location: 'EU', lifecycleRules: [{ condition: {} }] }),
    'Bucket bucket: lifecycleRules[0].action is required, and missing',
  ],
  [
    'a property that the SDK would drop',
    bucket({ location: 'EU', loction: 'EU' }),
    'Bucket bucket: loction is unknown; there are autoclass',
  ],
  ['a required property that is missing', bucket({}), "Missing required property 'location'"],
  [
    'a resource of a type that is not in use',
    () => void new storage.Folder('folder', { bucket: 'b', name: 'n/' }),
    'Folder folder: gcp:storage/folder:Folder is not among the types in use',
  ],
  [
    'two resources of one name',
    () => ['a', 'b'].forEach((location) => void new storage.Bucket('bucket', { location })),
    'Bucket bucket is registered twice',
  ],
  [
    'a secret in the open',
    () => {
      const hidden = pulumi.secret('correct horse');
      const opened = pulumi.unsecret(hidden);
      new storage.Bucket('bucket', { location: 'EU', labels: { hidden, opened: pulumi.interpolate`so ${opened}` } });
    },
    'a secret of 13 characters is in the open too',
  ],
  [
    'a program that throws',
    () => {
      throw new Error('not today');
    },
    'not today',
  ],
  [
    'a promise that nobody keeps',
    () => void new storage.Bucket('bucket', { location: new Promise<string>(() => undefined) }),
    'promises are never settled',
  ],
  [
    'a function of a provider that nobody answers',
    () => storage.getBucket({ name: 'b' }),
    'gcp:storage/getBucket:getBucket',
  ],
])('refuses %s', async (_, program, message) => {
  await expect(recordProgram(program, { ...OPTIONS, patience: 300 })).rejects.toThrow(message);
});
