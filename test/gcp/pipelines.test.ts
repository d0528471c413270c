/** Pipelines: the documents that lie in the bucket, and who runs what they say. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { JobAccount } from '../../constructs/gcp/job-account';
import { machineFor, checkServingMachine, type MachineSize } from '../../constructs/gcp/machines';
import type { Image, JobOptions, PipelineTransform } from '../../constructs/gcp/pipeline';
import { Storage } from '../../constructs/gcp/storage';
import { BatchPipeline, TrainingPipeline } from '../../constructs/gcp/training-pipeline';
import { TrialPipeline } from '../../constructs/gcp/trial-pipeline';
import { codeDigest } from '../../constructs/spec/code-digest';
import { canonical, compileKfp, taskName } from '../../pipelines/compile/kfp';
import { trialGraph } from '../../pipelines/monitoring';
import { trainingGraph } from '../../pipelines/training';
import { resolve, type MlopsSpec } from '../..';
import { bikeRentals } from '../../stacks/bike-rentals/spec';
import { bakery } from '../../stacks/own-graph/mlops';
import { inputOf, PLACE, recorded, type Nouns } from './recorded';

const BIKES = join(__dirname, '../../stacks/bike-rentals');
const BAKERY = join(__dirname, '../../stacks/own-graph');
const IMAGE: Image = { uri: `europe-west4-docker.pkg.dev/acme-ml/shop-training/model:1`, digest: '1' };

const jobs = (): JobOptions => ({
  place: PLACE,
  storage: new Storage('storage', { place: PLACE, bucket: 'record' }),
  image: IMAGE,
});

async function training(
  spec: MlopsSpec,
  root: string,
  more: Partial<JobOptions> & { transform?: PipelineTransform } = {},
) {
  const made: TrainingPipeline[] = [];
  const nouns = await recorded(() => {
    made.push(
      new TrainingPipeline('training', { ...jobs(), ...more, spec: resolve(spec), pipeline: 'training', root }),
    );
  });
  return { nouns, made: made[0]! };
}

const documentOf = (nouns: Nouns): string =>
  inputOf(nouns.one('BucketObject', 'training/pipeline/document'), 'content', '<secret>') as string;

/** By task of the document: what its container is given. */
const sizesOf = (document: string) => {
  const { deploymentSpec } = JSON.parse(document) as ReturnType<typeof compileKfp>;
  return Object.fromEntries(
    Object.entries(deploymentSpec.executors).flatMap(([name, executor]) =>
      'container' in executor
        ? [[name, [executor.container.resources.cpuLimit, executor.container.resources.resourceMemoryLimit]]]
        : [],
    ),
  );
};

