/** The image that jobs and models run from: where it comes from, and what waits for it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReference } from '../../constructs/gcp/artifact-registry';
import type * as DockerBuild from '../../constructs/gcp/docker-build';
import { ModelImage, type ImageSource, type ImageTransform } from '../../constructs/gcp/image';
import { buildCommand } from '../../constructs/gcp/image-build';
import { Storage } from '../../constructs/gcp/storage';
import { stageImage } from '../../constructs/packaging/image-context';
import type { Schema } from '../pulumi/schema';
import { inputOf, PLACE, recorded } from './recorded';
import { gcpSchema } from './used-types';

const MODEL = join(__dirname, '../../stacks/bike-rentals/model');
const scratch = mkdtempSync(join(tmpdir(), 'mlops-gcp-image-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const { digest: DIGEST } = stageImage(MODEL, scratch);
const TAG = DIGEST.slice(0, 32);

function image(storage: Storage, name: string, source: ImageSource, requirements = MODEL, transform?: ImageTransform) {
  return new ModelImage(`${name}/image`, {
    ...{ place: PLACE, storage, name, source, requirements },
    ...(transform && { transform }),
  });
}

const facts = ({ uri, digest, awaited, repository }: ModelImage) => ({ uri, digest, awaited, repository });

describe('that Cloud Build builds', () => {
  const built = (...names: readonly string[]) => {
    const made: ModelImage[] = [];
    const run = recorded(() => {
      const storage = new Storage('storage', { place: PLACE });
      for (const name of names) made.push(image(storage, name, { kind: 'cloud-build' }));
    });
    return run.then((nouns) => ({ nouns, made }));
  };

  test('is named by what it is made of, and awaited', async () => {
    const { made } = await built('training');
    expect(facts(made[0]!)).toEqual({
      uri: `europe-west4-docker.pkg.dev/acme-ml/shop-training/model:${TAG}`,
      digest: DIGEST,
      awaited: `projects/acme-ml/locations/europe-west4/repositories/shop-training/packages/model/tags/${TAG}`,
      repository: 'shop-training',
    });
  });

  test('starts with the upload of its context, which comes after all that the build needs', async () => {
    const { nouns, made } = await built('training');
    const context = nouns.one('BucketObject', 'training/image/build/context');
    const trigger = nouns.one('Trigger');
    const path = `builds/training/${DIGEST}.zip`;
    expect(context.inputs['name']).toBe(path);
    expect(trigger.inputs).toMatchObject({
      name: 'shop-training',
      location: 'europe-west4',
      serviceAccount: '${Account shop/builds/account.name}',
      pubsubConfig: { topic: '${Topic shop/builds/topic.id}' },
      substitutions: { _OBJECT: '$(body.message.attributes.objectId)' },
      filter: `_OBJECT == "${path}"`,
      build: {
        source: { storageSource: { bucket: '${Bucket storage/bucket.name}', object: path } },
        options: { logging: 'CLOUD_LOGGING_ONLY' },
      },
    });
    expect(nouns.before(context)).toEqual(
      expect.arrayContaining([
        'Trigger training/image/build/trigger',
        'RepositoryIamMember training/image/build/writer',
        'Notification shop/builds/tells',
        'BucketIAMMember shop/builds/reads',
        'IAMMember shop/builds/logs',
      ]),
    );
    expect(made[0]!.ready).toHaveLength(2);
    expect(inputOf(context, 'source', '<archive>')).toEqual(
      expect.arrayContaining(['Dockerfile', 'model/requirements.txt', 'steps/index.js']),
    );
  });

  test('lies in a repository of its own, whose tags stay, which is read by who serves and written by who builds', async () => {
    const { nouns } = await built('training');
    const repository = nouns.one('Repository');
    expect(repository.inputs).toMatchObject({
      ...{ format: 'DOCKER', repositoryId: 'shop-training', project: 'acme-ml', location: 'europe-west4' },
      dockerConfig: { immutableTags: true },
    });
    expect(repository.options.retainOnDelete).toBe(true);
    expect(nouns.all('RepositoryIamMember').map(({ inputs }) => [inputs['role'], inputs['member']])).toEqual([
      ['roles/artifactregistry.writer', '${Account shop/builds/account.member}'],
      [
        'roles/artifactregistry.reader',
        'serviceAccount:service-123456789012@gcp-sa-aiplatform.iam.gserviceaccount.com',
      ],
    ]);
  });

  test('shares topic, notification and account with the others, and nothing else', async () => {
    const one = await built('a');
    const { nouns, made } = await built('a', 'b');
    for (const shared of ['Account', 'Notification', 'Topic', 'IAMMember'])
      expect([shared, nouns.all(shared).length]).toEqual([shared, one.nouns.all(shared).length]);
    expect(made.map(({ uri }) => uri)).toEqual(
      ['a', 'b'].map((name) => `europe-west4-docker.pkg.dev/acme-ml/shop-${name}/model:${TAG}`),
    );
    const unchanged = (each: { urn: string }) => nouns.recorded.resources.find(({ urn }) => urn === each.urn);
    for (const each of one.nouns.recorded.resources) expect(unchanged(each)).toEqual(each);
  });

  test('a transform changes the repository, but not what references are made of', async () => {
    const nouns = await recorded(() => {
      const storage = new Storage('storage', { place: PLACE });
      image(storage, 'training', { kind: 'cloud-build' }, MODEL, {
        repository: (args) => ({ ...args, repositoryId: 'elsewhere', description: 'Ours' }),
        trigger: (args) => ({ ...args, disabled: true }),
      });
    });
    expect(nouns.one('Repository').inputs).toMatchObject({ repositoryId: 'shop-training', description: 'Ours' });
    expect(nouns.one('Trigger').inputs['disabled']).toBe(true);
  });
});

describe('the build', () => {
  /** What it asks Docker for, with a Docker that does as it is told. */
  function run(docker: { readonly there: readonly boolean[]; readonly build?: boolean; readonly push?: boolean }) {
    const folder = mkdtempSync(join(scratch, 'build-'));
    const log = join(folder, 'log');
    const answers = join(folder, 'there');
    writeFileSync(answers, docker.there.map(Number).join('\n') + '\n');
    writeFileSync(log, '');
    mkdirSync(join(folder, 'bin'));
    const script = `#!/bin/sh
case $1 in
  manifest) answer=$(head -n 1 ${answers}); sed -i 1d ${answers}; [ "$answer" = 1 ] ;;
  *) echo "$@" >> ${log}; [ "$1" = build ] && exit ${docker.build === false ? 1 : 0}; exit ${docker.push === false ? 1 : 0} ;;
esac
`;
    writeFileSync(join(folder, 'bin/docker'), script);
    chmodSync(join(folder, 'bin/docker'), 0o755);
    const env = { PATH: `${folder}/bin:${process.env['PATH']}` };
    const { status } = spawnSync('sh', ['-c', buildCommand('r/model:1')], { env });
    return [status, ...readFileSync(log, 'utf8').split('\n').filter(Boolean)];
  }
  const BUILD = 'build --platform linux/amd64 --tag r/model:1 .';
  const PUSH = 'push r/model:1';

  test.each([
    ['builds and pushes what is not there', { there: [false, false] }, [0, BUILD, PUSH]],
    ['does nothing where the image is there', { there: [true] }, [0]],
    ['fails where the build does', { there: [false, false], build: false }, [1, BUILD]],
    ['fails where the push does', { there: [false, false], push: false }, [1, BUILD, PUSH]],
    ['takes it for success that another build was faster', { there: [false, true], push: false }, [0, BUILD, PUSH]],
  ])('%s', (_, docker, said) => {
    expect(run(docker)).toEqual(said);
  });

  test('holds nothing that Cloud Build reads as a variable of its own', () => {
    expect(buildCommand('europe-west4-docker.pkg.dev/acme-ml/shop/model:1')).not.toContain('$');
  });
});

