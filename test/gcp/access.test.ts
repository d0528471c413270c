/** Rights: exactly what a use needs, and no more. */
import { join } from 'node:path';
import * as fc from 'fast-check';
import {
  account,
  below,
  conditions,
  listedBelow,
  mayActAs,
  mayInProject,
  mayRead,
  mayWrite,
  type ClausesOf,
} from '../../constructs/gcp/access';
import { ModelImage } from '../../constructs/gcp/image';
import { JobAccount, mounted, ON_BUCKET } from '../../constructs/gcp/job-account';
import { Storage } from '../../constructs/gcp/storage';
import { BatchPipeline, TrainingPipeline } from '../../constructs/gcp/training-pipeline';
import { resolve } from '../..';
import { bikeRentals } from '../../stacks/bike-rentals/spec';
import { holds, operatorsIn, type Asked } from './conditions';
import { inputOf, PLACE, recorded } from './recorded';
import { gcpSchema } from './used-types';

const RUNS = { numRuns: 40 };
const BIKES = join(__dirname, '../../stacks/bike-rentals');
const BUCKET = 'acme-record';
const record = () => new Storage('storage', { place: PLACE, bucket: BUCKET });

const folder = fc
  .array(fc.stringMatching(/^[a-z][a-z0-9-]{0,5}$/), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'));
const isBelow = (folders: readonly string[], path: string) => folders.some((each) => path.startsWith(`${each}/`));

/** Objects in folders, beside them, and above them. */
const near = (folders: readonly string[]): readonly string[] =>
  folders.flatMap((each) => [
    ...[`${each}/a.parquet`, `${each}/b/c`, each, `${each}x/a`, `${each.slice(0, -1)}/a`, `z/${each}/a`],
    ...[each.split('/')[0]!, `${each.split('/')[0]!}/other`],
  ]);

/** Whether some condition for the folders holds. */
const allows = (folders: readonly string[], clauses: ClausesOf, always: readonly string[] = []) => {
  const expressions = conditions(folders, clauses, always).map(({ expressionFor }) => expressionFor(BUCKET));
  // https://cloud.google.com/iam/quotas
  for (const expression of expressions) expect(operatorsIn(expression)).toBeLessThanOrEqual(12);
  return (asked: Asked) => expressions.some((expression) => holds(expression, BUCKET, asked));
};

test('a condition allows to read and list what is below folders, and nothing else', () =>
  fc.assert(
    fc.property(fc.array(folder, { minLength: 1, maxLength: 20 }), (folders) => {
      const allowed = allows(folders, listedBelow);
      for (const object of near(folders)) {
        expect([object, allowed({ object })]).toEqual([object, isBelow(folders, object)]);
        expect([object, allowed({ list: object })]).toEqual([object, isBelow(folders, object)]);
      }
      expect([allowed({ list: '' }), allowed('bucket')]).toEqual([false, false]);
      expect(conditions(folders, listedBelow)).toHaveLength(Math.ceil(new Set(folders).size / 6));
    }),
    RUNS,
  ));

test('a role on folders is one member a condition', async () => {
  const nouns = await recorded(() => {
    const storage = record();
    const who = account(storage, 'who', PLACE, ['loop', 'online'], 'The loop');
    mayRead(storage, 'reads', storage, who, ['data/rows', 'labels/rows', 'a', 'b', 'c', 'd', 'e', 'a']);
    mayWrite(storage, 'writes', storage, who, ['loop/online']);
  });
  const member = '${Account who.member}';
  const condition = (folders: readonly string[], clauses = listedBelow) =>
    conditions(folders, clauses).map(({ title, expressionFor }) => ({ title, expression: expressionFor(BUCKET) }))[0];
  expect(nouns.all('BucketIAMMember').map(({ name, inputs }) => [name, inputs])).toEqual([
    [
      'reads',
      {
        ...{ bucket: BUCKET, member, role: 'roles/storage.objectViewer' },
        condition: condition(['a', 'b', 'c', 'd', 'data/rows', 'e']),
      },
    ],
    ['reads-2', { bucket: BUCKET, member, role: 'roles/storage.objectViewer', condition: condition(['labels/rows']) }],
    ['writes', { bucket: BUCKET, member, role: 'roles/storage.objectUser', condition: condition(['loop/online']) }],
  ]);
});

describe('an account of jobs', () => {
  test('gets through a file system to its folders, and to no object of others', () =>
    fc.assert(
      fc.property(fc.array(folder, { minLength: 1, maxLength: 9 }), (folders) => {
        const read = allows(folders, mounted);
        // What Cloud Storage FUSE asks for before it opens a file: each folder on the way, as an object of its own.
        const way = folders.flatMap((each) =>
          each
            .split('/')
            .flatMap((_, i, parts) => [parts.slice(0, i + 1).join('/'), `${parts.slice(0, i + 1).join('/')}/`]),
        );
        for (const object of way) expect([object, read({ object })]).toEqual([object, true]);
        for (const object of near(folders))
          expect([object, read({ object })]).toEqual([object, isBelow(folders, object) || way.includes(object)]);
      }),
      RUNS,
    ));

  test('writes to its folders alone, and passes the question that Vertex AI asks the bucket before a run', () =>
    fc.assert(
      fc.property(fc.array(folder, { minLength: 1, maxLength: 20 }), (folders) => {
        const write = allows(folders, below, ON_BUCKET);
        for (const object of near(folders))
          expect([object, write({ object })]).toEqual([object, isBelow(folders, object)]);
        expect(write('bucket')).toBe(true);
      }),
      RUNS,
    ));

  test('has these rights, one role in the project for all accounts of a system, and nothing that deploys or starts', async () => {
    const nouns = await recorded(() => {
      const storage = record();
      for (const name of ['a', 'b'])
        new JobAccount(name, {
          ...{ place: PLACE, storage, parts: ['train', name], description: 'Jobs' },
          ...{ reads: ['data/rows'], writes: ['artifacts/a'] },
        });
    });
    const rights = nouns.all('BucketIAMMember').filter(({ name }) => name.startsWith('a/'));
    expect(rights.map(({ name, inputs }) => [name, inputs['role'], inputs['member']])).toEqual([
      ['a/lists', 'roles/storage.legacyBucketReader', '${Account a/account.member}'],
      ['a/reads', 'roles/storage.objectViewer', '${Account a/account.member}'],
      ['a/writes', 'roles/storage.objectUser', '${Account a/account.member}'],
    ]);
    expect(rights.map((each) => inputOf(each, 'condition', 'expression'))).toEqual([
      undefined,
      conditions(['data/rows', 'artifacts/a'], mounted)[0]!.expressionFor(BUCKET),
      conditions(['artifacts/a'], below, ON_BUCKET)[0]!.expressionFor(BUCKET),
    ]);
    expect(nouns.all('IAMCustomRole').map(({ inputs }) => [inputs['roleId'], inputs['permissions']])).toEqual([
      ['shop_jobs', ['aiplatform.metadataStores.create', 'aiplatform.metadataStores.get']],
    ]);
    expect(nouns.all('IAMMember').map(({ inputs }) => [inputs['member'], inputs['role']])).toEqual([
      ['${Account a/account.member}', '${IAMCustomRole shop/jobs-role.name}'],
      ['${Account b/account.member}', '${IAMCustomRole shop/jobs-role.name}'],
    ]);
  });
});

test('an account is handed over by itself, and its id fits', async () => {
  const nouns = await recorded(() => {
    const storage = record();
    const long = { ...PLACE, prefix: 'a-system-with-a-long-name' };
    const who = account(storage, 'who', long, ['loop', 'online'], 'The loop');
    const as = account(storage, 'as', PLACE, ['serve', 'online'], 'Models');
    mayActAs(storage, 'runs-as', who, as);
    mayInProject(storage, 'logs', PLACE, who, 'roles/logging.logWriter');
  });
  expect(nouns.one('IAMMember', 'runs-as').inputs).toEqual({
    serviceAccountId: '${Account as.name}',
    role: 'roles/iam.serviceAccountUser',
    member: '${Account who.member}',
  });
  expect(nouns.one('IAMMember', 'logs').inputs).toMatchObject({
    project: 'acme-ml',
    role: 'roles/logging.logWriter',
  });
  const ids = nouns.all('Account').map(({ inputs }) => inputs['accountId'] as string);
  expect(ids).toContain('shop-serve-online');
  for (const id of ids) expect(id).toMatch(/^[a-z](?:[a-z0-9-]{4,28}[a-z0-9])$/);
});

describe('all that is made for data, images and jobs', () => {
  const everything = () =>
    recorded(() => {
      const storage = new Storage('storage', { place: PLACE, encryption: 'customer' });
      const spec = resolve(bikeRentals);
      const source = { kind: 'cloud-build' } as const;
      const image = new ModelImage('image', {
        ...{ place: PLACE, storage, name: 'training', source, requirements: join(BIKES, 'model') },
      });
      const jobs = { place: PLACE, storage, image, spec, pipeline: 'training' };
      new TrainingPipeline('training', { ...jobs, root: BIKES });
      new BatchPipeline('batch', { ...jobs, batch: 'nightly' });
    });

  test('gives rights to named accounts, by small roles', async () => {
    const nouns = await everything();
    const given = nouns.recorded.resources.filter(({ inputs }) => 'member' in inputs);
    expect(given.length).toBeGreaterThan(15);
    for (const { inputs } of given) {
      expect(inputs['member']).toMatch(
        /^(\$\{Account [^}]+\.member\}|serviceAccount:(service|bq)-123456789012@[a-z-]+\.iam\.gserviceaccount\.com)$/,
      );
      expect(inputs['role']).not.toMatch(/owner|editor|admin/i);
    }
    const inProject = nouns.all('projects/iAMMember:IAMMember').map(({ inputs }) => inputs['role']);
    expect([...new Set(inProject)].sort()).toEqual(['${IAMCustomRole shop/jobs-role.name}', 'roles/logging.logWriter']);
    // Nobody is handed an account of others here: that is the loop's.
    expect(nouns.all('serviceaccount/iAMMember:IAMMember')).toEqual([]);
  });

  test('gives no account a role without a condition on objects of the bucket', async () => {
    const nouns = await everything();
    const open = nouns.all('BucketIAMMember').filter(({ inputs }) => !('condition' in inputs));
    expect(new Set(open.map(({ inputs }) => inputs['role']))).toEqual(new Set(['roles/storage.legacyBucketReader']));
  });

  test('is labelled where it can be, and stands in one project and region', async () => {
    const nouns = await everything();
    const types = gcpSchema().types;
    for (const { type, name, inputs, custom } of nouns.recorded.resources.filter((each) => each.custom)) {
      const takes = (input: string) => custom && input in types[type]!.inputs;
      if (takes('labels')) expect([name, inputs['labels']]).toEqual([name, PLACE.labels]);
      if (takes('project')) expect([name, inputs['project']]).toEqual([name, 'acme-ml']);
      if (takes('location')) expect([name, inputs['location']]).toEqual([name, 'europe-west4']);
    }
  });
});
