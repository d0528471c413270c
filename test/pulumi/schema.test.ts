/** What is read of an SDK's declarations, and how inputs are held against it. */
import { USED_TYPES } from '../gcp/used-types';
import { checkInputs } from './check';
import { readSchema } from './schema';
import { secret, UNKNOWN, type WireObject } from './wire';

const schema = readSchema('@pulumi/gcp', USED_TYPES);
const object = schema.types['gcp:storage/bucketObject:BucketObject']!;
const bucket = schema.types['gcp:storage/bucket:Bucket']!;

test('tells names, shapes and what is required', () => {
  expect(object.inputs).toMatchObject({
    bucket: { shape: 'string', required: true },
    source: { shape: 'asset', required: false },
    metadata: { shape: { map: 'string' }, required: false },
    temporaryHold: { shape: 'boolean', required: false },
  });
  expect(bucket.inputs['lifecycleRules']).toEqual({
    shape: { list: { object: 'inputs.storage.BucketLifecycleRule' } },
    required: false,
  });
  expect(schema.shapes['inputs.storage.BucketLifecycleRule']).toMatchObject({ action: { required: true } });
});

test('tells outputs, and which of them are there in any case', () => {
  expect(object.outputs).toMatchObject({
    generation: { shape: 'number', required: true },
    cacheControl: { shape: 'string', required: false },
  });
  expect(object.secrets).toEqual(['content', 'customerEncryption']);
});

test('tells tokens as the SDK registers them, and former ones', () => {
  const account = schema.types['gcp:serviceaccount/account:Account']!;
  expect(account).toMatchObject({ module: 'serviceaccount/account', class: 'Account' });
  expect(account.formerly).toEqual(['gcp:serviceAccount/account:Account']);
  expect(Object.keys(schema.types)).toHaveLength(Object.values(USED_TYPES).flat().length);
});

test('refuses a class that the SDK does not have', () => {
  expect(() => readSchema('@pulumi/gcp', { storage: ['Buckett'] })).toThrow('has no class Buckett');
});

const GOOD: WireObject = {
  location: 'EU',
  versioning: { enabled: true },
  lifecycleRules: [{ action: { type: 'Delete' }, condition: { age: 7 } }],
};

test.each<[string, WireObject, string]>([
  ['nothing', GOOD, ''],
  ['a secret', { ...GOOD, location: secret('EU') }, ''],
  ['what is not known yet', { ...GOOD, versioning: UNKNOWN }, ''],
  ['the engine’s own notes', { ...GOOD, __defaults: [] }, ''],
  ['a list in place of an object', { ...GOOD, versioning: [] }, 'versioning must be an object, and is a list'],
  ['an object in place of a list', { ...GOOD, lifecycleRules: {} }, 'lifecycleRules must be a list, and is object'],
  ['a number in place of a text', { ...GOOD, labels: { a: 1 } }, 'labels.a must be a string, and is number'],
  ['a wrong type in a secret', { ...GOOD, location: secret(1) }, 'location must be a string, and is number'],
  [
    'a typing error in a list',
    { ...GOOD, lifecycleRules: [{ action: { typ: 'Delete' }, condition: {} }] },
    'lifecycleRules[0].action.type is required, and missing',
  ],
])('of %s', (_, inputs, expected) => {
  const [fault] = checkInputs(schema, bucket, inputs);
  expect(fault ? `${fault.path} ${fault.message}` : '').toBe(expected);
});
