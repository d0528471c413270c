import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Captures } from '../../constructs/local/capture';
import type { Prediction } from '../../constructs/local/gateway';
import { Storage } from '../../constructs/local/storage';
import type { ModelSchema } from '../../constructs/spec/artifact';
import type { CaptureManifest } from '../../constructs/spec/capture';
import { Database } from '../../runtime/steps/database';
import { temporaryFolders } from './temporary';

const folder = temporaryFolders();
const feature = (kind: 'number' | 'category') => ({ kind, range: false, nulls: 0.5 }) as const;
const SCHEMA: ModelSchema = {
  time: 'time',
  key: ['station', 'time'],
  label: 'rentals',
  features: { hour: feature('category'), 'wind "speed"': feature('number') },
};

let db: Database;
beforeAll(async () => {
  db = await Database.open();
});
afterAll(() => db.close());

const captures = (storage: Storage, room?: number) =>
  new Captures({ storage, db, schema: () => SCHEMA, log: () => {}, ...(room && { room }) });

function prediction(at: number, instances: readonly object[], version = 'v1'): Prediction {
  const response = JSON.stringify({ predictions: instances.map((_, i) => i + 0.5) });
  const request = JSON.stringify({ instances }, undefined, 2);
  return {
    id: `r${at}`,
    at,
    endpoint: 'online',
    version,
    request: Buffer.from(request),
    response: Buffer.from(response),
  };
}

const rows = (files: readonly string[]) =>
  db.rows(
    `SELECT * REPLACE (epoch_ms("at") AS "at") FROM read_parquet([${files.map((file) => `'${file}'`).join(', ')}])`,
  );

it('writes a row an instance, in the order of arrival, with text for categories and keys', async () => {
  const storage = new Storage(folder());
  const kept = captures(storage);
  const instance = { station: 12345678901234, time: '2011-01-01T05:00:00Z', hour: 5, 'wind "speed"': 1.5 };
  kept.add(prediction(2000, [{ ...instance, hour: null }]));
  kept.add(prediction(1000, [instance, { ...instance, hour: 'six', 'wind "speed"': null }]));
  await kept.flush();
  const [file, ...more] = readdirSync(storage.path('captures/online/v1'));
  expect([file, more]).toEqual(['0000000001000-0000000002000.parquet', []]);
  const common = { version: 'v1', station: '12345678901234', time: '2011-01-01T05:00:00Z' };
  expect(await rows([storage.path('captures/online/v1', file!)])).toEqual([
    { ...common, id: 'r1000', at: 1000, hour: '5', 'wind "speed"': 1.5, prediction: 0.5 },
    { ...common, id: 'r1000', at: 1000, hour: 'six', 'wind "speed"': null, prediction: 1.5 },
    { ...common, id: 'r2000', at: 2000, hour: null, 'wind "speed"': 1.5, prediction: 0.5 },
  ]);
  expect([kept.captured, kept.dropped]).toEqual([2, 0]);
});

it('hands out the files of a window and of one version, whatever has been answered before', async () => {
  const storage = new Storage(folder());
  const kept = captures(storage);
  for (const at of [1000, 2000]) kept.add(prediction(at, [{ hour: '1' }]));
  await kept.flush();
  for (const at of [3000, 4000]) kept.add(prediction(at, [{ hour: '1' }]));
  kept.add(prediction(3000, [{ hour: '1' }], 'v2'));
  await kept.window('online', 'v1', { from: 2500, to: 4000 }, join(storage.root, 'given'));
  const manifest = JSON.parse(readFileSync(join(storage.root, 'given', 'manifest.json'), 'utf8')) as CaptureManifest;
  expect(manifest).toEqual({
    format: 1,
    dialect: 'parquet',
    files: ['0000000003000-0000000004000.parquet'],
    window: { from: '1970-01-01T00:00:02.500Z', to: '1970-01-01T00:00:04.000Z' },
  });
  expect(await rows(manifest.files.map((file) => join(storage.root, 'given', file)))).toHaveLength(2);
});

it('is an empty list for a window without traffic', async () => {
  const storage = new Storage(folder());
  await captures(storage).window('online', 'v1', { from: 0, to: 1000 }, join(storage.root, 'given'));
  expect(JSON.parse(readFileSync(join(storage.root, 'given', 'manifest.json'), 'utf8'))).toMatchObject({ files: [] });
});

it('keeps batches of the same span apart', async () => {
  const storage = new Storage(folder());
  const kept = captures(storage);
  for (let i = 0; i < 3; i += 1) {
    kept.add(prediction(1000, [{ hour: '1' }]));
    await kept.flush();
  }
  const files = readdirSync(storage.path('captures/online/v1')).map((file) => storage.path('captures/online/v1', file));
  expect(await rows(files)).toHaveLength(3);
});

it('counts what it drops while its buffer is full, and takes more when that is written', async () => {
  const one = prediction(1000, [{ hour: '1' }]);
  const kept = captures(new Storage(folder()), 2 * (one.request.length + one.response.length));
  for (let i = 0; i < 5; i += 1) kept.add(one);
  await kept.flush();
  expect([kept.captured, kept.dropped]).toEqual([2, 3]);
  kept.add(one);
  await kept.flush();
  expect([kept.captured, kept.dropped]).toEqual([3, 3]);
});

it('counts as dropped what cannot be written, and goes on', async () => {
  const kept = captures(new Storage(folder()));
  kept.add({ ...prediction(1000, [{}]), response: Buffer.from('no json') });
  await kept.flush();
  kept.add(prediction(1000, [{}]));
  await kept.flush();
  expect([kept.captured, kept.dropped]).toEqual([1, 1]);
});
