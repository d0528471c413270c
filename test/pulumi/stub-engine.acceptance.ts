/**
 * The test bench itself: Pulumi's real engine drives STUB providers through the life of a small stack. What is shown is that engine,
 * stubs and driver work together as a stack and its cloud would, not that Google does anything.
 */
import * as pulumi from '@pulumi/pulumi';
import * as serviceaccount from '@pulumi/gcp/serviceaccount';
import * as storage from '@pulumi/gcp/storage';
import { Room } from '../../constructs/pulumi/room';
import { GCP_RULES } from '../gcp/stub-rules';
import { gcpSchema } from '../gcp/used-types';
import { Engine, type Outcome } from './engine';
import { Stub } from './stub';

interface ShelfOptions {
  readonly location?: string;
  readonly content?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
  readonly secret?: pulumi.Output<string>;
}

/** A bucket that outlives the stack, with an object in it, and who may read it. */
class Shelf extends Room {
  constructor(name: string, props: ShelfOptions, options: pulumi.ComponentResourceOptions = {}) {
    super('mlops:test:Shelf', name, options);
    const inside = { parent: this };
    const { location = 'EU', content = 'first', extra = {}, secret } = props;
    const bucket = new storage.Bucket(
      this.named('bucket'),
      { name: `shop-${location.toLowerCase()}`, location, ...(secret && { labels: { owner: secret } }), ...extra },
      { ...inside, retainOnDelete: true },
    );
    const object = new storage.BucketObject(
      this.named('object'),
      { bucket: bucket.name, name: 'object.txt', content },
      inside,
    );
    const account = new serviceaccount.Account(this.named('reader'), { accountId: 'shop-reader' }, inside);
    new storage.BucketIAMMember(
      this.named('reads'),
      { bucket: bucket.name, role: 'roles/storage.objectViewer', member: account.member },
      { ...inside, dependsOn: [object] },
    );
  }
}

let stub: Stub;
let engine: Engine;

const schemas = [gcpSchema()];

beforeEach(async () => {
  stub = await Stub.start({ packages: [{ name: 'gcp', schema: schemas[0]!, rules: GCP_RULES }] });
  engine = await Engine.start({ stub, schemas });
});

afterEach(() => {
  engine.close();
  stub.close();
});

const shelf =
  (props: ShelfOptions = {}, name = 'shelf', options: pulumi.ComponentResourceOptions = {}) =>
  async () =>
    void new Shelf(name, props, options);

const done = ({ changes }: Outcome): string[] => changes.map(({ operation, resource }) => `${operation} ${resource}`);

const FIRST = [
  'create Stack shop-dev',
  'create Shelf shelf',
  'create Account shelf/reader',
  'create Bucket shelf/bucket',
  'create BucketObject shelf/object',
  'create BucketIAMMember shelf/reads',
].sort();

test('a stack is previewed, made, left alone, changed and taken down, but for what is retained', async () => {
  const preview = await engine.preview(shelf());
  expect(done(preview).sort()).toEqual(FIRST);
  expect(stub.live()).toEqual([]);

  const first = await engine.up(shelf());
  expect(first).toMatchObject({ succeeded: true, diagnostics: [] });
  expect(done(first).sort()).toEqual(FIRST);
  // The member waits for the object, which it does not name.
  expect(done(first).at(-1)).toBe('create BucketIAMMember shelf/reads');
  expect(stub.live().map(({ id }) => id)).toEqual([
    'projects/stub-project/serviceAccounts/shop-reader@stub-project.iam.gserviceaccount.com',
    'shop-eu',
    'shop-eu/roles/storage.objectViewer/serviceAccount:shop-reader@stub-project.iam.gserviceaccount.com',
    'shop-eu-object.txt',
  ]);

  expect(done(await engine.up(shelf()))).toEqual([]);

  const generation = () => stub.live().find(({ id }) => id === 'shop-eu-object.txt')!.properties['generation'];
  const before = generation();
  const changed = await engine.up(shelf({ content: 'second' }));
  expect(changed.changes).toMatchObject([
    { operation: 'update', resource: 'BucketObject shelf/object', properties: ['content'] },
  ]);
  expect(generation()).not.toBe(before);

  const destroyed = await engine.destroy();
  expect(destroyed.succeeded).toBe(true);
  expect(stub.live().map(({ id }) => id)).toEqual(['shop-eu']);
});

test('a change that makes a resource anew is seen as such, and so is what follows from it', async () => {
  await engine.up(shelf());
  const moved = await engine.preview(shelf({ location: 'US', extra: { name: 'shop-eu' } }));
  expect(moved.changes).toContainEqual(
    expect.objectContaining({
      operation: 'replace',
      resource: 'Bucket shelf/bucket',
      properties: ['location'],
    }),
  );
  const preview = await engine.preview(shelf({ location: 'US' }));
  expect(done(preview)).toEqual(
    expect.arrayContaining(['replace Bucket shelf/bucket', 'replace BucketObject shelf/object']),
  );
  expect(preview.changes.find(({ operation }) => operation === 'replace')?.properties).toEqual(['location', 'name']);
  await engine.up(shelf({ location: 'US' }));
  expect(stub.live().map(({ id }) => id)).toEqual(expect.arrayContaining(['shop-eu', 'shop-us', 'shop-us-object.txt']));
});

