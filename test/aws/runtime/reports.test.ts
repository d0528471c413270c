/** Reports of monitors: read once, and put where every platform has them. */
import type { Report } from '../../../constructs/spec/report';
import type { RunTags } from '../../../runtime/loop/platform';
import { DAY, NOTHING_GIVEN, Shop, START } from './shop';

let shop: Shop;
beforeEach(() => {
  shop = new Shop();
});

const report: Partial<Report> = {
  format: 1,
  monitor: 'inputs',
  kind: 'data-drift',
  endpoint: 'online',
  version: 'v1',
  scope: 'window',
  window: { from: '2026-11-20T00:00:00.000Z', to: '2026-11-21T00:00:00.000Z' },
  verdict: 'violated',
  why: 'price drifted',
};
const window = { from: START, to: START + DAY };
const FOLDER = 'reports/online/inputs/inputs-v1-1';

async function measure(files: Readonly<Record<string, object>>): Promise<void> {
  const tags: RunTags = { reason: 'window', at: START, generation: 1, monitor: 'inputs', version: 'v1', window };
  await shop.runs.start({
    id: 'inputs-v1-1',
    tags,
    pipeline: 'shop-online-inputs',
    prepare: async () => NOTHING_GIVEN,
  });
  shop.leave(FOLDER, 'report', 'report', files);
  shop.sagemaker.end('inputs-v1-1', 'Succeeded');
}

test("a report is what the loop reads of it, and lies in the run's own folder with all that came with it", async () => {
  await measure({ 'report.json': report, 'profile.json': { rows: 9 } });
  expect(await shop.runs.list()).toMatchObject([
    {
      kind: 'monitor',
      state: 'succeeded',
      report: { monitor: 'inputs', version: 'v1', scope: 'window', verdict: 'violated', window },
    },
  ]);
  expect(shop.s3.json(`${FOLDER}/report.json`)).toEqual(report);
  expect(shop.s3.json(`${FOLDER}/profile.json`)).toEqual({ rows: 9 });
});

test('a report is read once, however often the loop looks, in this process and in the next', async () => {
  await measure({ 'report.json': report });
  const first = await shop.runs.list();
  shop.s3.log.length = 0;
  expect(await shop.runs.list()).toEqual(first);
  expect(await shop.newRuns().list()).toEqual(first);
  const known = 'GET loop/online/known/runs.json';
  expect(shop.s3.log).toEqual([known, known]);
});

test('a run that left no report is one that failed', async () => {
  await measure({ 'profile.json': {} });
  expect(await shop.runs.list()).toMatchObject([
    { state: 'failed', error: 'the monitor wrote no reports/online/inputs/inputs-v1-1/report.json' },
  ]);
});
