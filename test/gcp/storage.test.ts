/** Storage and what is put into it. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Apis, APIS } from '../../constructs/gcp/apis';
import { Datasets } from '../../constructs/gcp/datasets';
import { keyUsers } from '../../constructs/gcp/encryption-key';
import { Storage, type StorageProps } from '../../constructs/gcp/storage';
import { Upload } from '../../constructs/gcp/upload';
import { resolve } from '../..';
import { minimal } from '../cases/minimal';
import { inputOf, PLACE, recorded } from './recorded';

const made = (props: Partial<StorageProps> = {}) =>
  recorded(() => {
    const storage = new Storage('storage', { place: PLACE, ...props });
    return { uri: storage.uri('data/rows'), key: storage.key };
  });

test('the bucket is private, versioned, kept, and named after system and project', async () => {
  const nouns = await made();
  const bucket = nouns.one('Bucket');
  expect(bucket.inputs).toMatchObject({
    name: 'shop-123456789012',
    project: 'acme-ml',
    location: 'europe-west4',
    labels: { mlops_system: 'shop', team: 'pricing' },
    uniformBucketLevelAccess: true,
    publicAccessPrevention: 'enforced',
    versioning: { enabled: true },
    forceDestroy: false,
  });
  expect(bucket.inputs).not.toHaveProperty('encryption');
  expect(bucket.options.retainOnDelete).toBe(true);
  expect(nouns.recorded.outputs).toEqual({ uri: 'gs://${Bucket storage/bucket.name}/data/rows', key: false });
});

test('onDestroy: delete empties the bucket and deletes it', async () => {
  const bucket = (await made({ onDestroy: 'delete' })).one('Bucket');
  expect(bucket.inputs['forceDestroy']).toBe(true);
  expect(bucket.options).not.toHaveProperty('retainOnDelete');
});

test('tells of rows, labels and requests, and may do so first', async () => {
  const nouns = await made();
  const told = nouns.all('Notification');
  expect(told.map(({ inputs }) => inputs)).toEqual(
    ['data/', 'labels/', 'loop/'].map((objectNamePrefix) => ({
      bucket: '${Bucket storage/bucket.name}',
      topic: '${Topic storage/objects.id}',
      objectNamePrefix,
      eventTypes: ['OBJECT_FINALIZE'],
      payloadFormat: 'NONE',
    })),
  );
  for (const each of told) expect(nouns.before(each)).toContain('TopicIAMMember storage/objects-publisher');
  expect(nouns.one('TopicIAMMember').inputs).toMatchObject({
    role: 'roles/pubsub.publisher',
    member: 'serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com',
  });
});

test('holds what stands for the champion before there is one', async () => {
  const none = (await made()).one('BucketObject');
  expect(none.inputs).toMatchObject({ name: 'artifacts/none/none.json', content: { '<secret>': '{}\n' } });
  expect(none.options.retainOnDelete).toBe(true);
});

test('a bucket that exists is filled and told of, and nothing of it is changed', async () => {
  const nouns = await made({ bucket: 'acme-record' });
  expect(nouns.all('Bucket')).toEqual([]);
  expect(nouns.all('Notification').map(({ inputs }) => inputs['bucket'])).toEqual(Array(3).fill('acme-record'));
  expect(nouns.one('BucketObject').inputs['bucket']).toBe('acme-record');
});

describe('encryption', () => {
  test('with a key of its own: rotated, kept, and used by agents that may use it first', async () => {
    const nouns = await made({ encryption: 'customer' });
    const key = nouns.one('CryptoKey');
    expect(key.inputs).toMatchObject({ rotationPeriod: '7776000s', keyRing: '${KeyRing storage/encryption/ring.id}' });
    expect(nouns.one('KeyRing').inputs).toMatchObject({ location: 'europe-west4', name: 'shop' });
    expect([key, nouns.one('KeyRing')].map(({ options }) => options.retainOnDelete)).toEqual([true, true]);
    const users = nouns.all('CryptoKeyIAMMember');
    expect(users.map(({ inputs }) => inputs['member']).sort()).toEqual(Object.values(keyUsers(PLACE)).sort());
    const bucket = nouns.one('Bucket');
    expect(inputOf(bucket, 'encryption', 'defaultKmsKeyName')).toBe('${CryptoKey storage/encryption/key.id}');
    for (const each of [bucket, nouns.one('Topic')])
      expect(nouns.before(each)).toEqual(expect.arrayContaining(users.map(({ name }) => `CryptoKeyIAMMember ${name}`)));
    expect(nouns.one('Topic').inputs['kmsKeyName']).toBe('${CryptoKey storage/encryption/key.id}');
  });

  test('with one that exists: it is used, and no right to it is given', async () => {
    const key = 'projects/keys/locations/europe-west4/keyRings/ring/cryptoKeys/key';
    const nouns = await made({ encryption: { key } });
    expect(inputOf(nouns.one('Bucket'), 'encryption', 'defaultKmsKeyName')).toBe(key);
    expect([...nouns.all('CryptoKey'), ...nouns.all('KeyRing'), ...nouns.all('CryptoKeyIAMMember')]).toEqual([]);
  });
});

test('transforms are given the arguments, and what they return is used', async () => {
  const nouns = await made({
    encryption: 'customer',
    transform: {
      bucket: (args) => ({ ...args, labels: { ...(args.labels as Record<string, string>), tier: 'gold' } }),
      key: (args) => ({ ...args, destroyScheduledDuration: '5184000s' }),
    },
  });
  expect(inputOf(nouns.one('Bucket'), 'labels')).toEqual({ mlops_system: 'shop', team: 'pricing', tier: 'gold' });
  expect(nouns.one('CryptoKey').inputs['destroyScheduledDuration']).toBe('5184000s');
});

describe('files', () => {
  const root = mkdtempSync(join(tmpdir(), 'mlops-gcp-files-'));
  afterAll(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'data/2026'), { recursive: true });
  writeFileSync(join(root, 'data/2026/a.jsonl'), '{}\n');
  writeFileSync(join(root, 'data/b.jsonl'), '{}\n');
  mkdirSync(join(root, 'many'));
  for (let i = 0; i <= 200; i++) writeFileSync(join(root, `many/${i}.jsonl`), '');

  const datasets = (options: Readonly<Record<string, { upload?: boolean }>>) =>
    recorded(() => {
      const storage = new Storage('storage', { place: PLACE });
      new Datasets('datasets', { spec: resolve(minimal), storage, root, options });
    });

  test('of a dataset are put where training reads them, and stay', async () => {
    const rows = (await datasets({})).all('BucketObject').filter(({ name }) => name.startsWith('datasets/'));
    expect(rows.map(({ name, inputs, options }) => [name, inputs['name'], options.retainOnDelete])).toEqual([
      ['datasets/rows/2026/a.jsonl', 'data/rows/2026/a.jsonl', true],
      ['datasets/rows/b.jsonl', 'data/rows/b.jsonl', true],
    ]);
  });

  test('of a dataset are left out where the options say so', async () => {
    const nouns = await datasets({ rows: { upload: false } });
    expect(nouns.all('BucketObject').map(({ name }) => name)).toEqual(['storage/no-champion']);
  });

  test.each([['a folder', 'many', 'gcloud storage cp --recursive']])(
    'of %s are refused where there are too many, with the way out',
    async (_, from, fix) => {
      const upload = () => {
        const storage = new Storage('storage', { place: PLACE });
        new Upload('code', { storage, from: join(root, from), to: 'code/1', path: 'pipelines.training.code' });
      };
      await expect(recorded(upload)).rejects.toThrow(
        new RegExp(
          `pipelines.training.code\\n {4}got 201 files in .*, expected at most 200 .*\\n.*${fix} .* gs://BUCKET/code/1/`,
        ),
      );
    },
  );
});

test('the APIs are those that are used, stay on, and have their agents before anybody gives them rights', async () => {
  const nouns = await recorded(() => {
    const apis = new Apis('apis', { place: PLACE, more: ['cloudbuild'] });
    new Storage('storage', { place: PLACE, dependsOn: apis.ready });
  });
  const services = nouns.all('Service');
  expect(services.map(({ inputs }) => inputs['service'])).toEqual(
    [...Object.keys(APIS), 'cloudbuild'].sort().map((api) => `${api}.googleapis.com`),
  );
  for (const { inputs } of services) expect(inputs['disableOnDestroy']).toBe(false);
  const agent = nouns.one('ServiceIdentity', 'apis/storage-agent');
  expect(nouns.before(agent)).toEqual(['Service apis/storage']);
  expect(nouns.before(nouns.one('TopicIAMMember'))).toContain('ServiceIdentity apis/storage-agent');
});
