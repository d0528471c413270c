/** The examples of nouns by themselves, each run as the program that it is. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expectGolden } from '../golden';
import { labelOf } from '../pulumi/readable-values';
import type { Recorded, Registration } from '../pulumi/record';
import { goldensOf, type Rooms } from './goldens';
import { postureOf } from './posture';
import { recordProgramOf } from './program';
import { inputOf } from './recorded';

const EXAMPLES = join(__dirname, '../../stacks/examples/gcp');

/** What has a golden as a part of the whole system stays out. */
const ROOMS: Readonly<Record<string, Rooms>> = {
  'pipeline-only': [
    [/^(storage|datasets)(\/|$)/, 'storage'],
    [/^image\/|\/builds(\/|$)/, false],
    [/^training(\/|$)/, 'training'],
  ],
  'by-hand': [
    [/^(datasets|training|online\/(dashboard|monitors|monitoring|trial))(\/|$)/, false],
    [/^online\/loop\/(on-|tick|run-failed|monitor-failed|loop-failed|heartbeat)/, false],
    [/^online\/loop\/(account|deploys|may-|reads|writes|role|runs-as|tells|caller)/, false],
    [/^online\/loop(\/|$)/, 'loop'],
    [/^online\//, 'endpoint'],
  ],
};

const made = new Map<string, Recorded>();
beforeAll(async () => {
  for (const name of Object.keys(ROOMS))
    made.set(
      name,
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      await recordProgramOf(() => ({ ...(require(join(EXAMPLES, name)) as object) })),
    );
});

const of = (name: string, type: RegExp): readonly Registration[] =>
  made.get(name)!.resources.filter((each) => each.custom && type.test(each.type));

test('each example is looked at here', () => {
  expect(readdirSync(EXAMPLES).sort()).toEqual(
    Object.keys(ROOMS)
      .map((name) => `${name}.ts`)
      .sort(),
  );
});

test.each(Object.entries(ROOMS))('%s: is as it was reviewed, and each part short enough to be', (name, rooms) => {
  for (const [room, text] of goldensOf(made.get(name)!, rooms)) {
    expectGolden(join(__dirname, 'golden', `${name}.${room}.yaml`), text);
    expect([room, text.split('\n').length < 400]).toEqual([room, true]);
  }
});

test.each(Object.keys(ROOMS))('%s: opens nothing to anybody', (name) => {
  expect(postureOf(made.get(name)!.resources)).toEqual([]);
});

test('pipeline-only: trains, tells how a run is started, and makes nothing that serves or looks', () => {
  const ofEndpoints = /:(vertex|cloudrunv2|cloudscheduler|monitoring|logging|bigquery)\//;
  expect(of('pipeline-only', ofEndpoints)).toEqual([]);
  const [document] = of('pipeline-only', /:BucketObject$/).filter(({ name }) => /pipeline\/document$/.test(name));
  expect(made.get('pipeline-only')!.outputs).toMatchObject({
    document: `gs://\${Bucket storage/bucket.name}/${inputOf(document!, 'name') as string}`,
    account: '${Account training/jobs/account.email}',
    champion: 'gs://${Bucket storage/bucket.name}/artifacts/none',
  });
});

test('by-hand: makes none of what exists, and hands it to all that needs it', () => {
  expect(of('by-hand', /:(Bucket|KeyRing|CryptoKey|CryptoKeyIAMMember|Repository|Trigger)$/)).toEqual([]);
  expect(of('by-hand', /:Topic$/).map(({ urn, read }) => [labelOf(urn), read])).toEqual([
    ['Topic on-call', 'projects/acme-ml/topics/on-call'],
    ['Topic online/signals/topic', undefined],
    ['Topic storage/objects', undefined],
  ]);
  const objects = of('by-hand', /:(BucketObject|BucketIAMMember|Notification)$/);
  expect(new Set(objects.map((each) => inputOf(each, 'bucket')))).toEqual(new Set(['models-of-the-company']));
  expect(
    postureOf(
      made.get('by-hand')!.resources.filter(({ read }) => read === undefined),
      { keyed: true },
    ),
  ).toEqual([]);
});

test('by-hand: the loop is told of all of it', () => {
  const [loop] = of('by-hand', /cloudrunv2.*:Service$/);
  const settings = inputOf(loop!, 'template', 'containers', 0, 'envs', 0, 'value') as string;
  expect(JSON.parse(settings)).toMatchObject({
    system: 'rentals-care',
    bucket: 'models-of-the-company',
    key: expect.stringContaining('/cryptoKeys/models') as string,
    image: expect.stringContaining('/company/rentals@sha256:') as string,
    awaited: false,
    modelId: 'rentals',
    topic: 'projects/acme-ml/topics/on-call',
    serving: { machine: 'e2-standard-2', replicas: { min: 1, max: 4 }, cpuTarget: 60 },
  });
});
