/** What a look may know too late: it must not undo what another one, or an earlier one, has seen. */
import { KnownRuns, type KnownRun } from '../../../runtime/cloud/known-runs';
import { DAY, Shop, START } from './shop';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.open();
});
afterEach(() => shop.close());

const run = (n: number): KnownRun => ({
  ...{ pipeline: 'training', id: `train-${n}`, started: START, status: 'RUNNING', state: 'running' },
  tags: { n, reason: 'bootstrap', at: START, generation: 1 },
});

test('a look that stalled leaves the run that another one has started since', async () => {
  const open = async () => {
    const known = new KnownRuns(shop.store, 'online', 90 * DAY);
    await known.open();
    return known;
  };
  const stalled = await open();
  const other = await open();
  other.set('jobs/2', run(2));
  await other.keep(['training'], START);
  stalled.set('jobs/1', run(1));
  await stalled.keep(['training'], START);
  expect((await open()).get('jobs/2')).toEqual(run(2));
  // What it knew itself is written by its next look.
  await stalled.open();
  await stalled.keep(['training'], START);
  const all = await open();
  expect([all.get('jobs/1'), all.get('jobs/2')]).toEqual([run(1), run(2)]);
});

test('a version that was seen rejected is not approved again by a list that is further behind', async () => {
  await shop.train(1);
  const model = `gs://record/${shop.leaveModel('train-1')}`;
  const at = shop.now;
  const register = { do: 'register', version: 'v1', n: 1, run: 'train-1', status: 'approved', at, why: '' } as const;
  await shop.registry.register(register, { model });
  shop.wait(60_000);
  const before = shop.fake.clock.now;
  shop.wait(1000);
  await shop.registry.mark({ do: 'mark', version: 'v1', patch: { status: 'rejected' }, why: 'it fails' });
  expect(await shop.registry.list()).toMatchObject([{ status: 'rejected' }]);
  const asOf = jest.spyOn(shop.fake.faults, 'asOf').mockReturnValue(before);
  expect(await shop.registry.list()).toMatchObject([{ status: 'rejected' }]);
  // Whoever has never seen it cannot know.
  expect(await shop.newRegistry().list()).toMatchObject([{ status: 'approved' }]);
  expect(asOf).toHaveBeenCalled();
});