describe('that Docker builds', () => {
  /** All that is used of it: its declarations hold enumerations, which are not read. */
  const DOCKER: Schema = {
    package: '@pulumi/docker-build',
    version: '',
    shapes: {},
    types: {
      'docker-build:index:Image': {
        ...{ module: 'image', class: 'Image', outputs: {}, secrets: [], formerly: [] },
        inputs: {
          buildOnPreview: { shape: 'boolean', required: false },
          context: { shape: { map: 'string' }, required: false },
          network: { shape: 'string', required: false },
          platforms: { shape: { list: 'string' }, required: false },
          push: { shape: 'boolean', required: true },
          tags: { shape: { list: 'string' }, required: false },
        },
      },
    },
  };
  afterEach(() => jest.resetModules());

  test('is pushed to the repository, and there once it is made', async () => {
    const made: ModelImage[] = [];
    const nouns = await recorded(
      () => made.push(image(new Storage('storage', { place: PLACE }), 'training', { kind: 'docker' })),
      { schemas: [gcpSchema(), DOCKER] },
    );
    const uri = `europe-west4-docker.pkg.dev/acme-ml/shop-training/model:${TAG}`;
    expect(facts(made[0]!)).toEqual({ uri, digest: DIGEST, awaited: false, repository: 'shop-training' });
    const pushed = nouns.one('Image');
    expect(pushed.inputs).toMatchObject({
      ...{ tags: [uri], push: true, platforms: ['linux/amd64'] },
      // From the folder of the stack: another machine has it elsewhere.
      context: { location: `.mlops/images/image-${DIGEST.slice(0, 16)}` },
    });
    expect(nouns.before(pushed)).toEqual(['Repository training/image/repository/repository']);
    expect(nouns.all('Trigger')).toEqual([]);
  });

  test('needs its package, and says so', () => {
    jest.isolateModules(() => {
      jest.doMock('@pulumi/docker-build', () => {
        throw new Error('Cannot find module');
      });
      const { dockerBuild } = jest.requireActual<typeof DockerBuild>('../../constructs/gcp/docker-build');
      expect(() => dockerBuild('image', '.', 'r/model:1', {})).toThrow(/npm install @pulumi\/docker-build/);
    });
  });
});

