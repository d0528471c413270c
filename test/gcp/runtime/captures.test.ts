/** What runs are given: the logged requests and the labels of a window in a folder of the run's own, and the parameters of a pipeline. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { VertexCaptures } from '../../../constructs/spec/capture';
import { Captures } from '../../../constructs/gcp/capture.runtime';
import type { PipelineSpec } from '../../../pipelines/compile/kfp';
import { Refused, type RunTags } from '../../../runtime/loop/platform';
import { openCaptures } from '../../../runtime/steps/captures';
import { Database } from '../../../runtime/steps/database';
import { DAY, HOUR, LOG, manifest, MINUTE, Shop, START } from './shop';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
  for (const n of [1, 2]) {
    const made = { model: shop.putModel(n) };
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
  shop.fake.requests.clear();
});
afterEach(() => shop.close());

const window = { from: START, to: START + DAY };
const tagsOf = (change: Partial<RunTags> = {}): RunTags => ({
  ...{ reason: 'window', at: shop.now, generation: 1, monitor: 'inputs', version: 'v2', window },
  ...change,
});
const GIVEN = 'windows/online/inputs/run-1';
const MODEL = (n: number) => `artifacts/training/train-${n}/1/shop-online-train-${n}-x/model`;
const MANIFEST = `${GIVEN}/captures/manifest.json`;
const measure = (change: Partial<RunTags> = {}) => shop.start('run-1', 'monitor', tagsOf(change));

/** A request that was answered so long after the start. */
function logged(after: number, deployedModel = '24837', id = String(after)): void {
  shop.fake.bigquery.addRows(LOG, {
    endpoint: 'projects/123456789012/locations/europe-west4/endpoints/shop-online',
    deployed_model_id: deployedModel,
    logging_time: new Date(START + after).toISOString(),
    request_id: id,
    request_payload: [`{"instances": [{"order": "${id}", "price": 1.5}]}`],
    response_payload: ['{"predictions": [2]}'],
  });
}

const exported = () => {
  const { files } = shop.json<VertexCaptures>(MANIFEST);
  return files.flatMap((file) =>
    shop
      .text(`${GIVEN}/captures/${file}`)
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly request_id: string }).request_id),
  );
};

describe('a window', () => {
  test('has the requests of its version, whichever revision answered, and nothing else', async () => {
    for (const after of [-1, 0, 1, DAY - 1, DAY, DAY + 1]) logged(after);
    logged(HOUR, '20001', 'other-revision');
    for (const id of ['14837', '224837', '2483', '5551234567890123']) logged(HOUR, id, id);
    shop.wait(2 * DAY);
    await measure();
    expect(exported().sort()).toEqual(['0', '1', String(DAY - 1), 'other-revision']);
    expect(shop.json<VertexCaptures>(MANIFEST)).toEqual({
      ...{ format: 1, dialect: 'vertex', version: 'v2', schema: manifest.schema, files: ['1/000000000000.jsonl'] },
      window: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
    });
  });

  test('is read by the monitor as it was exported', async () => {
    for (const after of [0, HOUR]) logged(after, '24837', `o${after}`);
    shop.wait(2 * DAY);
    await measure();
    const folder = mkdtempSync(join(tmpdir(), 'captures-'));
    for (const key of shop.keys(`${GIVEN}/captures/`)) {
      const file = join(folder, key.slice(`${GIVEN}/captures/`.length));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, shop.text(key));
    }
    const iso = (at: number) => new Date(at).toISOString();
    const subject = {
      ...{ monitor: 'inputs', endpoint: 'online', version: 'v2', scope: 'window' as const },
      window: { from: iso(window.from), to: iso(window.to) },
    };
    const rows = await Database.use(async (db) => {
      const { rows } = await openCaptures(db, folder, subject);
      const columns = '"at", "order", price, prediction';
      return db.rows(`SELECT * REPLACE (epoch_ms("at") AS "at") FROM ${rows(() => columns)} ORDER BY "at"`);
    });
    rmSync(folder, { recursive: true });
    expect(rows).toMatchObject([
      { order: 'o0', price: 1.5, prediction: 2 },
      { order: `o${HOUR}`, price: 1.5, prediction: 2 },
    ]);
    expect(rows.map((row) => Number((row as { readonly at: bigint }).at))).toEqual([START, START + HOUR]);
  });

  test('of many requests has many files', async () => {
    shop.fake.bigquery.rowsOfAFile = 2;
    for (const after of [1, 2, 3, 4, 5]) logged(after);
    shop.wait(2 * DAY);
    await measure();
    expect(shop.json<VertexCaptures>(MANIFEST).files).toHaveLength(3);
    expect(exported()).toHaveLength(5);
  });

  test.each([
    ['whose table is not there yet', () => undefined],
    ['of another version alone', () => logged(HOUR, '14837')],
  ])('%s has a manifest and no files', async (_, prepare) => {
    prepare();
    shop.wait(2 * DAY);
    await measure();
    expect(shop.json<VertexCaptures>(MANIFEST).files).toEqual([]);
    expect(shop.jobs('run-1')).toHaveLength(1);
  });

  test('that may still grow is not measured yet', async () => {
    shop.wait(START + DAY + 15 * MINUTE - 1 - shop.now);
    await expect(measure()).rejects.toThrow(
      new Refused(
        'what was captured until 2026-11-21T00:00:00.000Z can be there at 2026-11-21T00:15:00.000Z, not before',
      ),
    );
    expect(shop.fake.bigquery.jobs.size).toBe(0);
    shop.wait(1);
    await measure();
    expect(shop.jobs('run-1')).toHaveLength(1);
  });

  test('of a version whose model is gone is told', async () => {
    shop.wait(2 * DAY);
    for (const key of shop.keys('artifacts/training/train-2')) shop.fake.objects.delete('record', key);
    await expect(measure()).rejects.toThrow(/^v2: gs:\/\/record\/artifacts.* has no model.json$/);
  });
});

