import { Keeper } from '../../runtime/loop/keep';
import type { Outcome } from '../../runtime/loop/reconcile';

const quiet = { events: [] } as unknown as Outcome;
const busy = { events: [{ what: 'start', outcome: 'done' }] } as unknown as Outcome;
const told = { events: [{ what: 'tell', outcome: 'done' }] } as unknown as Outcome;

/** Looks that end when the test says so. */
function scripted(): { keeper: Keeper; looks: ((outcome: Outcome | Error) => Promise<void>)[]; errors: unknown[] } {
  const looks: ((outcome: Outcome | Error) => Promise<void>)[] = [];
  const errors: unknown[] = [];
  const look = () =>
    new Promise<Outcome>((resolve, reject) => {
      looks.push(async (outcome) => {
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome);
        await new Promise(setImmediate);
      });
    });
  const keeper = new Keeper({ look, tick: 1e9, onOutcome: () => {}, onError: (error) => errors.push(error) });
  return { keeper, looks, errors };
}

test('looks do not overlap, and being woken many times during one means one more', async () => {
  const { keeper, looks } = scripted();
  keeper.wake();
  keeper.wake();
  keeper.wake();
  expect(looks).toHaveLength(1);
  await looks[0]!(quiet);
  expect(looks).toHaveLength(2);
  await looks[1]!(quiet);
  expect(looks).toHaveLength(2);
  await keeper.stop();
});

test('a look that did something is followed by another, one that only kept up a gauge is not', async () => {
  const { keeper, looks } = scripted();
  keeper.wake();
  await looks[0]!(busy);
  expect(looks).toHaveLength(2);
  await looks[1]!(told);
  expect(looks).toHaveLength(2);
  await keeper.stop();
});

test('a look that throws is told, and does not end the looking', async () => {
  const { keeper, looks, errors } = scripted();
  keeper.wake();
  await looks[0]!(new Error('the platform is away'));
  expect(errors).toEqual([new Error('the platform is away')]);
  keeper.wake();
  expect(looks).toHaveLength(2);
  await looks[1]!(quiet);
  await keeper.stop();
});

test('after stop there is no look', async () => {
  const { keeper, looks } = scripted();
  keeper.wake();
  const stopping = keeper.stop();
  await looks[0]!(busy);
  await stopping;
  keeper.wake();
  expect(looks).toHaveLength(1);
});
