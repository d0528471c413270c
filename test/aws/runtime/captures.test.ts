/** What runs are given: the captures and labels of a window in a folder of the run's own, and the parameters of its pipeline. */
import { gather } from '../../../runtime/cloud/gather';
import type { SagemakerCaptures } from '../../../constructs/spec/capture';
import { compileSagemaker } from '../../../pipelines/compile/sagemaker';
import { monitoringGraph, trialGraph } from '../../../pipelines/monitoring';
import { trainingGraph } from '../../../pipelines/training';
import { Refused, type RunTags } from '../../../runtime/loop/platform';
import { DAY, HOUR, manifest, MINUTE, Shop, START } from './shop';

let shop: Shop;
beforeEach(async () => {
  shop = new Shop();
  for (const n of [1, 2]) {
    const folder = shop.leaveModel(`train-${n}`);
    const made = { model: `s3://record/${folder}` };
    const action = {
      do: 'register',
      version: `v${n}`,
      n,
      run: `train-${n}`,
      status: 'approved',
      at: n,
      why: '',
    } as const;
    await shop.registry.register(action, made);
  }
});

const MODEL = (n: number) => `s3://record/artifacts/training/train-${n}/select/job-1/output/model/model`;
const window = { from: START, to: START + DAY };
const tagsOf = (change: Partial<RunTags> = {}): RunTags => ({
  reason: 'window',
  at: shop.now,
  generation: 1,
  monitor: 'inputs',
  version: 'v2',
  window,
  ...change,
});
const GIVEN = 'windows/online/inputs/run-1';

/** A file as SageMaker writes it, at an hour of the window. */
function capture(slots: string, slot: string, hour: number, name = 'a.jsonl'): string {
  const path = new Date(START + hour * HOUR).toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');
  const key = `captures/online/${slots}/shop-online/${slot}/${path}/${name}`;
  shop.s3.put(key, `${slots} ${slot} ${hour} ${name}`);
  return key;
}

describe('a window', () => {
  test('has the hours of its version, wherever it was deployed, and nothing else', async () => {
    for (const hour of [-2, -1, 0, 5, 23, 24, 25, 48]) capture('blue.v2-r1', 'blue', hour);
    capture('blue.v2-r1', 'blue', 5, 'b.jsonl');
    capture('blue.v2-r1', 'blue', 5, 'b.tmp');
    for (const slot of ['blue', 'green']) capture('blue.v1-r1,green.v2-r2', slot, 7);
    capture('live.v20-r1', 'live', 7);
    shop.wait(2 * DAY);
    await shop.start('run-1', 'monitor', tagsOf());
    expect(shop.s3.keys(`${GIVEN}/`)).toEqual(
      [
        'blue.v2-r1/2026/11/20/00/a.jsonl',
        'blue.v2-r1/2026/11/20/05/a.jsonl',
        'blue.v2-r1/2026/11/20/05/b.jsonl',
        'blue.v2-r1/2026/11/20/23/a.jsonl',
        // A request of the last minute may be written down in the next hour.
        'blue.v2-r1/2026/11/21/00/a.jsonl',
        'green.v2-r2/2026/11/20/07/a.jsonl',
        'manifest.json',
      ].map((file) => `${GIVEN}/captures/${file}`),
    );
    expect(shop.s3.text(`${GIVEN}/captures/green.v2-r2/2026/11/20/07/a.jsonl`)).toBe(
      'blue.v1-r1,green.v2-r2 green 7 a.jsonl',
    );
    const written = shop.s3.json<SagemakerCaptures>(`${GIVEN}/captures/manifest.json`);
    expect(written).toEqual({
      format: 1,
      dialect: 'sagemaker',
      version: 'v2',
      schema: manifest.schema,
      files: written.files,
      window: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
    });
    expect(written.files).toHaveLength(6);
  });

  test('of minutes has their hour', async () => {
    for (const hour of [9, 10, 11, 12]) capture('blue.v2-r1', 'blue', hour);
    shop.wait(DAY);
    const minutes = { from: START + 10 * HOUR + 20 * MINUTE, to: START + 10 * HOUR + 40 * MINUTE };
    await shop.start('run-1', 'monitor', tagsOf({ window: minutes }));
    expect(shop.s3.json<SagemakerCaptures>(`${GIVEN}/captures/manifest.json`).files).toEqual(
      [10, 11].map((hour) => `blue.v2-r1/2026/11/20/${hour}/a.jsonl`),
    );
  });

  test('without traffic has a manifest and no files', async () => {
    shop.wait(2 * DAY);
    await shop.start('run-1', 'monitor', tagsOf());
    expect(shop.s3.keys(GIVEN)).toEqual([`${GIVEN}/captures/manifest.json`]);
  });

  test('that may still grow is not measured yet', async () => {
    shop.wait(DAY + 15 * MINUTE - 1);
    await expect(shop.start('run-1', 'monitor', tagsOf())).rejects.toThrow(
      new Refused(
        'what was captured until 2026-11-21T00:00:00.000Z can be there at 2026-11-21T00:15:00.000Z, not before',
      ),
    );
    expect(shop.sagemaker.executions).toEqual([]);
    shop.wait(1);
    await shop.start('run-1', 'monitor', tagsOf());
    expect(shop.sagemaker.executions).toHaveLength(1);
  });

  test('that was cut short while it was gathered goes on where it was', async () => {
    const keys = [1, 2, 3].map((hour) => capture('blue.v2-r1', 'blue', hour));
    shop.wait(2 * DAY);
    shop.s3.before = [
      `COPY ${GIVEN}/captures/blue.v2-r1/2026/11/20/03/a.jsonl`,
      () => {
        throw new Error('cut short');
      },
    ];
    await expect(shop.start('run-1', 'monitor', tagsOf())).rejects.toThrow('cut short');
    shop.s3.log.length = 0;
    await shop.start('run-1', 'monitor', tagsOf());
    expect(shop.s3.log.filter((line) => line.startsWith('COPY'))).toHaveLength(1);
    expect(shop.s3.json<SagemakerCaptures>(`${GIVEN}/captures/manifest.json`).files).toHaveLength(keys.length);
  });

  test('of a version whose model is gone is told', async () => {
    shop.wait(2 * DAY);
    for (const key of shop.s3.keys('artifacts/training/train-2')) shop.s3.objects.delete(key);
    await expect(shop.start('run-1', 'monitor', tagsOf())).rejects.toThrow(
      /^v2: s3:\/\/record\/artifacts.* has no model.json$/,
    );
  });
});