describe('an export', () => {
  beforeEach(() => {
    logged(HOUR);
    shop.wait(2 * DAY);
  });

  test('is a query whose values are parameters, with the labels of its system', async () => {
    await measure();
    const { body } = shop.fake.requests.of('jobs.insert')[0]!;
    expect(body).toEqual({
      jobReference: {
        ...{ projectId: 'shop-project', location: 'europe-west4' },
        jobId: expect.stringMatching(/^mlops-windows-online-inputs-run-1-captures-[0-9a-f]{12}$/),
      },
      configuration: {
        labels: { mlops_system: 'shop', mlops_endpoint: 'online' },
        query: {
          query: [
            `EXPORT DATA OPTIONS (uri = 'gs://record/${GIVEN}/captures/1/*.jsonl', format = 'JSON', overwrite = true) AS`,
            'SELECT CAST(request_id AS STRING) AS request_id,',
            "  FORMAT_TIMESTAMP('%FT%H:%M:%E6SZ', logging_time, 'UTC') AS logging_time,",
            '  deployed_model_id, request_payload, response_payload',
            `FROM \`${LOG}\``,
            'WHERE logging_time >= @from AND logging_time < @to AND REGEXP_CONTAINS(deployed_model_id, @deployed)',
          ].join('\n'),
          ...{ useLegacySql: false, parameterMode: 'NAMED' },
          queryParameters: [
            {
              name: 'from',
              parameterType: { type: 'TIMESTAMP' },
              parameterValue: { value: '2026-11-20T00:00:00.000Z' },
            },
            { name: 'to', parameterType: { type: 'TIMESTAMP' }, parameterValue: { value: '2026-11-21T00:00:00.000Z' } },
            { name: 'deployed', parameterType: { type: 'STRING' }, parameterValue: { value: '^2[0-9]{4}$' } },
          ],
        },
      },
    });
  });

  test('that takes longer than a look can wait is taken up by the next one', async () => {
    shop.fake.bigquery.takes = 10 * MINUTE;
    await expect(measure()).rejects.toThrow(new Refused(`gs://record/${GIVEN}/captures is still being exported`));
    expect(shop.jobs('run-1')).toEqual([]);
    await expect(measure()).rejects.toThrow(Refused);
    shop.wait(10 * MINUTE);
    await measure();
    expect(shop.fake.requests.of('jobs.insert')).toHaveLength(1);
    expect(exported()).toHaveLength(1);
  });

  test.each(['reset-after', 'reset-before', 'unavailable-after', 'throttled'] as const)(
    'whose answer is %s is one job',
    async (kind) => {
      shop.fake.faults.once('jobs.insert', kind);
      await measure();
      expect(shop.fake.bigquery.jobs.size).toBe(1);
      expect(exported()).toHaveLength(1);
    },
  );

  test('that fails is told, and begun anew in a folder of its own', async () => {
    shop.fake.bigquery.failNext({ reason: 'rateLimitExceeded', message: 'Exceeded rate limits' });
    await expect(measure()).rejects.toThrow(
      `gs://record/${GIVEN}/captures could not be exported: Exceeded rate limits (rateLimitExceeded)`,
    );
    shop.fake.objects.put('record', `${GIVEN}/captures/1/000000000000.jsonl`, 'left behind');
    await measure();
    expect(shop.json<VertexCaptures>(MANIFEST).files).toEqual(['2/000000000000.jsonl']);
  });

  test('to a bucket or of a dataset that is not there is an error, not a window without traffic', async () => {
    shop.fake.bigquery.failNext({ reason: 'notFound', message: 'Not found: Dataset shop-project:shop_online' });
    await expect(measure()).rejects.toThrow('Not found: Dataset');
  });

  test('takes nothing into a query that could be more than a name', async () => {
    const { google, store, clock } = shop;
    const of = (requestLog: string) =>
      new Captures({ google, store, settings: { ...shop.settings, requestLog }, clock });
    const model = MODEL(2);
    for (const table of ['a.b.c` WHERE true --', 'a.b', 'a.b.c d'])
      await expect(of(table).window('v2', model, window, GIVEN)).rejects.toThrow('expected PROJECT.DATASET.TABLE');
    await expect(of(LOG).window("v2'", model, window, GIVEN)).rejects.toThrow('got a name without a number');
    await expect(of(LOG).window('v2', model, window, "windows/a') AS SELECT 1 --")).rejects.toThrow('part of a query');
    expect(shop.fake.requests.of('jobs.insert')).toEqual([]);
  });
});