describe('training', () => {
  test('is a document named by its contents, which stays where a loop may still ask for it', async () => {
    const { nouns, made } = await training(bikeRentals, BIKES);
    const content = documentOf(nouns);
    expect(content).toBe(
      canonical(
        compileKfp(trainingGraph(resolve(bikeRentals), 'training'), {
          image: () => IMAGE.uri,
          machine: () => ({ cores: 1, memoryGiB: 4 }),
        }),
      ),
    );
    const object = nouns.one('BucketObject', 'training/pipeline/document');
    expect(made.pipeline.document).toBe(
      `pipelines/training/${createHash('sha256').update(content).digest('hex')}.json`,
    );
    expect(object.inputs).toMatchObject({ name: made.pipeline.document, contentType: 'application/json' });
    expect(object.options.retainOnDelete).toBe(true);
  });

  test('puts the code under its digest, where it stays', async () => {
    const { nouns, made } = await training(bikeRentals, BIKES);
    expect(made.code).toBe(codeDigest(join(BIKES, 'model')));
    const code = nouns.all('BucketObject').filter(({ name }) => name.startsWith('training/code/'));
    expect(code.map(({ inputs, options }) => [inputs['name'], options.retainOnDelete])).toEqual([
      [`code/${made.code}/model.py`, true],
      [`code/${made.code}/requirements.txt`, true],
    ]);
  });

  test('runs as an account of its own, which reads rows, code and versions, and writes versions', async () => {
    const { nouns, made } = await training(bikeRentals, BIKES);
    expect(nouns.one('Account').inputs['accountId']).toBe('shop-train-training');
    expect(made.pipeline.account).toBe(made.account);
    const titles = nouns
      .all('BucketIAMMember')
      .map((each) => [each.inputs['role'], inputOf(each, 'condition', 'title')]);
    expect(titles).toEqual([
      ['roles/storage.legacyBucketReader', undefined],
      ['roles/storage.objectViewer', 'artifacts/none, artifacts/training, code, data/rentals'],
      ['roles/storage.objectUser', 'artifacts/training'],
    ]);
    expect(made.ready.length).toBe(2 + 1 + 4);
  });

  test('gives tasks the cores and the memory of the options, and the programs learn of the cores', async () => {
    const machines: Readonly<Record<string, MachineSize>> = {
      candidate_boosting: { cores: 8, memory: '20 GiB' },
      prepare: { memory: '1536 MiB' },
    };
    const { nouns } = await training(bikeRentals, BIKES, { machines });
    expect(sizesOf(documentOf(nouns))).toMatchObject({
      'exec-candidate-boosting': [8, '20Gi'],
      'exec-prepare': [1, '1.5Gi'],
      'exec-select': [1, '4Gi'],
    });
    const { executors } = (JSON.parse(documentOf(nouns)) as ReturnType<typeof compileKfp>).deploymentSpec;
    expect(executors[`exec-${taskName('candidate_boosting')}`]).toMatchObject({
      container: { env: expect.arrayContaining([{ name: 'OMP_NUM_THREADS', value: '8' }]) },
    });
  });

  test('of a graph of the user has what its components ask for', async () => {
    const { nouns } = await training(bakery, BAKERY);
    expect(Object.keys(sizesOf(documentOf(nouns)))).not.toEqual([]);
  });

  test('refuses what there is not, all at once', async () => {
    const machines = {
      candidate_forest: { cores: 97 },
      prepare: { memory: '600 GiB' },
      chooser: { cores: 1 },
    } as const;
    const run = training(bikeRentals, BIKES, { machines });
    await expect(run).rejects.toThrow(
      /3 problems[^]*machines.prepare[^]*machines.candidate_forest[^]*machines.chooser/,
    );
  });

  test('refuses images of components that are no digest in Artifact Registry', async () => {
    const spec = structuredClone(bakery) as unknown as {
      pipelines: Record<string, { tasks: Record<string, { component: { image?: string } }> }>;
    };
    const [pipeline] = Object.values(spec.pipelines);
    Object.values(pipeline!.tasks)[0]!.component.image = 'ghcr.io/example/trainer:3';
    await expect(training(spec as unknown as MlopsSpec, BAKERY)).rejects.toThrow(
      /component.image\n {4}got "ghcr.io\/example\/trainer:3"/,
    );
  });

  test('is checked again where a transform changed it', async () => {
    const rename: PipelineTransform = {
      document: (document) => ({ ...document, pipelineInfo: { name: 'ours' } }),
    };
    const { nouns } = await training(bikeRentals, BIKES, { transform: rename });
    expect(JSON.parse(documentOf(nouns))).toMatchObject({ pipelineInfo: { name: 'ours' } });
    const spoil: PipelineTransform = {
      document: (document) => ({ ...document, components: {} }),
    };
    await expect(training(bikeRentals, BIKES, { transform: spoil })).rejects.toThrow(/document\.root\.dag\.tasks/);
  });
});

