/** Versions in Vertex AI's model registry: made once, marked without loss, with aliases that follow what serves. */
import { aliasesOf, changesOf } from '../../../constructs/gcp/aliases.runtime';
import { Registry } from '../../../constructs/gcp/registry.runtime';
import { fromModel, labelsOf } from '../../../constructs/gcp/version.runtime';
import { madeBy } from '../../../runtime/cloud/conclude';
import type { Made, RegisteredVersion } from '../../../runtime/cloud/parts';
import { Refused, type Action, type Endpoint, type Version, type VersionPatch } from '../../../runtime/loop/platform';
import type { JsonObject } from '../protos';
import { DAY, HOUR, MINUTE, Shop, START } from './shop';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

type Register = Extract<Action, { do: 'register' }>;
const registering = (n: number, status: Version['status'] = 'approved'): Register => ({
  ...{ do: 'register', version: `v${n}`, n, run: `train-${n}`, status, at: START + n, why: 'it passed' },
});
const register = (n: number, status?: Version['status'], made: Partial<Made> = {}) =>
  shop.registry.register(registering(n, status), { model: shop.putModel(n), ...made });
const mark = (version: string, patch: VersionPatch, why = 'because') =>
  shop.registry.mark({ do: 'mark', version, patch, why });
const calls = (call: string) => shop.fake.requests.of(`ModelService.${call}`);
const model = (n: number | string): JsonObject => shop.fake.vertex.version('shop-training', String(n));
/** All but that of the image. */
function labels(n: number): Readonly<Record<string, string>> {
  const all = Object.entries(model(n).labels as Readonly<Record<string, string>>);
  return Object.fromEntries(all.filter(([key]) => key !== 'image'));
}
const UPLOAD = 'ModelService.UploadModel';
const CLAIM = 'loop/online/registry.json';

test('a version has its model, the image that serves it, and the run that made it', async () => {
  await shop.train(1);
  const folder = shop.leaveModel('train-1');
  shop.end('train-1');
  const where = { spec: shop.spec, endpoint: 'online', outputs: shop.outputs };
  const made = await madeBy(where, registering(1), await shop.runs.list());
  await shop.registry.register(registering(1, 'pending'), made);
  expect(calls('UploadModel')[0]!.body).toEqual({
    modelId: 'shop-training',
    model: {
      displayName: 'shop-training',
      versionDescription: `v1, made by train-1, measured in gs://record/${folder.replace(/model$/, 'decision')}/metrics.json`,
      artifactUri: `gs://record/${folder}`,
      containerSpec: {
        ...{ imageUri: shop.settings.image, args: ['serve'], ports: [{ containerPort: 8080 }] },
        ...{ predictRoute: '/vertex/predict', healthRoute: '/vertex/health' },
      },
      labels: { mlops_system: 'shop', mlops_endpoint: 'online' },
      pipelineJob: shop.jobs('train-1')[0]!.name,
    },
  });
  expect(labels(1)).toEqual({
    ...{ mlops_system: 'shop', mlops_endpoint: 'online' },
    ...{ n: '1', run: 'train-1', at: String(START + 1), status: 'pending' },
  });
  expect(await shop.registry.list()).toEqual([
    {
      ...{ name: 'v1', n: 1, status: 'pending', at: START + 1, run: 'train-1', model: `gs://record/${folder}` },
      resource: 'projects/123456789012/locations/europe-west4/models/shop-training@1',
    },
  ]);
});

test('the next versions are those of the same model, with the key of their system', async () => {
  await shop.close();
  shop = await Shop.open({ key: 'projects/p/keys/k' });
  await register(1);
  await register(2);
  expect(calls('UploadModel').map(({ body }) => body)).toMatchObject([
    { modelId: 'shop-training', model: { encryptionSpec: { kmsKeyName: 'projects/p/keys/k' } } },
    { parentModel: 'projects/shop-project/locations/europe-west4/models/shop-training' },
  ]);
  expect((await shop.registry.list()).map(({ name, resource }) => [name, resource.split('@')[1]])).toEqual([
    ['v1', '1'],
    ['v2', '2'],
  ]);
});