test('what fails half-way is repaired by the next update', async () => {
  stub.fail('shelf/object');
  const failed = await engine.up(shelf());
  expect(failed.succeeded).toBe(false);
  expect(failed.diagnostics.join('\n')).toContain('the stub was told to fail shelf/object');
  expect(stub.live().map(({ type }) => type)).not.toContain('gcp:storage/bucketIAMMember:BucketIAMMember');
  stub.mend('shelf/object');
  const repaired = await engine.up(shelf());
  expect(done(repaired)).toEqual(['create BucketObject shelf/object', 'create BucketIAMMember shelf/reads']);
});

test('a room that is called otherwise, and says so, is made anew nowhere', async () => {
  await engine.up(shelf());
  const renamed = await engine.up(shelf({}, 'cabinet', { aliases: [{ name: 'shelf' }] }));
  expect(renamed).toMatchObject({ succeeded: true, changes: [] });
  const unsaid = await engine.preview(shelf({}, 'cupboard'));
  expect(done(unsaid)).toContain('create Bucket cupboard/bucket');
});

test('what somebody changes by hand is seen by a refresh, and put right', async () => {
  await engine.up(shelf());
  // Nobody asked for a storage class: it is nobody's business.
  stub.drift('shop-eu', { storageClass: 'ARCHIVE' });
  stub.drift('shop-eu-object.txt', { content: 'by hand' });
  expect((await engine.refresh()).changes).toMatchObject([
    { resource: 'BucketObject shelf/object', properties: ['content'] },
  ]);
  expect(done(await engine.up(shelf()))).toEqual(['update BucketObject shelf/object']);
  stub.lose('shop-eu-object.txt');
  await engine.refresh();
  expect(done(await engine.up(shelf()))).toContain('create BucketObject shelf/object');
});

test('what is told to be left alone is', async () => {
  const bucket = (labels: Readonly<Record<string, string>>, options: pulumi.CustomResourceOptions) => async () =>
    void new storage.Bucket('bucket', { name: 'shop-eu', location: 'EU', labels }, options);
  const ignoring = { ignoreChanges: ['labels'] };
  await engine.up(bucket({ owner: 'us' }, ignoring));
  expect(done(await engine.up(bucket({ owner: 'them' }, ignoring)))).toEqual([]);
  stub.drift('shop-eu', { labels: { owner: 'somebody' } });
  await engine.refresh();
  expect(done(await engine.up(bucket({ owner: 'us' }, ignoring)))).toEqual([]);
  expect(stub.live()[0]!.properties['labels']).toEqual({ owner: 'somebody' });

  await engine.up(bucket({ owner: 'us' }, { protect: true }));
  const destroyed = await engine.destroy();
  expect(destroyed.diagnostics.join('\n')).toContain('is protected');
  expect(stub.live()).toHaveLength(1);
});

test('what the cloud holds back is not destroyed', async () => {
  const bucket = (forceDestroy: boolean) => async () =>
    void new storage.Bucket('bucket', { name: 'shop-eu', location: 'EU', forceDestroy });
  await engine.up(bucket(false));
  stub.give('gcp:storage/bucketObject:BucketObject', 'shop-eu-captured', { bucket: 'shop-eu', mediaLink: '' });
  expect((await engine.destroy()).diagnostics.join('\n')).toContain('bucket shop-eu holds objects');
  await engine.up(bucket(true));
  expect((await engine.destroy()).succeeded).toBe(true);
});

test('what is secret is nowhere in the state', async () => {
  const program = async () => {
    new Shelf('shelf', { secret: pulumi.secret('correct-horse'), content: 'battery staple' });
    return { open: 'in the open', hidden: pulumi.secret('correct-horse') };
  };
  const { outputs } = await engine.up(program);
  expect(outputs['open']).toBe('in the open');
  const state = engine.state();
  expect(state).toContain('in the open');
  expect(state).not.toContain('correct-horse');
  expect(state).not.toContain('battery staple');
  expect(done(await engine.up(program))).toEqual([]);
});

test.each<[string, () => Promise<void>, string]>([
  ['an unknown property', shelf({ extra: { loction: 'EU' } }), 'Bucket shelf/bucket: loction is unknown'],
  [
    'an unknown property below another',
    shelf({ extra: { versioning: { enable: true } } }),
    'versioning.enable is unknown',
  ],
  ['a property of the wrong type', shelf({ extra: { forceDestroy: 'yes' } }), 'forceDestroy must be a boolean'],
  ['a name that the cloud would not take', shelf({ extra: { name: 'Shop' } }), 'must be 3 to 63 lower-case letters'],
  [
    'an unknown type',
    async () => void new storage.Folder('folder', { bucket: 'b', name: 'n/' }),
    'the stub does not know the type gcp:storage/folder:Folder',
  ],
  [
    'an object in a bucket that is not there',
    async () => void new storage.BucketObject('object', { bucket: 'elsewhere', name: 'n', content: 'c' }),
    'bucket elsewhere does not exist',
  ],
])('refuses %s', async (_, program, message) => {
  const { succeeded, diagnostics } = await engine.up(program);
  expect(succeeded).toBe(false);
  expect(diagnostics.join('\n')).toContain(message);
});
