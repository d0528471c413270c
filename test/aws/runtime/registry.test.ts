/** Versions as model packages: written once, marked without loss, read at few calls. */
import { championOf } from '../../../runtime/cloud/given';
import { madeBy } from '../../../runtime/cloud/conclude';
import type { RegisteredVersion } from '../../../runtime/cloud/parts';
import { Refused, type Action, type Endpoint, type Version, type VersionPatch } from '../../../runtime/loop/platform';
import { HOUR, Shop, START } from './shop';

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

type Register = Extract<Action, { do: 'register' }>;
const registering = (n: number, status: Version['status'] = 'approved'): Register => ({
  do: 'register',
  version: `v${n}`,
  n,
  run: `train-${n}`,
  status,
  at: START + n,
  why: 'it passed',
});
const register = (n: number, status?: Version['status']) =>
  shop.registry.register(registering(n, status), { model: `s3://record/artifacts/v${n}` });
const mark = (version: string, patch: VersionPatch, why = 'because') =>
  shop.registry.mark({ do: 'mark', version, patch, why });

test('a version is a package with its model, its metrics and the run that made it', async () => {
  await shop.train(1);
  const folder = shop.leaveModel('train-1');
  shop.sagemaker.end('train-1', 'Succeeded');
  const where = { spec: shop.spec, endpoint: 'online', outputs: shop.outputs };
  const made = await madeBy(where, registering(1), await shop.runs.list());
  await shop.registry.register(registering(1, 'pending'), made);
  const [kept] = shop.sagemaker.packages;
  expect(kept!.input).toMatchObject({
    ModelPackageGroupName: 'shop-training',
    ModelPackageDescription: 'v1, made by train-1',
    ModelApprovalStatus: 'PendingManualApproval',
    InferenceSpecification: {
      Containers: [
        {
          Image: 'image@sha256:1',
          ModelDataSource: {
            S3DataSource: { S3Uri: `s3://record/${folder}/`, S3DataType: 'S3Prefix', CompressionType: 'None' },
          },
        },
      ],
    },
    ModelMetrics: {
      ModelQuality: {
        Statistics: { S3Uri: `s3://record/${folder.replace('/model/model', '/model/decision')}/metrics.json` },
      },
    },
    MetadataProperties: { GeneratedBy: shop.sagemaker.executions[0]!.arn },
    CustomerMetadataProperties: { n: '1', run: 'train-1', at: String(START + 1) },
  });
  expect(await shop.registry.list()).toEqual([
    {
      name: 'v1',
      n: 1,
      status: 'pending',
      at: START + 1,
      run: 'train-1',
      resource: kept!.arn,
      model: `s3://record/${folder}`,
    },
  ]);
});

test('metrics and the run are left out where there are none', async () => {
  const folder = shop.leaveModel('train-1');
  for (const key of shop.s3.keys().filter((one) => one.endsWith('metrics.json'))) shop.s3.objects.delete(key);
  const where = { spec: shop.spec, endpoint: 'online', outputs: shop.outputs };
  expect(await madeBy(where, registering(1), [])).toEqual({ model: `s3://record/${folder}` });
});

test('registering twice, one after the other or at once, makes one version', async () => {
  await register(1);
  await register(1);
  await Promise.all([register(2), shop.newRegistry().register(registering(2), { model: 's3://record/artifacts/v2' })]);
  expect(shop.sagemaker.packages).toHaveLength(2);
});

test('of twins the first one counts', async () => {
  await register(1);
  shop.sagemaker.packages.push({ ...shop.sagemaker.packages[0]!, arn: 'arn:twin' });
  const [first] = shop.sagemaker.packages;
  expect((await shop.registry.list()).map(({ resource }) => resource)).toEqual([first!.arn]);
});

test('packages that people made are no versions, and one that SageMaker could not make is rejected', async () => {
  await register(1);
  shop.sagemaker.packages[0]!.status = 'Failed';
  shop.sagemaker.packages.push({ ...shop.sagemaker.packages[0]!, arn: 'arn:by-hand', notes: {} });
  shop.sagemaker.packages.push({ ...shop.sagemaker.packages[0]!, arn: 'arn:going', status: 'Deleting' });
  expect(await shop.registry.list()).toMatchObject([{ name: 'v1', status: 'rejected' }]);
});

test('a version that is not there is told with those that are', async () => {
  await register(1);
  await expect(shop.registry.get('v2')).rejects.toThrow(
    'shop-training: got version v2, expected one of the registry: v1',
  );
});