describe('labels', () => {
  const keys = async () => {
    shop.wait(3 * DAY);
    await shop.start('run-1', 'monitor', tagsOf({ monitor: 'quality' }));
    return shop.keys('windows/online/quality/run-1/labels/').map((key) => key.split('/labels/')[1]);
  };

  test('are those that came since the window began', async () => {
    await shop.close();
    shop = await Shop.open({}, { now: START - 1 });
    const made = { model: shop.putModel(2) };
    const action = { do: 'register', version: 'v2', n: 2, run: 'train-2', status: 'approved', at: 2, why: '' } as const;
    const put = (path: string) => shop.fake.objects.put('record', path, path);
    put('labels/sales/old.jsonl');
    put('labels/sales/replaced.jsonl');
    shop.wait(1);
    put('labels/sales/2026/11/20.jsonl');
    put('labels/sales/replaced.jsonl');
    put('labels/salesmen/c.jsonl');
    await shop.registry.register(action, made);
    expect(await keys()).toEqual(['2026/11/20.jsonl', 'replaced.jsonl']);
  });

  test('that are not there yet leave something to begin a job on', async () => {
    expect(await keys()).toEqual(['.none.json']);
  });
});

describe('the parameters of a run are all that its pipeline knows:', () => {
  const given = (run = 'run-1') =>
    (shop.jobs(run)[0]!.runtimeConfig as { readonly parameterValues: Readonly<Record<string, string>> })
      .parameterValues;
  const known = (document: string) =>
    Object.keys(shop.json<PipelineSpec>(document).root.inputDefinitions!.parameters!).sort();

  test('a training after the first has the champion', async () => {
    const action = { do: 'mark', version: 'v1', patch: { live: { revision: 'r', at: 1 } }, why: '' } as const;
    await shop.registry.mark(action);
    await shop.train(3, { code: 'new-c0de' });
    expect(given('train-3')).toEqual({
      ...{ data_uri: 'gs://record/data/sales', code_uri: 'gs://record/code/new-c0de' },
      champion_uri: `gs://record/${MODEL(1)}`,
    });
    expect(Object.keys(given('train-3')).sort()).toEqual(known(shop.settings.pipelines.training));
  });

  test("a monitor has captures, its version's model and what it measures", async () => {
    shop.wait(2 * DAY);
    await measure();
    expect(given()).toEqual({
      captures_uri: `gs://record/${GIVEN}/captures`,
      model_uri: `gs://record/${MODEL(2)}`,
      subject: JSON.stringify({
        ...{ monitor: 'inputs', endpoint: 'online', version: 'v2' },
        window: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
        scope: 'window',
      }),
    });
    expect(Object.keys(given()).sort()).toEqual(known(shop.settings.pipelines.monitors['inputs']!));
  });

  test('a trial has labels and the champion too, and a pipeline of its own', async () => {
    shop.wait(3 * DAY);
    await measure({ monitor: 'quality', reason: 'trial', champion: 'v1' });
    expect(given()).toMatchObject({
      labels_uri: 'gs://record/windows/online/quality/run-1/labels',
      champion_uri: `gs://record/${MODEL(1)}`,
    });
    expect(JSON.parse(given()['subject']!)).toMatchObject({ scope: 'trial' });
    expect(Object.keys(given()).sort()).toEqual(known(shop.settings.pipelines.trial as string));
  });
});