test('more files than one look can copy are copied in several', async () => {
  const wanted = [1, 2, 3].map((n) => ({ from: { key: `captures/${n}` }, to: `${n}` }));
  for (const { from } of wanted) shop.s3.put(from.key, '');
  const look = () => gather(shop.s3.store, 'windows/w', wanted, 2);
  await expect(look()).rejects.toThrow(new Refused('1 of 3 files are still to be copied to s3://record/windows/w'));
  expect(shop.s3.keys('windows/w/')).toHaveLength(2);
  await look();
  expect(shop.s3.keys('windows/w/')).toHaveLength(3);
});

describe('labels', () => {
  const measure = async () => {
    shop.wait(3 * DAY);
    await shop.start('run-1', 'monitor', tagsOf({ monitor: 'quality' }));
    return shop.s3.keys('windows/online/quality/run-1/labels/').map((key) => key.split('/labels/')[1]);
  };

  test('are those that came since the window began', async () => {
    shop.s3.now = START - 1;
    shop.s3.put('labels/sales/old.jsonl', '');
    shop.s3.put('labels/sales/replaced.jsonl', '');
    shop.s3.now = START;
    shop.s3.put('labels/sales/2026/11/20.jsonl', 'a');
    shop.s3.put('labels/sales/replaced.jsonl', 'b');
    shop.s3.put('labels/salesmen/c.jsonl', 'c');
    expect(await measure()).toEqual(['2026/11/20.jsonl', 'replaced.jsonl']);
  });

  test('that are not there yet leave something to begin a job on', async () => {
    expect(await measure()).toEqual(['.none.json']);
  });
});

describe('the parameters of a run are all that its pipeline knows:', () => {
  const IMAGE = {
    image: () => 'i',
    machine: () => ({ type: 'ml.m5.large', takesVolumeKey: true }),
    role: 'r',
    key: 'k',
    launcher: 's3://l/',
    network: false,
    isolation: true,
    spot: false,
  } as const;
  const names = (graph: Parameters<typeof compileSagemaker>[0]) =>
    compileSagemaker(graph, IMAGE).Parameters.map(({ Name }) => Name);
  const given = () => shop.sagemaker.executions[0]!.parameters;

  test('a training has data, code and no champion at first', async () => {
    await shop.train(3, { code: 'new-c0de' });
    expect(given()).toEqual({
      Output: 's3://record/artifacts/training/train-3',
      Data: 's3://record/data/sales/',
      Code: 's3://record/code/new-c0de/',
      Champion: 's3://record/artifacts/none/',
    });
    expect(Object.keys(given()).sort()).toEqual(names(trainingGraph(shop.spec, 'training')));
  });

  test('a training after the first has the champion', async () => {
    const action = { do: 'mark', version: 'v1', patch: { live: { revision: 'r', at: 1 } }, why: '' } as const;
    await shop.registry.mark(action);
    await shop.train(3);
    expect(given().Champion).toBe(`${MODEL(1)}/`);
  });

  test("a monitor has captures, its version's model and what it measures", async () => {
    shop.wait(2 * DAY);
    await shop.start('run-1', 'monitor', tagsOf());
    expect(given()).toEqual({
      Output: 's3://record/reports/online/inputs/run-1',
      Captures: 's3://record/windows/online/inputs/run-1/captures/',
      Model: `${MODEL(2)}/`,
      Subject: JSON.stringify({
        monitor: 'inputs',
        endpoint: 'online',
        version: 'v2',
        window: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
        scope: 'window',
      }),
    });
    expect(Object.keys(given()).sort()).toEqual(names(monitoringGraph(shop.spec, 'online', 'inputs')));
  });

  test('a trial has labels and the champion too, and a pipeline of its own', async () => {
    shop.wait(3 * DAY);
    await shop.start('run-1', 'monitor', tagsOf({ monitor: 'quality', reason: 'trial', champion: 'v1' }));
    expect(shop.sagemaker.executions[0]!.pipeline).toBe('shop-online-trial');
    expect(given()).toMatchObject({
      Output: 's3://record/reports/online/quality/run-1',
      Captures: 's3://record/windows/online/quality/run-1/captures/',
      Labels: 's3://record/windows/online/quality/run-1/labels/',
      Model: `${MODEL(2)}/`,
      Champion: `${MODEL(1)}/`,
    });
    expect(JSON.parse(given().Subject!)).toMatchObject({ scope: 'trial' });
    expect(Object.keys(given()).sort()).toEqual(names(trialGraph(shop.spec, 'online')));
  });

  test('a trial without a champion is none', async () => {
    await expect(shop.start('run-1', 'monitor', tagsOf({ reason: 'trial' }))).rejects.toThrow(
      'the trial of v2 needs a champion',
    );
  });
});