describe('a mark', () => {
  const trial = { revision: 'r1', before: 'etag-1' };
  const live = { revision: 'r1', at: START + HOUR };
  const only = async (): Promise<Version> => {
    const { name, n, status, at, trial: onTrial, live: isLive, bad } = (await shop.registry.list())[0]!;
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

  test('is written as properties that SageMaker takes, and read back as it was', async () => {
    await register(1);
    await mark('v1', { trial });
    expect(await only()).toEqual({ name: 'v1', n: 1, status: 'approved', at: START + 1, trial });
    await mark('v1', { live, trial: null, bad: ['r0'] });
    expect(await only()).toEqual({ name: 'v1', n: 1, status: 'approved', at: START + 1, live, bad: ['r0'] });
    expect(shop.sagemaker.packages[0]!.notes).toEqual({
      n: '1',
      run: 'train-1',
      at: String(START + 1),
      'live-revision': 'r1',
      'live-at': String(START + HOUR),
      'bad-r0': 'yes',
    });
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
    await mark('v1', { live, status: 'approved' });
    expect(shop.sagemaker.log.filter((call) => call === 'UpdateModelPackage')).toHaveLength(1);
  });

  test('approves what is pending, with the reason', async () => {
    await register(1, 'pending');
    await mark('v1', { status: 'approved' }, 'v1 is approved by hand');
    expect(await only()).toMatchObject({ status: 'approved' });
    expect(shop.sagemaker.packages[0]!.description).toBe('v1 is approved by hand');
  });

  test('never approves what is rejected, even in the last moment', async () => {
    await register(1, 'pending');
    await register(2, 'pending');
    await mark('v1', { status: 'rejected', trial: null });
    await expect(mark('v1', { status: 'approved' })).rejects.toThrow(new Refused('v1 is rejected'));
    const [, second] = shop.sagemaker.packages;
    // By a person, in SageMaker Studio, when the list has been read.
    shop.sagemaker.before = ['DescribeModelPackage', 2, () => (second!.approval = 'Rejected')];
    await expect(mark('v2', { status: 'approved' })).rejects.toThrow(Refused);
    await mark('v2', { bad: ['r1'] });
    expect(second!.approval).toBe('Rejected');
  });

  test('is refused where the version is deleted just then', async () => {
    await register(1);
    shop.sagemaker.before = ['DescribeModelPackage', 2, () => (shop.sagemaker.packages.length = 0)];
    await expect(mark('v1', { bad: ['r9'] })).rejects.toThrow(new Refused('v1 was deleted in the meantime'));
  });
});

describe('a look', () => {
  const describes = () => shop.sagemaker.log.filter((call) => call === 'DescribeModelPackage').length;

  test('reads all versions first, then those that may still change', async () => {
    shop.sagemaker.page = 10;
    for (let n = 1; n <= 30; n += 1) await register(n, n <= 5 ? 'rejected' : 'approved');
    const registry = shop.newRegistry();
    shop.sagemaker.log.length = 0;
    expect(await registry.list()).toHaveLength(30);
    expect(describes()).toBe(30);
    shop.sagemaker.log.length = 0;
    await registry.list();
    expect(shop.sagemaker.log.filter((call) => call === 'ListModelPackages')).toHaveLength(3);
    expect(describes()).toBe(20);
    shop.wait(HOUR);
    shop.sagemaker.log.length = 0;
    await registry.list();
    expect(describes()).toBe(30);
  });

  test('sees what another process marked, and what people decided, at once', async () => {
    for (let n = 1; n <= 25; n += 1) await register(n, n === 1 ? 'rejected' : 'approved');
    await shop.registry.list();
    await shop
      .newRegistry()
      .mark({ do: 'mark', version: 'v25', patch: { trial: { revision: 'r', before: 'e' } }, why: '' });
    shop.sagemaker.packages[0]!.approval = 'Approved';
    shop.sagemaker.packages[1]!.approval = 'Rejected';
    const versions = await shop.registry.list();
    expect(versions.at(-1)!.trial).toEqual({ revision: 'r', before: 'e' });
    expect(versions.slice(0, 2).map(({ status }) => status)).toEqual(['approved', 'rejected']);
  });
});

describe('the champion', () => {
  const version = (n: number, change: Partial<RegisteredVersion> = {}): RegisteredVersion => ({
    name: `v${n}`,
    n,
    status: 'approved',
    at: n,
    resource: '',
    run: '',
    model: `m${n}`,
    live: { revision: 'r', at: n },
    ...change,
  });
  const serving = (...shares: readonly (readonly [n: number, share: number, revision?: string])[]): Endpoint => ({
    exists: true,
    busy: false,
    etag: '',
    deployments: shares.map(([n, share, revision = 'r']) => ({
      id: `v${n}-${revision}`,
      version: `v${n}`,
      revision,
      state: 'ready',
      share,
    })),
  });
  const two = [version(1), version(2)];
  test.each<readonly [string, readonly RegisteredVersion[], Endpoint, string | undefined]>([
    ['none before the first version', [], serving(), undefined],
    ['the live one with the most traffic', two, serving([1, 80], [2, 20]), 'v1'],
    ['not one on trial at another revision', [version(1), version(2)], serving([2, 60, 'r2'], [1, 40]), 'v1'],
    ['not one that was never live', [version(1), { ...version(2), live: undefined } as never], serving([2, 100]), 'v1'],
    ['not one that was rejected', [version(1), version(2, { status: 'rejected' })], serving([2, 100]), 'v1'],
    ['the last that was live where none serves', two, serving([2, 0]), 'v2'],
  ])('is %s', (_, versions, endpoint, name) => {
    expect(championOf(versions, endpoint)?.name).toBe(name);
  });
});