describe('what is deployed of a version', () => {
  const NEWER = 'europe-west4-docker.pkg.dev/shop/models/model:newer';
  const withImage = (image: string) =>
    new Registry({ google: shop.google, store: shop.store, settings: { ...shop.settings, image }, clock: shop.clock });
  const number = (resource: string) => resource.split('@')[1];

  test('is the version itself, by the image that it was registered with', async () => {
    await register(1);
    await register(2);
    expect(number(await shop.registry.servable('v2'))).toBe('2');
    expect(calls('UploadModel')).toHaveLength(2);
  });

  test('is the same artifact uploaded once more where the image is another by now, and no version of the loop', async () => {
    await register(1);
    const [before] = await shop.registry.list();
    expect(number(await withImage(NEWER).servable('v1'))).toBe('2');
    expect(calls('UploadModel')[1]!.body).toMatchObject({
      model: { artifactUri: before!.model, containerSpec: { imageUri: NEWER } },
    });
    expect(await withImage(NEWER).list()).toEqual([before]);
    expect(number(await withImage(NEWER).servable('v1'))).toBe('2');
    expect(number(await shop.registry.servable('v1'))).toBe('1');
    expect(calls('UploadModel')).toHaveLength(2);
  });

  test('is refused while it is being uploaded, and uploaded once', async () => {
    await register(1);
    shop.fake.vertex.takes['UploadModel'] = 3 * MINUTE;
    await expect(withImage(NEWER).servable('v1')).rejects.toThrow(Refused);
    shop.wait(5 * MINUTE);
    expect(number(await withImage(NEWER).servable('v1'))).toBe('2');
    expect(calls('UploadModel')).toHaveLength(2);
  });

  test('keeps its image when something is noted of it', async () => {
    await register(1);
    await withImage(NEWER).mark({ do: 'mark', version: 'v1', patch: { bad: ['00000000'] }, why: 'it broke' });
    expect(number(await shop.registry.servable('v1'))).toBe('1');
  });
});