test('a trial runs as the account that it is given', async () => {
  const spec = resolve(bikeRentals);
  const { quality } = spec.endpoints['online']!.rollout.rollBackOn;
  const judged = quality ? spec : resolve(withTrial());
  const nouns = await recorded(() => {
    const common = jobs();
    const account = new JobAccount('monitoring', {
      ...{ place: PLACE, storage: common.storage, parts: ['monitor', 'online'], description: 'Monitors' },
      ...{ reads: ['windows/online'], writes: ['reports/online'] },
    });
    const trial = new TrialPipeline('trial', { ...common, spec: judged, endpoint: 'online', account });
    expect(trial.pipeline.account).toBe(account);
  });
  expect(nouns.all('Account')).toHaveLength(1);
  expect(inputOf(nouns.one('BucketObject', 'trial/pipeline/document'), 'content', '<secret>')).toBe(
    canonical(
      compileKfp(trialGraph(judged, 'online'), { image: () => IMAGE.uri, machine: () => ({ cores: 1, memoryGiB: 4 }) }),
    ),
  );
  expect(nouns.one('BucketObject', 'trial/pipeline/document').inputs['name']).toMatch(
    /^pipelines\/online-trial\/[0-9a-f]{64}\.json$/,
  );
});

const withTrial = (): MlopsSpec => {
  const online = bikeRentals.endpoints!['online']!;
  const rollBackOn = { quality: { monitor: 'quality', worseThanChampion: 1.1 } };
  return { ...bikeRentals, endpoints: { online: { ...online, rollout: { ...online.rollout, rollBackOn } } } };
};

test('a batch has an account of its own, which reads no code and no other pipeline', async () => {
  const nouns = await recorded(() => {
    new BatchPipeline('batch', { ...jobs(), spec: resolve(bikeRentals), pipeline: 'training', batch: 'nightly' });
  });
  expect(nouns.one('Account').inputs['accountId']).toBe('shop-batch-training-nightly');
  expect(nouns.one('BucketObject', 'batch/pipeline/document').inputs['name']).toMatch(/^pipelines\/training-nightly\//);
  const titles = nouns.all('BucketIAMMember').map((each) => inputOf(each, 'condition', 'title'));
  expect(titles).toEqual([undefined, 'artifacts/training, data/rentals', 'artifacts/training']);
});

test('one more pipeline adds what is its own, and changes nothing else', async () => {
  const two = (names: readonly string[]) =>
    recorded(() => {
      const common = jobs();
      const spec = resolve({
        ...bikeRentals,
        pipelines: { a: bikeRentals.pipelines!['training']!, b: bikeRentals.pipelines!['training']! },
        endpoints: {},
      });
      for (const pipeline of names) new TrainingPipeline(pipeline, { ...common, spec, pipeline, root: BIKES });
    });
  const before = (await two(['a'])).recorded.resources;
  const after = (await two(['a', 'b'])).recorded.resources;
  expect(after.filter(({ name }) => !/^b(\/|$)/.test(name))).toEqual(before);
});

describe('machines', () => {
  test.each<[MachineSize & { cores: number }, [number, number] | 'refused']>([
    [{ cores: 1 }, [1, 4]],
    [{ cores: 96 }, [96, 384]],
    [{ cores: 2, memory: '512 MiB' }, [2, 0.5]],
    [{ cores: 4, memory: '581 GiB' }, [4, 581]],
    [{ cores: 4, memory: '582 GiB' }, 'refused'],
    [{ cores: 97 }, 'refused'],
    [{ cores: 1.5 }, 'refused'],
    [{ cores: 0 }, 'refused'],
  ])('%j', ({ cores, memory }, expected) => {
    const { machine, problems } = machineFor({ cores, memory: memory ?? false }, 'machines.task');
    if (expected === 'refused') expect(problems).toMatchObject([{ path: 'machines.task' }]);
    else expect([problems, [machine.cores, machine.memoryGiB]]).toEqual([[], expected]);
  });

  test('of servers are machine types', () => {
    const types = [
      'e2-standard-2',
      'n1-highmem-16',
      'c3-standard-4',
      'n2d-standard-2',
      'g2-standard-4',
      'a2-highgpu-1g',
    ];
    expect(types.flatMap((type) => checkServingMachine(type, 'machine'))).toEqual([]);
    const wrong = ['ml.m5.large', 'e2-micro', 'e2', 'E2-standard-2', 'e2-standard'];
    expect(wrong.map((type) => checkServingMachine(type, 'machine').length)).toEqual(wrong.map(() => 1));
  });
});