describe('by digest', () => {
  const reference = `europe-west4-docker.pkg.dev/acme-ml/images/trainer@sha256:${'a'.repeat(64)}`;

  test('makes nothing', async () => {
    const made: ModelImage[] = [];
    const before = await recorded(() => void new Storage('storage', { place: PLACE }));
    const nouns = await recorded(() => {
      made.push(image(new Storage('storage', { place: PLACE }), 'training', { kind: 'digest', reference }));
    });
    expect(facts(made[0]!)).toEqual({ uri: reference, digest: 'a'.repeat(64), awaited: false, repository: undefined });
    expect(nouns.recorded.resources).toHaveLength(before.recorded.resources.length + 1);
  });

  test.each([
    'europe-west4-docker.pkg.dev/acme-ml/images/trainer:3',
    `ghcr.io/acme/trainer@sha256:${'a'.repeat(64)}`,
    `europe-west4-docker.pkg.dev/acme-ml/trainer@sha256:${'a'.repeat(64)}`,
    `europe-west4-docker.pkg.dev/acme-ml/images/trainer@sha256:${'a'.repeat(63)}`,
  ])('refuses %s', (wrong) => {
    expect(checkReference(wrong, 'image.reference')).toMatchObject([
      { path: 'image.reference', got: expect.any(String) },
    ]);
    expect(checkReference(reference, 'image.reference')).toEqual([]);
  });
});

test('code without requirements has no image', async () => {
  const folder = join(scratch, 'bare');
  mkdirSync(folder);
  const run = recorded(() =>
    image(new Storage('storage', { place: PLACE }), 'training', { kind: 'cloud-build' }, folder),
  );
  await expect(run).rejects.toThrow(/requirements\n {4}got .*bare, without requirements.txt/);
});