describe('an upload', () => {
  test('that takes longer than a look can wait is taken up by the next one, or by another process', async () => {
    shop.fake.vertex.takes['UploadModel'] = 3 * MINUTE;
    await expect(register(1)).rejects.toThrow(new Refused('v1 is still being registered'));
    expect(await shop.registry.list()).toEqual([]);
    shop.registry = shop.newRegistry();
    await expect(register(1)).rejects.toThrow(Refused);
    shop.wait(5 * MINUTE);
    await register(1);
    expect(await shop.registry.list()).toMatchObject([{ name: 'v1', status: 'approved' }]);
    expect(calls('UploadModel')).toHaveLength(1);
  });

  test.each([1, 2])('of version %i whose answer was lost is found again', async (n) => {
    if (n === 2) await register(1);
    shop.wait(HOUR);
    shop.fake.faults.once(UPLOAD, 'reset-after');
    await expect(register(n)).rejects.toThrow('models:upload');
    shop.wait(MINUTE);
    await register(n);
    expect(shop.fake.vertex.state.versions.values()).toHaveLength(n);
    expect((await shop.registry.list()).at(-1)).toMatchObject({ name: `v${n}` });
  });

  test('that never reached Vertex AI is made anew', async () => {
    await register(1);
    shop.wait(HOUR);
    shop.fake.faults.once(UPLOAD, 'reset-before');
    await expect(register(2)).rejects.toThrow('models:upload');
    await register(2);
    expect(shop.fake.vertex.state.versions.values()).toHaveLength(2);
  });

  test('that fails is told, and tried again at the next look', async () => {
    shop.fake.vertex.script('UploadModel', { error: { code: 3, message: 'artifact_uri is empty' } });
    await expect(register(1)).rejects.toThrow('v1 could not be registered: artifact_uri is empty');
    await register(1);
    expect(await shop.registry.list()).toHaveLength(1);
  });

  test('that is over, with its notes not written, is noted', async () => {
    shop.pace.sleep = async () => Promise.reject(new Error('cut short'));
    await expect(register(1)).rejects.toThrow('cut short');
    shop.wait(HOUR);
    expect(await shop.registry.list()).toEqual([]);
    await register(1);
    expect(calls('UploadModel')).toHaveLength(1);
    expect(await shop.registry.list()).toMatchObject([{ name: 'v1' }]);
  });

  test('of one version twice at once makes one that counts', async () => {
    const both = await Promise.allSettled([
      register(1),
      shop.newRegistry().register(registering(1), { model: shop.putModel(1) }),
    ]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(both.filter(({ status }) => status === 'rejected')).toMatchObject([{ reason: expect.any(Refused) }]);
    await register(1);
    expect(calls('UploadModel')).toHaveLength(1);
  });

  test('whose version somebody deletes meanwhile is begun anew', async () => {
    await register(1);
    shop.fake.vertex.takes['UploadModel'] = 3 * MINUTE;
    await expect(register(2)).rejects.toThrow(Refused);
    shop.wait(HOUR);
    shop.fake.vertex.state.versions.delete('projects/123456789012/locations/europe-west4/models/shop-training@2');
    await expect(register(2)).rejects.toThrow(new Refused('v2 was deleted in the meantime'));
    expect(shop.keys(CLAIM)).toEqual([]);
    shop.fake.vertex.takes['UploadModel'] = 1000;
    await register(2);
    expect((await shop.registry.list()).map(({ name }) => name)).toEqual(['v1', 'v2']);
  });

  test('is not repeated, and no mark undone, where the list does not show its version yet', async () => {
    await register(1);
    shop.wait(DAY);
    await register(2);
    await mark('v2', { status: 'rejected', bad: ['r1'] });
    const marked = labels(2);
    shop.fake.faults.configure({ seed: 5, lag: 10 * MINUTE });
    for (let i = 0; i < 10; i += 1) await register(2);
    expect(calls('UploadModel')).toHaveLength(2);
    expect(labels(2)).toEqual(marked);
  });
});

test('of twins the first one counts', async () => {
  await register(1);
  shop.fake.vertex.addVersion('shop-training', { artifactUri: shop.putModel(1), labels: labels(1) });
  expect((await shop.registry.list()).map(({ resource }) => resource.split('@')[1])).toEqual(['1']);
});

test('versions that people made are none, and lists come whole', async () => {
  shop.fake.vertex.state.page = 2;
  for (let n = 1; n <= 5; n += 1) await register(n);
  shop.fake.vertex.addVersion('shop-training', { artifactUri: 'gs://theirs/1', labels: { status: 'approved' } });
  expect((await shop.registry.list()).map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
});

test('a system that is made again with the same names has versions of its own', async () => {
  for (const n of [1, 2]) await register(n);
  for (const key of shop.keys('')) shop.fake.objects.delete('record', key);
  shop.registry = shop.newRegistry();
  expect(await shop.registry.list()).toEqual([]);
  const folder = 'artifacts/training/train-1/1/another-job/model';
  shop.fake.objects.put('record', 'loop/online/runs/train-1.json', { format: 1, job: 'another-job' });
  expect(await shop.registry.list()).toEqual([]);
  await shop.registry.register(registering(1, 'pending'), { model: `gs://record/${folder}` });
  const made = { name: 'v1', status: 'pending', model: `gs://record/${folder}` };
  expect(await shop.newRegistry().list()).toMatchObject([{ ...made, resource: expect.stringMatching(/@3$/) }]);
});

test('whose version it is is asked for once', async () => {
  for (const n of [1, 2]) await register(n);
  shop.fake.requests.clear();
  const registry = shop.newRegistry();
  for (let i = 0; i < 3; i += 1) await registry.list();
  expect(shop.fake.requests.of('objects.get')).toHaveLength(2);
});

test('a registry with nothing in it has no versions', async () => {
  expect(await shop.registry.list()).toEqual([]);
  await expect(shop.registry.get('v2')).rejects.toThrow(
    'shop-training: got version v2, expected one of the registry: none',
  );
});

describe('a mark', () => {
  const trial = { revision: '0a1b2c3d', before: 'ab12-cd' };
  const live = { revision: '0a1b2c3d', at: START + HOUR };
  const only = async (): Promise<Partial<RegisteredVersion>> => {
    const { name, n, status, at, ...more } = (await shop.registry.list())[0]!;
    const { trial: onTrial, live: isLive, bad } = more;
    return {
      name,
      n,
      status,
      at,
      ...(onTrial && { trial: onTrial }),
      ...(isLive && { live: isLive }),
      ...(bad && { bad }),
    };
  };

  test('is written as labels, and read back as it was', async () => {
    await register(1);
    await mark('v1', { trial });
    expect(await only()).toEqual({ name: 'v1', n: 1, status: 'approved', at: START + 1, trial });
    await mark('v1', { live, trial: null, bad: ['00000000'] });
    expect(await only()).toEqual({ name: 'v1', n: 1, status: 'approved', at: START + 1, live, bad: ['00000000'] });
    expect(labels(1)).toEqual({
      ...{ mlops_system: 'shop', mlops_endpoint: 'online' },
      ...{ n: '1', run: 'train-1', at: String(START + 1), status: 'approved' },
      ...{ 'live-revision': '0a1b2c3d', 'live-at': String(START + HOUR), 'bad-00000000': 'yes' },
    });
  });

  test('leaves labels of people alone', async () => {
    await register(1);
    const [version] = shop.fake.vertex.state.versions.values();
    shop.fake.vertex.state.versions.update(version!.name, (one) => ({
      ...one,
      labels: { ...labels(1), team: 'pricing' },
    }));
    await mark('v1', { live });
    expect(labels(1)).toMatchObject({ team: 'pricing', 'live-revision': '0a1b2c3d' });
  });

  test('adds to the bad revisions, whoever else adds to them', async () => {
    await register(1);
    await mark('v1', { bad: ['r1'] });
    const other = shop.newRegistry();
    await other.list();
    await mark('v1', { bad: ['r2'] });
    await other.mark({ do: 'mark', version: 'v1', patch: { bad: ['r3', 'r1'] }, why: '' });
    expect((await only()).bad).toEqual(['r1', 'r2', 'r3']);
  });

  test('that changes nothing is not written', async () => {
    await register(1);
    await mark('v1', { live });
    const before = calls('UpdateModel').length;
    await mark('v1', { live, status: 'approved' });
    expect(calls('UpdateModel')).toHaveLength(before);
  });

  test('is refused where somebody else changes the version just then', async () => {
    await register(1);
    shop.fake.faults.once('ModelService.UpdateModel', 'aborted');
    await expect(mark('v1', { live })).rejects.toThrow(/models\/shop-training@1 was changed in the meantime$/);
    const { body } = calls('UpdateModel').at(-1)!;
    expect(body).toMatchObject({ etag: model(1).etag });
    await mark('v1', { live });
    expect((await only()).live).toEqual(live);
  });

  test('approves what is pending, with the reason', async () => {
    await register(1, 'pending');
    await mark('v1', { status: 'approved' }, 'v1 is approved by hand');
    expect(await only()).toMatchObject({ status: 'approved' });
    expect(model(1).versionDescription).toBe('v1, made by train-1; approved: v1 is approved by hand');
  });

  test('never approves what is rejected, whatever the list shows', async () => {
    await register(1, 'pending');
    await mark('v1', { status: 'rejected', trial: null });
    await expect(mark('v1', { status: 'approved' })).rejects.toThrow(new Refused('v1 is rejected'));
    await register(2, 'pending');
    shop.wait(HOUR);
    // By a person, in the console, when the list has been read.
    const read = shop.registry.list.bind(shop.registry);
    shop.registry.list = async () => {
      const before = await read();
      const [, second] = shop.fake.vertex.state.versions.values();
      const rejected = { ...labels(2), status: 'rejected' };
      shop.fake.vertex.state.versions.update(second!.name, (one) => ({ ...one, labels: rejected }));
      return before;
    };
    await expect(mark('v2', { status: 'approved' })).rejects.toThrow(Refused);
    await mark('v2', { bad: ['r1'] });
    expect(labels(2)['status']).toBe('rejected');
  });

  test('is refused where the version is deleted just then', async () => {
    await register(1);
    const read = shop.registry.list.bind(shop.registry);
    shop.registry.list = async () => {
      const before = await read();
      shop.fake.vertex.state.versions.delete('projects/123456789012/locations/europe-west4/models/shop-training@1');
      return before;
    };
    await expect(mark('v1', { bad: ['r9'] })).rejects.toThrow(new Refused('v1 was deleted in the meantime'));
  });

  test('of what can be no label is an error, not a lost note', () => {
    const notes = {
      n: 1,
      run: 'train-1',
      at: 1,
      status: 'approved',
      image: 'b681b6db',
      trial: { revision: 'a', before: '"AMEw"' },
    } as const;
    expect(() => labelsOf(notes)).toThrow('v1: trial-before cannot be a label: got "AMEw"');
  });

  test('what is not said is not approved', () => {
    const base = {
      name: 'm',
      versionId: '1',
      etag: '',
      artifactUri: 'gs://b/a/',
      labels: { n: '1', run: 'r', at: '5' },
    };
    expect(fromModel(base)).toMatchObject({ status: 'pending', model: 'gs://b/a', resource: 'm@1' });
    expect(fromModel({ ...base, labels: {} })).toBeUndefined();
  });
});

describe('aliases', () => {
  const version = (n: number, change: Partial<RegisteredVersion> = {}): RegisteredVersion => ({
    ...{ name: `v${n}`, n, status: 'approved', at: n, resource: `m@${n}`, run: '', model: '' },
    ...{ live: { revision: 'r', at: n }, ...change },
  });
  /** It has not come through a bake. */
  const fresh = (n: number): RegisteredVersion => {
    const { name, status, at, resource, run, model: from } = version(n);
    return { name, n, status, at, resource, run, model: from };
  };
  const serving = (...shares: readonly (readonly [n: number, share: number])[]): Endpoint => ({
    ...{ exists: true, busy: false, etag: '' },
    deployments: shares.map(([n, share]) => ({
      ...{ id: `v${n}-r`, version: `v${n}`, revision: 'r', state: 'ready', share },
    })),
  });
  test.each<readonly [string, Endpoint, readonly RegisteredVersion[], object]>([
    ['nothing', serving(), [], {}],
    ['a first version that is on its way', serving([1, 100]), [fresh(1)], { challenger: 'v1' }],
    ['one that came through', serving([1, 100]), [version(1)], { champion: 'v1' }],
    ['a canary', serving([1, 90], [2, 10]), [version(1), fresh(2)], { champion: 'v1', challenger: 'v2' }],
    ['a rollout that is over', serving([2, 100]), [version(1), version(2)], { champion: 'v2', previous: 'v1' }],
    [
      'a third beside them',
      serving([2, 100], [3, 0]),
      [version(1), version(2), fresh(3)],
      { champion: 'v2', challenger: 'v3', previous: 'v1' },
    ],
    ['one that was rejected', serving([2, 100]), [version(1, { status: 'rejected' }), version(2)], { champion: 'v2' }],
    ['somebody else that serves', serving([0, 100]), [], {}],
  ])('of %s', (_, view, versions, expected) => {
    const found = Object.entries(aliasesOf(view, versions)).map(([alias, { name }]) => [alias, name]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });

  test('are moved, given and taken, and left alone where they are right', () => {
    const wanted = { champion: version(2), previous: version(1) };
    const present = { 'm@1': ['default', 'champion'], 'm@2': ['challenger', 'theirs'] };
    expect(changesOf(wanted, present)).toEqual({ 'm@2': ['champion', '-challenger'], 'm@1': ['previous'] });
    expect(changesOf(wanted, { 'm@1': ['previous'], 'm@2': ['champion'] })).toEqual({});
  });

  test('are those of the registry, and asked for only where they change', async () => {
    for (const n of [1, 2]) await register(n);
    const live = (at: number) => ({ live: { revision: 'r', at } });
    await mark('v1', live(1));
    await shop.registry.alignAliases(serving([1, 90], [2, 10]));
    expect([model(1), model(2)].map(({ versionAliases }) => versionAliases)).toEqual([
      ['default', 'champion'],
      ['challenger'],
    ]);
    await shop.registry.alignAliases(serving([1, 90], [2, 10]));
    expect(calls('MergeVersionAliases')).toHaveLength(2);
    await mark('v2', live(2));
    await shop.registry.alignAliases(serving([2, 100]));
    expect([model(1), model(2)].map(({ versionAliases }) => versionAliases)).toEqual([
      ['default', 'previous'],
      ['champion'],
    ]);
    expect(model('champion')).toMatchObject({ versionId: '2' });
  });

  test('that somebody else changes just then are put right at the next look', async () => {
    await register(1);
    shop.fake.faults.once('ModelService.MergeVersionAliases', 'aborted');
    await shop.registry.alignAliases(serving([1, 100]));
    expect(model(1).versionAliases).toEqual(['default']);
    await shop.registry.alignAliases(serving([1, 100]));
    expect(model(1).versionAliases).toEqual(['default', 'challenger']);
  });
});
